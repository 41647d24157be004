"""Probabilities of crossing boundaries at the looks of a trial, by numerical integration.

The statistics Z_1, ..., Z_K are normal with variance 1, given means, and correlations
sqrt(I_j / I_k): the increments of Z_k sqrt(I_k) are independent. The density of Z_k while the
trial goes on is carried from look to look on a grid (Armitage, McPherson and Rowe 1969; Jennison
and Turnbull 2000, Group Sequential Methods, ch. 19). The density is smooth between the
boundaries, so that Gauss's rule, on stretches as short as it varies, leaves errors near 1e-12.

Everything here works on plain arrays and is compiled; `group_sequential` gives it its meaning.
"""

from __future__ import annotations

from math import erfc, exp, log, pi, sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FAR = 30.0  # stands for an infinite boundary
_ROOT_2 = sqrt(2.0)
_DENSITY = 1 / sqrt(2 * pi)
_STEPS = 200
_REACH = 8.0  # standard deviations beyond which nothing is left to count
_MOST_STRETCHES = 400
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)


@njit(cache=True)
def above(x: float) -> float:
    """The probability that a standard normal variable is above x."""
    return 0.5 * erfc(x / _ROOT_2)


@njit(cache=True)
def grid(mean: float, lower: float, upper: float, scale: float) -> tuple[Floats, Floats]:
    """Points and weights that integrate what varies over `scale` between two limits.

    Gauss's rule with 20 points on each stretch of at most 6 scales, within 8 of the mean.
    """
    low, high = max(lower, mean - _REACH), min(upper, mean + _REACH)
    if low >= high:
        return np.empty(0), np.empty(0)
    stretches = min(_MOST_STRETCHES, int(np.ceil((high - low) / (6 * scale))))
    half = 0.5 * (high - low) / stretches
    size = _NODES.size
    points, weights = np.empty(stretches * size), np.empty(stretches * size)
    for part in range(stretches):
        centre = low + (2 * part + 1) * half
        for i in range(size):
            points[part * size + i] = centre + half * _NODES[i]
            weights[part * size + i] = half * _WEIGHTS[i]
    return points, weights


@njit(cache=True)
def first_mass(points: Floats, weights: Floats, mean: float) -> Floats:
    """Weighted density of Z_1 on a grid."""
    mass = np.empty(points.size)
    for j in range(points.size):
        mass[j] = weights[j] * _DENSITY * exp(-0.5 * (points[j] - mean) ** 2)
    return mass


@njit(cache=True)
def next_mass(
    points: Floats, weights: Floats, before: Floats, mass: Floats, drift: float, old: float,
    new: float,
) -> Floats:  # fmt: skip
    """Weighted density of Z_k on a grid, from that of Z_{k-1}.

    `drift` is the mean of the increment of Z sqrt(I); `old` and `new` are the two sqrt(I).
    """
    spread = sqrt(new * new - old * old)
    found = np.empty(points.size)
    for j in range(points.size):
        total = 0.0
        for i in range(before.size):
            x = (points[j] * new - before[i] * old - drift) / spread
            total += mass[i] * exp(-0.5 * x * x)
        found[j] = weights[j] * total * _DENSITY * new / spread
    return found


@njit(cache=True)
def crossing(
    bound: float, before: Floats, mass: Floats, drift: float, old: float, new: float
) -> float:
    """The probability to have gone on until now and to lie above a bound at this look."""
    spread = sqrt(new * new - old * old)
    total = 0.0
    for i in range(before.size):
        total += mass[i] * above((bound * new - before[i] * old - drift) / spread)
    return total


@njit(cache=True)
def _density_at(
    bound: float, before: Floats, mass: Floats, drift: float, old: float, new: float
) -> float:
    spread = sqrt(new * new - old * old)
    total = 0.0
    for i in range(before.size):
        x = (bound * new - before[i] * old - drift) / spread
        total += mass[i] * exp(-0.5 * x * x)
    return total * _DENSITY * new / spread


@njit(cache=True)
def bound_above(
    target: float, before: Floats, mass: Floats, drift: float, old: float, new: float
) -> float:
    """The bound above which the probability at this look is `target`.

    Newton's steps on the log of the probability, kept inside an interval that is halved when they
    leave it. -FAR when even everything is less than the target, FAR when the target is 0.
    """
    low, high = -FAR, FAR
    if target <= 0:
        return FAR
    if crossing(low, before, mass, drift, old, new) <= target:
        return -FAR
    x = 2.0
    for _ in range(_STEPS):
        found = crossing(x, before, mass, drift, old, new)
        if found > target:
            low = x
        else:
            high = x
        if abs(found - target) < 1e-13 * target or high - low < 1e-12:
            break
        slope = _density_at(x, before, mass, drift, old, new)
        sound = slope > 1e-300 and found > 1e-300
        step = x + log(found / target) * found / slope if sound else low - 1
        moved = step if low < step < high else 0.5 * (low + high)
        if abs(moved - x) < 1e-13:
            x = moved
            break
        x = moved
    return x


