"""How many events and subjects, or how much time, a log-rank test needs."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.accrual import Accrual
from analytics.design.assumptions.effect import TreatmentEffect
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.design.survival.arm_hazards import CONTROL, arm_hazards
from analytics.design.survival.expected_events import ExpectedEvents

Floats = NDArray[np.float64]
METHODS = ("schoenfeld", "freedman")


def drift_per_root_event(
    hazard_ratio: float, *, allocation_ratio: float = 1.0, method: str = "schoenfeld"
) -> float:
    """The mean of the log-rank z for one event; that of d events is sqrt(d) times as large.

    Parameters
    ----------
    hazard_ratio : float
        Over that of the null hypothesis: hazard ratio / margin. Below 1 gives a positive drift.
    allocation_ratio : float
        Subjects on treatment per subject on control.
    method : {"schoenfeld", "freedman"}
        Schoenfeld: -log(ratio) sqrt(r) / (1 + r). Freedman: (1 - ratio) sqrt(r) / (1 + r ratio).

    References
    ----------
    Schoenfeld (1983), Biometrics 39:499-503; Freedman (1982), Statistics in Medicine 1:121-129.

    Examples
    --------
    >>> round(drift_per_root_event(0.7), 4), round(drift_per_root_event(0.7, method="freedman"), 4)
    (0.1783, 0.1765)
    """
    require(method in METHODS, f"method in {METHODS}", method=method)
    require(0 < hazard_ratio < np.inf, "hazard ratio > 0", hazard_ratio=hazard_ratio)
    r = allocation_ratio
    require(0 < r < np.inf, "allocation_ratio > 0", allocation_ratio=r)
    if method == "schoenfeld":
        return -log(hazard_ratio) * sqrt(r) / (1 + r)
    return (1 - hazard_ratio) * sqrt(r) / (1 + r * hazard_ratio)


def required_events(
    hazard_ratio: float,
    *,
    drift: float | None = None,
    power: float | None = None,
    alpha: float = 0.025,
    margin: float = 1.0,
    allocation_ratio: float = 1.0,
    method: str = "schoenfeld",
) -> float:
    """Events, both arms together, that a log-rank test needs; not rounded.

    Parameters
    ----------
    hazard_ratio : float
        Assumed, below the margin.
    drift : float, optional
        Mean that the final z must have: of a design with interim looks, what its boundaries need
        for the power. Instead of `power`.
    power : float, optional
        Of a test without interim looks, alpha < power < 1.
    alpha : float
        One-sided, 0 < alpha < 0.5.
    margin : float
        Hazard ratio of the null hypothesis; above 1 for non-inferiority.
    allocation_ratio : float
        Subjects on treatment per subject on control.
    method : {"schoenfeld", "freedman"}
        See `drift_per_root_event`.

    Raises
    ------
    NotEstimableError
        When the hazard ratio is not below the margin: no number of events is enough.

    Examples
    --------
    >>> round(required_events(0.7, power=0.9), 2)
    330.38
    >>> round(required_events(1.0, power=0.9, margin=1.3), 2)
    610.59
    """
    require(0 < margin < np.inf, "margin > 0", margin=margin)
    require((drift is None) != (power is None), "a drift or a power is given, not both")
    if drift is None:
        drift = _fixed_drift(alpha, float(power or 0.0))
    require(0 < drift < np.inf, "drift > 0", drift=drift)
    require_benefit(hazard_ratio, margin)
    each = drift_per_root_event(
        hazard_ratio / margin, allocation_ratio=allocation_ratio, method=method
    )
    return (drift / each) ** 2


def require_benefit(hazard_ratio: float, margin: float) -> None:
    """Raise `NotEstimableError` unless the hazard ratio is below the margin.

    Examples
    --------
    >>> require_benefit(0.7, 1.0)
    """
    if hazard_ratio >= margin:
        raise NotEstimableError(
            f"No number of events shows that a hazard ratio of {hazard_ratio:g} is below "
            f"{margin:g}: assume a smaller hazard ratio, or a larger margin."
        )


def subjects_for_events(
    assumptions: SurvivalAssumptions, *, events: float, study_duration: float
) -> float:
    """Subjects, enrolled in the shape of the accrual, of whom so many have the event in time.

    Parameters
    ----------
    assumptions : SurvivalAssumptions
        Accrual gives the shape and the duration; its rates are scaled.
    events : float
        Both arms together, > 0.
    study_duration : float
        From the first subject to the analysis, > 0. All subjects are counted, also those who
        would enter after it; so it is usually at least the duration of accrual.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
    >>> assumed = SurvivalAssumptions.of(
    ...     control=HazardAssumption.exponential(median=12), effect=TreatmentEffect.constant(0.7),
    ...     accrual=Accrual.uniform(subjects=100, duration=18))
    >>> round(subjects_for_events(assumed, events=330.378, study_duration=36), 1)
    459.8
    """
    require(0 < events < np.inf, "events > 0", events=events)
    require(0 < study_duration < np.inf, "study_duration > 0", study_duration=study_duration)
    found = float(ExpectedEvents.of(assumptions).events([study_duration])[0])
    return assumptions.accrual.subjects * events / found


def lachin_foulkes_subjects(
    assumptions: SurvivalAssumptions,
    *,
    power: float,
    study_duration: float,
    alpha: float = 0.025,
    margin: float = 1.0,
) -> float:
    """Subjects by Lachin and Foulkes: with the variance of each hypothesis in its place.

    Under the null hypothesis the hazards of the arms have the ratio `margin` and, in the mean over
    the arms, the size that is assumed. Hazards must be proportional. The subgroups are the strata
    of the test.

    Parameters
    ----------
    assumptions : SurvivalAssumptions
        Accrual gives the shape and the duration; its rates are scaled.
    power : float
        alpha < power < 1, without interim looks.
    study_duration : float
        From the first subject to the analysis, > 0.
    alpha : float
        One-sided, 0 < alpha < 0.5.
    margin : float
        Hazard ratio of the null hypothesis; above 1 for non-inferiority.

    References
    ----------
    Lachin and Foulkes (1986), Biometrics 42:507-519; Lachin (1981), Controlled Clinical Trials
    2:93-113; Farrington and Manning (1990), Statistics in Medicine 9:1447-1454, for the hazards
    under a null hypothesis other than equality.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
    >>> assumed = SurvivalAssumptions.of(
    ...     control=HazardAssumption.exponential(median=12), effect=TreatmentEffect.constant(0.7),
    ...     accrual=Accrual.uniform(subjects=100, duration=18))
    >>> round(lachin_foulkes_subjects(assumed, power=0.9, study_duration=36), 1)
    458.4
    """
    require(assumptions.proportional, "Lachin and Foulkes assume proportional hazards")
    ratio = assumptions.subgroups[0].effect.hazard_ratios[0]
    require(0 < margin < np.inf, "margin > 0", margin=margin)
    require_benefit(ratio, margin)
    _fixed_drift(alpha, power)  # requires both to be possible
    spread_null, spread = (
        _stratified_spread(expected.by_group([study_duration])[:, 0])
        for expected in (_under_null(assumptions, ratio, margin), ExpectedEvents.of(assumptions))
    )
    reach = float(ndtri(1 - alpha)) * spread_null + float(ndtri(power)) * spread
    return assumptions.accrual.subjects * (reach / log(ratio / margin)) ** 2


def _stratified_spread(events: Floats) -> float:
    """SD of the stratified log hazard ratio: strata add up by their information.

    `events` are those of the control and the treatment arm of each stratum in turn.
    """
    control, treatment = events[0::2], events[1::2]
    return 1 / sqrt(float(np.sum(control * treatment / (control + treatment))))


def accrual_for_events(
    assumptions: SurvivalAssumptions, *, events: float, follow_up: float
) -> Accrual:
    """How long to enrol at the given rates so that the events come `follow_up` after the last.

    Parameters
    ----------
    assumptions : SurvivalAssumptions
        The last rate of its accrual goes on for as long as is needed.
    events : float
        Both arms together, > 0.
    follow_up : float
        From the last subject to the analysis, >= 0.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
    >>> assumed = SurvivalAssumptions.of(
    ...     control=HazardAssumption.exponential(median=12), effect=TreatmentEffect.constant(0.7),
    ...     accrual=Accrual.uniform(subjects=300, duration=10))
    >>> found = accrual_for_events(assumed, events=330, follow_up=12)
    >>> round(found.duration, 2), round(found.subjects)
    (17.65, 529)
    """
    require(0 < events < np.inf, "events > 0", events=events)
    require(0 <= follow_up < np.inf, "follow_up >= 0", follow_up=follow_up)
    require(assumptions.accrual.rates[-1] > 0, "the last rate of accrual is > 0")

    def missing(duration: float) -> float:
        trial = replace(assumptions, accrual=_lasting(assumptions.accrual, duration))
        return float(ExpectedEvents.of(trial).events([duration + follow_up])[0]) - events

    high = assumptions.accrual.duration
    while missing(high) < 0:
        high *= 2
    low = high / 2
    while missing(low) > 0:
        low /= 2
    return _lasting(assumptions.accrual, float(brentq(missing, low, high, xtol=1e-10)))


def _lasting(accrual: Accrual, duration: float) -> Accrual:
    """The same rates for another time; the last one goes on."""
    kept = [end for end in accrual.ends[:-1] if end < duration]
    rates = accrual.rates[: len(kept) + 1]
    return replace(accrual, ends=(*kept, duration), rates=rates)


def _fixed_drift(alpha: float, power: float) -> float:
    require(0 < alpha < 0.5, "0 < alpha < 0.5", alpha=alpha)
    require(alpha < power < 1, "alpha < power < 1", power=power, alpha=alpha)
    return float(ndtri(1 - alpha) + ndtri(power))


def _under_null(assumptions: SurvivalAssumptions, ratio: float, margin: float) -> ExpectedEvents:
    """Hazards with the ratio of the null hypothesis and the same mean over the arms."""
    r = assumptions.allocation_ratio
    control = (1 + r * ratio) / (1 + r * margin)
    arms = tuple(
        replace(
            arm,
            effect=TreatmentEffect.constant(control * (1.0 if arm.arm == CONTROL else margin)),
        )
        for arm in arm_hazards(assumptions)
    )
    return ExpectedEvents.of_arms(assumptions, arms)
