"""MaxCombo: the largest of several weighted log-rank statistics, judged as the largest."""

# ruff: noqa: PT028  (a test of a hypothesis may have defaults)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import SurvivalCounts
from analytics.survival.logrank import hypergeometric_factor
from analytics.survival.logrank_weights import Weight, fleming_harrington
from analytics.survival.normal_maximum import tail_of_largest
from analytics.survival.risk_sets import RiskSets, risk_sets

Floats = NDArray[np.float64]

USUAL_WEIGHTS = (
    fleming_harrington(0, 0),
    fleming_harrington(0, 1),
    fleming_harrington(1, 0),
    fleming_harrington(1, 1),
)
ALTERNATIVES = ("two-sided", "fewer", "more")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MaxCombo(Result):
    """Outcome of a MaxCombo test of two arms.

    Parameters
    ----------
    statistic : float
        The z that is furthest in the direction of the alternative: the largest absolute z when
        two-sided, the smallest z for "fewer", the largest for "more".
    p_value : float
        Of that statistic as the extreme of them all.
    p_value_error : float
        Bound on the numerical error of the p-value, see `tail_of_largest`.
    alternative : {"two-sided", "fewer", "more"}
        What is to be shown of the arm that is not the reference: any difference, fewer events
        (it is better, when the event is bad), or more.
    table : DataFrame
        One row per weight: `weight`, `z` (below 0 when the arm that is not the reference had
        fewer weighted events than expected), `p_value` (of that statistic alone, unadjusted).
    correlation : DataFrame
        Of the statistics under equal hazards, in the order of the table.
    weights : tuple of Weight
        In the order of the table.
    arms, strata : tuple of str
        strata is ("",) for an unstratified test.
    """

    statistic: float
    p_value: float
    p_value_error: float
    alternative: str
    table: pd.DataFrame
    correlation: pd.DataFrame
    weights: tuple[Weight, ...]
    arms: tuple[str, ...]
    strata: tuple[str, ...]
    endpoint: str

    def __post_init__(self) -> None:
        require_columns(self.table, ("weight", "z", "p_value"), "the table of statistics")

    def to_frame(self) -> pd.DataFrame:
        """One row per weight, and the test beside them."""
        return self.table.assign(maxcombo_statistic=self.statistic, maxcombo_p_value=self.p_value)


def test_maxcombo(
    counts: SurvivalCounts,
    weights: Sequence[Weight] = USUAL_WEIGHTS,
    *,
    alternative: str = "two-sided",
) -> MaxCombo:
    """Test two arms by several weighted log-rank statistics at once.

    The statistics are jointly normal under equal hazards; their covariance is the sum over event
    times of the product of the weights and the hypergeometric variance. The p-value is the
    probability that the extreme of such normals lies beyond the one observed.

    A small p-value says that the hazards differ somewhere, not that an arm is better throughout:
    a statistic with late weights can be extreme in the direction of an arm that harms early.

    Parameters
    ----------
    counts : SurvivalCounts
        Two arms. Several strata: each has its own weights, and the sums are over all strata.
    weights : sequence of Weight
        FH(0, 0), FH(0, 1), FH(1, 0) and FH(1, 1) unless given.
    alternative : {"two-sided", "fewer", "more"}
        See `MaxCombo`.

    Raises
    ------
    NotEstimableError
        Unless there are two arms; or when a statistic has no variance.

    References
    ----------
    Lee (2007), Computational Statistics and Data Analysis 51:6557-6564; Karrison (2016), Stata
    Journal 16:678-690; Lin et al. (2020), Statistics in Biopharmaceutical Research 12:187-198.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects(
    ...     [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20], [1] * 12, arms=["A"] * 6 + ["B"] * 6
    ... )
    >>> test = test_maxcombo(counts)
    >>> round(test.statistic, 4), round(test.p_value, 4)
    (1.2852, 0.3605)
    """
    require(alternative in ALTERNATIVES, f"alternative in {ALTERNATIVES}", alternative=alternative)
    require(len(weights) > 0, "there is at least one weight", weights=len(weights))
    if len(counts.arms) != 2:
        raise NotEstimableError(f"MaxCombo compares two arms, and there are {len(counts.arms)}.")
    sets = risk_sets(counts).with_events()
    z, correlation = weighted_statistics(sets, weights)
    extreme = {"two-sided": np.abs(z).max(), "fewer": -z.min(), "more": z.max()}[alternative]
    p_value, error = tail_of_largest(
        correlation, float(extreme), two_sided=alternative == "two-sided"
    )
    names = [weight.name for weight in weights]
    return MaxCombo(
        statistic=float(-extreme if alternative == "fewer" else extreme),
        p_value=p_value,
        p_value_error=error,
        alternative=alternative,
        table=pd.DataFrame({"weight": names, "z": z, "p_value": _alone(z, alternative)}),
        correlation=pd.DataFrame(correlation, columns=names),
        weights=tuple(weights),
        arms=counts.arms,
        strata=counts.strata,
        endpoint=counts.endpoint,
    )


# pytest collects by name; this is the test of a hypothesis.
test_maxcombo.__test__ = False  # type: ignore[attr-defined]


def weighted_statistics(sets: RiskSets, weights: Sequence[Weight]) -> tuple[Floats, Floats]:
    """The z of each weight for two arms, and their correlation under equal hazards.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1] * 4, arms=list("AABB"))
    >>> z, correlation = weighted_statistics(risk_sets(counts), USUAL_WEIGHTS[:2])
    >>> z.round(3).tolist(), correlation.round(3).tolist()
    ([-1.698, -1.414], [[1.0, 0.686], [0.686, 1.0]])
    """
    deaths, total = sets.events.sum(axis=1), sets.at_risk.sum(axis=1)
    share = sets.at_risk[:, 1] / total
    difference = sets.events[:, 1] - deaths * share
    variance = hypergeometric_factor(deaths, total) * share * (1 - share)
    each = np.array([weight.at(sets) for weight in weights]) if sets.time.size else np.zeros((1, 0))
    covariance = (each * variance) @ each.T
    spread = np.sqrt(np.diag(covariance))
    if not spread.all():
        silent = weights[int(np.argmin(spread))].name
        raise NotEstimableError(
            f"No MaxCombo test: the {silent} statistic has no variance, because no event of a "
            "weight above 0 leaves anything to chance."
        )
    return (each @ difference) / spread, covariance / np.outer(spread, spread)


def _alone(z: Floats, alternative: str) -> Floats:
    if alternative == "two-sided":
        return np.asarray(2 * ndtr(-np.abs(z)))
    return np.asarray(ndtr(z if alternative == "fewer" else -z))
