"""Cox regression on arms alone, from counts.

lifelines fits rows or weighted rows, and with weighted ties its Efron estimate is not that of the
rows (the fourth digit differs); it has no Breslow ties. Counts give
the answer of the rows, with either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr, ndtri

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import SurvivalCounts
from analytics.survival.risk_sets import RiskSets, risk_sets
from analytics.survival.spaced_sums import POINTS, SMOOTH, spaced_points

Floats = NDArray[np.float64]

COX_COLUMNS = (
    "arm", "reference", "hazard_ratio", "lower", "upper",
    "log_hazard_ratio", "std_err", "z", "p_value",
)  # fmt: skip
_MOST_STEPS = 50
_LONGEST_STEP = 5.0  # on the log scale; far from the answer a Newton step can overshoot
_CLOSE_ENOUGH = 1e-12  # on the log hazard ratio


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxByArm(Result):
    """Hazard ratio of each arm against the reference.

    Parameters
    ----------
    table : DataFrame
        One row per arm other than the reference: `arm`, `reference`, `hazard_ratio` (arm over
        reference: below 1 favours the arm when the event is bad), `lower`, `upper` (Wald),
        `log_hazard_ratio`, `std_err` (of the log), `z`, `p_value` (Wald, two-sided).
    tests : DataFrame
        That all hazard ratios are 1: `test` (likelihood ratio, score, Wald), `statistic`,
        `degrees_of_freedom`, `p_value`.
    covariance : DataFrame
        Of the log hazard ratios, in the order of the table.
    log_likelihood, log_likelihood_null : float
        Partial log-likelihood at the estimate, and at hazard ratios of 1.
    subjects, events : int
        That the fit rests on.
    ties, method : str
        "efron" or "breslow"; a sentence for footnotes.
    confidence_level : float
        Coverage of `lower` and `upper`.
    strata : tuple of str
        ("",) when unstratified.
    """

    table: pd.DataFrame
    tests: pd.DataFrame
    covariance: pd.DataFrame
    log_likelihood: float
    log_likelihood_null: float
    subjects: int
    events: int
    ties: str
    method: str
    confidence_level: float
    strata: tuple[str, ...]
    endpoint: str

    def __post_init__(self) -> None:
        require_columns(self.table, COX_COLUMNS, "the table of hazard ratios")

    def to_frame(self) -> pd.DataFrame:
        """One row per hazard ratio."""
        return self.table.copy()


def fit_cox_by_arm(
    counts: SurvivalCounts, *, ties: str = "efron", confidence_level: float = 0.95
) -> CoxByArm:
    """Cox's proportional-hazards model with the arm as its only factor.

    Stratified (each stratum with a baseline hazard of its own) when the counts carry several
    strata. The first of `counts.arms` is the reference.

    Parameters
    ----------
    counts : SurvivalCounts
        Two or more arms.
    ties : {"efron", "breslow"}
        How subjects with the same event time are ordered.
    confidence_level : float
        Two-sided coverage of the Wald intervals.

    Raises
    ------
    NotEstimableError
        With one arm; or when a hazard ratio is 0, infinite or undetermined because an arm has no
        events, or has all of its events before or after those of the others.

    References
    ----------
    Cox (1972), JRSS B 34:187-220; Efron (1977), JASA 72:557-565; Breslow (1974), Biometrics
    30:89-99.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects(
    ...     [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20], [1] * 12, arms=["A"] * 6 + ["B"] * 6
    ... )
    >>> fit_cox_by_arm(counts).table[["arm", "reference", "hazard_ratio"]].round(3)
      arm reference  hazard_ratio
    0   B         A         1.892
    """
    require(ties in ("efron", "breslow"), "ties in ('efron', 'breslow')", ties=ties)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    sets = risk_sets(counts).with_events()
    require_finite_hazard_ratios(sets, counts.arms)
    likelihood = PartialLikelihood.of(sets, ties)
    null = likelihood.at(np.zeros(len(counts.arms) - 1))
    fit = _maximised(likelihood, null)
    reach = float(ndtri(0.5 + confidence_level / 2))
    return CoxByArm(
        table=_table(counts.arms, fit, reach),
        tests=_tests(null, fit),
        covariance=pd.DataFrame(fit.covariance, columns=list(counts.arms[1:])),
        log_likelihood=fit.value,
        log_likelihood_null=null.value,
        subjects=counts.subjects,
        events=int(sets.events.sum()),
        ties=ties,
        method=_method(counts, ties),
        confidence_level=confidence_level,
        strata=counts.strata,
        endpoint=counts.endpoint,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """The partial likelihood at one vector of log hazard ratios."""

    estimate: Floats
    value: float
    score: Floats
    information: Floats

    @property
    def covariance(self) -> Floats:
        """Inverse of the information."""
        return np.asarray(np.linalg.inv(self.information), dtype=np.float64)

    def step(self) -> Floats:
        """Newton's step from here."""
        return np.asarray(np.linalg.solve(self.information, self.score), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartialLikelihood:
    """Cox's partial likelihood of arms.

    Parameters
    ----------
    at_risk, tied : array, times x arms
        Subjects at risk; those of them who leave the denominator one after the other while the
        events of one time are passed through (Efron), or nobody (Breslow).
    passed : array
        The share of its time's events already passed: one entry per event or, at times with
        many events of which few are at risk, one per point that stands for several.
    weights : array
        How many events an entry stands for; those of a time add up to its events.
    start : array of int
        Where each time begins in `passed`.
    events : array
        Events of each arm.
    """

    at_risk: Floats
    tied: Floats
    passed: Floats
    weights: Floats
    start: NDArray[np.int64]
    events: Floats

    @classmethod
    def of(cls, sets: RiskSets, ties: str) -> PartialLikelihood:
        """From the risk sets that have events."""
        deaths = sets.events.sum(axis=1)
        at_risk = sets.at_risk.astype(np.float64)
        tied = (sets.events if ties == "efron" else 0 * sets.events).astype(np.float64)
        # No hazard ratios give a larger share of the denominator than that of some arm.
        largest = (tied / np.maximum(at_risk, 1)).max(axis=1, initial=0)
        start, passed, weights = _points(deaths, (deaths > 2 * POINTS) & (largest <= SMOOTH))
        return cls(
            at_risk=at_risk,
            tied=tied,
            passed=passed,
            weights=weights,
            start=start,
            events=sets.events.sum(axis=0).astype(np.float64),
        )

    def at(self, estimate: Floats) -> Point:
        """Value, score and information at these log hazard ratios (the reference left out)."""
        relative = np.concatenate(([1.0], np.exp(estimate)))
        risk, tied = self.at_risk * relative, self.tied * relative
        denominator = self._spread(risk) - self.passed * self._spread(tied)
        inverse = 1 / denominator
        each = self.weights * inverse
        passed, square = self.passed * each, each * inverse
        risk, tied = risk[:, 1:], tied[:, 1:]
        # A share of a denominator is (risk - passed x tied) / denominator. Only sums of it and
        # of its products are needed, so the arms need not be repeated for each event.
        expected = self._sum(each) @ risk - self._sum(passed) @ tied
        mixed = (risk.T * self._sum(self.passed * square)) @ tied
        products = (risk.T * self._sum(square)) @ risk - mixed - mixed.T
        products += (tied.T * self._sum(self.passed**2 * square)) @ tied
        return Point(
            estimate=estimate,
            value=float(self.events[1:] @ estimate - self.weights @ np.log(denominator)),
            score=self.events[1:] - expected,
            information=np.diag(expected) - products,
        )

    def _spread(self, weights: Floats) -> Floats:
        ends = np.append(self.start[1:], self.passed.size)
        return np.repeat(weights.sum(axis=1), ends - self.start)

    def _sum(self, per_event: Floats) -> Floats:
        return np.add.reduceat(per_event, self.start)


def _points(
    deaths: NDArray[np.int64], is_smooth: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Where each time begins, and the shares of its events already passed with their weights."""
    sizes = np.where(is_smooth, POINTS, deaths)
    start = np.cumsum(sizes) - sizes
    turn = np.arange(sizes.sum()) - np.repeat(start, sizes)
    passed, weights = turn / np.repeat(deaths, sizes), np.ones(turn.size)
    stands_for_several = np.repeat(is_smooth, sizes)
    points, of_points = spaced_points(deaths[is_smooth])
    passed[stands_for_several], weights[stands_for_several] = points.ravel(), of_points.ravel()
    return start, passed, weights


def require_finite_hazard_ratios(sets: RiskSets, arms: tuple[str, ...]) -> None:
    """Raise `NotEstimableError` unless the likelihood has its maximum at finite hazard ratios.

    It has if and only if every arm can be reached from every other by steps from an arm with an
    event to an arm at risk at that time: Ford's condition for paired comparisons (1957, American
    Mathematical Monthly 64:28-33), which catches more than arms without events.

    Examples
    --------
    >>> early = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 1, 1], arms=list("AABB"))
    >>> require_finite_hazard_ratios(risk_sets(early), early.arms)
    Traceback (most recent call last):
        ...
    analytics.checks.NotEstimableError: No hazard ratio: 'B' has no event while 'A' is at risk.
    """
    if len(arms) < 2:
        raise NotEstimableError("A hazard ratio compares arms, and there is only one arm.")
    silent = [arm for arm, events in zip(arms, sets.events.sum(axis=0), strict=True) if not events]
    if silent:
        raise NotEstimableError(f"No hazard ratio: there are no events in {_named(silent)}.")
    reaches = (sets.events > 0).T.astype(np.int64) @ (sets.at_risk > 0) > 0
    for _ in arms:
        reaches = reaches | (reaches.astype(np.int64) @ reaches > 0)
    for row in reaches:
        if not row.all():
            ahead = [arm for arm, reached in zip(arms, row, strict=True) if reached]
            behind = [arm for arm in arms if arm not in ahead]
            verb = "is" if len(behind) == 1 else "are"
            raise NotEstimableError(
                f"No hazard ratio: {_named(ahead)} has no event while {_named(behind)} {verb} "
                "at risk."
            )


def _named(arms: list[str]) -> str:
    return " or ".join(map(repr, arms))


def _maximised(likelihood: PartialLikelihood, here: Point) -> Point:
    for _ in range(_MOST_STEPS):
        step = here.step()
        length = float(np.abs(step).max())
        if length < _CLOSE_ENOUGH:
            return here
        here = _uphill(likelihood, here, step * min(1.0, _LONGEST_STEP / length))
    raise NotEstimableError(f"The hazard ratio did not settle in {_MOST_STEPS} Newton steps.")


def _uphill(likelihood: PartialLikelihood, here: Point, step: Floats) -> Point:
    slack = 1e-12 * abs(here.value)  # rounding may make the last, tiny steps look downhill
    there = likelihood.at(here.estimate + step)
    while there.value < here.value - slack:
        step = step / 2
        there = likelihood.at(here.estimate + step)
    return there


def _table(arms: tuple[str, ...], fit: Point, reach: float) -> pd.DataFrame:
    log_ratio, std_err = fit.estimate, np.sqrt(np.diag(fit.covariance))
    z = log_ratio / std_err
    columns = (
        np.array(arms[1:], dtype=object),
        np.full(log_ratio.size, arms[0], dtype=object),
        np.exp(log_ratio),
        np.exp(log_ratio - reach * std_err),
        np.exp(log_ratio + reach * std_err),
        log_ratio,
        std_err,
        z,
        2 * ndtr(-np.abs(z)),
    )
    return pd.DataFrame(dict(zip(COX_COLUMNS, columns, strict=True)))


def _tests(null: Point, fit: Point) -> pd.DataFrame:
    statistic = np.array(
        [
            2 * (fit.value - null.value),
            float(null.score @ null.step()),
            float(fit.estimate @ fit.information @ fit.estimate),
        ]
    )
    return pd.DataFrame(
        {
            "test": ["likelihood ratio", "score", "Wald"],
            "statistic": statistic,
            "degrees_of_freedom": fit.estimate.size,
            "p_value": chdtrc(fit.estimate.size, np.maximum(statistic, 0.0)),
        }
    )


def _method(counts: SurvivalCounts, ties: str) -> str:
    start = "Stratified Cox" if len(counts.strata) > 1 else "Cox"
    return f"{start} regression, {ties.capitalize()} ties, Wald intervals"
