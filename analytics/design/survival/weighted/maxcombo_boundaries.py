"""Bounds on the largest of several weighted log-rank statistics, at one look and at several."""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from analytics.checks import require
from analytics.design.boundaries import GroupSequential, Spending
from analytics.design.boundaries.recursion import FAR
from analytics.design.survival.weighted.normal_orthant import NormalOrthant
from analytics.survival.normal_maximum import tail_of_largest

Floats = NDArray[np.float64]

_NEAR = 1e-9


def largest_at_level(correlation: Floats, alpha: float) -> float:
    """The bound that the largest of standard normals exceeds with probability alpha.

    Examples
    --------
    >>> round(largest_at_level(np.eye(1), 0.025), 4), round(largest_at_level(np.eye(2), 0.025), 4)
    (1.96, 2.239)
    """
    low = float(-ndtri(alpha))
    size = len(correlation)
    if size == 1:
        return low
    high = float(-ndtri(alpha / size)) + _NEAR  # Bonferroni is enough

    def excess(bound: float) -> float:
        return tail_of_largest(correlation, bound, two_sided=False)[0] - alpha

    return float(brentq(excess, low - 0.01, high + 0.01, xtol=_NEAR))


def maxcombo_boundaries(
    plan: GroupSequential, correlation: Floats, weights: int
) -> tuple[Floats, tuple[float, ...]]:
    """Bounds at each look that spend alpha as the plan says, and what they spend until each.

    Where nothing is spent the bound is `FAR`.

    Parameters
    ----------
    plan : GroupSequential
        One-sided, with a spending function and no futility bounds.
    correlation : array
        Without effect, of all statistics of the first look, then of the second, ...
    weights : int
        Statistics at each look.

    Examples
    --------
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
    >>> together = np.sqrt([[1, 0.5], [0.5, 1]])
    >>> bounds, _ = maxcombo_boundaries(plan, together, weights=1)
    >>> bounds.round(3).tolist()
    [2.963, 1.969]
    """
    require(plan.alpha < 0.5, "MaxCombo has alpha < 0.5", alpha=plan.alpha)
    require(plan.sides == 1, "MaxCombo is one-sided", sides=plan.sides)
    require(plan.futility is None, "MaxCombo has no futility bounds here", futility=plan.futility)
    spends = isinstance(plan.efficacy, get_args(Spending))
    require(spends, "MaxCombo spends alpha", efficacy=plan.efficacy)
    assert isinstance(plan.efficacy, get_args(Spending))
    spent = plan.efficacy.spent(np.array(plan.information_fractions), plan.alpha)
    first = correlation[:weights, :weights]
    bounds = np.full(spent.size, FAR)
    if spent[0] > 0:
        bounds[0] = largest_at_level(first, float(spent[0]))
    orthant = NormalOrthant.of(correlation)
    left = orthant.below(np.repeat(bounds, weights))[0]
    for look in range(1, spent.size):
        left -= float(spent[look] - spent[look - 1])
        bounds[look] = _bound(orthant, bounds, look, left, weights)
    return bounds, tuple(spent.tolist())


def maxcombo_stops(covariance: Floats, means: Floats, bounds: Floats) -> Floats:
    """Probabilities that the largest statistic reaches its bound at each look for the first time.

    Examples
    --------
    >>> maxcombo_stops(np.eye(2), np.zeros(2), np.array([0.0, 0.0])).round(3).tolist()
    [0.5, 0.25]
    """
    weights = means.size // bounds.size
    within = [1.0]
    orthant = NormalOrthant.of(covariance)
    for look in range(bounds.size):
        limits = np.where(np.arange(bounds.size) <= look, bounds, FAR)
        within.append(orthant.below(np.repeat(limits, weights) - means)[0])
    return np.asarray(-np.diff(within))


def _bound(orthant: NormalOrthant, bounds: Floats, look: int, left: float, weights: int) -> float:
    """The bound at a look with which the probability to have stayed below all is `left`."""

    def excess(bound: float) -> float:
        tried = np.where(np.arange(bounds.size) == look, bound, bounds)
        return orthant.below(np.repeat(tried, weights))[0] - left

    return float(brentq(excess, -1.0, FAR, xtol=1e-6))
