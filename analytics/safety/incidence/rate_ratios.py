"""Two rates of first events: intervals of their ratio, and tests of their equality."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from analytics.safety.incidence.cells import (
    Flags,
    Floats,
    Limits,
    reach,
    share,
    times_at_risk,
    whole_numbers,
)
from analytics.safety.incidence.conditional import binomial_test
from analytics.safety.incidence.single_arm import clopper_pearson


def exact_rate_ratio(
    events: ArrayLike,
    patient_years: ArrayLike,
    reference_events: ArrayLike,
    reference_patient_years: ArrayLike,
    *,
    confidence_level: float = 0.95,
) -> Limits:
    """Exact limits of a ratio of Poisson rates, arm over reference.

    Given the events of both arms together, those of the arm are binomial. Without an event in the
    arm the lower limit is 0, without one in the reference the upper is infinite; without events in
    either, or without time in one, both are NaN, not estimable.

    Parameters
    ----------
    events, reference_events : array
        Subjects with a first event. (Recurrent events are not Poisson:
        `analytics.survival.recurrent.estimate_recurrent_rates`.)
    patient_years, reference_patient_years : array
        Time at risk. All broadcast.
    confidence_level : float
        Two-sided coverage.

    References
    ----------
    Przyborowski and Wilenski (1940), Biometrika 31:313-323; Clopper and Pearson (1934),
    Biometrika 26:404-413.

    Examples
    --------
    >>> lower, upper = exact_rate_ratio(11, 800, 21, 3011)
    >>> round(float(lower), 4), round(float(upper), 4)
    (0.8584, 4.2773)
    """
    d1, t1, d2, t2 = _two_rates(events, patient_years, reference_events, reference_patient_years)
    known = _estimable(d1, t1, d2, t2)
    low, high = clopper_pearson(d1, d1 + d2, confidence_level=confidence_level)
    return _rate_odds(low, t1, t2, known), _rate_odds(high, t1, t2, known)


def score_rate_ratio(
    events: ArrayLike,
    patient_years: ArrayLike,
    reference_events: ArrayLike,
    reference_patient_years: ArrayLike,
    *,
    confidence_level: float = 0.95,
) -> Limits:
    """Score limits of a ratio of Poisson rates, arm over reference: the roots of a quadratic.

    The parameters, and where the limits are open or NaN, are as in `exact_rate_ratio`.

    References
    ----------
    Miettinen and Nurminen (1985), Statistics in Medicine 4:213-226; Graham, Mengersen and Morton
    (2003), Statistics in Medicine 22:2071-2083.

    Examples
    --------
    >>> lower, upper = score_rate_ratio(60, 51477.5, 30, 54308.8)
    >>> round(float(lower), 4), round(float(upper), 4)
    (1.366, 3.2593)
    """
    d1, t1, d2, t2 = _two_rates(events, patient_years, reference_events, reference_patient_years)
    known = _estimable(d1, t1, d2, t2)
    # In units of the ratio of times: (d1 - d2 x)^2 = z^2 (d1 + d2) x.
    spread = reach(confidence_level) ** 2 * (d1 + d2)
    middle = 2 * d1 * d2 + spread
    larger = middle + np.sqrt(spread * (spread + 4 * d1 * d2))
    lower = np.where(known, share(2 * d1**2, larger), np.nan)
    upper = np.where(d2 > 0, share(larger, 2 * d2**2), np.inf)
    scale = share(t2, t1)
    return lower * scale, np.where(known, upper, np.nan) * np.where(known, scale, 1.0)


def exact_rate_test(
    events: ArrayLike,
    patient_years: ArrayLike,
    reference_events: ArrayLike,
    reference_patient_years: ArrayLike,
) -> Floats:
    """Two-sided exact p-value of equal rates.

    The probability, given all events, of an outcome no more likely than the one observed. It need
    not agree with `exact_rate_ratio`, which has two equal tails. Without events it is 1; without
    time in an arm NaN.

    References
    ----------
    Przyborowski and Wilenski (1940), Biometrika 31:313-323.

    Examples
    --------
    >>> round(float(exact_rate_test(11, 800, 21, 3011)), 5)
    0.07967
    """
    d1, t1, d2, t2 = _two_rates(events, patient_years, reference_events, reference_patient_years)
    timed = (t1 > 0) & (t2 > 0)
    log_times = np.log(np.where(timed, t1, 1.0)) - np.log(np.where(timed, t2, 1.0))
    return np.where(timed, binomial_test(d1, d1 + d2, log_times), np.nan)


def score_rate_test(
    events: ArrayLike,
    patient_years: ArrayLike,
    reference_events: ArrayLike,
    reference_patient_years: ArrayLike,
) -> Floats:
    """Two-sided p-value of equal rates that agrees with `score_rate_ratio`.

    Without events it is 1; without time in an arm NaN.

    Examples
    --------
    >>> round(float(score_rate_test(60, 51477.5, 30, 54308.8)), 6)
    0.000632
    """
    d1, t1, d2, t2 = _two_rates(events, patient_years, reference_events, reference_patient_years)
    distance = (d1 * t2 - d2 * t1) ** 2
    variance = (d1 + d2) * t1 * t2
    statistic = np.divide(distance, variance, out=np.zeros_like(distance), where=variance > 0)
    return np.where((t1 > 0) & (t2 > 0), chdtrc(1, statistic), np.nan)


def _two_rates(
    events: ArrayLike, years: ArrayLike, reference_events: ArrayLike, reference_years: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    d1, t1, d2, t2 = np.broadcast_arrays(
        whole_numbers(events, "events"),
        times_at_risk(years),
        whole_numbers(reference_events, "reference_events"),
        times_at_risk(reference_years),
    )
    return d1, t1, d2, t2


def _estimable(d1: Floats, t1: Floats, d2: Floats, t2: Floats) -> Flags:
    known: Flags = (t1 > 0) & (t2 > 0) & (d1 + d2 > 0)
    return known


def _rate_odds(proportion: Floats, t1: Floats, t2: Floats, known: Flags) -> Floats:
    """The ratio of rates at which the arm has this proportion of all events."""
    rest = (1 - proportion) * t1
    ratio = np.divide(proportion * t2, rest, out=np.full(rest.shape, np.inf), where=rest > 0)
    return np.where(known, ratio, np.nan)
