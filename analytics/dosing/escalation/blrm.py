"""Bayesian logistic regression with escalation under overdose control."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Literal

import numpy as np

from analytics.checks import require
from analytics.dosing.escalation.counts import Counts, Flags, Floats, Given, Limits, Whole
from analytics.dosing.escalation.outcomes import MOST_DOSES, Outcomes
from analytics.dosing.escalation.posteriors.two_parameters import TwoParameters
from analytics.results import Result, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Blrm(Result):
    """Logistic regression on log dose; of the doses under overdose control, the best one.

    logit p = log alpha + beta log(dose / reference), with a bivariate normal prior of log alpha
    and log beta. A dose is under control when Pr(p > high) < control; the trial stops when none
    is.

    Parameters
    ----------
    amounts : tuple of float
        The doses in their unit, above 0, rising.
    reference : float
        The dose whose odds of toxicity are alpha, above 0.
    prior_mean, prior_sd : tuple of float
        Of log alpha and of log beta; standard deviations above 0, at most 10.
    prior_correlation : float
        Of log alpha and log beta, above -1 and below 1.
    low, high : float
        Toxicity probabilities between which a dose is on target, 0 < low < high < 1.
    control : float
        0 < control < 1.
    choice : {"most on target", "highest"}
        Of the doses under control: the one most likely to be on target, or the highest.

    References
    ----------
    Neuenschwander, Branson and Gsponer (2008), Statistics in Medicine 27:2420-2439.

    Examples
    --------
    >>> method = Blrm(amounts=(10, 25, 50, 100), reference=50, prior_mean=(-1.1, 0.0),
    ...               prior_sd=(2.0, 1.0), low=0.16, high=0.33)
    >>> int(method.selected(Outcomes.parse("1NNN 2NNN 3NNT", doses=4).counts)[0])
    3
    """

    amounts: tuple[float, ...]
    reference: float
    prior_mean: tuple[float, float]
    prior_sd: tuple[float, float]
    prior_correlation: float = 0.0
    low: float = 0.16
    high: float = 0.33
    control: float = 0.25
    choice: Literal["most on target", "highest"] = "most on target"

    def __post_init__(self) -> None:
        many = 1 <= len(self.amounts) <= MOST_DOSES
        require(many, f"1 to {MOST_DOSES} amounts", amounts=self.amounts)
        rising = all(one < other for one, other in pairwise((0.0, *self.amounts)))
        require(rising, "amounts rise from above 0", amounts=self.amounts)
        require(self.reference > 0, "reference > 0", reference=self.reference)
        narrow = all(0 < one <= 10 for one in self.prior_sd)
        require(narrow, "0 < prior_sd <= 10", prior_sd=self.prior_sd)
        finite = bool(np.isfinite(self.prior_mean).all())
        require(finite, "prior means are finite", prior_mean=self.prior_mean)
        inside = -1 < self.prior_correlation < 1
        rule = "-1 < prior_correlation < 1"
        require(inside, rule, prior_correlation=self.prior_correlation)
        require(0 < self.low < self.high < 1, "0 < low < high < 1", low=self.low, high=self.high)
        require(0 < self.control < 1, "0 < control < 1", control=self.control)
        known = self.choice in ("most on target", "highest")
        require(known, "choice is most on target or highest", choice=self.choice)

    @property
    def doses(self) -> int:
        """Doses that may be given."""
        return len(self.amounts)

    @property
    def target(self) -> float:
        """The middle of the interval on target."""
        return (self.low + self.high) / 2

    @property
    def model(self) -> TwoParameters:
        """The curve and its prior."""
        mean, sd = self.prior_mean, self.prior_sd
        return TwoParameters(
            x=tuple(log(one / self.reference) for one in self.amounts),
            mean=(float(mean[0]), float(mean[1])),
            sd=(float(sd[0]), float(sd[1])),
            correlation=float(self.prior_correlation),
        )

    def next_doses(self, counts: Counts, given: Given) -> Whole:
        """The dose for the cohort after each cohort; 0 to stop."""
        return self.selected(counts)[given.rows]

    def selected(self, counts: Counts) -> Whole:
        """The best dose under control, perhaps one that was never given; 0 for none."""
        over, under = self.model.grid(counts).above(counts, self.high, self.low)
        allowed = over < self.control
        worth = np.broadcast_to(np.arange(1.0, self.doses + 1), over.shape)
        if self.choice == "most on target":
            worth = under - over
        best = np.where(allowed, worth, -np.inf).argmax(axis=1) + 1
        return np.where(allowed.any(axis=1), best, 0)

    def admissible(self, counts: Counts) -> Flags:
        """Doses under overdose control."""
        return np.asarray(self.above(counts, self.high) < self.control)

    def above(self, counts: Counts, probability: float) -> Floats:
        """Pr(toxicity > probability) of each dose."""
        return np.asarray(self.model.grid(counts).above(counts, probability)[0])

    def posterior(self, counts: Counts, level: float) -> Limits:
        """Posterior mean and equal-tailed credible interval of each dose."""
        grid, tail = self.model.grid(counts), (1 - level) / 2
        low, high = grid.quantiles(counts, (tail, 1 - tail))
        return grid.mean_toxic(counts), low, high

    def reasons(self, outcomes: Outcomes) -> tuple[str, ...]:
        """In words."""
        counts = outcomes.counts
        over, best = self.above(counts, self.high)[0], int(self.selected(counts)[0])
        rule = f"Pr(toxicity > {self.high:g}) below {self.control:g}"
        if best == 0:
            least = float(over.min())
            return (f"No dose has {rule}: that of dose 1 is {least:.3f}.",)
        highest = int(np.flatnonzero(over < self.control)[-1]) + 1
        said = [f"Doses up to {highest} have {rule}; that of dose {best} is {over[best - 1]:.3f}."]
        if self.choice == "most on target":
            on = float(self.above(counts, self.low)[0, best - 1] - over[best - 1])
            between = f"{self.low:g} to {self.high:g} with probability {on:.3f}"
            said.append(f"Of these dose {best} is most likely to be on target, {between}.")
        return tuple(said)
