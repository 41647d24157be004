"""Isotonic regression, and the dose whose isotonic estimate is nearest to the target."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from scipy.special import betainc

from analytics.checks import require
from analytics.dosing.escalation.counts import Counts, Flags, Floats, Whole

_ADDED = 0.05
"""Toxicities, and patients without one, added to each dose before the regression."""

_SLOPE = 1e-10
"""Per dose, so that of equal estimates below the target the highest is nearest, else the lowest."""


def isotonic(values: Sequence[float], weights: Sequence[float] | None = None) -> Floats:
    """The nondecreasing values nearest to the given ones in weighted least squares.

    Pools adjacent violators.

    Parameters
    ----------
    values : sequence of float
        In order.
    weights : sequence of float, optional
        Above 0; all equal by default.

    References
    ----------
    Barlow, Bartholomew, Bremner and Brunk (1972), Statistical inference under order restrictions.

    Examples
    --------
    >>> isotonic([0.1, 0.4, 0.2, 0.5]).round(3).tolist()
    [0.1, 0.3, 0.3, 0.5]
    """
    own = np.asarray(values, dtype=np.float64)
    heavy = np.ones_like(own) if weights is None else np.asarray(weights, dtype=np.float64)
    require(own.shape == heavy.shape, "one weight per value", values=values, weights=weights)
    require(bool(np.isfinite(own).all()), "values are finite", values=values)
    sound = bool((heavy > 0).all() and np.isfinite(heavy).all())
    require(sound, "weights are above 0", weights=weights)
    return np.asarray(isotonic_rows(own[None, :], heavy[None, :])[0])


@njit(cache=True, nogil=True)
def isotonic_rows(values: Floats, weights: Floats) -> Floats:
    """Isotonic regression of each row; what has no weight is left out and becomes NaN.

    Examples
    --------
    >>> isotonic_rows(np.array([[0.4, 9.0, 0.2]]), np.array([[1.0, 0.0, 1.0]]))
    array([[0.3, nan, 0.3]])
    """
    rows, doses = values.shape
    fitted = np.full((rows, doses), np.nan)
    level, mass = np.empty(doses), np.empty(doses)
    start = np.empty(doses + 1, dtype=np.int64)
    for row in range(rows):
        blocks = 0
        for dose in range(doses):
            if weights[row, dose] <= 0:
                continue
            level[blocks], mass[blocks] = values[row, dose], weights[row, dose]
            start[blocks] = dose
            blocks += 1
            while blocks > 1 and level[blocks - 2] >= level[blocks - 1]:
                total = mass[blocks - 2] + mass[blocks - 1]
                pooled = level[blocks - 2] * mass[blocks - 2] + level[blocks - 1] * mass[blocks - 1]
                level[blocks - 2], mass[blocks - 2] = pooled / total, total
                blocks -= 1
        start[blocks] = doses
        for block in range(blocks):
            for dose in range(start[block], start[block + 1]):
                if weights[row, dose] > 0:
                    fitted[row, dose] = level[block]
    return fitted


def isotonic_estimates(counts: Counts, considered: Flags) -> Floats:
    """Toxicity probabilities that rise with dose; NaN for doses not considered or not given.

    Parameters
    ----------
    counts : Counts
        Outcomes.
    considered : array of bool
        Rows and columns of the counts.

    References
    ----------
    Liu and Yuan (2015), Journal of the Royal Statistical Society C 64:507-523.

    Examples
    --------
    >>> seen = Counts.of([[3, 6, 3]], [[0, 1, 2]])
    >>> isotonic_estimates(seen, np.ones((1, 3), dtype=bool)).round(2).tolist()
    [[0.02, 0.17, 0.66]]
    """
    return np.asarray(_estimates(counts.patients, counts.toxicities, considered))


@njit(cache=True, nogil=True)
def _estimates(patients: Whole, toxicities: Whole, considered: Flags) -> Floats:
    rows, doses = patients.shape
    share, weights = np.zeros((rows, doses)), np.zeros((rows, doses))
    for row in range(rows):
        for dose in range(doses):
            if considered[row, dose] and patients[row, dose] > 0:
                total = patients[row, dose] + 2 * _ADDED
                mean = (toxicities[row, dose] + _ADDED) / total
                share[row, dose] = mean
                weights[row, dose] = (total + 1) / (mean * (1 - mean))
    return isotonic_rows(share, weights)


def nearest_isotonic(counts: Counts, considered: Flags, target: float, most: float = 1.0) -> Whole:
    """The dose whose isotonic estimate is nearest to the target; 0 where there is none.

    Parameters
    ----------
    most : float
        Doses with a higher estimate are not selected.

    Examples
    --------
    >>> seen = Counts.of([[3, 6, 3]], [[0, 1, 2]])
    >>> nearest_isotonic(seen, np.ones((1, 3), dtype=bool), 0.3)
    array([2])
    """
    doses = np.arange(1, counts.doses + 1)
    estimates = isotonic_estimates(counts, considered) + _SLOPE * doses
    far = np.abs(estimates - target)
    far[np.isnan(far) | (estimates > most)] = np.inf
    nearest = np.argmin(far, axis=1)
    return np.where(np.isfinite(far.min(axis=1)), nearest + 1, 0)


def above(probability: float, counts: Counts) -> Floats:
    """Posterior probability that each dose is more toxic than that, alone, under Beta(1, 1).

    Examples
    --------
    >>> above(0.3, Counts.of([[0, 3]], [[0, 3]])).round(4)
    array([[0.7   , 0.9919]])
    """
    free = counts.patients - counts.toxicities
    return np.asarray(1 - betainc(counts.toxicities + 1, free + 1, probability))
