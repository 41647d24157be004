"""The logistic model of EWOC: toxicity at the lowest dose, and the dose that is the MTD."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
from numpy.polynomial.legendre import leggauss, legvander
from scipy.special import logit

from analytics.dosing.escalation.counts import Counts, Floats, Whole
from analytics.dosing.escalation.posteriors.limits import Below, limits
from analytics.dosing.escalation.posteriors.nodes import Nodes
from analytics.dosing.escalation.posteriors.tabulated import Tabulated

_FIRST_POINTS = 48
_POINTS = 32  # between two doses
_KEPT = 16  # grids, with their tables
_TOXIC = "toxic"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlModel:
    """Uniform priors of rho (toxicity at the least amount) in (0, target) and of the MTD.

    Parameters
    ----------
    amounts : tuple of float
        The doses, rising.
    least, most : float
        The MTD lies between these amounts; least <= amounts <= most.
    target : float
        Toxicity probability at the MTD.
    """

    amounts: tuple[float, ...]
    least: float
    most: float
    target: float

    def grid(self) -> ControlGrid:
        """Gauss points of rho, and of the MTD between the doses."""
        return _grid(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ControlGrid:
    """Every rho with every MTD; MTDs in panels that end at doses."""

    model: ControlModel
    rho: Floats
    mtd: Floats
    ends: Floats
    panel: Whole
    order: Whole
    nodes: Nodes

    def mean_toxic(self, counts: Counts) -> Floats:
        """Posterior mean toxicity probabilities: one row per outcome, one column per dose."""
        return _tabulated(self).means(counts, _TOXIC)

    def above(self, counts: Counts, probability: float) -> Floats:
        """Pr(toxicity > probability): one row per outcome, one column per dose."""
        return np.clip(_tabulated(self).means(counts, float(probability)), 0.0, 1.0)

    def values(self, kind: Hashable) -> Floats:
        """What each node counts for a mean: the toxicity of the doses, or that it exceeds a limit.

        For the latter, for every rho, the integral over MTDs below the one that has the limit.
        """
        if kind == _TOXIC:
            return self.nodes.toxic
        doses = range(len(self.model.amounts))
        return np.stack([self._exceeds(float(kind), dose) for dose in doses], axis=1)  # type: ignore[arg-type]

    def quantiles(self, counts: Counts, shares: tuple[float, ...]) -> Floats:
        """Posterior quantiles of the toxicity probability: share by outcome by dose."""
        return limits(self.nodes, counts, shares, self._toxic_below)

    def _mtd_limits(self, height: float, dose: int, rho: Floats) -> Floats:
        """For each rho, the MTD at which the dose has a toxicity probability, on the logit scale.

        The dose is more toxic for lower MTDs.
        """
        over, least = self.model.amounts[dose] - self.model.least, logit(rho)
        with np.errstate(divide="ignore", invalid="ignore"):
            limit = self.model.least + (logit(self.model.target) - least) / (height - least) * over
        return np.where(height > least, limit, np.inf)

    def _exceeds(self, probability: float, dose: int) -> Floats:
        """What each node counts: for every rho, the integral over MTDs below a limit."""
        limit = self._mtd_limits(float(logit(probability)), dose, self.rho)
        integrals = _up_to(limit, self.ends, self.panel)
        return np.asarray((integrals * _shares()[self.order]).sum(axis=1))

    def _toxic_below(self, weights: Floats) -> Below:
        """From the masses of the panels, and the polynomial in the one with the limit."""
        shape = _FIRST_POINTS, len(self.ends) - 1, _POINTS
        terms = weights.reshape(shape) @ _shares()
        masses = weights.reshape(shape).sum(axis=2)
        before = np.concatenate([np.zeros((_FIRST_POINTS, 1)), masses.cumsum(axis=1)], axis=1)
        rho, every = self.rho[:: len(self.rho) // _FIRST_POINTS], np.arange(_FIRST_POINTS)

        def found(dose: int, height: float) -> float:
            limit = self._mtd_limits(height, dose, rho)
            panel = np.clip(np.searchsorted(self.ends, limit) - 1, 0, len(self.ends) - 2)
            inside = (_up_to(limit, self.ends, panel) * terms[every, panel]).sum()
            return 1 - float(before[every, panel].sum() + inside)

        return found


def _up_to(limit: Floats, ends: Floats, panel: Whole) -> Floats:
    """Integrals of the Legendre polynomials from the low end of panels up to a limit."""
    low, high = ends[panel], ends[panel + 1]
    place = np.clip(2 * (limit - low) / (high - low) - 1, -1.0, 1.0)
    values = legvander(place, _POINTS)
    first = (place + 1)[:, None]
    later = (values[:, 2:] - values[:, :-2]) / (2 * np.arange(1, _POINTS) + 1)
    return np.concatenate([first, later], axis=1)


@cache
def _shares() -> Floats:
    """Of each Gauss point in the coefficients of the Legendre polynomials."""
    points = leggauss(_POINTS)[0]
    return np.asarray((np.arange(_POINTS) + 0.5) * legvander(points, _POINTS - 1))


@lru_cache(maxsize=_KEPT)
def _tabulated(grid: ControlGrid) -> Tabulated:
    return Tabulated(grid.nodes, grid.values)


@lru_cache(maxsize=_KEPT)
def _grid(model: ControlModel) -> ControlGrid:
    first, first_weights = leggauss(_FIRST_POINTS)
    points, weights = leggauss(_POINTS)
    rho = model.target * (first + 1) / 2
    ends = np.unique(np.array((model.least, *model.amounts, model.most)))
    mtd = np.concatenate([low + (high - low) * (points + 1) / 2 for low, high in pairwise(ends)])
    heavy = np.concatenate([(high - low) * weights for low, high in pairwise(ends)])
    panels = np.repeat(np.arange(len(ends) - 1), _POINTS)
    orders = np.tile(np.arange(_POINTS), len(ends) - 1)
    own, dose = (np.ravel(one) for one in np.meshgrid(rho, mtd, indexing="ij"))
    slope = (logit(model.target) - logit(own)) / (dose - model.least)
    over = np.array(model.amounts)[:, None] - model.least
    predictor = logit(own) + slope * over
    return ControlGrid(
        model=model,
        rho=own,
        mtd=dose,
        ends=ends,
        panel=np.tile(panels, _FIRST_POINTS),
        order=np.tile(orders, _FIRST_POINTS),
        nodes=Nodes(
            log_toxic=-np.logaddexp(0, -predictor),
            log_free=-np.logaddexp(0, predictor),
            log_weight=np.log(np.outer(first_weights, heavy).ravel()),
        ),
    )
