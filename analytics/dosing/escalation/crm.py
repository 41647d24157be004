"""The continual reassessment method with one parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import logit
from scipy.stats import norm

from analytics.checks import require
from analytics.dosing.escalation.counts import Counts, Flags, Floats, Given, Limits, Whole
from analytics.dosing.escalation.nearest import check_skeleton, nearest_allowed, nearest_sentences
from analytics.dosing.escalation.outcomes import Outcomes
from analytics.dosing.escalation.posteriors.one_parameter import Curve, OneParameter
from analytics.results import Result, registered

PRIOR_SD = 1.34**0.5


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Crm(Result):
    """The dose whose estimated toxicity probability is nearest to the target.

    Of equally near doses the lower one. What the design does about skipped doses, coherence and
    stopping is said by rules around it: `NoSkipping() & Coherent()`, `Unsafe(cutoff=0.95)`.

    Parameters
    ----------
    skeleton : tuple of float
        Prior guesses by dose, rising, between 0 and 1.
    target : float
        Toxicity probability aimed at, 0 < target < 1.
    curve : {"power", "logistic"}
        p = skeleton^exp(b), or logit p = intercept + exp(b) x with x = logit(skeleton) -
        intercept.
    estimate : {"plug-in", "posterior mean"}
        The curve at the posterior mean of b, as in the R package dfcrm; or the posterior mean of
        the curve, as in trialr and crmPack. They recommend different doses after some outcomes.
    prior_sd : float
        Of b, which is normal with mean 0.
    intercept : float
        Of the logistic curve; logit(skeleton) is below it.
    overdose : float, optional
        A dose is not given when Pr(toxicity > target) is above this, and the trial stops when no
        dose is left.

    References
    ----------
    O'Quigley, Pepe and Fisher (1990), Biometrics 46:33-48.
    Cheung (2011), Dose finding by the continual reassessment method.

    Examples
    --------
    >>> method = Crm(skeleton=(0.05, 0.12, 0.25, 0.4, 0.55), target=0.25)
    >>> seen = Outcomes.parse("1NNN 2NNN", doses=5)
    >>> int(method.selected(seen.counts)[0])
    5
    """

    skeleton: tuple[float, ...]
    target: float
    curve: Curve = "power"
    estimate: Literal["plug-in", "posterior mean"] = "plug-in"
    prior_sd: float = PRIOR_SD
    intercept: float = 3.0
    overdose: float | None = None

    def __post_init__(self) -> None:
        check_skeleton(self.skeleton, self.target)
        require(self.curve in ("power", "logistic"), "curve is power or logistic", curve=self.curve)
        known = self.estimate in ("plug-in", "posterior mean")
        require(known, "estimate is plug-in or posterior mean", estimate=self.estimate)
        require(0 < self.prior_sd <= 10, "0 < prior_sd <= 10", prior_sd=self.prior_sd)
        if self.curve == "logistic":
            most = float(logit(max(*self.skeleton, self.target)))
            rule = "intercept > logit of the target and of the skeleton"
            require(most < self.intercept <= 20, f"{rule}, at most 20", intercept=self.intercept)
        if self.overdose is not None:
            require(0 < self.overdose < 1, "0 < overdose < 1", overdose=self.overdose)

    @property
    def doses(self) -> int:
        """Doses that may be given."""
        return len(self.skeleton)

    @property
    def model(self) -> OneParameter:
        """The curve and its prior."""
        return OneParameter(
            skeleton=self.skeleton,
            curve=self.curve,
            prior_sd=float(self.prior_sd),
            intercept=float(self.intercept),
        )

    def estimates(self, counts: Counts) -> Floats:
        """Toxicity probabilities, as `estimate` says: one row per outcome, one column per dose."""
        grid = self.model.grid(counts)
        if self.estimate == "posterior mean":
            return grid.mean_toxic(counts)
        return np.exp(self.model.log_toxic(grid.moments(counts)[0])).T

    def next_doses(self, counts: Counts, given: Given) -> Whole:
        """The dose for the cohort after each cohort; 0 to stop."""
        return self.selected(counts)[given.rows]

    def selected(self, counts: Counts) -> Whole:
        """The dose nearest to the target, perhaps one that was never given; 0 for none."""
        return nearest_allowed(self.estimates(counts), self.target, self.admissible(counts))

    def admissible(self, counts: Counts) -> Flags:
        """Doses that are not too likely to be above the target."""
        if self.overdose is None:
            return np.ones(counts.patients.shape, dtype=bool)
        return np.asarray(self.above(counts, self.target) <= self.overdose)

    def above(self, counts: Counts, probability: float) -> Floats:
        """Pr(toxicity > probability) of each dose."""
        return self.model.grid(counts).above(counts, probability)

    def posterior(self, counts: Counts, level: float) -> Limits:
        """The estimates, and the equal-tailed credible interval of each dose."""
        grid, tail = self.model.grid(counts), (1 - level) / 2
        low, high = (
            np.exp(self.model.log_toxic(grid.quantiles(counts, share))).T
            for share in (1 - tail, tail)
        )
        return self.estimates(counts), low, high

    def normal_limits(self, counts: Counts, level: float) -> tuple[Floats, Floats]:
        """The curve at the limits of a normal interval for b, as the R package dfcrm shows.

        Examples
        --------
        >>> method = Crm(skeleton=(0.1, 0.3), target=0.3)
        >>> low, high = method.normal_limits(Counts.of([[3, 0]], [[1, 0]]), 0.9)
        >>> low.round(3), high.round(3)
        (array([[0.037, 0.177]]), array([[0.637, 0.79 ]]))
        """
        mean, variance = self.model.grid(counts).moments(counts)
        reach = norm.isf((1 - level) / 2) * np.sqrt(variance)
        low, high = (np.exp(self.model.log_toxic(mean + one)).T for one in (reach, -reach))
        return low, high

    def reasons(self, outcomes: Outcomes) -> tuple[str, ...]:
        """In words."""
        counts = outcomes.counts
        chosen = int(self.selected(counts)[0])
        return nearest_sentences(self.estimates(counts)[0], chosen, self.target, self.overdose)
