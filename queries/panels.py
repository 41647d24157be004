"""Counts for many panels at once: each level now, under all the *other* criteria.

The subjects whom each part of the rule keeps, and those in each bin of a panel, are sets of
bits (`queries/subject_sets.py`). A panel counts those whom all parts keep, its own part left
out; the same sets say how many subjects each part costs. The bins' SQL is composed here and not
in a file: its columns are the reader's choice. Names pass through `quoted`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from itertools import accumulate, chain
from operator import and_
from typing import Literal

import pandas as pd

from queries.cohorts import Cohort
from queries.cohorts.editing import parts
from queries.errors import DataError
from queries.identifiers import quoted
from queries.level_sets import Bits, LevelSets, ones
from queries.prepared import KINDS
from queries.profile import ColumnProfile, nice_width
from queries.store import Store

Step = Literal["day", "week", "month", "quarter", "year"]
_KINDS = ("any", "serious", "severe", "related", "withdrawn", "fatal")
_EVENT_SETS: Mapping[tuple[str, ...], str] = {
    ("event kinds",): " UNION ALL ".join(
        f"SELECT '{kind}' AS level, list(number) AS numbers FROM subject_event_kinds "
        f"WHERE {'TRUE' if kind == 'any' else kind} HAVING count(*) > 0"
        for kind in _KINDS
    ),
    ("event classes", "event terms"): (
        "SELECT class, term, numbers FROM event_terms JOIN "
        f"(SELECT code, list(number) AS numbers FROM event_records "
        f"WHERE kinds & {KINDS['flagged']} > 0 GROUP BY code) USING (code)"
    ),
}
EVENT_PANELS = tuple(chain.from_iterable(_EVENT_SETS))
_STEPS: tuple[tuple[Step, int], ...] = (
    ("day", 31),
    ("week", 7 * 30),
    ("month", 31 * 36),
    ("quarter", 92 * 32),
    ("year", 0),
)
_MOST_PANELS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """How a column is counted.

    Parameters
    ----------
    column : str
    kind : {"levels", "numbers", "days"}
    start, width : float
        Of the bins of numbers: the lower end of the first one, included in it.
    step : {"day", "week", "month", "quarter", "year"}
        The bins of days.
    """

    column: str
    kind: Literal["levels", "numbers", "days"] = "levels"
    start: float = 0.0
    width: float = 1.0
    step: Step = "month"


def panel_of(profile: ColumnProfile, *, most: int = 24) -> Panel:
    """The panel that suits a column.

    Examples
    --------
    >>> from queries.profile import profile_columns
    >>> [panel_of(p).kind for p in profile_columns(store) if p.name in ("AGE", "RANDDT")]
    ['levels', 'days']
    """
    if profile.kind == "numbers":
        low, high = float(str(profile.low)), float(str(profile.high))
        width = nice_width(high - low, most=most, least=profile.unit or 0.0)
        start = math.floor(low / width) * width
        return Panel(column=profile.name, kind="numbers", start=start, width=width)
    if profile.kind == "days":
        assert isinstance(profile.low, date)
        assert isinstance(profile.high, date)
        span = (profile.high - profile.low).days
        step = next(step for step, longest in _STEPS if span <= longest or not longest)
        return Panel(column=profile.name, kind="days", step=step)
    return Panel(column=profile.name)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PanelCounts:
    """What `count_panels` answers.

    Parameters
    ----------
    levels : DataFrame
        `panel` (the name of its column), `level` (text, the number of a bin or its first day;
        None for missing) and `subjects`, under all the other parts of the rule. A level that
        nobody has left is not there.
    attrition : DataFrame
        One row per part of the rule: `left`, subjects after it and all parts before it, and
        `gained`, subjects that would come in without it alone.
    subjects, total : int
        Subjects of the cohort, and of the snapshot.
    """

    levels: pd.DataFrame
    attrition: pd.DataFrame
    subjects: int
    total: int


def count_panels(
    store: Store,
    cohort: Cohort,
    panels: Sequence[Panel],
    *,
    owners: Mapping[str, int] | None = None,
) -> PanelCounts:
    """Counts of every panel, and what each part of the rule costs.

    Parameters
    ----------
    panels : sequence of Panel
        At most 30.
    owners : mapping of str to int
        For a panel's column: which part of the rule the panel itself made, and does not count
        against its own levels.

    Examples
    --------
    >>> from queries.cohorts import OneOf
    >>> women = Cohort(OneOf(column="SEX", values=("F",)))
    >>> counted = count_panels(store, women, [Panel(column="SEX")], owners={"SEX": 0})
    >>> counted.subjects, counted.total
    (4, 8)
    >>> counted.levels[["level", "subjects"]].values.tolist()
    [['F', 4], ['M', 3], [None, 1]]
    """
    if len(panels) > _MOST_PANELS:
        raise DataError(f"at most {_MOST_PANELS} panels are counted at once", got=len(panels))
    left = _Left.of(store, cohort)
    sets = [(panel.column, _sets(store, panel)) for panel in panels]
    return PanelCounts(
        levels=_levels(sets, left, owners or {}),
        attrition=left.attrition(),
        subjects=ones(left.by_all),
        total=ones(left.enrolled),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Left:
    """Who is left by the parts of a rule: by all of them, and by all but one."""

    enrolled: Bits
    parts: tuple[Bits, ...]
    by_all: Bits

    @staticmethod
    def of(store: Store, cohort: Cohort) -> _Left:
        enrolled, met = store.sets.enrolled, store.sets.meeting(parts(cohort.rule))
        by_all = reduce(and_, met, enrolled)
        return _Left(enrolled=enrolled, parts=met, by_all=by_all)

    def without(self, place: int | None) -> Bits:
        """Who is left by all parts but the one at a place; None: by all."""
        if place is None or not 0 <= place < len(self.parts):
            return self.by_all
        others = (*self.parts[:place], *self.parts[place + 1 :])
        return reduce(and_, others, self.enrolled)

    def _without_each(self) -> Iterator[Bits]:
        """Who is left by all parts but one, for each part."""
        after = list(accumulate(reversed(self.parts[1:]), and_, initial=self.enrolled))
        before = self.enrolled
        for part in self.parts:
            yield before & after.pop()
            before = before & part

    def attrition(self) -> pd.DataFrame:
        running = list(accumulate(self.parts, and_, initial=self.enrolled))[1:]
        left = [ones(bits) for bits in running]
        gained = [ones(bits) - ones(self.by_all) for bits in self._without_each()]
        return pd.DataFrame({"left": left, "gained": gained}, dtype="int64")


def _levels(
    sets: Iterable[tuple[str, LevelSets]], left: _Left, owners: Mapping[str, int]
) -> pd.DataFrame:
    """Subjects by panel and level; the part that a panel made does not count against it."""
    rows = []
    for panel, found in sets:
        counts = found.count(left.without(owners.get(panel))).tolist()
        known = [row for row in zip(found.levels, counts, strict=True) if row[1]]
        known.sort(key=lambda row: (row[0] is None, str(row[0])))
        rows += [(panel, *row) for row in known]
    panels, levels, subjects = zip(*rows, strict=True) if rows else ((), (), ())
    return pd.DataFrame(
        {
            "panel": list(panels),
            "level": pd.Series(levels, dtype=object),
            "subjects": pd.Series(subjects, dtype="int64"),
        }
    )


def _sets(store: Store, panel: Panel) -> LevelSets:
    """Who is in each bin of a panel."""
    layout = store.layout
    sql = (
        f"SELECT {_bin(store, panel)}::VARCHAR AS level, list({layout.number}::INTEGER) AS numbers "
        f"FROM {layout.numbered} GROUP BY level"
    )
    [found] = store.sets.levels([panel], sql)
    return found


def _bin(store: Store, panel: Panel) -> str:
    """SQL for the bin of a subject; parameters are not needed, bins being ours."""
    if panel.column not in store.columns:
        raise DataError("a panel shows a column of ADSL that this reader may see", got=panel.column)
    value = quoted(panel.column)
    if panel.kind == "numbers":
        number = f"(CASE WHEN isfinite({value}::DOUBLE) THEN {value}::DOUBLE END)"
        # A hair's breadth, so that 0.3 / 0.1 lands in the third bin and not in the second.
        return f"floor(({number} - {panel.start!r}) / {panel.width!r} + 1e-9)::INTEGER"
    if panel.kind == "days":
        return f"date_trunc('{panel.step}', {value})::DATE"
    if store.columns[panel.column] in {"DOUBLE", "FLOAT"}:
        return f"NULLIF({value}, 'NaN'::DOUBLE)"
    return value


def bin_range(panel: Panel, level: str, unit: float | None) -> tuple[float | date, float | date]:
    """The first and the last value of a bin, both included.

    Parameters
    ----------
    level : str
        As `count_panels` names it.
    unit : float, optional
        The step of the column's numbers.

    Examples
    --------
    >>> bin_range(Panel(column="AGE", kind="numbers", start=20.0, width=5.0), "2", 1.0)
    (30.0, 34.0)
    >>> bin_range(Panel(column="RANDDT", kind="days", step="month"), "2024-02-01", None)
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    if panel.kind == "days":
        first = date.fromisoformat(level)
        return first, _next(first, panel.step) - timedelta(days=1)
    low = round(panel.start + int(level) * panel.width, 9)
    return low, round(low + panel.width - (unit or 0.0), 9)


def _next(first: date, step: Step) -> date:
    match step:
        case "day" | "week":
            return first + timedelta(days=1 if step == "day" else 7)
        case "year":
            return first.replace(year=first.year + 1)
    months = first.month + (1 if step == "month" else 3)
    return date(first.year + (months - 1) // 12, (months - 1) % 12 + 1, 1)


# Adverse events ------------------------------------------------------------------------


def count_events(
    store: Store, cohort: Cohort, *, owners: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """Subjects with each kind, class and term of adverse event, under all the other parts.

    Returns
    -------
    DataFrame
        `panel` (one of `EVENT_PANELS`), `level` and `subjects`.

    Examples
    --------
    >>> events = count_events(store, Cohort())
    >>> events.loc[events["panel"] == "event classes", ["level", "subjects"]].values.tolist()
    [['Gut', 2], ['Skin', 2]]
    """
    left = _Left.of(store, cohort)
    found = (store.sets.levels(panels, sql) for panels, sql in _EVENT_SETS.items())
    sets = zip(EVENT_PANELS, chain.from_iterable(found), strict=True)
    return _levels(sets, left, owners or {})
