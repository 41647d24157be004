"""Subjects one by one, with columns of ADSL and how their follow-up for an event ended.

Which columns come along is the reader's choice, so this SQL is composed here; names are found
among the columns the reader may see and pass through `quoted`.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from queries.cohorts import EVERYONE, Cohort
from queries.cohorts.checking import column_kind
from queries.errors import DataError
from queries.events import EventSelection, EventTerms
from queries.identifiers import quoted
from queries.store import ArmRole, Store

OWN_COLUMNS = ("subject", "site", "arm", "day", "end")
_MOST_COLUMNS = 60


def predictor_rows(
    store: Store,
    *,
    selection: EventSelection,
    of: EventTerms,
    columns: Sequence[str] = (),
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "actual",
) -> pd.DataFrame:
    """Each subject of a cohort with their first event and their columns.

    Returns
    -------
    DataFrame
        `subject`, `site`, `arm`, `day` and `end` as `EventSets.onset` has them, then the columns
        by their names; in the order of the subjects.

    Raises
    ------
    DataError
        For a column that is not there, that this reader may not see, or that has a name of the
        answer's own.

    Examples
    --------
    >>> rows = predictor_rows(
    ...     store, selection=EventSelection(), of=EventTerms(), columns=["AGE"]
    ... )
    >>> rows[["subject", "end", "AGE"]].head(2).values.tolist()
    [['S1', 'not followed', 61.0], ['S2', 'not followed', 70.0]]
    """
    _check(store, columns)
    layout = store.layout
    listed = "".join(f", {quoted(name)} AS c{place}" for place, name in enumerate(columns))
    site = layout.subjects.sources.get("site")
    facts = store.execute(
        f"SELECT {layout.number}::BIGINT AS number, {quoted(layout.schema.subject)} AS subject, "
        f"{quoted(site) if site else 'NULL'}::VARCHAR AS site{listed} FROM {layout.numbered}",
        {},
    )
    facts = facts.set_axis(["number", "subject", "site", *columns], axis=1)
    ends = store.event_sets.ends(selection, of=of, cohort=cohort, arm=arm)
    rows = ends.merge(facts, on="number").sort_values("subject", ignore_index=True)
    return rows[[*OWN_COLUMNS, *columns]]


def _check(store: Store, columns: Sequence[str]) -> None:
    if len(columns) > _MOST_COLUMNS:
        raise DataError(f"at most {_MOST_COLUMNS} columns come along", got=len(columns))
    if len(set(columns)) < len(columns):
        raise DataError("each column comes along once", got=list(columns))
    for name in columns:
        if name not in store.columns or column_kind(store.columns[name]) is None:
            raise DataError("a predictor is a column of ADSL that this reader may see", got=name)
        if name in (*OWN_COLUMNS, "number"):
            raise DataError(f"a predictor is not called {', '.join(OWN_COLUMNS)}", got=name)
