"""Questions about enrolment, screening and follow-up in calendar time; one typed function each."""

from __future__ import annotations

import pandas as pd

from queries.cohorts import EVERYONE, Cohort
from queries.store import ArmRole, Store


def enrolment_by_day(
    *, store: Store, cohort: Cohort = EVERYONE, arm: ArmRole = "planned"
) -> pd.DataFrame:
    """Subjects enrolled on each day; those without a date are left out.

    Examples
    --------
    >>> int(enrolment_by_day(store=store)["subjects"].sum())
    8
    """
    return store.ask("enrolment_by_day", cohort=cohort, arm=arm)


def enrolment_by_site(*, store: Store, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """Subjects by site, most first, with the first and the last day of enrolment.

    Examples
    --------
    >>> list(enrolment_by_site(store=store)["site"])
    ['01', '02']
    """
    return store.ask("enrolment_by_site", cohort=cohort)


def screen_failures_by_reason(*, store: Store) -> pd.DataFrame:
    """Subjects of DM who were not enrolled, by reason (None where it was not recorded).

    Examples
    --------
    >>> len(screen_failures_by_reason(store=store))
    0
    """
    return store.ask("screen_failures_by_reason")


def site_recruitment(*, store: Store, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """What each site has recruited, most subjects first.

    Returns
    -------
    DataFrame
        `site`, `country`, `subjects` of the cohort, `undated` of them, `first_on` and `last_on`
        day of enrolment; `screened`, `screen_failures` and `first_screened_on` of the whole study,
        whatever the cohort, missing where screening was not collected. A site that screened and
        enrolled nobody has a row. The first of these days is the earliest sign of activation.

    Examples
    --------
    >>> site_recruitment(store=store)[["site", "country", "subjects"]]
      site country  subjects
    0   01     DEU         4
    1   02     FRA         4
    """
    return store.ask("site_recruitment", cohort=cohort)


def recruitment_by_month(*, store: Store, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """Subjects enrolled and screened in each month, by site.

    Returns
    -------
    DataFrame
        `site`, `country`, `month` (its first day), `subjects` of the cohort; `screened` and
        `screen_failures` of the whole study, missing where days of screening were not collected.
        A month in which nothing happened at a site has no row.

    Examples
    --------
    >>> recruitment_by_month(store=store)[["site", "subjects"]].values.tolist()
    [['01', 2], ['01', 2], ['02', 4]]
    """
    return store.ask("recruitment_by_month", cohort=cohort)


def enrolment_days(*, store: Store, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """Subjects enrolled on each day at each site.

    Examples
    --------
    >>> enrolment_days(store=store)[["site", "subjects"]].head(1).values.tolist()
    [['01', 1]]
    """
    return store.ask("enrolment_days", cohort=cohort)


def recruited_patients(*, store: Store, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """Days of screening and enrolment, a patient a row.

    Returns
    -------
    DataFrame
        `subject`, `site`, `country`, `screened_on` and `enrolled_on` (missing where not recorded)
        and `enrolled`: True for the subjects of the cohort, False for those of the whole study who
        were screened and not enrolled.

    Examples
    --------
    >>> found = recruited_patients(store=store)
    >>> len(found), bool(found["enrolled"].all())
    (8, True)
    """
    return store.ask("recruited_patients", cohort=cohort)


def dated_follow_up(
    *,
    store: Store,
    endpoint: str,
    allowance_days: int,
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "planned",
) -> pd.DataFrame:
    """Follow-up for an endpoint in calendar time, one row per subject with a time.

    Parameters
    ----------
    endpoint : str
        A PARAMCD of ADTTE.
    allowance_days : int
        As of `endings_without_event`.

    Returns
    -------
    DataFrame
        `subject`, `arm` (one for all in a store for blinded readers), `enrolled_on`, `started_on`
        and `ended_on` of the endpoint's time, `time` as recorded, `event`, `ending`: "event", or
        as of `endings_without_event`; and `cut_on`, the day of the data cut.

    Examples
    --------
    >>> found = dated_follow_up(store=store, endpoint="OS", allowance_days=30)
    >>> found[["subject", "event", "ending"]].head(2).values.tolist()
    [['S1', True, 'event'], ['S2', False, 'completed the study']]
    """
    return store.ask(
        "dated_follow_up", cohort=cohort, arm=arm, endpoint=endpoint, allowance_days=allowance_days
    )
