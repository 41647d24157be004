"""Piecewise-constant hazards: drawing times from them, and integrating them.

Every chance in the demo trials comes from hazards that are constant between the
same few days. That makes the true risk of anything a short closed sum, and the
draws need no approximation.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]

THREE_MONTHS = 91.0
EDGES: Floats = np.array([0.0, 42.0, THREE_MONTHS, 365.0, 36_525.0])
"""Days at which a hazard may change; the last one stands for the end of time."""

_WIDTHS = np.diff(EDGES)


def draw_times(rates: Floats, rng: Generator) -> Floats:
    """One time per row from the hazards of that row.

    Parameters
    ----------
    rates : array, shape (subjects, 4)
        Daily hazards between consecutive `EDGES`.
    rng : Generator

    Returns
    -------
    array, shape (subjects,)
        Days; infinite when nothing happens before the end of time.

    Examples
    --------
    >>> rates = np.full((3, 4), 0.01)
    >>> bool((draw_times(rates, np.random.default_rng(1)) > 0).all())
    True
    """
    left = rng.exponential(size=len(rates))
    times = np.full(len(rates), np.inf)
    for start, width, rate in zip(EDGES, _WIDTHS, rates.T, strict=False):
        within = np.isinf(times) & (left <= rate * width) & (rate > 0)
        times[within] = start + left[within] / rate[within]
        left = left - rate * width
    return times


def incidence(cause: Floats, total: Floats, by_day: float) -> Floats:
    """Chance that the first thing to happen is `cause`, and happens within `by_day` days.

    Parameters
    ----------
    cause, total : array, shape (subjects, 4)
        Daily hazards of the cause and of everything that ends the waiting, the
        cause included.
    by_day : float
        Days from the start, at least 0.

    Examples
    --------
    >>> one = np.full((1, 4), 0.01)
    >>> incidence(one, 2 * one, 50.0).round(4).tolist()
    [0.3161]
    """
    risk, surviving = np.zeros(len(cause)), np.ones(len(cause))
    for start, width, rate, everything in zip(EDGES, _WIDTHS, cause.T, total.T, strict=False):
        days = min(max(by_day - start, 0.0), width)
        ended = -np.expm1(-everything * days)
        share = np.divide(rate, everything, out=np.zeros(len(rate)), where=everything > 0)
        risk += surviving * share * ended
        surviving = surviving * (1 - ended)
    return risk


def shape_integral(shape: Floats, days: Floats) -> Floats:
    """Integral from 0 to `days` of a hazard shape given between the `EDGES`."""
    return np.interp(days, EDGES, _knots(shape))


def shape_day(shape: Floats, integral: Floats) -> Floats:
    """Day at which the integral of a hazard shape reaches a value; inverse of `shape_integral`."""
    return np.interp(integral, _knots(shape), EDGES)


def _knots(shape: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(shape * _WIDTHS)])
