"""A trial that is to show a response to dose: its size for a power, or its power for a size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from analytics.checks import require
from analytics.dosing.response import Candidates, ContrastDesign, ContrastPower
from analytics.results import Result, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTrial(Result):
    """What is known of a dose-finding trial before it begins.

    Parameters
    ----------
    candidates : Candidates
    max_effect : float
        For means: the largest difference from placebo, > 0 towards benefit.
    sd : float or None
        Of a response; None for a yes-or-no response.
    rates : tuple of float or None
        For a yes-or-no response instead: at placebo, and the best of any dose.
    subjects : tuple of int or None
        By dose; None to look for the smallest number, equal at all doses.
    power : float
        That is looked for, under the least favourable candidate.
    alpha : float
        One-sided.

    Examples
    --------
    >>> from analytics.dosing.response import Shape
    >>> candidates = Candidates(doses=(0, 1, 2), shapes=(Shape.of("linear"),))
    >>> PlannedTrial(candidates=candidates, max_effect=0.5, sd=1.0).evaluate().design.subjects
    (64, 64, 64)
    """

    candidates: Candidates
    max_effect: float = 1.0
    sd: float | None = None
    rates: tuple[float, float] | None = None
    subjects: tuple[int, ...] | None = None
    power: float = 0.8
    alpha: float = 0.025

    def __post_init__(self) -> None:
        one = (self.sd is None) != (self.rates is None)
        require(one, "a standard deviation or rates, not both", sd=self.sd, rates=self.rates)
        if self.rates is not None:
            inside = all(0 < rate < 1 for rate in self.rates)
            require(inside, "0 < rates < 1", rates=self.rates)
            right = (self.rates[1] - self.rates[0]) * self.candidates.sign > 0
            rule = f"the best rate is a benefit ({self.candidates.direction})"
            require(right, rule, rates=self.rates)

    def evaluate(self) -> ContrastPower:
        """The power of the stated trial, or of the smallest one that reaches the goal."""
        effect, sd, test = self._scale()
        if self.subjects is None:
            design = ContrastDesign.for_power(
                self.candidates,
                max_effect=effect,
                sd=sd,
                power=self.power,
                alpha=self.alpha,
                test=test,
            )
        else:
            design = ContrastDesign(
                candidates=self.candidates,
                subjects=self.subjects,
                max_effect=effect,
                sd=sd,
                alpha=self.alpha,
                test=test,
            )
        return design.evaluate()

    def _scale(self) -> tuple[float, float | tuple[float, ...], str]:
        """Effect, standard deviations, and test; log odds for a yes-or-no response."""
        if self.rates is None:
            return self.max_effect, self.sd or 0.0, "t"
        placebo, best = (float(logit(rate)) for rate in self.rates)
        effect = abs(best - placebo)
        # One design for all candidates: the spread is that of their mean response.
        mean = self.candidates.means(placebo=placebo, max_effect=effect).mean(axis=0)
        rate = expit(mean)
        return effect, tuple((1 / np.sqrt(rate * (1 - rate))).tolist()), "z"
