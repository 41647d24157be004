"""The tests that simulated trials are analysed with: one weighted log-rank statistic, or several.

Their boundaries rest on their own information. The variance of a weighted log-rank score does not
grow as the number of events does: bounds made for the log-rank test would not keep alpha.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.checks import require
from analytics.design.boundaries import Boundaries, GroupSequential
from analytics.design.boundaries.recursion import FAR
from analytics.design.survival.weighted.maxcombo_boundaries import maxcombo_boundaries
from analytics.design.survival.weighted.weight_curves import LogRankWeight
from analytics.results import Result, registered
from analytics.survival.logrank_weights import LOG_RANK, fleming_harrington

Floats = NDArray[np.float64]
MOST_WEIGHTS = 4


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

    weights: tuple[LogRankWeight, ...] = (LOG_RANK,)

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
        Its information fractions are replaced by those of the test; of several weights by the
        smallest one at each look.
    covariances : array, looks x weights x weights
        Of the weighted scores at each look; scores have independent increments.

    Raises
    ------
    InputError
        For several weights with futility bounds, two sides, or without a spending function.
    """
    information = np.diagonal(covariances, axis1=1, axis2=2)
    shares = (information[:-1] / information[-1]).min(axis=1)
    looks = replace(plan, information_fractions=(*shares.tolist(), 1.0))
    weights = covariances.shape[1]
    if weights == 1:
        return looks.boundaries()
    upper, _ = maxcombo_boundaries(looks, _correlation(covariances), weights)
    return Boundaries.of(
        information_fractions=looks.information_fractions,
        lower=np.full(upper.size, -FAR),
        upper=upper,
        sides=1,
        binding=False,
        drift=None,
    )


def _correlation(covariances: Floats) -> Floats:
    """Of all statistics of the first look, then of the second, …"""
    looks, weights = covariances.shape[:2]
    earlier = np.minimum.outer(np.arange(looks), np.arange(looks))
    whole = covariances[earlier].transpose(0, 2, 1, 3).reshape(looks * weights, looks * weights)
    spread = np.sqrt(np.diag(whole))
    return np.asarray(whole / np.outer(spread, spread))
