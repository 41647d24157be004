"""Questions about vital signs and electrocardiograms: what was recorded, and how far it went."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from queries.cohorts import EVERYONE, AllOf, AnyOf, AnyRecord, Cohort, OneOf, Rule
from queries.errors import DataError
from queries.record_views import datasets_of
from queries.store import ArmRole, Store

_VIEWS = ("vital_signs", "electrocardiograms")


def measured_tests(
    *, store: Store, cohort: Cohort = EVERYONE, arm: ArmRole = "actual"
) -> pd.DataFrame:
    """The vital signs and electrocardiograms that were recorded, by test.

    `units` and `time_points` are those on record; `vital` says whether it is a vital sign.

    Examples
    --------
    >>> list(measured_tests(store=store)["test"])
    []
    """
    return store.ask("measured_tests", cohort=cohort, arm=arm)


def worst_values(
    *,
    store: Store,
    tests: Sequence[str],
    time_point: str | None = None,
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "actual",
) -> pd.DataFrame:
    """Baseline, and the extremes after it, of tests of vital signs and electrocardiograms.

    Baseline is the record flagged as such, else the last value on or before first dose; several
    on that day count with their mean. A record is after baseline when it is dated after both the
    baseline and the first dose. Of tests with several time points (lying, standing) each has its
    own baseline, and the extremes are over all of them.

    Parameters
    ----------
    tests : sequence of str
    time_point : str, optional
        Only records of this one, and of tests without time points; None is all of them.

    Returns
    -------
    DataFrame
        One row per subject and test: `baseline` (missing with several time points), `flagged`,
        `highest`, `lowest`, the same of the change and the percent change, and counts of
        `records`, of those `after_baseline`, `without_value`, `without_date`, and `unplaced` for
        want of both a baseline and a first dose.

    Examples
    --------
    >>> len(worst_values(store=store, tests=["SYSBP"]))
    0
    """
    return store.ask(
        "worst_values", cohort=cohort, arm=arm, tests=list(tests), time_point=time_point
    )


def measured_among(store: Store, subjects: Sequence[str]) -> Rule:
    """The rule for some subjects who were measured.

    It names them, and it asks for their records: then a cohort made of it is known to be chosen
    by what happened after baseline.

    Examples
    --------
    >>> measured_among(store, ["S1"])
    Traceback (most recent call last):
        ...
    queries.errors.DataError: vital signs or electrocardiograms were collected.
    """
    named = OneOf(column=store.schema.subject, values=tuple(subjects))
    datasets = [name for view in _VIEWS for name in datasets_of(store.layout, view)]
    if not datasets:
        raise DataError("vital signs or electrocardiograms were collected")
    records = tuple(AnyRecord(dataset=name) for name in datasets)
    return AllOf((named, records[0] if len(records) == 1 else AnyOf(records)))
