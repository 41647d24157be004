"""The questions that a store answers, one typed function each.

Every function asks one SQL file of `queries/sql` about one cohort of one store; survival counts
and exclusions come from records that the store remembers. `arm` says whose arms are meant:
planned ones for efficacy, actual ones for safety; a pooled store answers with one arm whatever
is asked.
"""

from __future__ import annotations

import pandas as pd

from queries.cohorts import EVERYONE, Cohort
from queries.design_questions import endings_without_event as endings_without_event
from queries.dose_questions import arm_doses as arm_doses
from queries.dose_questions import event_term_names as event_term_names
from queries.dose_questions import response_parameters as response_parameters
from queries.dose_questions import responses_at_visit as responses_at_visit
from queries.dose_questions import subjects_with_event as subjects_with_event
from queries.enrolment_questions import dated_follow_up as dated_follow_up
from queries.enrolment_questions import enrolment_by_day as enrolment_by_day
from queries.enrolment_questions import enrolment_by_site as enrolment_by_site
from queries.enrolment_questions import enrolment_days as enrolment_days
from queries.enrolment_questions import recruited_patients as recruited_patients
from queries.enrolment_questions import recruitment_by_month as recruitment_by_month
from queries.enrolment_questions import screen_failures_by_reason as screen_failures_by_reason
from queries.enrolment_questions import site_recruitment as site_recruitment
from queries.exposure_questions import dose_periods as dose_periods
from queries.exposure_questions import stated_exposure as stated_exposure
from queries.exposure_questions import treatment_days as treatment_days
from queries.liver_questions import liver_left_out as liver_left_out
from queries.liver_questions import liver_peaks as liver_peaks
from queries.liver_questions import liver_results as liver_results
from queries.measurement_extremes import measured_tests as measured_tests
from queries.measurement_extremes import worst_values as worst_values
from queries.measurement_questions import laboratory_rows as laboratory_rows
from queries.measurement_questions import laboratory_shifts as laboratory_shifts
from queries.measurement_questions import laboratory_tests as laboratory_tests
from queries.measurement_questions import laboratory_values as laboratory_values
from queries.outcome_questions import competing_counts as competing_counts
from queries.outcome_questions import endpoint_pairs as endpoint_pairs
from queries.outcome_questions import recurrent_events as recurrent_events
from queries.outcome_questions import recurrent_followup as recurrent_followup
from queries.predictor_questions import dated_tests as dated_tests
from queries.predictor_questions import doses_until as doses_until
from queries.predictor_questions import last_measurements as last_measurements
from queries.store import ArmRole, Store


def subjects_by_arm(
    *, store: Store, cohort: Cohort = EVERYONE, arm: ArmRole = "planned"
) -> pd.DataFrame:
    """Subjects and sites by arm, in the study's own order of arms.

    Examples
    --------
    >>> subjects_by_arm(store=store)
           arm  subjects  sites
    0  Placebo         4      2
    1   Active         4      2
    """
    return store.ask("subjects_by_arm", cohort=cohort, arm=arm)


