"""Log-rank test for a trend over ordered arms, such as doses."""

# ruff: noqa: PT028  (a test of a hypothesis may have defaults)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import chdtrc

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered
from analytics.survival.counts import SurvivalCounts
from analytics.survival.logrank import one_sided_p_value, test_logrank
from analytics.survival.logrank_weights import LOG_RANK, Weight


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrendTest(Result):
    """Outcome of the test that the hazard does not rise or fall with the score of the arm.

    Parameters
    ----------
    statistic : float
        Chi-square with 1 degree of freedom.
    z : float
        Its signed root; below 0 when arms of higher score had fewer events than expected.
    p_value : float
        Two-sided.
    scores : tuple of float
        Of each arm, in the order of `arms`.
    weight : Weight
        The member of the log-rank family.
    arms, strata : tuple of str
        strata is ("",) for an unstratified test.
    """

    statistic: float
    z: float
    p_value: float
    scores: tuple[float, ...]
    weight: Weight
    arms: tuple[str, ...]
    strata: tuple[str, ...]
    endpoint: str

    def one_sided(self, direction: str) -> float:
        """One-sided p-value: "fewer" events the higher the score, or "more".

        Examples
        --------
        >>> counts = SurvivalCounts.from_subjects([1, 2, 3], [1] * 3, arms=list("ABC"))
        >>> round(test_trend(counts).one_sided("fewer"), 4)
        0.0586
        """
        return one_sided_p_value(self.z, direction, arms=len(self.arms))


def test_trend(
    counts: SurvivalCounts, weight: Weight = LOG_RANK, *, scores: Sequence[float] | None = None
) -> TrendTest:
    """Test for a trend over the arms in their order.

    More powerful than the test of any difference when the effect grows with the score, and blind
    to differences that do not.

    Parameters
    ----------
    counts : SurvivalCounts
        Two or more arms, in their order.
    weight : Weight
        See `test_logrank`.
    scores : sequence of float, optional
        One per arm, finite and not all the same, such as the doses; 1, 2, 3, ... unless given.
        Only their relative distances matter.

    Raises
    ------
    NotEstimableError
        As `test_logrank`; or when the arms that can be compared share one score.

    References
    ----------
    Tarone (1975), Biometrika 62:679-682.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects(
    ...     range(1, 13), [1] * 12, arms=list("AABBCCAABBCC"), order=("A", "B", "C")
    ... )
    >>> test = test_trend(counts)
    >>> round(test.z, 3), round(test.p_value, 3)
    (-1.813, 0.07)
    """
    each = np.arange(1.0, len(counts.arms) + 1) if scores is None else np.asarray(scores, float)
    require(
        each.shape == (len(counts.arms),) and bool(np.isfinite(each).all()),
        "scores are finite numbers, one per arm",
        scores=tuple(each.ravel().tolist()),
        arms=counts.arms,
    )
    require(np.ptp(each) > 0 or each.size < 2, "scores differ", scores=tuple(each.tolist()))
    test = test_logrank(counts, weight)
    sums = test.by_arm()
    centred = each - each.mean()  # the variance has rows that sum to 0
    trend = float(centred @ (sums["observed"] - sums["expected"]).to_numpy())
    variance = float(centred @ test.variance.to_numpy() @ centred)
    z = trend / sqrt(_positive(variance, test.variance.to_numpy(), centred))
    return TrendTest(
        statistic=z**2,
        z=z,
        p_value=float(chdtrc(1, z**2)),
        scores=tuple(each.tolist()),
        weight=weight,
        arms=counts.arms,
        strata=counts.strata,
        endpoint=counts.endpoint,
    )


# pytest collects by name; this is the test of a hypothesis.
test_trend.__test__ = False  # type: ignore[attr-defined]


def _positive(variance: float, of_arms: np.ndarray, scores: np.ndarray) -> float:
    rounding = 1e-12 * float(np.abs(scores) @ np.abs(of_arms) @ np.abs(scores))
    if variance <= rounding:
        raise NotEstimableError("No trend test: the arms that can be compared share one score.")
    return variance
