"""The list of a cohort's subjects: searched, sorted and paged in the store.

Which columns are shown and sorted by is the reader's choice, so this SQL is composed here;
names are found among the columns the reader may see and pass through `quoted`.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from queries.cohorts import Cohort
from queries.cohorts.checking import column_kind
from queries.errors import DataError
from queries.identifiers import quoted
from queries.store import Store

EVENTS, SEVERE = "Adverse events", "Grade 3 or higher"
"""Columns that are counted from records and not columns of ADSL."""

_COUNTED = {EVENTS: "COALESCE(events.records, 0)", SEVERE: "COALESCE(events.severe, FALSE)"}
_MOST_COLUMNS = 20
_MOST_ROWS = 500
_LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectList:
    """What a list shows.

    Parameters
    ----------
    columns : tuple of str
        Columns of ADSL beside the subject's identifier, and `EVENTS` or `SEVERE`.
    search : str
        Text to be found in the identifier or in any of the columns, whatever its case; every
        character stands for itself.
    order : str
        The column that sorts; "" is the identifier. Subjects without a value come last.
    descending : bool

    Raises
    ------
    DataError
        For more than 20 columns, or a search of more than 200 characters.

    Examples
    --------
    >>> SubjectList(columns=("AGE",), order="AGE", descending=True).search
    ''
    """

    columns: tuple[str, ...] = ()
    search: str = ""
    order: str = ""
    descending: bool = False

    def __post_init__(self) -> None:
        if len(self.columns) > _MOST_COLUMNS:
            rule = f"a list shows at most {_MOST_COLUMNS} columns"
            raise DataError(rule, got=len(self.columns))
        if len(self.search) > _LONGEST_SEARCH:
            rule = f"a search is at most {_LONGEST_SEARCH} characters"
            raise DataError(rule, got=self.search)


def count_subjects(store: Store, cohort: Cohort, shown: SubjectList) -> int:
    """How many subjects of the cohort the search finds.

    Examples
    --------
    >>> count_subjects(store, Cohort(), SubjectList(columns=("COUNTRY",), search="deu"))
    4
    """
    listed, bound = _listed(store, cohort, shown)
    return int(store.execute(f"SELECT count(*) AS n FROM ({listed})", bound)["n"].iloc[0])


def list_subjects(
    store: Store, cohort: Cohort, shown: SubjectList, *, start: int = 0, rows: int | None = 25
) -> pd.DataFrame:
    """A page of the list.

    Parameters
    ----------
    start : int
        Subjects before the page.
    rows : int or None
        Subjects on it, at most 500; None: all that follow, for a file.

    Returns
    -------
    DataFrame
        `subject`, then the columns by their names.

    Examples
    --------
    >>> oldest = SubjectList(columns=("AGE",), order="AGE", descending=True)
    >>> list_subjects(store, Cohort(), oldest, rows=2).values.tolist()
    [['S5', 80.0], ['S2', 70.0]]
    """
    if start < 0 or (rows is not None and not 1 <= rows <= _MOST_ROWS):
        rule = f"a page starts at 0 or later and has 1 to {_MOST_ROWS} rows"
        raise DataError(rule, got=f"{start}, {rows}")
    listed, bound = _listed(store, cohort, shown)
    limit = "" if rows is None else " LIMIT $rows"
    answer = store.execute(
        f"SELECT * EXCLUDE (sorted) FROM ({listed}) ORDER BY {_order(shown)}{limit} OFFSET $start",
        {**bound, "start": start, **({} if rows is None else {"rows": rows})},
    )
    return answer.set_axis(["subject", *shown.columns], axis=1)


def place_of(store: Store, cohort: Cohort, shown: SubjectList, subject: str) -> int | None:
    """How many subjects come before one in the list; None when it is not there.

    Examples
    --------
    >>> place_of(store, Cohort(), SubjectList(), "S3")
    2
    >>> place_of(store, Cohort(), SubjectList(search="S1"), "S3") is None
    True
    """
    listed, bound = _listed(store, cohort, shown)
    answer = store.execute(
        f"SELECT place FROM (SELECT subject, row_number() OVER (ORDER BY {_order(shown)}) - 1 "
        f"AS place FROM ({listed})) WHERE subject = $asked",
        {**bound, "asked": subject},
    )
    return None if answer.empty else int(answer["place"].iloc[0])


def _listed(store: Store, cohort: Cohort, shown: SubjectList) -> tuple[str, dict[str, object]]:
    """SQL for the subjects found, in no order; with `sorted`, what they are sorted by."""
    [chosen], bound = store.predicates([cohort.rule])
    subject = f"base.{quoted(store.schema.subject)}"
    values = {name: _value(store, name) for name in shown.columns}
    columns = [f"{value} AS c{place}" for place, value in enumerate(values.values())]
    sorting = _value(store, shown.order) if shown.order else subject
    tests = ["TRUE"]
    if shown.search:
        texts = [subject, *values.values()]
        found = (f"contains(lower({text}::VARCHAR), lower($search))" for text in texts)
        tests = [f"({' OR '.join(found)})"]
        bound = {**bound, "search": shown.search}
    return (
        f"SELECT {', '.join([f'{subject} AS subject', *columns, f'{sorting} AS sorted'])} "
        f"FROM (SELECT * FROM {store.layout.subject_source} "
        f"WHERE {chosen} AND {store.enrolled}) AS base "
        f"LEFT JOIN subject_event_kinds AS events ON events.subject = {subject} "
        f"WHERE {' AND '.join(tests)}",
        bound,
    )


def _value(store: Store, name: str) -> str:
    if name in _COUNTED:
        return _COUNTED[name]
    if name not in store.columns or column_kind(store.columns[name]) is None:
        raise DataError("a list shows columns of ADSL that this reader may see", got=name)
    value = f"base.{quoted(name)}"
    return f"NULLIF({value}, 'NaN'::DOUBLE)" if store.columns[name] == "DOUBLE" else value


def _order(shown: SubjectList) -> str:
    direction = "DESC" if shown.descending else "ASC"
    if not shown.order:
        return f"subject {direction}"
    return f"sorted {direction} NULLS LAST, subject"
