"""Listings of adverse events and of deaths: searched, sorted and paged in the store.

What is sorted and searched by is the reader's choice, so this SQL is composed here; columns are
those of the listing and nothing else, and values are parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from queries.cohorts import Cohort
from queries.errors import DataError
from queries.identifiers import quoted
from queries.listing_sources import DEATHS, EVENTS
from queries.prepared import RELATED
from queries.store import ArmRole, Store

EVENT_COLUMNS = (
    "subject", "arm", "term", "note", "class", "grade", "start_day", "end_day", "serious",
    "related", "action", "outcome", "days_after_last_dose", "emergent",
)  # fmt: skip
DEATH_COLUMNS = (
    "subject", "arm", "died_on", "study_day", "days_after_last_dose", "cause", "evidence",
    "fatal_events", "note",
)  # fmt: skip
LISTED_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "serious": "Serious or fatal",
        "fatal": "Fatal",
        "unmarked": "Fatal and not marked serious",
        "severe": "Grade 3 or higher",
        "related": "Related to treatment",
        "withdrawn": "Leading to withdrawal",
        "any": "Any",
    }
)
MOST_ROWS = 500
_LONGEST_SEARCH = 200
_FATAL = "(death = 'Y' OR upper(outcome) = 'FATAL')"
_WHERE: Mapping[str, str] = {
    "serious": f"(serious = 'Y' OR {_FATAL})",
    "fatal": _FATAL,
    "unmarked": f"({_FATAL} AND serious IS DISTINCT FROM 'Y')",
    "severe": "coalesce(TRY_CAST(graded AS DOUBLE) >= 3, severity = 'SEVERE')",
    "related": "list_contains($causal, upper(related))",
    "withdrawn": "action = 'DRUG WITHDRAWN'",
    "any": "TRUE",
}
_NEEDS: Mapping[str, frozenset[str]] = {
    "serious": frozenset({"serious"}),
    "fatal": frozenset({"outcome", "death"}),
    "unmarked": frozenset({"outcome", "death"}),
    "severe": frozenset({"grade", "severity"}),
    "related": frozenset({"related"}),
    "withdrawn": frozenset({"action"}),
    "any": frozenset({"term"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventListing:
    """Which adverse events are listed, and how.

    Parameters
    ----------
    kind : str
        One of `LISTED_KINDS`.
    emergent : bool
        Whether only treatment-emergent ones are listed; where none is flagged, all are.
    search : str
        Text to be found in any column, whatever its case.
    order : str
        A column that sorts; "" sorts by subject and day.
    descending : bool

    Examples
    --------
    >>> count_events(store, Cohort(), EventListing(kind="serious"))
    2
    """

    kind: str = "serious"
    emergent: bool = False
    search: str = ""
    order: str = ""
    descending: bool = False

    def __post_init__(self) -> None:
        if self.kind not in LISTED_KINDS:
            raise DataError(f"a listed kind is one of {', '.join(LISTED_KINDS)}", got=self.kind)
        _check(self.search, self.order, EVENT_COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeathListing:
    """How deaths are listed; the parameters are those of `EventListing`.

    Examples
    --------
    >>> count_deaths(store, Cohort(), DeathListing())
    1
    """

    search: str = ""
    order: str = ""
    descending: bool = False

    def __post_init__(self) -> None:
        _check(self.search, self.order, DEATH_COLUMNS)


def listed_kinds(store: Store) -> tuple[str, ...]:
    """The kinds of events that this study's columns can tell apart; none without events.

    Examples
    --------
    >>> listed_kinds(store)
    ('serious', 'severe', 'any')
    """
    known = set(store.layout.adverse_events.sources)
    return tuple(kind for kind, needed in _NEEDS.items() if needed & known)


def count_events(
    store: Store, cohort: Cohort, shown: EventListing, *, arm: ArmRole = "actual"
) -> int:
    """How many events of the cohort the listing has."""
    return _count(store, *_events(store, cohort, shown, arm))


def list_events(
    store: Store,
    cohort: Cohort,
    shown: EventListing,
    *,
    arm: ArmRole = "actual",
    start: int = 0,
    rows: int | None = 25,
) -> pd.DataFrame:
    """A page of the listing of events.

    Parameters
    ----------
    start : int
        Events before the page.
    rows : int or None
        Events on it, at most 500; None: all that follow, for a file.

    Returns
    -------
    DataFrame
        `EVENT_COLUMNS`, without the arm for a blinded reader. Study days have no 0; days after
        last dose are missing until the day after it.

    Examples
    --------
    >>> list_events(store, Cohort(), EventListing())[["subject", "term"]].values.tolist()
    [['S1', 'Cramp'], ['S6', 'Rash-like']]
    """
    listed, bound = _events(store, cohort, shown, arm)
    return _page(store, listed, bound, shown, EVENT_COLUMNS, start, rows)


def count_deaths(
    store: Store, cohort: Cohort, shown: DeathListing, *, arm: ArmRole = "actual"
) -> int:
    """How many subjects of the cohort died, as far as any record says so."""
    return _count(store, *_deaths(store, cohort, shown, arm))


def list_deaths(
    store: Store,
    cohort: Cohort,
    shown: DeathListing,
    *,
    arm: ArmRole = "actual",
    start: int = 0,
    rows: int | None = 25,
) -> pd.DataFrame:
    """A page of the listing of deaths, one row per subject.

    Returns
    -------
    DataFrame
        `DEATH_COLUMNS`, without the arm for a blinded reader. `evidence` says which records
        know of the death; the date is the first known of ADSL, DM, disposition, fatal event.

    Examples
    --------
    >>> list_deaths(store, Cohort(), DeathListing())[["subject", "evidence"]].values.tolist()
    [['S1', 'Only disposition']]
    """
    listed, bound = _deaths(store, cohort, shown, arm)
    return _page(store, listed, bound, shown, DEATH_COLUMNS, start, rows)


def _events(
    store: Store, cohort: Cohort, shown: EventListing, arm: ArmRole
) -> tuple[str, dict[str, object]]:
    if shown.kind not in listed_kinds(store):
        raise DataError("this study collects what the listed kind needs", got=shown.kind)
    subjects, bound = store.subjects_sql(cohort, arm)
    where = [_WHERE[shown.kind]]
    if shown.emergent:
        where.append(
            "(emergent = 'Y' OR NOT EXISTS (FROM adverse_events WHERE emergent IS NOT NULL))"
        )
    if shown.kind == "related":
        bound = {**bound, "causal": list(RELATED)}
    sql = f"WITH cohort AS ({subjects}) SELECT * FROM ({EVENTS}) WHERE {' AND '.join(where)}"
    return _found(sql, bound, shown.search, _columns(store, EVENT_COLUMNS))


def _deaths(
    store: Store, cohort: Cohort, shown: DeathListing, arm: ArmRole
) -> tuple[str, dict[str, object]]:
    subjects, bound = store.subjects_sql(cohort, arm)
    sql = f"WITH cohort AS ({subjects}) {DEATHS}"
    return _found(sql, bound, shown.search, _columns(store, DEATH_COLUMNS))


def _columns(store: Store, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in columns if not (store.pooled and name == "arm"))


def _found(
    sql: str, bound: dict[str, object], search: str, columns: tuple[str, ...]
) -> tuple[str, dict[str, object]]:
    if not search:
        return sql, bound
    tests = (f"contains(lower({quoted(name)}::VARCHAR), lower($search))" for name in columns)
    return f"SELECT * FROM ({sql}) WHERE {' OR '.join(tests)}", {**bound, "search": search}


def _count(store: Store, listed: str, bound: dict[str, object]) -> int:
    return int(store.execute(f"SELECT count(*) AS n FROM ({listed})", bound)["n"].iloc[0])


def _page(
    store: Store,
    listed: str,
    bound: dict[str, object],
    shown: EventListing | DeathListing,
    columns: tuple[str, ...],
    start: int,
    rows: int | None,
) -> pd.DataFrame:
    if start < 0 or (rows is not None and not 1 <= rows <= MOST_ROWS):
        rule = f"a page starts at 0 or later and has 1 to {MOST_ROWS} rows"
        raise DataError(rule, got=f"{start}, {rows}")
    kept = _columns(store, columns)
    if shown.order and shown.order not in kept:
        raise DataError("a listing is sorted by one of its columns", got=shown.order)
    direction = "DESC" if shown.descending else "ASC"
    first = [f"{quoted(shown.order)} {direction} NULLS LAST"] if shown.order else []
    day = "start_day" if "start_day" in kept else "study_day"
    usual = ["subject" if shown.order else f"subject {direction}", f"{day} NULLS LAST"]
    # Everything else breaks ties, so that no record stands on two pages.
    order = ", ".join([*first, *usual, *(f"{quoted(name)} NULLS LAST" for name in kept)])
    limit = "" if rows is None else " LIMIT $rows"
    asked = {**bound, "start": start, **({} if rows is None else {"rows": rows})}
    listed_columns = ", ".join(map(quoted, kept))
    return store.execute(
        f"SELECT {listed_columns} FROM ({listed}) ORDER BY {order}{limit} OFFSET $start", asked
    )


def _check(search: str, order: str, columns: tuple[str, ...]) -> None:
    if len(search) > _LONGEST_SEARCH:
        raise DataError(f"a search is at most {_LONGEST_SEARCH} characters", got=search)
    if order and order not in columns:
        raise DataError("a listing is sorted by one of its columns", got=order)
