"""Moves of a whole class, or of all of them, along what the data hardly tell apart.

Where events are rare, or there in one arm only, a low level with a large effect is about as likely
as a lower one with a larger effect. One term at a time, given its class, and the class given its
terms, chains would take thousands of sweeps along such a ridge; here a class moves together with
its terms, and all classes with what they have in common (Metropolis and Hastings).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.safety.incidence.cells import Flags, Floats, Ints
from analytics.safety.multiplicity.hierarchy import TOP_VARIANCE, Classes, Layers
from analytics.safety.multiplicity.term_draws import Cells, Terms, log_likelihood

DIRECTIONS = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, -1.0]])
"""Of g and of theta: the effect alone, both arms alike, the reference alone."""

WANTED_ACCEPTANCE = 0.4


@dataclass(slots=True, kw_only=True)
class Shifts:
    """How far each direction goes, for each chain and group; tuned while warming up."""

    groups: Classes
    reach: Floats  # (directions, chains, groups)

    @classmethod
    def of(cls, groups: Classes, chains: int) -> Shifts:
        """Steps to start from."""
        return cls(groups=groups, reach=np.full((3, chains, len(groups.terms)), 0.5))

    def move_classes(
        self, layers: Layers, terms: Terms, cells: Cells, rng: np.random.Generator, pace: float
    ) -> Terms:
        """Each class and its terms, given what classes have in common."""
        place, step = self._proposed(rng)
        apart = layers.mean - layers.top
        cost = (step * (2 * apart + step) / (2 * layers.between)).sum(axis=0)
        accepted, moved = self._accept(step, cost, terms, cells, rng)
        layers.mean = layers.mean + step * accepted
        self._tune(place, accepted, pace)
        return moved

    def move_all(
        self, layers: Layers, terms: Terms, cells: Cells, rng: np.random.Generator, pace: float
    ) -> Terms:
        """Everything: the tops, the classes and the terms."""
        place, step = self._proposed(rng)
        cost = (step * (2 * layers.top + step) / (2 * TOP_VARIANCE)).sum(axis=0)
        accepted, moved = self._accept(step, cost, terms, cells, rng)
        layers.top = layers.top + step * accepted
        layers.mean = layers.mean + step * accepted
        self._tune(place, accepted, pace)
        return moved

    def _proposed(self, rng: np.random.Generator) -> tuple[Ints, Floats]:
        """A direction for each group, and how far it goes in g and theta."""
        place = rng.integers(0, 3, self.reach.shape[1:])
        reach = np.take_along_axis(self.reach, place[None], axis=0)[0]
        return place, DIRECTIONS[:, place] * (reach * rng.standard_normal(place.shape))

    def _accept(
        self, step: Floats, cost: Floats, terms: Terms, cells: Cells, rng: np.random.Generator
    ) -> tuple[Flags, Terms]:
        """Whether each group moves, and the terms after that; no effect stays none."""
        of_term = self.groups.of_term
        by_term = step[:, :, of_term]
        g = terms.g + by_term[0]
        theta = terms.theta + by_term[1] * terms.effect
        gain = log_likelihood(g, theta, cells) - log_likelihood(terms.g, terms.theta, cells)
        accepted = -rng.standard_exponential(cost.shape) < gain @ self.groups.member - cost
        moved = accepted[:, of_term]
        both = replace(
            terms, g=np.where(moved, g, terms.g), theta=np.where(moved, theta, terms.theta)
        )
        return accepted, both

    def _tune(self, place: Ints, accepted: Flags, pace: float) -> None:
        if pace > 0:
            chosen = np.arange(3)[:, None, None] == place
            self.reach *= np.exp(pace * chosen * (accepted - WANTED_ACCEPTANCE))
