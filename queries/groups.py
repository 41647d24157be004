"""Groups of subjects side by side: who is in which, and how many of each have each value.

A group is a named rule. Groups may overlap, so every subject is marked once with its *pattern*,
the groups it is in, and counted by pattern and value. From such counts follow those of every
group, of all groups together with each subject counted once, and what the groups share. One scan
with grouping sets answers for many columns. Names pass through `quoted`, values are parameters.

Numbers travel as counts of each distinct value and not as means and quantiles: they were written
with a few decimals, so that a million subjects have some thousand values, and all statistics are
then computed in one place, by one definition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from queries.cohorts import EVERYONE, Cohort
from queries.cohorts.checking import column_kind
from queries.errors import DataError
from queries.identifiers import quoted
from queries.level_order import numbers_beside, ordered_levels
from queries.store import Store

MOST_GROUPS = 8
BLANK = "(blank)"
_MOST_COLUMNS = 30  # what GROUPING can tell apart in one number
_NUMBERS = ("number", "whole number")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupCounts:
    """What `count_groups` answers.

    Parameters
    ----------
    names : tuple of str
        The groups in order; some may be empty.
    patterns : DataFrame
        `pattern` and `subjects`. A pattern says for each group, in order, whether the subject
        is in it ("10": in the first and not in the second). Subjects in no group have a row too.
    levels : mapping of str to DataFrame
        For each column: `pattern`, `level` (text; None for missing) and `subjects`, of those in
        at least one group; the levels in the order of a table.
    values : mapping of str to DataFrame
        For each column: `pattern`, `value` (NaN for missing) and `subjects`, likewise.
    """

    names: tuple[str, ...]
    patterns: pd.DataFrame
    levels: Mapping[str, pd.DataFrame]
    values: Mapping[str, pd.DataFrame]

    @property
    def sizes(self) -> dict[str, int]:
        """Subjects of each group."""
        counted = self.patterns
        return {
            name: int(counted.loc[counted["pattern"].str[place] == "1", "subjects"].sum())
            for place, name in enumerate(self.names)
        }

    @property
    def disjoint(self) -> bool:
        """Whether no subject is in two groups."""
        return not any(pattern.count("1") > 1 for pattern in self.patterns["pattern"])

    @property
    def outside(self) -> int:
        """Subjects asked about who are in no group."""
        nowhere = self.patterns["pattern"] == "0" * len(self.names)
        return int(self.patterns.loc[nowhere, "subjects"].sum())

    def by_group(self, column: str) -> pd.DataFrame:
        """`group`, `level` or `value`, and `subjects`; what nobody has is not there."""
        rows, what = self._rows(column)
        parts = []
        for place, name in enumerate(self.names):
            inside = [pattern for pattern in self.patterns["pattern"] if pattern[place] == "1"]
            own = _summed(rows[rows["pattern"].isin(inside)], what)
            parts.append(own.assign(group=name)[["group", what, "subjects"]])
        return pd.concat(parts, ignore_index=True)

    def together(self, column: str) -> pd.DataFrame:
        """`level` or `value`, and `subjects` of all groups, each subject counted once."""
        return _summed(*self._rows(column))

    def level_order(self, column: str) -> tuple[str, ...]:
        """The levels that somebody has, in the order of a table."""
        return tuple(self.levels[column]["level"].dropna().drop_duplicates())

    def _rows(self, column: str) -> tuple[pd.DataFrame, str]:
        if column in self.levels:
            return self.levels[column], "level"
        return self.values[column], "value"


def _summed(rows: pd.DataFrame, what: str) -> pd.DataFrame:
    if rows["pattern"].nunique() <= 1:  # one row for each already
        return rows[[what, "subjects"]].reset_index(drop=True)
    sums = rows.groupby(what, dropna=False, sort=False)["subjects"].sum().reset_index()
    return sums if what == "value" else sums.assign(level=_with_none(sums["level"]))


def _with_none(levels: pd.Series[Any]) -> pd.Series[Any]:
    return levels.astype(object).where(levels.notna(), None)


def count_groups(
    store: Store,
    groups: Sequence[Cohort],
    *,
    within: Cohort = EVERYONE,
    levels: Sequence[str] = (),
    values: Sequence[str] = (),
) -> GroupCounts:
    """Count the subjects of each group by the levels and values of columns.

    Parameters
    ----------
    groups : sequence of Cohort
        1 to 8, each with a name of its own. They may overlap, and be empty.
    within : Cohort
        Only its subjects are counted.
    levels : sequence of str
        Columns counted by level; the level of a number is that number as text.
    values : sequence of str
        Other columns, of numbers, counted by value. Infinite numbers stay what they are.

    Raises
    ------
    DataError
        A column or a rule that this reader's data cannot answer; no group, or more than 8, or two
        of one name.

    Examples
    --------
    >>> from queries.cohorts import Between, OneOf
    >>> women = Cohort(OneOf(column="SEX", values=("F",)), name="Women")
    >>> elderly = Cohort(Between(column="AGE", low=60), name="Elderly")
    >>> counts = count_groups(store, [women, elderly], levels=["RACE"])
    >>> counts.sizes, counts.disjoint, counts.outside
    ({'Women': 4, 'Elderly': 4}, False, 2)
    >>> counts.by_group("RACE").values.tolist()
    [['Women', 'ASIAN', 1], ['Women', 'WHITE', 2], ['Women', None, 1], ['Elderly', 'WHITE', 3], \
['Elderly', None, 1]]
    >>> counts.together("RACE").values.tolist()
    [['ASIAN', 1], ['WHITE', 4], [None, 1]]
    """
    columns = [_Column(name, "level") for name in dict.fromkeys(levels)]
    columns += [_Column(name, "value") for name in dict.fromkeys(values)]
    _check(store, groups, columns)
    # Without columns there is still one question: who is in which group.
    starts = range(0, max(len(columns), 1), _MOST_COLUMNS)
    batches = [columns[start : start + _MOST_COLUMNS] for start in starts]
    answers = [_count(store, groups, within, batch) for batch in batches]
    found = {column: frame for _, frames in answers for column, frame in frames.items()}
    return GroupCounts(
        names=tuple(group.name for group in groups),
        patterns=answers[0][0],
        levels=_named_in_order(store, {c.name: f for c, f in found.items() if c.what == "level"}),
        values={c.name: f for c, f in found.items() if c.what == "value"},
    )


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    what: Literal["level", "value"]

    def sql(self, store: Store) -> str:
        name, type_ = quoted(self.name), store.columns[self.name]
        if type_ in {"DOUBLE", "FLOAT"}:
            name = f"NULLIF({name}, 'NaN'::{type_})"
        return f"{name}::DOUBLE" if self.what == "value" else name


def _check(store: Store, groups: Sequence[Cohort], columns: Sequence[_Column]) -> None:
    names = [group.name for group in groups]
    if not 1 <= len(names) <= MOST_GROUPS:
        raise DataError(f"1 to {MOST_GROUPS} groups are compared", got=len(names))
    if again := [name for name in names if names.count(name) > 1]:
        raise DataError("each group has a name of its own", got=again[0])
    for column in columns:
        kind = column_kind(store.columns.get(column.name, ""))
        if kind is None:
            rule = "what is compared is a column of ADSL that this reader may see"
            raise DataError(rule, got=column.name)
        if column.what == "value" and kind not in _NUMBERS:
            raise DataError("what is counted by value is a column of numbers", got=column.name)
    asked = [column.name for column in columns]
    if again := [name for name in asked if asked.count(name) > 1]:
        raise DataError("a column is counted by level or by value", got=again[0])


def _count(
    store: Store, groups: Sequence[Cohort], within: Cohort, columns: Sequence[_Column]
) -> tuple[pd.DataFrame, dict[_Column, pd.DataFrame]]:
    """Subjects by pattern, and for each column by pattern and level or value."""
    marks, bound = _marked(store, groups, within, columns)
    names = [f"c{place}" for place in range(len(columns))]
    sets = ", ".join(["(pattern)", *(f"(pattern, {name})" for name in names)])
    grouping = f"grouping({', '.join(names)})" if names else "0"
    none = (1 << len(names)) - 1  # every column left out
    answer = store.execute(
        f"WITH marked AS ({marks}) SELECT {grouping} AS left_out, pattern, "
        f"{_whichever(columns, 'level', 'VARCHAR')}, {_whichever(columns, 'value', 'DOUBLE')}, "
        f"count(*) AS subjects FROM marked GROUP BY GROUPING SETS ({sets}) "
        f"HAVING pattern > 0 OR {grouping} = {none}",
        bound,
    )
    answer["pattern"] = _as_text(answer["pattern"], len(groups))
    found = {}
    for place, column in enumerate(columns, start=1):
        rows = answer[answer["left_out"] == none - (1 << (len(columns) - place))]
        found[column] = rows[["pattern", column.what, "subjects"]].reset_index(drop=True)
    patterns = answer.loc[answer["left_out"] == none, ["pattern", "subjects"]]
    return patterns.astype({"pattern": object}).sort_values("pattern", ignore_index=True), found


def _marked(
    store: Store, groups: Sequence[Cohort], within: Cohort, columns: Sequence[_Column]
) -> tuple[str, dict[str, object]]:
    """SQL for every subject with the number of its pattern and the columns, and its parameters."""
    rules = [within.rule, *(group.rule for group in groups)]
    [inside, *tests], bound = store.predicates(rules)
    pattern = " + ".join(f"({t})::SMALLINT * {1 << place}" for place, t in enumerate(tests))
    wanted = [f"({pattern})::SMALLINT AS pattern"]
    wanted += [f"{column.sql(store)} AS c{place}" for place, column in enumerate(columns)]
    source = f"{store.layout.subject_source} WHERE {inside} AND {store.enrolled}"
    return f"SELECT {', '.join(wanted)} FROM {source}", bound


def _whichever(columns: Sequence[_Column], what: str, type_: str) -> str:
    """SQL for the one column that a row is about."""
    names = [f"c{place}::{type_}" for place, column in enumerate(columns) if column.what == what]
    return f"coalesce({', '.join([*names, f'NULL::{type_}'])}) AS {what}"


def _as_text(patterns: pd.Series[Any], groups: int) -> pd.Categorical:
    """Numbers of patterns as texts; a million rows share the few texts that there are."""
    numbers = patterns.astype("int64")
    known = sorted(numbers.unique())
    texts = [format(number, f"0{groups}b")[::-1] for number in known]
    codes = pd.Index(known).get_indexer(pd.Index(numbers))
    return pd.Categorical.from_codes(codes, categories=texts)


def _named_in_order(store: Store, frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Levels by the names they have in a table, and in its order."""
    beside = numbers_beside(store, frames)
    return {
        column: _in_order(_named(frame, store.columns[column]), beside.get(column, {}))
        for column, frame in frames.items()
    }


def _named(frame: pd.DataFrame, type_: str) -> pd.DataFrame:
    numeric = column_kind(type_) == "number"
    names = {level: _name(level, numeric=numeric) for level in frame["level"].dropna().unique()}
    named = frame.assign(level=_with_none(frame["level"].map(names)))
    # Two levels can have one name, as blanks of different length have.
    sums = named.groupby(["pattern", "level"], dropna=False, observed=True)["subjects"].sum()
    counted = sums.reset_index()
    return counted.assign(level=_with_none(counted["level"]))


def _in_order(frame: pd.DataFrame, numbers: Mapping[str, float]) -> pd.DataFrame:
    order = ordered_levels(frame["level"].dropna().unique(), numbers)
    places = {level: place for place, level in enumerate(order)}
    place = frame["level"].map(places).fillna(len(order))
    return frame.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def _name(level: str, *, numeric: bool) -> str:
    if not numeric:
        return level if level.strip() else BLANK
    number = float(level) + 0.0  # a negative zero is zero
    return str(int(number)) if number.is_integer() else repr(number)
