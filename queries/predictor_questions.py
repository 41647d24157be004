"""Questions about what was known of each subject by a day; one typed function each."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from queries.cohorts import EVERYONE, Cohort
from queries.store import Store


def dated_tests(*, store: Store, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """The tests of laboratory, vital signs and electrocardiograms, most subjects first.

    Examples
    --------
    >>> dated_tests(store=store)[["test", "subjects"]].to_numpy().tolist()
    [['ALT', 3], ['AST', 1]]
    """
    return store.ask("dated_tests", cohort=cohort)


def last_measurements(
    *, store: Store, tests: Sequence[str], until_day: int, cohort: Cohort = EVERYONE
) -> pd.DataFrame:
    """The last dated value of each test on or before a day, one row per subject and test.

    Parameters
    ----------
    tests : sequence of str
        As `dated_tests` names them.
    until_day : int
        Days after first dose, that day included.

    Returns
    -------
    DataFrame
        `subject`, `test`, `value` (several of that day averaged), `measured_on`.

    Examples
    --------
    >>> len(last_measurements(store=store, tests=["ALT"], until_day=0))  # no first dose recorded
    0
    """
    return store.ask("last_measurements", cohort=cohort, tests=list(tests), until_day=until_day)


def doses_until(*, store: Store, until_day: int, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """The average daily dose from first dose until a day, one row per subject with a record.

    Parameters
    ----------
    until_day : int
        Days after first dose, that day included.

    Examples
    --------
    >>> doses_until(store=store, until_day=28).columns.tolist()
    ['subject', 'daily_dose']
    """
    return store.ask("doses_until", cohort=cohort, until_day=until_day)
