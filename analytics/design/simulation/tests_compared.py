"""The tests that simulated trials are analysed with: one weighted log-rank statistic, or several.

Their boundaries rest on their own information. The variance of a weighted log-rank score does not
grow as the number of events does: bounds made for the log-rank test would not keep alpha.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from analytics.checks import NotEstimableError, require
from analytics.design.boundaries import Boundaries, GroupSequential
from analytics.design.boundaries.recursion import FAR
from analytics.results import Result, registered
from analytics.survival.logrank_weights import LOG_RANK, Weight, fleming_harrington
from analytics.survival.normal_maximum import tail_of_largest

Floats = NDArray[np.float64]
MOST_WEIGHTS = 4
_DRAWS = 400_000


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ModestWeight(Result):
    """Weight 1 / max(S(t), S(delay)), at most `most`: late events count more, early ones not less.

    Parameters
    ----------
    delay : float
        Time since randomisation > 0 until which the weight rises.
    most : float
        > 1; infinite for no limit.

    References
    ----------
    Magirr and Burman (2019), Statistics in Medicine 38:3782-3790.

    Examples
    --------
    >>> ModestWeight(delay=6, most=2).name
    'modestly weighted (6, at most 2)'
    """

    delay: float
    most: float = np.inf

    def __post_init__(self) -> None:
        require(0 < self.delay < np.inf, "delay > 0", delay=self.delay)
        require(self.most > 1, "the largest weight is > 1", most=self.most)

    @property
    def name(self) -> str:
        """For tables and footnotes."""
        limit = f", at most {self.most:g}" if self.most < np.inf else ""
        return f"modestly weighted ({self.delay:g}{limit})"


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTest(Result):
    """A weighted log-rank test, or the largest of several (MaxCombo).

    Parameters
    ----------
    weights : tuple of Weight or ModestWeight
        1 to 4; of the log-rank family, those of Fleming and Harrington.

    References
    ----------
    Lin et al. (2020), Statistics in Biopharmaceutical Research 12:187-198, for MaxCombo.

    Examples
    --------
    >>> LOG_RANK_TEST.name, MAX_COMBO.name
    ('log-rank', 'MaxCombo of log-rank, FH(0, 1), FH(1, 0), FH(1, 1)')
    """

    weights: tuple[Weight | ModestWeight, ...] = (LOG_RANK,)

    def __post_init__(self) -> None:
        count = len(self.weights)
        rule = f"a test has 1 to {MOST_WEIGHTS} different weights"
        require(1 <= count <= MOST_WEIGHTS and len(set(self.weights)) == count, rule, weights=count)
        known = all(
            getattr(one, "kind", "fleming-harrington") == "fleming-harrington"
            for one in self.weights
        )
        rule = "weights are those of Fleming and Harrington, or modest ones"
        require(known, rule, weights=[one.name for one in self.weights])

    @property
    def name(self) -> str:
        """For tables and footnotes."""
        names = ", ".join(one.name for one in self.weights)
        return names if len(self.weights) == 1 else f"MaxCombo of {names}"


LOG_RANK_TEST = ComparedTest()
MAX_COMBO = ComparedTest(
    weights=(LOG_RANK, fleming_harrington(0, 1), fleming_harrington(1, 0), fleming_harrington(1, 1))
)


def boundaries_of(plan: GroupSequential, covariances: Floats) -> Boundaries:
    """Bounds that keep alpha for a test with these covariances of its scores.

    Parameters
    ----------
    plan : GroupSequential
        Its information fractions are replaced by those of the test.
    covariances : array, looks x weights x weights
        Of the weighted scores at each look; scores have independent increments.

    Raises
    ------
    NotEstimableError
        For several weights with futility bounds or two sides.
    """
    if covariances.shape[1] == 1:
        return replace(plan, information_fractions=_fractions(covariances[:, 0, 0])).boundaries()
    if plan.sides == 2 or plan.futility is not None:
        raise NotEstimableError("MaxCombo is simulated one-sided and without futility bounds.")
    own = np.trace(covariances, axis1=1, axis2=2)
    looks = replace(plan, information_fractions=_fractions(own))
    spent = np.array(looks.boundaries().alpha_spent)
    if spent.size == 1:
        upper = np.array([_fixed_bound(covariances[0], plan.alpha)])
    else:
        upper = _bounds_by_draws(covariances, np.diff(spent, prepend=0.0))
    return Boundaries.of(
        information_fractions=looks.information_fractions,
        lower=np.full(upper.size, -FAR),
        upper=upper,
        sides=1,
        binding=False,
        drift=None,
    )


def _fractions(information: Floats) -> tuple[float, ...]:
    return (*(information[:-1] / information[-1]).tolist(), 1.0)


def _fixed_bound(covariance: Floats, alpha: float) -> float:
    spread = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(spread, spread)

    def excess(bound: float) -> float:
        return tail_of_largest(correlation, bound, two_sided=False)[0] - alpha

    return float(brentq(excess, 0.0, 6.0, xtol=1e-6))


def _bounds_by_draws(covariances: Floats, steps: Floats) -> Floats:
    """One look after the other, from draws of the scores, which have independent increments."""
    rng = np.random.default_rng(20_190_131)
    size = covariances.shape[1]
    total, alive = np.zeros((_DRAWS, size)), np.ones(_DRAWS, dtype=bool)
    bounds, before = np.empty(steps.size), np.zeros((size, size))
    for look, step in enumerate(steps):
        variance, axes = np.linalg.eigh(covariances[look] - before)
        root = axes * np.sqrt(np.maximum(variance, 0.0)) @ axes.T
        total += rng.standard_normal((_DRAWS, size)) @ root
        before = covariances[look]
        largest = (total / np.sqrt(np.diag(before))).max(axis=1)
        among = np.sort(largest[alive])[::-1]
        crossed = max(round(step * _DRAWS), 1)
        bounds[look] = (among[crossed - 1] + among[crossed]) / 2
        alive &= largest < bounds[look]
    return bounds
