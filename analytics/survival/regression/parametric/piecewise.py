"""The piecewise exponential family: a hazard that is constant between given times."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analytics.survival.regression.columns import Floats, Ints
from analytics.survival.regression.parametric.families import Parameter, Sample
from analytics.survival.regression.parametric.jets import Jet


@dataclass(frozen=True, slots=True, kw_only=True)
class PiecewiseExponential:
    """One log hazard for each piece; the location, which has no intercept, is added to all.

    Parameters
    ----------
    cuts : tuple of float
        Ascending times > 0 at which the hazard may change; it changes after them.

    References
    ----------
    Friedman (1982), Annals of Statistics 10:101-113.
    """

    cuts: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """Piecewise exponential."""
        return "piecewise"

    @property
    def others(self) -> tuple[str, ...]:
        """One log hazard per piece."""
        return tuple(f"log(rate {piece})" for piece in self.pieces)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """One rate per piece."""
        return tuple(
            Parameter(name=f"rate {piece}", place=place + 1, sign=1)
            for place, piece in enumerate(self.pieces)
        )

    @property
    def pieces(self) -> tuple[str, ...]:
        """The pieces in words: "0-6", "6-12", "12-"."""
        edges = ["0", *(f"{cut:g}" for cut in self.cuts), ""]
        return tuple(f"{low}-{high}" for low, high in pairwise(edges))

    @property
    def effect(self) -> str:
        """exp(coefficient) multiplies the hazard."""
        return "hazard ratio"

    @property
    def intercept(self) -> bool:
        """The log hazards of the pieces are the intercepts."""
        return False

    @property
    def lowest(self) -> float:
        """Times are positive."""
        return 0.0

    def log_survival(self, time: Floats, location: Floats, others: Floats) -> Jet:
        """Minus the hazards times the time spent in each piece."""
        spent = self.spent(time)
        parts = -np.exp(location + others[:, None]) * spent
        value = parts.sum(axis=0)
        size = others.size + 1
        second = np.zeros((size, size, time.size))
        second[0, 0], second[0, 1:], second[1:, 0] = value, parts, parts
        second[np.arange(1, size), np.arange(1, size)] = parts
        return Jet(value=value, first=np.vstack((value, parts)), second=second)

    def log_density(self, time: Floats, location: Floats, others: Floats) -> Jet:
        """The log hazard of the piece in which the time lies, and log S(t)."""
        survival = self.log_survival(time, location, others)
        piece = self.piece(time)
        first = survival.first.copy()
        first[0] += 1
        first[1 + piece, np.arange(time.size)] += 1
        value = survival.value + location + others[piece]
        return Jet(value=value, first=first, second=survival.second)

    @property
    def dimensions(self) -> tuple[int, ...]:
        """The power of time in which each parameter is measured."""
        return (0,) * (1 + len(self.pieces))

    def starts(self, sample: Sample) -> list[tuple[float, Floats]]:
        """The same hazard in all pieces."""
        return [(0.0, np.full(len(self.pieces), float(np.log(sample.rate))))]

    def piece(self, time: Floats) -> Ints:
        """Which piece each time lies in; a cut belongs to the piece that it ends.

        Examples
        --------
        >>> PiecewiseExponential(cuts=(6.0,)).piece(np.array([5.0, 6.0, 7.0])).tolist()
        [0, 0, 1]
        """
        return np.searchsorted(np.array(self.cuts), time, side="left")

    def spent(self, time: Floats) -> Floats:
        """Pieces x times: how long each piece has lasted by then.

        Examples
        --------
        >>> PiecewiseExponential(cuts=(6.0,)).spent(np.array([5.0, 8.0])).tolist()
        [[5.0, 6.0], [0.0, 2.0]]
        """
        edges = np.array([0.0, *self.cuts, np.inf])
        inside = np.minimum(time, edges[1:, None]) - edges[:-1, None]
        return np.asarray(np.maximum(inside, 0.0))
