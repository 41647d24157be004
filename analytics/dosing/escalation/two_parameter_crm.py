"""The continual reassessment method with intercept and slope."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np
from scipy.special import logit

from analytics.checks import require
from analytics.dosing.escalation.counts import Counts, Flags, Floats, Given, Limits, Whole
from analytics.dosing.escalation.nearest import check_skeleton, nearest_allowed, nearest_sentences
from analytics.dosing.escalation.outcomes import Outcomes
from analytics.dosing.escalation.posteriors.two_parameters import TwoParameters
from analytics.results import Result, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class TwoParameterCrm(Result):
    """The dose whose posterior mean toxicity probability is nearest to the target.

    logit p = a + exp(b) x, where x makes the curve the skeleton at the prior means of a and b.

    Parameters
    ----------
    skeleton : tuple of float
        Prior guesses by dose, rising, between 0 and 1.
    target : float
        0 < target < 1.
    prior_mean, prior_sd : tuple of float
        Of a and b, which are independent and normal; standard deviations above 0, at most 10.
    overdose : float, optional
        As of `Crm`.

    References
    ----------
    Cheung (2011), Dose finding by the continual reassessment method, chapter 3.

    Examples
    --------
    >>> method = TwoParameterCrm(skeleton=(0.05, 0.12, 0.25, 0.4), target=0.25)
    >>> int(method.selected(Outcomes.parse("1NNN 2NNT", doses=4).counts)[0])
    2
    """

    skeleton: tuple[float, ...]
    target: float
    prior_mean: tuple[float, float] = (0.0, 0.0)
    prior_sd: tuple[float, float] = (1.0, 1.0)
    overdose: float | None = None

    def __post_init__(self) -> None:
        check_skeleton(self.skeleton, self.target)
        narrow = all(0 < one <= 10 for one in self.prior_sd)
        require(narrow, "0 < prior_sd <= 10", prior_sd=self.prior_sd)
        finite = all(abs(one) <= 10 for one in self.prior_mean)
        require(finite, "-10 <= prior_mean <= 10", prior_mean=self.prior_mean)
        if self.overdose is not None:
            require(0 < self.overdose < 1, "0 < overdose < 1", overdose=self.overdose)

    @property
    def doses(self) -> int:
        """Doses that may be given."""
        return len(self.skeleton)

    @property
    def model(self) -> TwoParameters:
        """The curve and its prior."""
        a, b = self.prior_mean
        return TwoParameters(
            x=tuple((float(logit(one)) - a) / exp(b) for one in self.skeleton),
            mean=(float(a), float(b)),
            sd=(float(self.prior_sd[0]), float(self.prior_sd[1])),
            correlation=0.0,
        )

    def next_doses(self, counts: Counts, given: Given) -> Whole:
        """The dose for the cohort after each cohort; 0 to stop."""
        return self.selected(counts)[given.rows]

    def selected(self, counts: Counts) -> Whole:
        """The dose nearest to the target, perhaps one that was never given; 0 for none."""
        estimates = self.model.grid(counts).mean_toxic(counts)
        return nearest_allowed(estimates, self.target, self.admissible(counts))

    def admissible(self, counts: Counts) -> Flags:
        """Doses that are not too likely to be above the target."""
        if self.overdose is None:
            return np.ones(counts.patients.shape, dtype=bool)
        return np.asarray(self.above(counts, self.target) <= self.overdose)

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
        estimates = self.model.grid(counts).mean_toxic(counts)[0]
        chosen = int(self.selected(counts)[0])
        return nearest_sentences(estimates, chosen, self.target, self.overdose)
