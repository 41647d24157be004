"""Subjects one by one, with an endpoint's time and columns of ADSL: what a regression reads.

Which columns come along is the reader's choice, so this SQL is composed here; names are found
among the columns the reader may see and pass through `quoted`.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from queries.cohorts import EVERYONE, Cohort
from queries.cohorts.checking import column_kind
from queries.errors import DataError
from queries.identifiers import quoted
from queries.store import ArmRole, Store

ROW_COLUMNS = ("subject", "arm", "stratum", "time", "event", "started_on")
"""The columns that every answer has; no column of ADSL that is asked for has such a name."""

_MOST_COLUMNS = 60


def survival_rows(
    store: Store,
    *,
    endpoint: str,
    columns: Sequence[str] = (),
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "planned",
    stratum: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Each subject that `survival_counts` counts.

    Parameters
    ----------
    endpoint : str
        A PARAMCD of ADTTE.
    columns : sequence of str
        Columns of ADSL that come along, each once.
    stratum : tuple of str
        Columns of ADSL whose joint levels make the strata.

    Returns
    -------
    DataFrame
        `ROW_COLUMNS`, then the columns by their names, in the order of the subjects; `event` is
        true or false, `stratum` is "" when there is none.

    Raises
    ------
    DataError
        For a column that is not there, that this reader may not see, or that has a name of the
        answer's own.

    Examples
    --------
    >>> rows = survival_rows(store, endpoint="OS", columns=["AGE"])
    >>> rows[["subject", "arm", "time", "event", "AGE"]].head(2).values.tolist()
    [['S1', 'Placebo', 5.0, True, 61.0], ['S2', 'Active', 9.0, False, 70.0]]
    """
    _check(store, columns)
    extra = {f"c{place}": _value(store, name) for place, name in enumerate(columns)}
    subjects, bound = store.subjects_sql(cohort, arm, stratum=stratum, columns=extra)
    chosen = ", ".join([*ROW_COLUMNS, *extra])
    answer = store.execute(
        f"WITH cohort AS ({subjects}) SELECT {chosen} FROM cohort "
        "JOIN endpoint_times USING (subject) "
        "WHERE endpoint = $endpoint AND time IS NOT NULL AND event IS NOT NULL "
        "ORDER BY subject, time, event",
        {**bound, "endpoint": endpoint},
    )
    return answer.set_axis([*ROW_COLUMNS, *columns], axis=1)


def _check(store: Store, columns: Sequence[str]) -> None:
    if len(columns) > _MOST_COLUMNS:
        raise DataError(f"at most {_MOST_COLUMNS} columns come along", got=len(columns))
    if len(set(columns)) < len(columns):
        raise DataError("each column comes along once", got=list(columns))
    for name in columns:
        if name not in store.columns or column_kind(store.columns[name]) is None:
            raise DataError("a covariate is a column of ADSL that this reader may see", got=name)
        if name in ROW_COLUMNS:
            raise DataError(f"a covariate is not called {', '.join(ROW_COLUMNS)}", got=name)


def _value(store: Store, name: str) -> str:
    if store.columns[name] in {"DOUBLE", "FLOAT"}:
        return f"CASE WHEN isfinite({quoted(name)}) THEN {quoted(name)} END"
    return quoted(name)
