"""Questions about liver tests: peaks by subject, single results, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.cohorts import EVERYONE, Cohort
from queries.record_views import datasets_of
from queries.store import ArmRole, Store

LiverOrigin = Literal["first dose", "randomisation"]


def liver_origin(store: Store) -> LiverOrigin:
    """The day after which results count: that of first dose where a study collects it.

    Examples
    --------
    >>> liver_origin(store)
    'randomisation'
    """
    return "first dose" if store.collected("first_dose_on") else "randomisation"


def liver_datasets(store: Store) -> tuple[str, ...]:
    """The datasets that liver tests are read from.

    Examples
    --------
    >>> liver_datasets(store)
    ('adlb',)
    """
    return datasets_of(store.layout, "laboratory_results")


def liver_peaks(
    *,
    store: Store,
    origin: LiverOrigin,
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "actual",
) -> pd.DataFrame:
    """The highest multiple of the limit by subject and test, after the day of origin.

    Parameters
    ----------
    origin : {"first dose", "randomisation"}
        The day after which results count; those of that day itself are baseline.

    Returns
    -------
    DataFrame
        `subject`, `arm`, `test` ("alt", "ast", "tbl", "alp"; missing for a subject without any
        result that has a limit), `multiple`, `day` (the first on which it was so high; 1 is
        the day of origin) and `baseline`, the last multiple up to the day of origin.

    Examples
    --------
    >>> found = liver_peaks(store=store, origin="randomisation")
    >>> found.loc[found["subject"] == "S1", ["test", "multiple", "day", "baseline"]].values.tolist()
    [['alt', 3.25, 31, 0.75]]
    """
    return store.ask("liver_peaks", cohort=cohort, arm=arm, origin=origin)


def liver_results(
    *, store: Store, origin: LiverOrigin, subjects: Sequence[str], cohort: Cohort = EVERYONE
) -> pd.DataFrame:
    """Every result of some subjects that has a date and a limit, before the origin as well.

    Examples
    --------
    >>> found = liver_results(store=store, origin="randomisation", subjects=["S2"])
    >>> found[["day", "multiple", "after_start"]].values.tolist()
    [[-1, 0.75, False], [31, 3.0, True]]
    """
    return store.ask("liver_results", cohort=cohort, origin=origin, subjects=list(subjects))


def liver_left_out(*, store: Store, origin: LiverOrigin, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """By test: records, copies, records without a value, a date or a limit, and results used.

    Examples
    --------
    >>> found = liver_left_out(store=store, origin="randomisation").set_index("test")
    >>> int(found.loc["alt", "without_limit"]), int(found.loc["alt", "used"])
    (1, 4)
    """
    return store.ask("liver_left_out", cohort=cohort, origin=origin).fillna(0)
