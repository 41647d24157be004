"""Counts for many panels in one pass: each level now, under all the *other* criteria.

Every subject is marked with the one part of the rule that alone leaves it out (0 for none, -1
for several). A panel then counts those that no part leaves out and those that only its own
part does; the same marks say how many subjects each part costs. One scan with grouping sets
answers all panels together, which is why this SQL is composed here and not in a file: its
columns are the reader's choice. Names pass through `quoted`, values are parameters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import pandas as pd

from queries.cohorts import Cohort
from queries.cohorts.editing import parts
from queries.errors import DataError
from queries.identifiers import quoted
from queries.profile import ColumnProfile, nice_width
from queries.store import Store

Step = Literal["day", "week", "month", "quarter", "year"]
EVENT_PANELS = ("event kinds", "event classes", "event terms")
_STEPS: tuple[tuple[Step, int], ...] = (
    ("day", 31),
    ("week", 7 * 30),
    ("month", 31 * 36),
    ("quarter", 92 * 32),
    ("year", 0),
)
_MOST_PANELS = 30  # what GROUPING can tell apart in one number


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
    by_part = _by_part(store, cohort)
    return PanelCounts(
        levels=_panel_levels(store, cohort, panels, owners or {}),
        attrition=_attrition(by_part, len(parts(cohort.rule))),
        subjects=int(by_part.loc[by_part["failed"] == 0, "subjects"].sum()),
        total=int(by_part["subjects"].sum()),
    )


def _by_part(store: Store, cohort: Cohort) -> pd.DataFrame:
    marks, bound = marked(store, cohort, {})
    sql = "SELECT failed, first_failed, count(*) AS subjects FROM marked GROUP BY ALL"
    return store.execute(f"WITH marked AS ({marks}) {sql}", bound)


def _panel_levels(
    store: Store, cohort: Cohort, panels: Sequence[Panel], owners: Mapping[str, int]
) -> pd.DataFrame:
    if not panels:
        return pd.DataFrame({"panel": [], "level": [], "subjects": []})
    names = [f"d{number}" for number in range(len(panels))]
    bins = (_bin(store, panel) for panel in panels)
    marks, bound = marked(store, cohort, dict(zip(names, bins, strict=True)))
    sets = ", ".join(f"(failed, {name})" for name in names)
    level = ", ".join(f"{name}::VARCHAR" for name in names)
    answer = store.execute(
        f"WITH marked AS ({marks}) SELECT grouping({', '.join(names)}) AS left_out, "
        f"coalesce({level}, NULL) AS level, failed, count(*) AS subjects "
        f"FROM marked WHERE failed >= 0 GROUP BY GROUPING SETS ({sets})",
        bound,
    )
    everything = (1 << len(panels)) - 1
    named = {
        everything - (1 << (len(panels) - place)): panel.column
        for place, panel in enumerate(panels, start=1)
    }
    rows = zip(answer["left_out"].map(named), *_columns(answer, "level", "subjects"), strict=True)
    return _levels(rows, owners)


def _columns(answer: pd.DataFrame, level: str, subjects: str) -> list[list[Any]]:
    """What makes a level of a panel, as lists: missing ones are None."""
    levels = answer[level].astype(object).where(answer[level].notna(), None)
    return [levels.tolist(), answer["failed"].tolist(), answer[subjects].tolist()]


def _levels(rows: Iterable[tuple[Any, ...]], owners: Mapping[str, int]) -> pd.DataFrame:
    """Subjects by panel and level: those that no part leaves out, or only the panel's own."""
    counts: dict[tuple[str, Any], int] = {}
    for panel, level, failed, subjects in rows:
        if failed == 0 or failed == owners.get(panel, -2) + 1:
            counts[panel, level] = counts.get((panel, level), 0) + int(subjects)
    places = {panel: place for place, panel in enumerate(dict.fromkeys(p for p, _ in counts))}
    keys = sorted(counts, key=lambda key: (places[key[0]], key[1] is None, str(key[1])))
    return pd.DataFrame(
        {
            "panel": [panel for panel, _ in keys],
            "level": pd.Series([level for _, level in keys], dtype=object),
            "subjects": pd.Series([counts[key] for key in keys], dtype="int64"),
        }
    )


