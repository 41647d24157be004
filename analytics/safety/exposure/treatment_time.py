"""Who is still on treatment, by time since first dose."""

from __future__ import annotations

from analytics.checks import NotEstimableError
from analytics.safety.exposure.dosing import Dosing
from analytics.survival import KaplanMeier, SurvivalCounts, fit_kaplan_meier


def fit_time_on_treatment(
    dosing: Dosing, *, unit: str = "months", confidence_level: float = 0.95
) -> KaplanMeier:
    """Share of the treated still on treatment, by arm.

    The end of treatment, whatever its reason, is the event; treatment that goes on is censored at
    its last day on record. Arms without treated subjects are left out.

    Parameters
    ----------
    dosing : Dosing
    unit : {"days", "weeks", "months", "years"}
    confidence_level : float
        Of the pointwise log-log limits.

    Raises
    ------
    NotEstimableError
        When nobody was treated.

    Examples
    --------
    >>> import pandas as pd
    >>> subjects = pd.DataFrame(
    ...     {"subject": ["1", "2"], "arm": "A", "days": [10, 20], "ongoing": [False, True],
    ...      "followed": 30.0}
    ... )
    >>> none = pd.DataFrame(columns=["subject", "start", "end", "dose"])
    >>> curves = fit_time_on_treatment(Dosing.of(subjects, none, arms=("A",)), unit="days")
    >>> curves.landmark(15)["survival"].item()
    0.5
    """
    treated = dosing.subjects
    if treated.empty:
        raise NotEstimableError("Nobody in this cohort has a first and a last dose on record.")
    counts = SurvivalCounts.from_subjects(
        treated["days"].to_numpy(),
        ~treated["ongoing"].to_numpy(),
        arms=treated["arm"].tolist(),
        order=tuple(arm for arm in dosing.arms if (treated["arm"] == arm).any()),
        endpoint="Time on treatment",
    )
    return fit_kaplan_meier(counts.in_unit(unit), confidence_level=confidence_level)