def cohort_size(*, store: Store, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """Subjects, sites and countries of the cohort, in one row.

    Examples
    --------
    >>> int(cohort_size(store=store)["subjects"].iloc[0])
    8
    """
    return store.ask("cohort_size", cohort=cohort)


def subjects(*, store: Store, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """The identifiers of the subjects of the cohort, in order.

    Examples
    --------
    >>> list(subjects(store=store)["subject"])[:2]
    ['S1', 'S2']
    """
    return store.ask("subjects", cohort=cohort)


def age_by_arm(
    *, store: Store, cohort: Cohort = EVERYONE, arm: ArmRole = "planned"
) -> pd.DataFrame:
    """Age in years by arm: mean, quartiles, range, and how many have none recorded.

    Examples
    --------
    >>> age_by_arm(store=store)[["arm", "collected", "missing"]]
           arm  collected  missing
    0  Placebo          4        0
    1   Active          3        1
    """
    return store.ask("age_by_arm", cohort=cohort, arm=arm)


def age_histogram(
    *, store: Store, cohort: Cohort = EVERYONE, arm: ArmRole = "planned"
) -> pd.DataFrame:
    """Subjects by arm and five-year band of age; subjects without an age are left out.

    Examples
    --------
    >>> int(age_histogram(store=store)["subjects"].sum())
    7
    """
    return store.ask("age_histogram", cohort=cohort, arm=arm)


def baseline_levels(
    *, store: Store, cohort: Cohort = EVERYONE, arm: ArmRole = "planned"
) -> pd.DataFrame:
    """Subjects by arm and level of sex, race and country; a missing level is None.

    Examples
    --------
    >>> sorted(baseline_levels(store=store)["variable"].unique())
    ['country', 'race', 'sex']
    """
    return store.ask("baseline_levels", cohort=cohort, arm=arm)


def disposition(
    *, store: Store, cohort: Cohort = EVERYONE, arm: ArmRole = "planned"
) -> pd.DataFrame:
    """Subjects by arm, end-of-study status and reason for discontinuation.

    Examples
    --------
    >>> sorted(disposition(store=store)["status"].unique())
    ['COMPLETED', 'DISCONTINUED']
    """
    return store.ask("disposition", cohort=cohort, arm=arm)


def flow_by_arm(
    *,
    store: Store,
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "planned",
    stratum: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Subjects by arm, whether treatment began, and how the study ended for them.

    Parameters
    ----------
    stratum : tuple of str
        Columns of ADSL, such as the flag of an analysis set.

    Examples
    --------
    >>> int(flow_by_arm(store=store, stratum=("ITTFL",)).query("stratum == 'Y'")["subjects"].sum())
    7
    """
    return store.ask("flow_by_arm", cohort=cohort, arm=arm, stratum=stratum)


def endpoints(*, store: Store, cohort: Cohort = EVERYONE, arm: ArmRole = "planned") -> pd.DataFrame:
    """Time-to-event endpoints with subjects, events and longest time, by arm.

    `time` is in the source's own `unit`, None when that was not collected.

    Examples
    --------
    >>> endpoints(store=store)[["endpoint", "arm", "subjects", "events"]]
      endpoint      arm  subjects  events
    0       OS  Placebo         4       3
    1       OS   Active         4       1
    """
    return store.ask("endpoints", cohort=cohort, arm=arm)


def survival_counts(
    *,
    store: Store,
    endpoint: str,
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "planned",
    stratum: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Distinct survival times of one endpoint with their events and censorings.

    Parameters
    ----------
    endpoint : str
        A PARAMCD of ADTTE.
    stratum : tuple of str
        Columns of ADSL whose joint levels make the strata.

    Returns
    -------
    DataFrame
        `arm`, `stratum` ("" when there is none), `time`, `events`, `censored`.

    Examples
    --------
    >>> survival_counts(store=store, endpoint="OS")["events"].sum().item()
    4
    """
    return store.endpoint_sets.counts(endpoint=endpoint, cohort=cohort, arm=arm, stratum=stratum)


def survival_exclusions(
    *, store: Store, endpoint: str, cohort: Cohort = EVERYONE, arm: ArmRole = "planned"
) -> pd.DataFrame:
    """Subjects of the cohort that an endpoint's analysis cannot use, and why.

    Examples
    --------
    >>> len(survival_exclusions(store=store, endpoint="OS"))
    0
    """
    return store.endpoint_sets.exclusions(endpoint=endpoint, cohort=cohort, arm=arm)


def endpoint_descriptions(
    *, store: Store, endpoint: str, cohort: Cohort = EVERYONE, arm: ArmRole = "planned"
) -> pd.DataFrame:
    """How the times of an endpoint ended, by arm; None where the data do not describe it.

    Examples
    --------
    >>> endpoint_descriptions(store=store, endpoint="OS")[["arm", "event", "subjects"]]
           arm  event  subjects
    0  Placebo   True         3
    1   Active   True         1
    2  Placebo  False         1
    3   Active  False         3
    """
    return store.ask("endpoint_descriptions", cohort=cohort, arm=arm, endpoint=endpoint)


def time_origin(*, store: Store, endpoint: str, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """How many records of an endpoint start on the day of randomisation, and of first dose.

    Examples
    --------
    >>> time_origin(store=store, endpoint="OS")["randomised"].item()
    0
    """
    return store.ask("time_origin", cohort=cohort, endpoint=endpoint)


def anchor_delays(*, store: Store, endpoint: str, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """Days from the start of an endpoint's times to first dose and to randomisation, at most.

    Missing where the data do not date either.

    Examples
    --------
    >>> anchor_delays(store=store, endpoint="OS")["first_dose"].isna().item()
    True
    """
    return store.ask("anchor_delays", cohort=cohort, endpoint=endpoint)


def subject_facts(
    *, store: Store, subject: str, cohort: Cohort = EVERYONE, arm: ArmRole = "planned"
) -> pd.DataFrame:
    """What the table of subjects says of one subject; no row when it is not in the cohort.

    Examples
    --------
    >>> subject_facts(store=store, subject="S1")["site"].item()
    '01'
    """
    return store.ask("subject_facts", cohort=cohort, arm=arm, subject=subject)


def subject_adverse_events(
    *, store: Store, subject: str, cohort: Cohort = EVERYONE
) -> pd.DataFrame:
    """Adverse events of one subject, with study days (1 is the day of first dose).

    Examples
    --------
    >>> subject_adverse_events(store=store, subject="S1")["start_day"].tolist()
    [3, 49, 59]
    """
    return store.ask("subject_adverse_events", cohort=cohort, subject=subject)


def subject_laboratory_results(
    *, store: Store, subject: str, cohort: Cohort = EVERYONE
) -> pd.DataFrame:
    """Laboratory results of one subject with their limits, by study day.

    Examples
    --------
    >>> subject_laboratory_results(store=store, subject="S1")["day"].tolist()
    [-1, 31]
    """
    return store.ask("subject_laboratory_results", cohort=cohort, subject=subject)


def subject_exposures(*, store: Store, subject: str, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """Doses of one subject, with study days.

    Examples
    --------
    >>> len(subject_exposures(store=store, subject="S1"))
    0
    """
    return store.ask("subject_exposures", cohort=cohort, subject=subject)


def subject_visits(*, store: Store, subject: str, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """Visits of one subject, by study day.

    Examples
    --------
    >>> len(subject_visits(store=store, subject="S1"))
    0
    """
    return store.ask("subject_visits", cohort=cohort, subject=subject)


def subject_endpoints(*, store: Store, subject: str, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """Endpoints of one subject: event or censored, when and why.

    Examples
    --------
    >>> subject_endpoints(store=store, subject="S1")["event"].item()
    True
    """
    return store.ask("subject_endpoints", cohort=cohort, subject=subject)


def findings(*, store: Store) -> pd.DataFrame:
    """Data-quality findings of the import, most serious first.

    Examples
    --------
    >>> list(findings(store=store)["rule"])
    ['blank throughout']
    """
    return store.ask("findings")


def files(*, store: Store) -> pd.DataFrame:
    """The files that the snapshot was imported from, with their SHA-256.

    Examples
    --------
    >>> list(files(store=store)["dataset"])
    ['adsl', 'adtte']
    """
    return store.ask("files")


def variables(*, store: Store) -> pd.DataFrame:
    """The variables of every dataset, with labels, formats and types.

    Examples
    --------
    >>> "adtte" in set(variables(store=store)["dataset"])
    True
    """
    return store.ask("variables")


def snapshot_facts(*, store: Store) -> dict[str, str]:
    """What the snapshot says of itself: study, data cut, import time and version.

    Examples
    --------
    >>> snapshot_facts(store=store)["study"]
    'TINY'
    """
    facts = store.ask("snapshot_facts")
    return dict(zip(facts["item"], facts["value"], strict=True))
