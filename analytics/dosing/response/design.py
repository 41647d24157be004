"""Power and sample size of the contrast test of a dose-response signal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from analytics.checks import NotEstimableError, require
from analytics.dosing.response.candidates import Candidates
from analytics.dosing.response.contrasts import OptimalContrasts, optimal_contrasts
from analytics.dosing.response.largest_contrast import LargestContrast
from analytics.results import Result, registered

Floats = NDArray[np.float64]
TESTS = ("t", "z")
SUMMARIES = ("min", "mean", "max")
MOST_SUBJECTS = 1_000_000  # at one dose


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastDesign(Result):
    """A trial of several doses that is to show a dose-response signal.

    Parameters
    ----------
    candidates : Candidates
    subjects : tuple of int
        By dose, from placebo.
    max_effect : float
        Largest difference from placebo under each candidate, > 0 towards benefit.
    sd : float or tuple of float
        Standard deviation of a response, common or by dose. For a log odds with event
        probability p it is 1 / sqrt(p (1 - p)).
    alpha : float
        One-sided, over all candidates.
    test : {"t", "z"}
        Whether one standard deviation is estimated, or all count as known.

    References
    ----------
    Pinheiro, Bornkamp and Bretz (2006), Journal of Biopharmaceutical Statistics 16:639-656.

    Examples
    --------
    >>> from analytics.dosing.response import Shape
    >>> candidates = Candidates(doses=(0, 1, 2), shapes=(Shape.of("linear"),
    ...     Shape.of("emax", ed50=0.5)))
    >>> design = ContrastDesign(candidates=candidates, subjects=(50,) * 3, max_effect=0.5, sd=1)
    >>> [round(power, 3) for power in design.evaluate().power]
    [0.684, 0.743]
    """

    candidates: Candidates
    subjects: tuple[int, ...]
    max_effect: float
    sd: float | tuple[float, ...]
    alpha: float = 0.025
    test: str = "t"

    def __post_init__(self) -> None:
        count = len(self.candidates.doses)
        there = len(self.subjects) == count and min(self.subjects) >= 1
        require(there, "there are subjects at each dose", subjects=self.subjects)
        require(self.max_effect > 0, "max_effect > 0", max_effect=self.max_effect)
        require(0 < self.alpha < 0.5, "0 < alpha < 0.5", alpha=self.alpha)
        require(self.test in TESTS, f"test in {TESTS}", test=self.test)
        each = np.broadcast_to(np.asarray(self.sd, dtype=float), (count,)) if self._fits else None
        positive = each is not None and bool((each > 0).all() and np.isfinite(each).all())
        require(positive, "sd > 0, one or one per dose", sd=self.sd)
        one = self.test == "z" or np.ndim(self.sd) == 0
        require(one, "a t test has one sd", sd=self.sd)
        some = self.test == "z" or self.df >= 1
        require(some, "a t test has more subjects than doses", subjects=self.subjects)

    @property
    def _fits(self) -> bool:
        return np.shape(self.sd) in ((), (len(self.candidates.doses),))

    @property
    def df(self) -> float:
        """Degrees of freedom of the standard deviation."""
        if self.test == "z":
            return float("inf")
        return float(sum(self.subjects) - len(self.subjects))

    @property
    def contrasts(self) -> OptimalContrasts:
        """For the covariance that is to be expected."""
        variances = np.asarray(self.sd, dtype=float) ** 2 / np.asarray(self.subjects)
        return optimal_contrasts(self.candidates, covariance=np.diag(variances))

    @classmethod
    def for_power(
        cls,
        candidates: Candidates,
        *,
        max_effect: float,
        sd: float | tuple[float, ...],
        power: float = 0.8,
        summary: str = "min",
        allocation: Sequence[float] | None = None,
        alpha: float = 0.025,
        test: str = "t",
    ) -> ContrastDesign:
        """The smallest trial whose power over the candidates reaches a goal.

        Parameters
        ----------
        candidates, max_effect, sd, alpha, test
            See the class.
        power : float
            The goal.
        summary : {"min", "mean", "max"}
            Of the candidates' powers.
        allocation : sequence of float, optional
            Subjects at each dose for one at the dose with the fewest; equal unless given. Numbers
            are rounded up.

        Raises
        ------
        NotEstimableError
            When more than 1,000,000 subjects are needed at a dose.

        Examples
        --------
        >>> from analytics.dosing.response import Shape
        >>> candidates = Candidates(doses=(0, 1, 2), shapes=(Shape.of("linear"),))
        >>> ContrastDesign.for_power(candidates, max_effect=0.5, sd=1).subjects
        (64, 64, 64)
        """
        require(alpha < power < 1, "alpha < power < 1", power=power)
        require(summary in SUMMARIES, f"summary in {SUMMARIES}", summary=summary)
        count = len(candidates.doses)
        ratio = np.ones(count) if allocation is None else np.asarray(allocation, dtype=float)
        sound = ratio.shape == (count,) and bool(np.isfinite(ratio).all()) and ratio.min() > 0
        require(sound, "allocation > 0 for each dose", allocation=allocation)
        shares = ratio / ratio.min()

        def having(fewest: int) -> ContrastDesign:
            subjects = tuple(ceil(fewest * share - 1e-9) for share in shares)
            return cls(
                candidates=candidates,
                subjects=subjects,
                max_effect=max_effect,
                sd=sd,
                alpha=alpha,
                test=test,
            )

        def deviates(fewest: int) -> tuple[float, float]:
            found = having(fewest).evaluate()
            reached = np.clip(found.summary(summary), 1e-12, 1 - 1e-12)
            return float(ndtri(reached)), found.critical_value

        return having(_smallest(deviates, float(ndtri(power)), 2 if test == "t" else 1))

    def evaluate(self, means: ArrayLike | None = None) -> ContrastPower:
        """Power under each candidate, or under other mean responses.

        Parameters
        ----------
        means : array, truths x doses, optional
            True mean responses; those of the candidates unless given.
        """
        names: tuple[str, ...] = self.candidates.names
        if means is None:
            truths = self.candidates.means(placebo=0, max_effect=self.max_effect)
        else:
            truths = np.atleast_2d(np.asarray(means, dtype=float))
            names = tuple(f"truth {number + 1}" for number in range(len(truths)))
        right = truths.ndim == 2 and truths.shape[1] == len(self.subjects)
        require(right and bool(np.isfinite(truths).all()), "means by dose", shape=truths.shape)
        contrasts = self.contrasts
        largest = LargestContrast.of(contrasts.correlation, self.df)
        bound, bound_error = largest.critical_value(self.alpha)
        found = [largest.exceeding(bound, contrasts.noncentralities(one)) for one in truths]
        return ContrastPower(
            design=self,
            truths=names,
            power=tuple(power for power, _ in found),
            power_error=tuple(error for _, error in found),
            critical_value=bound,
            critical_value_error=bound_error,
        )


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastPower(Result):
    """Power of a `ContrastDesign`.

    Parameters
    ----------
    design : ContrastDesign
    truths : tuple of str
        What the power is for: the candidates, or other means.
    power, power_error : tuple of float
        By truth; the error is that of the integration (three standard errors).
    critical_value, critical_value_error : float
    """

    design: ContrastDesign
    truths: tuple[str, ...]
    power: tuple[float, ...]
    power_error: tuple[float, ...]
    critical_value: float
    critical_value_error: float

    def summary(self, kind: str) -> float:
        """The smallest, mean or largest power: "min", "mean", "max".

        Examples
        --------
        >>> from analytics.dosing.response import Shape
        >>> candidates = Candidates(doses=(0, 1), shapes=(Shape.of("linear"),))
        >>> design = ContrastDesign(candidates=candidates, subjects=(17, 17), max_effect=1, sd=1)
        >>> round(design.evaluate().summary("min"), 3)
        0.807
        """
        require(kind in SUMMARIES, f"summary in {SUMMARIES}", summary=kind)
        if kind == "mean":
            return float(np.mean(self.power))
        return min(self.power) if kind == "min" else max(self.power)

    def to_frame(self) -> pd.DataFrame:
        """One row per truth: its name, power, and the error of the integration."""
        return pd.DataFrame(
            {"truth": self.truths, "power": self.power, "power_error": self.power_error}
        )


def _smallest(deviates: Callable[[int], tuple[float, float]], goal: float, least: int) -> int:
    """The smallest whole number whose power reaches the goal, which more always do.

    The sum of the power's and the test's deviates grows nearly as the square root of the subjects:
    that leads to the answer in a few steps, and halving takes over should it not.
    """
    low, high, at, steps = least - 1, 2 * MOST_SUBJECTS, max(least, 50), 0
    while high - low > 1:
        deviate, bound = deviates(at)
        low, high = (low, at) if deviate >= goal else (at, high)
        if low >= MOST_SUBJECTS:
            raise NotEstimableError(f"More than {MOST_SUBJECTS:,} subjects are needed at a dose.")
        steps += 1
        growth = ((goal + bound) / max(deviate + bound, 1e-2)) ** 2
        led = at * min(growth, 1e3)
        halved = (low + high) // 2 if high < MOST_SUBJECTS else 4 * at
        at = int(np.clip(ceil(led) if steps < 8 else halved, low + 1, max(high - 1, low + 1)))
    return high