def _attrition(by_part: pd.DataFrame, count: int) -> pd.DataFrame:
    left = int(by_part["subjects"].sum())
    rows = []
    for place in range(1, count + 1):
        left -= int(by_part.loc[by_part["first_failed"] == place, "subjects"].sum())
        gained = int(by_part.loc[by_part["failed"] == place, "subjects"].sum())
        rows.append({"left": left, "gained": gained})
    return pd.DataFrame(rows, columns=["left", "gained"], dtype="int64")


def marked(
    store: Store, cohort: Cohort, columns: Mapping[str, str]
) -> tuple[str, dict[str, object]]:
    """SQL for all enrolled subjects with the part that leaves each out, and its parameters.

    Parameters
    ----------
    columns : mapping of str to str
        More columns, by their names in the answer: SQL over the columns of ADSL.

    Returns
    -------
    tuple of str and dict
        A SELECT of `subject`, `failed` (0: no part fails; n: only the nth; -1: several),
        `first_failed` (0, or the first part that fails) and the columns asked for.
    """
    tests, bound = store.predicates(parts(cohort.rule))
    fails = [f"(NOT {test})::TINYINT AS fails{n}" for n, test in enumerate(tests, start=1)]
    wanted = [f"{sql} AS {name}" for name, sql in columns.items()]
    subject = f"{quoted(store.schema.subject)} AS subject"
    chosen = ", ".join([subject, *wanted, *fails])
    inner = f"SELECT {chosen} FROM {store.layout.subject_source} WHERE {store.enrolled}"
    names = [f"fails{n}" for n in range(1, len(tests) + 1)]
    failures = " + ".join(f"{name}::SMALLINT" for name in names) or "0"
    first = " ".join(f"WHEN {name} = 1 THEN {n}" for n, name in enumerate(names, start=1))
    first = f"(CASE {first} ELSE 0 END)" if names else "0"
    return (
        f"SELECT subject, {''.join(f'{name}, ' for name in columns)}"
        f"(CASE WHEN {failures} > 1 THEN -1 ELSE {first} END)::SMALLINT AS failed, "
        f"{first}::SMALLINT AS first_failed FROM ({inner})",
        bound,
    )


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
    marks, bound = marked(store, cohort, {})
    by_term = store.execute(
        f"WITH marked AS ({marks}) SELECT failed, class, term, "
        "count(*) FILTER (first_of_term) AS of_term, "
        "count(*) FILTER (first_of_class) AS of_class "
        "FROM subject_events JOIN marked USING (subject) WHERE failed >= 0 "
        "GROUP BY failed, class, term",
        bound,
    )
    kinds = store.execute(
        f"WITH marked AS ({marks}) SELECT failed, count(*) AS any, "
        "count(*) FILTER (serious) AS serious, count(*) FILTER (severe) AS severe, "
        "count(*) FILTER (related) AS related, count(*) FILTER (withdrawn) AS withdrawn, "
        "count(*) FILTER (fatal) AS fatal "
        "FROM subject_event_kinds JOIN marked USING (subject) WHERE failed >= 0 GROUP BY failed",
        bound,
    ).melt("failed", var_name="level", value_name="subjects")
    frames = {
        "event kinds": _columns(kinds, "level", "subjects"),
        "event classes": _columns(by_term, "class", "of_class"),
        "event terms": _columns(by_term, "term", "of_term"),
    }
    rows = (
        (panel, *row) for panel, columns in frames.items() for row in zip(*columns, strict=True)
    )
    return _levels((row for row in rows if row[-1]), owners or {})
