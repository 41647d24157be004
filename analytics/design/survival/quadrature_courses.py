"""Events of one subject by time since randomisation for any hazard: by Gauss-Legendre panels.

The panels grow geometrically from a small part of the typical time and end at every cut, so that
each holds a smooth piece. In the first one time is a power of the variable of integration, which
takes away the infinite hazard with which a Weibull of shape < 1 begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analytics.design.survival.arm_hazards import ArmHazard

Floats = NDArray[np.float64]

_NODES, _WEIGHTS = (np.asarray(one) for one in np.polynomial.legendre.leggauss(16))
_PLACES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2
_GROWTH = 2**0.5
_BEFORE, _AFTER = 16, 64  # panels before and after the typical time
_POWER = 10


@dataclass(frozen=True, slots=True)
class QuadratureCourses:
    """Groups with any hazards.

    Parameters
    ----------
    arms : tuple of ArmHazard
    starts : array
        Of the pieces for which events are counted apart: all cuts.
    edges : array
        Of the panels.
    zeroth, first : array, groups x panels
        Integrals of h S and of v h S over each panel.

    Examples
    --------
    >>> from analytics.design.assumptions.effect import NO_EFFECT
    >>> from analytics.design.assumptions.hazard import HazardAssumption
    >>> arm = ArmHazard(
    ...     subgroup="All subjects", arm="control", share=1.0, effect=NO_EFFECT, dropout=None,
    ...     control=HazardAssumption.weibull(shape=1, scale=10))
    >>> QuadratureCourses.of([arm]).happened(np.array([10.0])).round(8)
    array([[0.63212056]])
    """

    arms: tuple[ArmHazard, ...]
    starts: Floats
    edges: Floats
    zeroth: Floats
    first: Floats

    @classmethod
    def of(cls, arms: Sequence[ArmHazard]) -> QuadratureCourses:
        """Panels for these arms, and the integrals over each."""
        starts = np.array([0.0, *sorted({cut for arm in arms for cut in arm.cuts})])
        typical = min(_typical_time(arm) for arm in arms)
        grown = typical * _GROWTH ** np.arange(-_BEFORE, _AFTER + 1)
        edges = np.unique(np.concatenate([starts, grown]))
        lower, upper = edges[:-1], edges[1:]
        when, density = _densities(arms, lower, upper)
        zeroth, first = density.sum(axis=2), (density * when).sum(axis=2)
        return cls(tuple(arms), starts, edges, zeroth, first)

    def integrated(self, lags: Floats) -> Floats:
        """G of the events in each piece."""
        capped = np.minimum(lags, self.edges[-1])
        panel = np.searchsorted(self.edges, capped, side="right") - 1
        done = np.arange(self.zeroth.shape[1])[:, None] < panel
        when, density = _densities(self.arms, self.edges[panel], capped)
        partly = (density * (lags[:, None] - when)).sum(axis=2)
        bounds = [*np.searchsorted(self.edges, self.starts), self.edges.size]
        found = np.zeros((len(self.arms), self.starts.size, lags.size))
        for piece, (low, high) in enumerate(pairwise(bounds)):
            zeroth, first = (one[:, low:high] @ done[low:high] for one in (self.zeroth, self.first))
            inside = (panel >= low) & (panel < high)
            found[:, piece] = zeroth * lags - first + np.where(inside, partly, 0.0)
        return found

    def happened(self, lags: Floats) -> Floats:
        """F."""
        capped = np.minimum(lags, self.edges[-1])
        panel = np.searchsorted(self.edges, capped, side="right") - 1
        done = np.arange(self.zeroth.shape[1])[:, None] < panel
        _, density = _densities(self.arms, self.edges[panel], capped)
        return np.asarray(self.zeroth @ done + density.sum(axis=2))

    def eventually(self) -> Floats:
        """F after all time, as far as the panels reach."""
        return np.asarray(self.zeroth.sum(axis=1))


def _typical_time(arm: ArmHazard) -> float:
    """A time by which a fair part of what ever happens has happened."""
    times = [arm.control.quantile(p)[0] for p in (0.5, 0.2, 0.05, 0.01)]
    return float(next((time for time in times if 0 < time < np.inf), 1.0))


def _densities(arms: Sequence[ArmHazard], lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Nodes of each stretch of time, and h S there times the weight: groups x stretches x nodes."""
    first = (lower == 0)[:, None]
    place = np.where(first, _PLACES**_POWER, _PLACES)
    stretch = np.where(first, _POWER * _PLACES ** (_POWER - 1), 1.0) * _WEIGHTS
    width = (upper - lower)[:, None]
    when = lower[:, None] + width * place
    flat = when.ravel()
    each = np.array([_density(arm, flat) for arm in arms])
    # A stretch of no length may begin with an infinite hazard, and holds nothing.
    each = np.where(width > 0, each.reshape(len(arms), *when.shape), 0.0)
    return when, each * (stretch * width)


def _density(arm: ArmHazard, when: Floats) -> Floats:
    followed = arm.followed(when)
    hazard = np.where(followed > 0, arm.hazard(when), 0.0)  # which overflows far out
    return np.asarray(hazard * followed)
