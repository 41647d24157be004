"""Questions about treatment: how long, at which doses, and what the data state of it themselves."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from queries.cohorts import EVERYONE, AllOf, AnyRecord, Between, Cohort, OneOf, Rule
from queries.errors import DataError
from queries.store import ArmRole, Store

BLINDED = "Exposure is not shown: the study is blinded."


def treatment_days(
    *, store: Store, cohort: Cohort = EVERYONE, arm: ArmRole = "actual"
) -> pd.DataFrame:
    """First and last dose of each subject, whether treatment goes on, and the data cut.

    Treatment goes on when the data say so (EOTSTT), else when no last dose is dated before the
    data cut and the study has not ended for the subject.

    Examples
    --------
    >>> treatment_days(store=store)["started_on"].notna().sum().item()
    0
    """
    return store.ask("treatment_days", cohort=cohort, arm=arm)


def dose_periods(
    *, store: Store, cohort: Cohort = EVERYONE, arm: ArmRole = "actual"
) -> pd.DataFrame:
    """Records of doses, each with its first and last day; none for a blinded reader.

    Examples
    --------
    >>> len(dose_periods(store=store))
    0
    """
    return store.ask("dose_periods", cohort=cohort, arm=arm)


def stated_exposure(
    *,
    store: Store,
    parameters: Sequence[str],
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "actual",
) -> pd.DataFrame:
    """What the data state of each subject's exposure, by PARAMCD of ADEX.

    Examples
    --------
    >>> len(stated_exposure(store=store, parameters=["TRTDUR", "RDI"]))
    0
    """
    return store.ask("stated_exposure", cohort=cohort, arm=arm, parameters=list(parameters))


def treated_among(store: Store, subjects: Sequence[str]) -> Rule:
    """The rule for some subjects who were treated.

    It names them, and it asks for their treatment: then a cohort made of it is known to be
    chosen by what happened after baseline.

    Examples
    --------
    >>> treated_among(store, ["S1"])
    Traceback (most recent call last):
        ...
    queries.errors.DataError: exposure or a date of last dose was collected.
    """
    named = OneOf(column=store.schema.subject, values=tuple(subjects))
    dataset = next((d for d in store.schema.records if d.upper().startswith(("ADEX", "EX"))), None)
    if dataset is not None:
        return AllOf((named, AnyRecord(dataset=dataset)))
    if not store.collected("last_dose_on"):
        raise DataError("exposure or a date of last dose was collected")
    return AllOf((named, Between(column=store.source_of("last_dose_on"))))
