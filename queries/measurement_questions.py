"""Questions about laboratory results: baseline, extremes after it, values by visit."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from queries.cohorts import EVERYONE, AllOf, AnyOf, AnyRecord, Cohort, OneOf, Rule
from queries.errors import DataError
from queries.record_views import datasets_of
from queries.store import ArmRole, Store


def laboratory_tests(*, store: Store, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """Laboratory tests by label: unit, subjects, records, and how many with limits and grades.

    Examples
    --------
    >>> "test" in laboratory_tests(store=store).columns
    True
    """
    return store.ask("laboratory_tests", cohort=cohort)


def laboratory_shifts(
    *, store: Store, test: str, cohort: Cohort = EVERYONE, arm: ArmRole = "actual"
) -> pd.DataFrame:
    """Baseline and extremes after it of every subject, in one test.

    Baseline is the flagged record (ABLFL), of several the latest; without one the last value on
    or before the day of first dose (without doses, of randomisation): `source` says which.
    After it is every record dated later than both that record and the first dose, unscheduled
    ones too. Rows of the same subject, date, time point and value count once.

    Examples
    --------
    >>> len(laboratory_shifts(store=store, test="none")) == 8
    True
    """
    return store.ask("laboratory_shifts", cohort=cohort, arm=arm, test=test)


def laboratory_values(
    *, store: Store, test: str, cohort: Cohort = EVERYONE, arm: ArmRole = "actual"
) -> pd.DataFrame:
    """Values of one test at scheduled visits: of each subject and visit the latest one.

    Examples
    --------
    >>> len(laboratory_values(store=store, test="none"))
    0
    """
    return store.ask("laboratory_values", cohort=cohort, arm=arm, test=test)


def laboratory_rows(*, store: Store, test: str, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """How many rows of one test there are, and why values by visit leave some out.

    Examples
    --------
    >>> int(laboratory_rows(store=store, test="none")["records"].iloc[0])
    0
    """
    return store.ask("laboratory_rows", cohort=cohort, test=test)


def measured_among(store: Store, subjects: Sequence[str]) -> Rule:
    """The rule for some subjects with laboratory results.

    It names them, and it asks for their results: then a cohort made of it is known to be chosen
    by what happened after baseline.

    Examples
    --------
    >>> from queries.cohorts import Cohort
    >>> Cohort(measured_among(store, ["S1"])).sentence()
    'USUBJID is S1 and any laboratory result'
    """
    datasets = datasets_of(store.layout, "laboratory_results")
    if not datasets:
        raise DataError("laboratory results were collected")
    measured = [AnyRecord(dataset=name) for name in datasets]
    named = OneOf(column=store.schema.subject, values=tuple(subjects))
    return AllOf((named, measured[0] if len(measured) == 1 else AnyOf(tuple(measured))))
