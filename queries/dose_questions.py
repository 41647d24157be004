"""Questions about the response to dose: doses of arms, responses at a visit, adverse events."""

from __future__ import annotations

import pandas as pd

from queries.cohorts import EVERYONE, Cohort
from queries.store import ArmRole, Store


def arm_doses(*, store: Store, cohort: Cohort = EVERYONE, arm: ArmRole = "planned") -> pd.DataFrame:
    """The dose of each arm, as planned for its subjects and as given on most days.

    Returns
    -------
    DataFrame
        `arm`, `subjects`, `planned_doses` (how many different ones its subjects have; 0 where
        none was collected), `planned_dose` (the lowest of them) with `planned_unit`, `given_dose`
        with `given_unit`. Blinded readers get one arm without doses.

    Examples
    --------
    >>> arm_doses(store=store)[["arm", "planned_doses"]].values.tolist()
    [['Placebo', 0], ['Active', 0]]
    """
    return store.ask("arm_doses", cohort=cohort, arm=arm)


def response_parameters(*, store: Store, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """What was measured at which visit after baseline.

    Returns
    -------
    DataFrame
        `dataset`, `parameter`, `label`, `unit`, `visit`, `visit_number`, `subjects` with a value,
        and `yes_or_no`: whether every value is 0 or 1.

    Examples
    --------
    >>> len(response_parameters(store=store))
    0
    """
    return store.ask("response_parameters", cohort=cohort)


def responses_at_visit(
    *,
    store: Store,
    dataset: str,
    parameter: str,
    visit: str,
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "planned",
) -> pd.DataFrame:
    """The value of a parameter at a visit, and its change from baseline, of every subject.

    Of several records of a visit the one flagged for analysis (ANL01FL) counts, then the latest.
    Values that were carried to the visit (DTYPE LOCF and the like) are left out.

    Returns
    -------
    DataFrame
        `subject`, `arm`, `value`, `change` (both missing where nothing was measured) and
        `carried`: whether a value was carried to the visit.

    Examples
    --------
    >>> found = responses_at_visit(store=store, dataset="adeff", parameter="SCORE", visit="WEEK 4")
    >>> len(found), int(found["value"].count())
    (8, 0)
    """
    return store.ask(
        "responses_at_visit",
        cohort=cohort,
        arm=arm,
        dataset=dataset,
        parameter=parameter,
        visit=visit,
    )


def subjects_with_event(
    *,
    store: Store,
    kind: str = "any",
    term: str | None = None,
    cohort: Cohort = EVERYONE,
    arm: ArmRole = "planned",
) -> pd.DataFrame:
    """Treated subjects, and how many had an adverse event of a kind, by arm.

    Parameters
    ----------
    kind : str
        One of `queries.adverse_events.EVENT_KINDS`.
    term : str, optional
        The event is of this term; any unless given.

    Returns
    -------
    DataFrame
        `arm`, `subjects` with a date of first dose (all, where no such dates were collected),
        `with_event` flagged as treatment-emergent (any, where no flag was collected).

    Examples
    --------
    >>> subjects_with_event(store=store, kind="serious").values.tolist()
    [['Placebo', 4, 1], ['Active', 4, 1]]
    """
    return store.ask("subjects_with_event", cohort=cohort, arm=arm, kind=kind, term=term)


def event_term_names(*, store: Store, cohort: Cohort = EVERYONE) -> pd.DataFrame:
    """Terms of adverse events on treatment with their subjects, the most frequent first.

    Examples
    --------
    >>> event_term_names(store=store).head(1).values.tolist()
    [['Cramp', 2]]
    """
    return store.ask("event_term_names", cohort=cohort)
