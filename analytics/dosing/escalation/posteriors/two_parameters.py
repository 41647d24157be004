"""The logistic model with intercept and slope: logit p = a + exp(b) x."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import expit, logit

from analytics.dosing.escalation.counts import Counts, Floats
from analytics.dosing.escalation.posteriors.indicators import below
from analytics.dosing.escalation.posteriors.limits import Below, limits
from analytics.dosing.escalation.posteriors.nodes import Nodes
from analytics.dosing.escalation.posteriors.tabulated import Tabulated

_REACH = 7.0  # prior standard deviations
# Of the smallest standard deviations that a posterior of a and of b can have, given the other one.
# Integrals up to a limit are over a; over b there are whole ones, for which wider steps will do.
_STEPS = 0.5, 1.0
_TYPICAL = 3.0  # prior standard deviations of the intercept, when its effect on b is judged
_FEWEST = 4.0  # points to a prior standard deviation
_FEW = 12  # patients for whom the coarsest grid is made
_WHOLE = 48  # patients up to whom a grid of the whole prior is made
_NEGLIGIBLE = 1e-14  # posterior probability of a node
_KEPT = 8  # grids, with their tables
_TOXIC = "toxic"

Window = tuple[tuple[float, float], tuple[float, float]]
"""Between which values of a and of b."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoParameters:
    """logit p = a + exp(b) x, with a bivariate normal prior of (a, b).

    Parameters
    ----------
    x : tuple of float
        By dose, rising.
    mean, sd : tuple of float
        Prior of a and b.
    correlation : float
        Of a and b, above -1 and below 1.
    """

    x: tuple[float, ...]
    mean: tuple[float, float]
    sd: tuple[float, float]
    correlation: float

    def grid(self, counts: Counts) -> TwoParameterGrid:
        """Points that are close enough for these outcomes."""
        most = int(counts.patients.sum(axis=1).max(initial=0))
        patients, window = _FEW, _whole(self)
        while patients < min(most, _WHOLE):
            patients *= 2
        grid = _grid(self, patients, window)
        while patients < most:
            patients, window = 4 * patients, grid.window(counts)
            grid = _grid(self, patients, window)
        return grid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoParameterGrid:
    """Evenly spaced values of a and b: every a with every b, of which there are `slopes`."""

    model: TwoParameters
    a: Floats
    b: Floats
    slopes: int
    step: float
    nodes: Nodes

    def window(self, counts: Counts) -> Window:
        """Between which a and b all that matters after these outcomes lies."""
        heavy = self.nodes.heaviest(counts) > _NEGLIGIBLE
        steps = self.step, self.b[1] - self.b[0]
        low, high = zip(
            *(
                (float(own[heavy].min() - 3 * step), float(own[heavy].max() + 3 * step))
                for own, step in zip((self.a, self.b), steps, strict=True)
            ),
            strict=True,
        )
        return (low[0], high[0]), (low[1], high[1])

    def moments(self, counts: Counts) -> tuple[Floats, Floats]:
        """Posterior means and variances of a and b: one row per outcome."""
        both = np.stack([self.a, self.b, self.a**2, self.b**2], axis=1)
        found = self.nodes.expectations(counts, both)
        return found[:, :2], found[:, 2:] - found[:, :2] ** 2

    def mean_toxic(self, counts: Counts) -> Floats:
        """Posterior mean toxicity probabilities: one row per outcome, one column per dose."""
        return _tabulated(self).means(counts, _TOXIC)

    def above(self, counts: Counts, *probabilities: float) -> Floats:
        """Pr(toxicity > probability): probability by outcome by dose."""
        table = _tabulated(self)
        found = np.stack([table.means(counts, float(one)) for one in probabilities])
        return np.clip(found, 0.0, 1.0)

    def quantiles(self, counts: Counts, shares: tuple[float, ...]) -> Floats:
        """Posterior quantiles of the toxicity probability: share by outcome by dose."""
        return limits(self.nodes, counts, shares, self._below)

    def values(self, kind: Hashable) -> Floats:
        """What each node counts for a mean: the toxicity of the doses, or that it exceeds a limit.

        For the latter, for every b, the integral over a above the limit.
        """
        if kind == _TOXIC:
            return self.nodes.toxic
        height, slope = float(logit(kind)), np.exp(self.b)
        found = [1 - below(height - slope * one, self.a, self.step) for one in self.model.x]
        return np.stack(found, axis=1)

    def _below(self, weights: Floats) -> Below:
        """For every b the distribution of a at the points, and cubics between them."""
        shape = len(self.a) // self.slopes, self.slopes
        density, a = weights.reshape(shape), self.a[:: self.slopes]
        reached = _all_below(self) @ density
        slope, every = np.exp(self.b[: self.slopes]), np.arange(self.slopes)

        def found(dose: int, height: float) -> float:
            far = (height - slope * self.model.x[dose] - a[0]) / self.step
            left = np.clip(far.astype(np.int64), 0, len(a) - 2)
            part = np.clip(far - left, 0.0, 1.0)
            low, high = reached[left, every], reached[left + 1, every]
            first, last = density[left, every], density[left + 1, every]
            bend = first + last - 2 * (high - low)
            cubic = bend * part + 3 * (high - low) - 2 * first - last
            return float((low + part * (first + part * cubic)).sum())

        return found


