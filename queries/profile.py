"""What the columns of ADSL hold: how a page can show each one and ask for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

from queries.cohorts.checking import column_kind
from queries.identifiers import quoted
from queries.store import Store

Kind = Literal["levels", "numbers", "days"]
_FEW_NUMBERS = 12  # distinct numbers that are shown as levels
_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """What one column holds, over the enrolled subjects.

    Parameters
    ----------
    name : str
    kind : {"levels", "numbers", "days"}
        How it is shown: as ranked levels, as a histogram of numbers, or of calendar days.
    levels : int
        Number of distinct values.
    missing : int
        Subjects without a value.
    low, high : float or date, optional
        The smallest and the largest value of numbers and days.
    unit : float, optional
        The step of the numbers: 1 for whole ones, 0.1 for one decimal; None when finer than
        a millionth.
    identifies : bool
        Whether every subject has a value of its own.
    """

    name: str
    kind: Kind
    levels: int
    missing: int
    low: float | date | None = None
    high: float | date | None = None
    unit: float | None = None
    identifies: bool = False


def profile_columns(store: Store) -> tuple[ColumnProfile, ...]:
    """The profiles of the columns that a criterion can use, in the order of the data.

    Examples
    --------
    >>> profiles = {profile.name: profile for profile in profile_columns(store)}
    >>> profiles["SEX"].kind, profiles["SEX"].levels, profiles["SEX"].missing
    ('levels', 2, 1)
    >>> profiles["RANDDT"].kind, profiles["RANDDT"].low
    ('days', datetime.date(2024, 1, 3))
    """
    kinds = {name: column_kind(type_) for name, type_ in store.columns.items()}
    known = {name: kind for name, kind in kinds.items() if kind not in (None, "time of day")}
    if not known:
        return ()
    parts = ["count(*)"]
    for name, kind in known.items():
        parts += _measures(name, kind or "", store.columns[name])
    sql = f"SELECT {', '.join(parts)} FROM {store.layout.subject_source} WHERE {store.enrolled}"
    answer = store.execute(sql, {})
    subjects, *row = (answer.iat[0, place] for place in range(answer.shape[1]))
    profiles = []
    for place, (name, kind) in enumerate(known.items()):
        profiles.append(_profile(name, kind or "", int(subjects), row[5 * place : 5 * place + 5]))
    return tuple(profiles)


def _measures(name: str, kind: str, type_: str) -> list[str]:
    """Five measures of a column: filled, distinct, smallest, largest, decimals."""
    value = quoted(name)
    if type_ in {"DOUBLE", "FLOAT"}:
        value = f"CASE WHEN isfinite({value}) THEN {value} END"
    counts = [f"count({value})", f"count(DISTINCT {value})"]
    match kind:
        case "number" | "whole number":
            number = f"({value})::DOUBLE"
            decimals = "list_max([0, {}])".format(
                ", ".join(
                    f"{d + 1} * bool_or({number} <> round({number}, {d}))::INTEGER"
                    for d in range(_MOST_DECIMALS + 1)
                )
            )
            return [*counts, f"min({number})", f"max({number})", decimals]
        case "day" | "moment":
            return [*counts, f"min({value})::DATE", f"max({value})::DATE", "NULL"]
        case _:
            return [*counts, "NULL", "NULL", "NULL"]


def _profile(name: str, kind: str, subjects: int, measures: list[object]) -> ColumnProfile:
    filled, levels = int(str(measures[0])), int(str(measures[1]))
    common = {
        "name": name,
        "levels": levels,
        "missing": subjects - filled,
        "identifies": subjects > 1 and levels >= 0.9 * subjects and filled >= 0.9 * subjects,
    }
    if kind in ("day", "moment") and filled:
        first, last = (_as_date(one) for one in measures[2:4])
        return ColumnProfile(kind="days", low=first, high=last, **common)  # type: ignore[arg-type]
    if kind in ("number", "whole number") and levels > _FEW_NUMBERS:
        low, high, decimals = (float(str(one)) for one in measures[2:5])
        unit = 10.0**-decimals if decimals <= _MOST_DECIMALS else None
        common["identifies"] = False  # a measurement, however fine
        return ColumnProfile(kind="numbers", low=low, high=high, unit=unit, **common)  # type: ignore[arg-type]
    return ColumnProfile(kind="levels", **common)  # type: ignore[arg-type]


def _as_date(value: object) -> date | None:
    day = getattr(value, "date", None)
    if callable(day):
        return day()  # type: ignore[no-any-return]
    return value if isinstance(value, date) else None


def nice_width(span: float, *, most: int = 24, least: float = 0.0) -> float:
    """A width of bins that people would choose: 1, 2 or 5 times a power of ten.

    Parameters
    ----------
    span : float
        From the smallest to the largest value.
    most : int
        Most bins.
    least : float
        The step of the numbers; bins are not finer.

    Examples
    --------
    >>> nice_width(55), nice_width(0.8), nice_width(20, least=1)
    (5.0, 0.05, 1.0)
    """
    if span <= 0:
        return least or 1.0
    power = 10.0 ** math.floor(math.log10(span / most))
    wide = (power * factor for factor in (1, 2, 5, 10))
    return max(next(w for w in wide if span / w <= most), least)
