"""The likelihood of the distribution of rates, given what each site has enrolled and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln

from analytics.checks import NotEstimableError, require
from analytics.enrolment.rate_prior import CLOCKS, Clock, RatePrior
from analytics.enrolment.sites import Sites

Floats = NDArray[np.float64]
STEP = 1e-3
LARGEST_LOG_SHAPE = float(np.log(1_000.0))


@dataclass(frozen=True, slots=True, eq=False)
class RateLikelihood:
    """Marginal likelihood of log shape, log mean and, with a clock, the log change per month.

    Rates are integrated out: a site's count is negative binomial in its exposure; given the count,
    its patients are spread over time as the trend says. `moments` are the sums, per site, of the
    times (on the clock) at which its patients came.
    """

    counts: Floats
    opens: Floats
    closes: Floats
    now: float
    clock: Clock
    moments: Floats

    @classmethod
    def of(
        cls, sites: Sites, counts: Floats, clock: Clock, patients: pd.DataFrame | None
    ) -> RateLikelihood:
        """Of the patients so far; a trend needs the month in which each of them came."""
        require(clock in CLOCKS, f"clock in {CLOCKS}", clock=clock)
        if counts.sum() == 0:
            raise NotEstimableError("Nobody has been enrolled yet: state a prior of the rates.")
        if (sites.exposure_months[counts > 0] <= 0).any():
            raise NotEstimableError("A site has patients and was never open before now.")
        moments = np.zeros(counts.size)
        if clock != "none":
            require(patients is not None, "a trend needs the months of patients", clock=clock)
            assert patients is not None
            moments = _moments(sites, counts, clock, patients)
        return cls(counts, sites.opening_months, sites.closing_months, sites.now, clock, moments)

    @property
    def size(self) -> int:
        """Of the parameter."""
        return 2 if self.clock == "none" else 3

    def exposure(self, log_change: float) -> Floats:
        """Of each site until now."""
        prior = RatePrior.gamma(shape=1, mean=1, log_change=log_change, clock=self.clock)
        return np.asarray(prior.exposure(self.opens, self.closes, self.opens, self.now)[0])

    def __call__(self, at: Floats) -> float:
        """Logarithm of the likelihood, without what does not depend on the parameter."""
        change = float(at[2]) if self.size == 3 else 0.0
        exposure = self.exposure(change)
        shape, counts = float(np.exp(at[0])), self.counts
        rate = shape / float(np.exp(at[1]))
        binomial = gammaln(shape + counts) - gammaln(shape)
        binomial = binomial - shape * np.log1p(exposure / rate) - counts * np.log(rate + exposure)
        return float(binomial.sum() + change * self.moments.sum())

    def start(self) -> Floats:
        """Where to begin: shape 1.5, the mean of all sites, no trend."""
        mean = self.counts.sum() / self.exposure(0.0).sum()
        return np.array([np.log(1.5), np.log(mean), 0.0])[: self.size]


def _moments(sites: Sites, counts: Floats, clock: Clock, patients: pd.DataFrame) -> Floats:
    """Sums of the patients' times on the clock, in the order of the sites."""
    both = {"site", "month"} <= set(patients)
    require(both, "patients have columns site and month", columns=tuple(patients))
    months = patients["month"].to_numpy(float)
    inside = bool(np.isfinite(months).all() and (months <= sites.now).all())
    require(inside, "patients came by now", now=sites.now)
    place = pd.Index(sites.names).get_indexer(patients["site"])
    require(bool((place >= 0).all()), "patients are of known sites")
    seen = np.bincount(place, minlength=counts.size)
    rule = "the patients are those that the sites count"
    require(bool((seen == counts).all()), rule, patients=len(patients), counts=int(counts.sum()))
    opens = sites.opening_months[place]
    early = bool((months >= opens - 1e-9).all() and (months <= sites.closing_months[place]).all())
    require(early, "patients came while their site was open")
    along = months - opens if clock == "age" else months
    return np.asarray(np.bincount(place, weights=along, minlength=counts.size), dtype=float)


def climb(function: Callable[[Floats], float], start: Floats) -> tuple[Floats, Floats]:
    """The maximum of a smooth function of few arguments, and minus its Hessian there.

    Newton's method with derivatives by differences, halving steps that do not climb; the first
    argument (log shape) stays below that of a shape of 1,000.

    Examples
    --------
    >>> top, curvature = climb(lambda x: -float((x[0] - 1) ** 2), np.array([0.0]))
    >>> top.round(6).tolist(), curvature.round(3).tolist()
    ([1.0], [[2.0]])
    """
    at, value = start.copy(), function(start)
    for _ in range(100):
        slope, curvature = derivatives(function, at)
        step = np.linalg.solve(_positive(curvature), slope)
        step *= min(1.0, 1.5 / float(np.abs(step).max() + 1e-300))
        for _ in range(30):
            tried = at + step
            tried[0] = min(tried[0], LARGEST_LOG_SHAPE)
            reached = function(tried)
            if reached >= value:
                break
            step = step / 2
        else:
            break
        moved = float(np.abs(tried - at).max())
        at, value = tried, reached
        if moved < 1e-9:
            break
    return at, derivatives(function, at)[1]


def derivatives(function: Callable[[Floats], float], at: Floats) -> tuple[Floats, Floats]:
    """Gradient and minus the Hessian, by central differences.

    Examples
    --------
    >>> slope, curvature = derivatives(lambda x: float(x[0] * x[1] - x @ x), np.array([2.0, 3.0]))
    >>> slope.round(6).tolist(), curvature.round(3).tolist()
    ([-1.0, -4.0], [[2.0, -1.0], [-1.0, 2.0]])
    """
    size, middle = at.size, function(at)
    steps = np.eye(size) * STEP
    up = np.array([function(at + one) for one in steps])
    down = np.array([function(at - one) for one in steps])
    second = np.zeros((size, size))
    for i in range(size):
        second[i, i] = up[i] + down[i] - 2 * middle
        for j in range(i):
            both = function(at + steps[i] + steps[j]) + function(at - steps[i] - steps[j])
            crossed = both - function(at + steps[i] - steps[j]) - function(at - steps[i] + steps[j])
            second[i, j] = second[j, i] = crossed / 4
    return (up - down) / (2 * STEP), -second / STEP**2


def _positive(matrix: Floats) -> Floats:
    """Nearby, with positive eigenvalues, so that a step climbs."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.fmax(np.abs(values), 1e-2)) @ vectors.T)
