"""One arm: intervals of an incidence proportion and of a rate of first events."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, gammaincinv

from analytics.checks import require
from analytics.safety.incidence.cells import (
    Floats,
    Limits,
    reach,
    share,
    subjects_with_event,
    tail,
    times_at_risk,
    whole_numbers,
)


def clopper_pearson(
    with_event: ArrayLike, subjects: ArrayLike, *, confidence_level: float = 0.95
) -> Limits:
    """Exact limits of the proportion of subjects with an event.

    Never less than the stated coverage, mostly more. Without an event the lower limit is 0, with
    one in every subject the upper is 1; without subjects nothing is known: 0 to 1.

    Parameters
    ----------
    with_event, subjects : array
        Whole numbers, `with_event` <= `subjects`; they broadcast.
    confidence_level : float
        Two-sided coverage.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26:404-413.

    Examples
    --------
    >>> lower, upper = clopper_pearson([0, 15], [148, 148])
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.0, 0.0578], [0.0246, 0.1617])
    """
    x, n = subjects_with_event(with_event, subjects)
    beyond = tail(confidence_level)
    some, not_all = x > 0, x < n
    # Parameters of the beta distribution are above 0 also where its quantile is not used.
    lower = np.where(some, betaincinv(np.where(some, x, 1), n - x + 1, beyond), 0.0)
    upper = np.where(not_all, betaincinv(x + 1, np.where(not_all, n - x, 1), 1 - beyond), 1.0)
    return lower, upper


def wilson(with_event: ArrayLike, subjects: ArrayLike, *, confidence_level: float = 0.95) -> Limits:
    """Score limits of the proportion of subjects with an event.

    Coverage is near the stated one on average over proportions, at some of them below. The
    parameters, and the limits without events or subjects, are as in `clopper_pearson`.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22:209-212; Newcombe (1998),
    Statistics in Medicine 17:857-872, method 3.

    Examples
    --------
    >>> lower, upper = wilson([0, 15], [148, 148])
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.0, 0.0624], [0.0253, 0.1605])
    """
    x, n = subjects_with_event(with_event, subjects)
    z = reach(confidence_level)
    middle, whole = x + z**2 / 2, n + z**2
    half = z * np.sqrt(share(x * (n - x), n) + z**2 / 4)
    lower = np.where(x > 0, (middle - half) / whole, 0.0)
    upper = np.where(x < n, (middle + half) / whole, 1.0)
    return lower, upper


def garwood(
    events: ArrayLike,
    patient_years: ArrayLike,
    *,
    per: float = 100.0,
    confidence_level: float = 0.95,
) -> Limits:
    """Exact limits of a rate when the number of events is Poisson.

    That holds for first events, one per subject. For recurrent events it is too narrow, because
    some subjects have more than others: `analytics.survival.recurrent.estimate_recurrent_rates`.

    Parameters
    ----------
    events : array
        Whole numbers.
    patient_years : array
        Time at risk, up to the event for who has one. Without any, the limits are NaN.
    per : float
        Patient-years that the rate refers to.
    confidence_level : float
        Two-sided coverage.

    References
    ----------
    Garwood (1936), Biometrika 28:437-442.

    Examples
    --------
    >>> lower, upper = garwood([0, 137], [50, 24.19893], per=1)
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.0, 4.753], [0.074, 6.693])
    """
    require(0 < per < np.inf, "0 < per < infinity", per=per)
    d, years = np.broadcast_arrays(whole_numbers(events, "events"), times_at_risk(patient_years))
    beyond = tail(confidence_level)
    lower: Floats = np.where(d > 0, gammaincinv(np.where(d > 0, d, 1), beyond), 0.0)
    upper: Floats = gammaincinv(d + 1, 1 - beyond)
    return per * share(lower, years), per * share(upper, years)