@njit(cache=True)
def _scale(root: Floats, k: int) -> float:
    """Over which the density at a look, and what the next look makes of it, vary."""
    came = 1.0
    if k > 0:
        came = sqrt(root[k] ** 2 - root[k - 1] ** 2) / root[k]
    goes = sqrt(root[k + 1] ** 2 - root[k] ** 2) / root[k]
    return float(min(1.0, came, goes))


@njit(cache=True)
def stop_probabilities(
    root: Floats, means: Floats, lower: Floats, upper: Floats
) -> tuple[Floats, Floats]:
    """The probability to leave below and above at each look, and not before.

    Parameters
    ----------
    root : array
        sqrt(I_k), rising.
    means : array
        Of Z_k.
    lower, upper : array
        Boundaries on Z; -FAR and FAR where there are none.

    Returns
    -------
    (below, beyond)
        Of each look.
    """
    looks = root.size
    below, beyond = np.zeros(looks), np.zeros(looks)
    before, mass = np.zeros(1), np.ones(1)  # before the first look: information 0 at Z = 0
    old, reached = 0.0, 0.0
    for k in range(looks):
        drift = means[k] * root[k] - reached
        beyond[k] = crossing(upper[k], before, mass, drift, old, root[k])
        going = 0.0
        for i in range(mass.size):
            going += mass[i]
        below[k] = going - crossing(lower[k], before, mass, drift, old, root[k])
        if lower[k] <= -FAR:
            below[k] = 0.0
        if k < looks - 1:
            points, weights = grid(means[k], lower[k], upper[k], _scale(root, k))
            if points.size == 0:
                break
            if k == 0:
                mass = first_mass(points, weights, means[0])
            else:
                mass = next_mass(points, weights, before, mass, drift, old, root[k])
            before, old, reached = points, root[k], means[k] * root[k]
    return below, beyond


@njit(cache=True)
def _advanced(
    k: int, root: Floats, mean: float, drift: float, lower: float, upper: float, before: Floats,
    mass: Floats,
) -> tuple[Floats, Floats]:  # fmt: skip
    points, weights = grid(mean, lower, upper, _scale(root, k))
    if points.size == 0:
        return np.zeros(1), np.zeros(1)
    if k == 0:
        return points, first_mass(points, weights, mean)
    return points, next_mass(points, weights, before, mass, drift, root[k - 1], root[k])


@njit(cache=True)
def spent_boundaries(
    root: Floats, alpha: Floats, fixed: Floats, beta: Floats, futility: Floats, theta: float,
    binding: bool, two_sided: bool,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Boundaries that spend given errors at each look.

    Parameters
    ----------
    root : array
        sqrt(I_k), rising.
    alpha : array
        Type I error to be spent by each look, on one side; not falling.
    fixed : array
        Efficacy bounds that are given instead; NaN where they follow from `alpha`.
    beta : array
        Type II error to spend below at each look under `theta`; NaN where `futility` is used.
    futility : array
        Futility bounds that are given; -FAR where there is none.
    theta : float
        Mean of Z_k is theta sqrt(I_k) under the alternative.
    binding : bool
        Whether efficacy bounds count on stops for futility.
    two_sided : bool
        Whether the trial also stops below minus the efficacy bound (no futility then).
    """
    looks = root.size
    lower, upper = np.full(looks, -FAR), np.full(looks, FAR)
    null_at, null_mass = np.zeros(1), np.ones(1)
    other_at, other_mass = np.zeros(1), np.ones(1)
    old, used, spends_beta = 0.0, 0.0, not np.isnan(beta).all()
    for k in range(looks):
        if np.isnan(fixed[k]):
            upper[k] = bound_above(alpha[k] - used, null_at, null_mass, 0.0, old, root[k])
            used = max(used, alpha[k])
        else:
            upper[k] = fixed[k]
            used += crossing(upper[k], null_at, null_mass, 0.0, old, root[k])
        drift = theta * (root[k] * root[k] - old * old)
        if two_sided:
            lower[k] = -upper[k]
        elif np.isnan(beta[k]):
            lower[k] = futility[k]
        else:
            going = 0.0
            for i in range(other_mass.size):
                going += other_mass[i]
            keep = going - beta[k]
            lower[k] = bound_above(keep, other_at, other_mass, drift, old, root[k])
        if k < looks - 1:
            lower[k] = min(lower[k], upper[k])
            low = lower[k] if binding or two_sided else -FAR
            null_at, null_mass = _advanced(k, root, 0.0, 0.0, low, upper[k], null_at, null_mass)
            if spends_beta:
                other_at, other_mass = _advanced(
                    k, root, theta * root[k], drift, lower[k], upper[k], other_at, other_mass
                )
            old = root[k]
    return lower, upper
