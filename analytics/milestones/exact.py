"""Milestones in closed form, when hazards are taken as known: the check on the simulation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import poisson

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.hazard import HazardAssumption
from analytics.design.assumptions.hazard_shapes import hazard_shape
from analytics.milestones.enrolment import RemainingEnrolment
from analytics.milestones.follow_up import AT_RISK, TrialFollowUp
from analytics.milestones.models import EventModels
from analytics.milestones.rates import GammaRates

Floats = NDArray[np.float64]
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_FARTHEST = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactMilestones:
    """The plug-in forecast without simulation, for one model at its central estimates.

    Of those at risk each has the event by a time with a probability of its own, so their number
    is Poisson-binomial; of those who enter as a Poisson process with known rates it is Poisson.

    Parameters
    ----------
    follow_up : TrialFollowUp
    models : EventModels
        With one model.
    enrolment : RemainingEnrolment or None
        With certain rates, and ended by time, not by a number of subjects; arms enter at random
        with equal shares.

    References
    ----------
    Bagiella and Heitjan (2001), Statistics in Medicine 20:2055-2063, for the model.

    Examples
    --------
    >>> from analytics.milestones import stated_models
    >>> known = TrialFollowUp.from_subjects(
    ...     entry=[0] * 4, time=[10] * 4, status=["at risk"] * 4, now=10)
    >>> found = ExactMilestones(follow_up=known, models=stated_models(
    ...     ["All subjects"], [HazardAssumption.exponential(rate=0.1)]))
    >>> round(found.quantile(1, 0.5), 4), found.expected([20]).round(4).tolist()
    (11.7329, [2.5285])
    """

    follow_up: TrialFollowUp
    models: EventModels
    enrolment: RemainingEnrolment | None = None

    def __post_init__(self) -> None:
        require(len(self.models.models) == 1, "there is one model", models=len(self.models.models))
        same = self.models.arms == self.follow_up.arms
        require(same, f"arms are {self.follow_up.arms}", arms=self.models.arms)
        if self.enrolment is not None:
            closed = self.enrolment.most is None and not self.enrolment.log_std_err
            require(closed, "enrolment has certain rates and ends by time")

    def expected(self, times: ArrayLike) -> Floats:
        """Events so far, expected by each calendar time from the cut-off on."""
        when = np.atleast_1d(np.asarray(times, dtype=np.float64))
        known = [float(self._chances(one).sum()) + self._entering(one) for one in when]
        return np.asarray(known) + self.follow_up.events

    def probability_by(self, milestone: int, time: float) -> float:
        """That a milestone is reached by a calendar time from the cut-off on."""
        require(time >= self.follow_up.now, "time >= now", time=time)
        need = milestone - self.follow_up.events
        if need <= 0:
            return 1.0
        chances = np.ones(1)
        for chance in self._chances(time):
            chances = np.convolve(chances, (1 - chance, chance))
        short = chances[:need]
        others = poisson.cdf(need - 1 - np.arange(short.size), self._entering(time))
        return float(1 - short @ others)

    def quantile(self, milestone: int, p: float) -> float:
        """The time by which a milestone is reached with probability `p`.

        Raises
        ------
        NotEstimableError
            When it is reached with a smaller probability, or had been reached by the cut-off.
        """
        now = self.follow_up.now
        if milestone <= self.follow_up.events:
            raise NotEstimableError(f"Event {milestone} had happened by the cut-off.")
        high = now + 1.0
        while self.probability_by(milestone, high) < p:
            high = now + 2 * (high - now)
            if high > now + _FARTHEST:
                raise NotEstimableError(f"Event {milestone} comes with a probability below {p:g}.")
        if self.probability_by(milestone, now) >= p:
            return float(now)
        return float(brentq(lambda t: self.probability_by(milestone, t) - p, now, high, xtol=1e-10))

    def _chances(self, time: float) -> Floats:
        """Of each subject at risk: that the event comes by a calendar time."""
        own = self.follow_up.frame[self.follow_up.frame["status"] == AT_RISK]
        found = []
        for arm in range(len(self.models.arms)):
            mine = own[own["arm"] == self.models.arms[arm]]
            spent = mine["time"].to_numpy(dtype=np.float64)
            until = np.maximum(time - mine["entry"].to_numpy(dtype=np.float64), spent)
            found.append(self._event_between(arm, spent, until))
        return np.concatenate(found)

    def _entering(self, time: float) -> float:
        """Events expected by a calendar time of those who enter after the cut-off."""
        if self.enrolment is None:
            return 0.0
        arms, total, start = len(self.models.arms), 0.0, self.follow_up.now
        low = start
        for end, rate in zip(self.enrolment.ends, self.enrolment.rates, strict=True):
            high = min(start + end, time)
            for arm in range(arms):
                if high > low:
                    total += rate / arms * self._area(arm, time - high, time - low)
            low = start + end
        return total

    def _area(self, arm: int, low: float, high: float) -> float:
        """The chance of the event by a time on study, integrated over that time."""
        cuts = [c for c in self.models.models[0].hazards[arm].cuts if low < c < high]
        edges, total = [low, *cuts, high], 0.0
        for a, b in pairwise(edges):
            until = (a + b) / 2 + (b - a) / 2 * _NODES
            found = self._event_between(arm, np.zeros_like(until), until)
            total += float(found @ _WEIGHTS) * (b - a) / 2
        return total

    def _event_between(self, arm: int, spent: Floats, until: Floats) -> Floats:
        """The chance of the event before dropout, from a time on study to another."""
        hazard, loss = self.models.models[0].hazards[arm], self._loss(arm)
        if isinstance(hazard, GammaRates):
            return _piecewise(hazard.cuts, hazard.estimates, loss, spent, until)
        if hazard.family in ("exponential", "piecewise"):
            return _piecewise(hazard.cuts, np.exp(hazard.estimates), loss, spent, until)
        return _by_quadrature(hazard, loss, spent, until)

    def _loss(self, arm: int) -> float:
        if not self.models.dropout:
            return 0.0
        one = self.models.dropout[arm if len(self.models.dropout) > 1 else 0]
        if isinstance(one, GammaRates):
            return float(one.estimates[0])
        return float(np.exp(one.estimates[0]))


def _piecewise(
    cuts: tuple[float, ...], rates: Floats, loss: float, spent: Floats, until: Floats
) -> Floats:
    edges = np.array([0.0, *cuts, np.inf])
    still, total = np.ones_like(spent), np.zeros_like(spent)
    for low, high, rate in zip(edges[:-1], edges[1:], rates, strict=True):
        inside = np.maximum(np.minimum(until, high) - np.maximum(spent, low), 0.0)
        leaving = -np.expm1(-(rate + loss) * inside)
        if rate > 0:
            total += still * leaving * rate / (rate + loss)
        still = still * (1 - leaving)
    return total


def _by_quadrature(hazard: HazardAssumption, loss: float, spent: Floats, until: Floats) -> Floats:
    """Over the hazard added up, by which time is a smooth function."""
    low, high = hazard.cumulative_hazard(spent), hazard.cumulative_hazard(until)
    level = (low + high)[:, None] / 2 + (high - low)[:, None] / 2 * _NODES
    working = np.array(hazard.estimates)[:, None, None]
    time = hazard_shape(hazard.family).time_of(level, working)
    kept = np.exp(-(level - low[:, None]) - loss * (time - spent[:, None]))
    return np.asarray(kept @ _WEIGHTS * (high - low) / 2)
