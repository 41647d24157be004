"""Peto's one-step hazard ratio, from a log-rank test alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt

from scipy.special import ndtri

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered
from analytics.survival.counts import SurvivalCounts
from analytics.survival.logrank import test_logrank

_LARGEST_LOG = 700.0  # the exponential of more is no number


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PetoHazardRatio(Result):
    """One-step hazard ratio of two arms.

    Parameters
    ----------
    arm, reference : str
        The hazard of the arm over that of the reference: below 1 favours the arm when the event
        is bad.
    hazard_ratio, lower, upper : float
        exp((O - E) / V) of the arm, and its limits.
    log_hazard_ratio, std_err : float
        (O - E) / V and the root of 1 / V.
    z, p_value : float
        Of the log-rank test; the p-value is two-sided.
    confidence_level : float
        Coverage of `lower` and `upper`.
    strata : tuple of str
        ("",) when unstratified.
    """

    arm: str
    reference: str
    hazard_ratio: float
    lower: float
    upper: float
    log_hazard_ratio: float
    std_err: float
    z: float
    p_value: float
    confidence_level: float
    strata: tuple[str, ...]
    endpoint: str


def peto_hazard_ratio(counts: SurvivalCounts, *, confidence_level: float = 0.95) -> PetoHazardRatio:
    """Estimate the hazard ratio of two arms in one step from no effect.

    What meta-analyses compute from O - E and V. It needs no iteration and exists when an arm has
    no events, but it is biased towards 1 when the effect is large or the arms are of very
    different size; Cox's estimate is not.

    Parameters
    ----------
    counts : SurvivalCounts
        Two arms; stratified when they carry several strata.
    confidence_level : float
        Two-sided coverage of the interval.

    Raises
    ------
    NotEstimableError
        Unless there are two arms and a log-rank test of them.

    References
    ----------
    Yusuf, Peto, Lewis, Collins and Sleight (1985), Progress in Cardiovascular Diseases
    27:335-371; Berry, Kitchin and Mock (1991), Statistics in Medicine 10:749-755, for its bias.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects(
    ...     [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20], [1] * 12, arms=["A"] * 6 + ["B"] * 6
    ... )
    >>> round(peto_hazard_ratio(counts).hazard_ratio, 3)
    1.936
    """
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    arms = len(counts.arms)
    if arms != 2:
        raise NotEstimableError(f"Peto's hazard ratio compares two arms, and there are {arms}.")
    test = test_logrank(counts)
    sums, variance = test.by_arm(), float(test.variance.iloc[1, 1])
    log_ratio = float(sums["observed"].iloc[1] - sums["expected"].iloc[1]) / variance
    std_err = 1 / sqrt(variance)
    reach = float(ndtri(0.5 + confidence_level / 2)) * std_err
    if abs(log_ratio) + reach > _LARGEST_LOG:
        raise NotEstimableError(
            "No one-step hazard ratio: the arms are of too different a size for one step from 1."
        )
    return PetoHazardRatio(
        arm=counts.arms[1],
        reference=counts.arms[0],
        hazard_ratio=exp(log_ratio),
        lower=exp(log_ratio - reach),
        upper=exp(log_ratio + reach),
        log_hazard_ratio=log_ratio,
        std_err=std_err,
        z=log_ratio / std_err,
        p_value=test.p_value,
        confidence_level=confidence_level,
        strata=counts.strata,
        endpoint=counts.endpoint,
    )
