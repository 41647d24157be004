"""Score and variance of Gray's test.

In an arm k let Y be the number at risk, S the share without any event and G = 1 - F the share in
whom the cause has not come first. R = Y G / S is the size of the arm's risk set when those with a
competing event stay in it. The score is that of a log-rank test on R; its variance follows from
writing the score as a sum over arms of integrals against the martingales of the two causes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.checks import NotEstimableError
from analytics.survival.risk_sets import RiskSets

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrayMoments:
    """What the test is made of, by arm, all strata together.

    Parameters
    ----------
    observed : array of int
        Events of the cause.
    expected : array
        Of them, if the incidences were equal.
    score, variance : array
        Weighted observed - expected, and its covariance.
    """

    observed: Integers
    expected: Floats
    score: Floats
    variance: Floats


def gray_moments(cause: RiskSets, any_cause: RiskSets, *, rho: float) -> GrayMoments:
    """The moments, from the risk sets of the cause and of all causes together.

    Examples
    --------
    >>> from analytics.survival.competing import CompetingCounts
    >>> from analytics.survival.risk_sets import risk_sets
    >>> counts = CompetingCounts.from_subjects([1, 2], ["rash", "rash"], arms=["A", "B"])
    >>> sets = risk_sets(counts.for_cause("rash")), risk_sets(counts.any_cause())
    >>> gray_moments(*sets, rho=0).score.tolist()
    [0.5, -0.5]
    """
    arms = cause.events.shape[1]
    expected, score, variance = np.zeros(arms), np.zeros(arms), np.zeros((arms, arms))
    for stratum in np.unique(cause.stratum):
        rows = (cause.stratum == stratum) & any_cause.events.any(axis=1)
        if cause.events[rows].any():
            part = _Stratum.of(cause.events[rows], any_cause.events[rows], cause.at_risk[rows])
            weight = part.weight(rho)
            expected += part.expected.sum(axis=0)
            score += weight @ (part.events - part.expected)
            variance += part.variance(weight)
    return GrayMoments(
        observed=cause.events.sum(axis=0), expected=expected, score=score, variance=variance
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Stratum:
    """One stratum: all arrays are times x arms unless they say otherwise.

    `size` is Y / S: how many the arm would number if nobody had had an event; 0 once nobody is
    at risk. `pooled` (times) is F under equal incidences: its rise is the arms' events over
    their sizes.
    """

    events: Floats
    competing: Floats
    at_risk: Floats
    before: Floats
    after: Floats
    free_of_cause: Floats
    size: Floats
    pooled: Floats

    @classmethod
    def of(cls, events: Integers, any_cause: Integers, at_risk: Integers) -> _Stratum:
        number = np.maximum(at_risk, 1)
        after = np.cumprod(1 - any_cause / number, axis=0, dtype=np.float64)
        before = _before(after, 1.0)
        incidence = np.cumsum(before * events / number, axis=0)
        size = np.divide(at_risk, before, out=np.zeros_like(before), where=at_risk > 0)
        return cls(
            events=events.astype(np.float64),
            competing=(any_cause - events).astype(np.float64),
            at_risk=at_risk.astype(np.float64),
            before=before,
            after=after,
            free_of_cause=1 - _before(incidence, 0.0),
            size=size,
            pooled=np.cumsum(events.sum(axis=1) / size.sum(axis=1)),
        )

    @property
    def expected(self) -> Floats:
        """Events of the cause shared out by R."""
        stays = self.size * self.free_of_cause
        happened = self.events.sum(axis=1, keepdims=True)
        shared: Floats = happened * stays / stays.sum(axis=1, keepdims=True)
        return shared

    @property
    def pooled_free(self) -> Floats:
        """1 - F before each time, under equal incidences."""
        return 1 - _before(self.pooled, 0.0)

    def weight(self, rho: float) -> Floats:
        """(1 - F)^rho at each time with events of the cause."""
        happens = self.events.any(axis=1)
        if (self.pooled_free[happens] <= 0).any():
            raise NotEstimableError(
                "No Gray test: the pooled incidence reaches 1 before the last event, because an "
                "arm with few events is no longer followed while the other goes on."
            )
        return np.where(happens, self.pooled_free, 1.0) ** rho

    def variance(self, weight: Floats) -> Floats:
        """Covariance of the score."""
        arms = self.events.shape[1]
        share = self.size / self.size.sum(axis=1, keepdims=True)
        rise = self.events.sum(axis=1) / self.size.sum(axis=1)
        hazard = np.divide(rise, self.pooled_free, out=np.zeros_like(rise), where=rise > 0)
        total = np.zeros((arms, arms))
        for arm in range(arms):
            at_once = weight[:, None] * (np.eye(arms)[arm] - share) * self.size[:, [arm]]
            later = _after(at_once * hazard[:, None])
            kept = np.divide(
                1 - self.pooled,
                self.after[:, arm],
                out=np.zeros_like(self.pooled),
                where=self.after[:, arm] > 0,
            )[:, None]
            own = at_once + (1 - kept) * later
            total += (own.T * self._chance_of_cause(arm, rise)) @ own
            total += ((kept * later).T * self._chance_of_competing(arm)) @ (kept * later)
        return total

    def _chance_of_cause(self, arm: int, rise: Floats) -> Floats:
        """Variance of an arm's share of the cause at each time, under equal incidences."""
        size = self.size[:, arm]
        chance = np.divide(rise, size, out=np.zeros_like(rise), where=size > 0)
        everybody = self.size.sum(axis=1) * self.before[:, arm]
        return chance * _ties(self.events.sum(axis=1), everybody)

    def _chance_of_competing(self, arm: int) -> Floats:
        at_risk, events = self.at_risk[:, arm], self.competing[:, arm]
        share = self.before[:, arm] / np.maximum(at_risk, 1)
        return share**2 * events * _ties(events, at_risk)


def _ties(events: Floats, at_risk: Floats) -> Floats:
    """Hypergeometric: tied events are drawn without replacement."""
    spread = np.ones_like(events)
    tied = events > 1
    spread[tied] = 1 - (events[tied] - 1) / (at_risk[tied] - 1)
    return spread


def _before(values: Floats, start: float) -> Floats:
    return np.concatenate((np.full_like(values[:1], start), values[:-1]))


def _after(values: Floats) -> Floats:
    """Sum over the later rows."""
    from_here: Floats = np.cumsum(values[::-1], axis=0)[::-1]
    return from_here - values
