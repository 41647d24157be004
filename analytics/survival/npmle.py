"""Maximum likelihood of masses on intervals, with a proof of having arrived.

The estimate can have mass only on the maximal intersections of the observed intervals: those
stretches that begin with a left end and run to a right end with no other end between. A subject's
interval covers a run of neighbouring ones, so its probability is a difference of the cumulated
masses, and neither likelihood nor derivative needs a matrix.

The masses are unique: the probabilities of the observations are, the likelihood being strictly
concave in them, and as some observation ends with each cell, they give the masses one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from analytics.checks import NotEstimableError

Floats = NDArray[np.float64]

_MOST_ROUNDS = 20_000
_CLOSE_ENOUGH = 1e-9  # of the directional derivative per subject
_STEPS_OF_EM = 5
_HALVINGS = 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """The maximal intersections, and the run of them that each observation covers.

    Parameters
    ----------
    left, right : array
        Ends of each cell, in order; the left one is excluded unless they are equal.
    first, last : array of int
        Of each distinct observation: its first cell, and the one after its last.
    subjects : array
        How many subjects share the observation.
    """

    left: Floats
    right: Floats
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    subjects: Floats

    @classmethod
    def of(cls, after: Floats, until: Floats, subjects: Floats) -> Cells:
        """From intervals (after, until]; equal ends are an exact time.

        Examples
        --------
        >>> cells = Cells.of(np.array([0.0, 1]), np.array([2.0, 3]), np.ones(2))
        >>> cells.left.tolist(), cells.right.tolist()
        ([1.0], [2.0])
        """
        # At one and the same time an exact time begins, then intervals end, then others begin.
        begins = np.column_stack((after, np.where(after == until, 0, 2)))
        finishes = np.column_stack((until, np.ones(until.size)))
        ends = np.concatenate((begins, finishes))
        begin = np.repeat([True, False], after.size)
        order = np.lexsort((ends[:, 1], ends[:, 0]))
        ends, begin = ends[order], begin[order]
        here = np.flatnonzero(begin[:-1] & ~begin[1:])
        rank = np.empty(order.size, dtype=np.int64)
        rank[order] = np.arange(order.size)
        begun, finished = rank[: after.size], rank[after.size :]
        return cls(
            left=ends[here, 0],
            right=ends[here + 1, 0],
            first=np.searchsorted(here, begun, side="left"),
            last=np.searchsorted(here + 1, finished, side="right"),
            subjects=subjects,
        )

    def probability(self, mass: Floats) -> Floats:
        """Of each distinct observation."""
        below = np.append(0.0, np.cumsum(mass))
        return np.asarray(below[self.last] - below[self.first])

    def log_likelihood(self, mass: Floats) -> float:
        """Minus infinity where an observation has no probability left."""
        probability = self.probability(mass)
        if not (probability > 0).all():
            return -np.inf
        return float(self.subjects @ np.log(probability))

    def derivative(self, mass: Floats) -> Floats:
        """Of the log-likelihood per subject by the mass of each cell; 1 on average."""
        share = self.subjects / (self.probability(mass) * self.subjects.sum())
        return np.cumsum(self.by_end(share, -1.0))[:-1]

    def by_end(self, values: Floats, sign: float) -> Floats:
        """Sums over observations by their first cell plus sign times those by the end of the run.

        Examples
        --------
        >>> cells = Cells.of(np.array([0.0, 1]), np.array([1.0, 2]), np.ones(2))
        >>> cells.by_end(np.array([0.5, 1.0]), -1.0).tolist()
        [0.5, 0.5, -1.0]
        """
        size = self.left.size + 1
        return np.bincount(self.first, values, size) + sign * np.bincount(self.last, values, size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Maximum:
    """Masses of the cells, and what proves them the maximum; see `Turnbull.fits`."""

    mass: Floats
    log_likelihood: float
    excess: float
    iterations: int


def maximise(cells: Cells) -> Maximum:
    """Find the masses by rounds of EM and of the iterative convex minorant algorithm.

    EM alone converges from anywhere but slowly; the minorant takes Newton's steps with a diagonal
    Hessian, made monotone and halved until the likelihood rises.

    Raises
    ------
    NotEstimableError
        When the largest derivative per subject does not come within 1e-9 of 1.

    References
    ----------
    Turnbull (1976), JRSS B 38:290-295; Wellner and Zhan (1997), JASA 92:945-959; Gentleman and
    Geyer (1994), Biometrika 81:618-623, for the certificate.

    Examples
    --------
    >>> cells = Cells.of(np.array([0.0, 1, 2, 3]), np.array([2.0, 3, 4, np.inf]), np.ones(4))
    >>> maximise(cells).mass.round(6).tolist()
    [0.5, 0.0, 0.5]
    """
    mass = np.full(cells.left.size, 1 / cells.left.size)
    for round_ in range(_MOST_ROUNDS):
        excess = float(cells.derivative(mass).max() - 1)
        if excess <= _CLOSE_ENOUGH:
            return Maximum(
                mass=mass,
                log_likelihood=cells.log_likelihood(mass),
                excess=max(excess, 0.0),
                iterations=round_,
            )
        for _ in range(_STEPS_OF_EM):
            mass = mass * cells.derivative(mass)
            mass = mass / mass.sum()
        mass = _minorant_step(cells, mass)
    raise NotEstimableError(
        f"The estimate did not settle in {_MOST_ROUNDS} rounds; the largest derivative per "
        f"subject is still {1 + excess:.2e}."
    )


def _minorant_step(cells: Cells, mass: Floats) -> Floats:
    if mass.size == 1:
        return mass
    below = np.cumsum(mass)[:-1]
    probability = cells.probability(mass)
    gradient = -cells.by_end(cells.subjects / probability, -1.0)[1:-1]
    curvature = cells.by_end(cells.subjects / probability**2, 1.0)[1:-1]
    goal = isotonic_regression(below + gradient / curvature, weights=curvature).x
    step = np.clip(goal, 0.0, 1.0) - below
    here = cells.log_likelihood(mass)
    for _ in range(_HALVINGS):
        there = np.diff(np.concatenate(([0.0], below + step, [1.0])))
        if cells.log_likelihood(there) > here:
            return there
        step = step / 2
    return mass