@lru_cache(maxsize=_KEPT)
def _tabulated(grid: TwoParameterGrid) -> Tabulated:
    return Tabulated(grid.nodes, grid.values)


@lru_cache(maxsize=_KEPT)
def _all_below(grid: TwoParameterGrid) -> Floats:
    """What every value of a counts in an integral up to every other one."""
    a = grid.a[:: grid.slopes]
    return below(a[:, None], a[None, :], grid.step)


def _whole(model: TwoParameters) -> Window:
    low, high = (
        tuple(mean + one * sd for mean, sd in zip(model.mean, model.sd, strict=True))
        for one in (-_REACH, _REACH)
    )
    return (low[0], high[0]), (low[1], high[1])


@lru_cache(maxsize=_KEPT)
def _grid(model: TwoParameters, most: int, window: Window) -> TwoParameterGrid:
    steps = _steps(model, most)
    one, two = (
        np.arange(low, high + step, step) for (low, high), step in zip(window, steps, strict=True)
    )
    a, b = (np.ravel(each) for each in np.meshgrid(one, two, indexing="ij"))
    far = [(own - mean) / sd for own, mean, sd in zip((a, b), model.mean, model.sd, strict=True)]
    rho = model.correlation
    distance = far[0] ** 2 - 2 * rho * far[0] * far[1] + far[1] ** 2
    predictor = a + np.exp(b) * np.array(model.x)[:, None]
    nodes = Nodes(
        log_toxic=-np.logaddexp(0, -predictor),
        log_free=-np.logaddexp(0, predictor),
        log_weight=-distance / (2 * (1 - rho**2)),
    )
    return TwoParameterGrid(model=model, a=a, b=b, slopes=len(two), step=steps[0], nodes=nodes)


def _steps(model: TwoParameters, most: int) -> tuple[float, float]:
    """Between points, from the most that patients can tell about each parameter."""
    height = np.linspace(-8, 8, 321)
    certain = expit(height) * expit(-height)
    ends = [model.mean[0] + one * _TYPICAL * model.sd[0] for one in (-1, 1)]
    slope = max(float(np.max(certain * (height - end) ** 2)) for end in ends)
    found = []
    for sd, most_told, step in zip(model.sd, (0.25, slope), _STEPS, strict=True):
        given_other = 1 / (sd**2 * (1 - model.correlation**2))
        sharpest = 1 / np.sqrt(given_other + most * most_told)
        found.append(min(step * sharpest, sd / _FEWEST))
    return found[0], found[1]
