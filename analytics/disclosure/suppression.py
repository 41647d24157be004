"""Which counts to hide so that no small one can be worked out from what is left.

**The rule.** A count from 1 to `threshold − 1` is *small*, printed or implied. Whatever whole
non-negative numbers fit all printed counts and all relations are *feasible* for it. A table is
safe when every small count has feasible values that lie at least `threshold − 1` apart: who knows
the table and the relations cannot tell it from `threshold − 1` other values. At the threshold of
11 that is the width of "0 to 10", which the sign for a hidden count would say by itself.

**What it does not guarantee.** It says nothing about readers who know some of the hidden counts
from elsewhere, nor that a range stays at 1 to 10 likely values: a reader may guess well. One who
knows the algorithm may exclude some feasible tables because other counts would have been hidden
for them. Relations that are not stated are not protected against.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import bmat, coo_matrix, csr_matrix, eye, hstack, vstack
from scipy.sparse.csgraph import connected_components

from analytics.checks import NotEstimableError, require
from analytics.disclosure.linked_counts import LinkedCounts

_NODES = 5000  # of one search for values further apart


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Suppression:
    """Which counts stay, and which of the others are hidden for their own sake.

    Parameters
    ----------
    counts : LinkedCounts
    threshold : int
        Least count, other than 0, that may be read off.
    shown : array of bool
        Printed counts that stay.
    small : array of bool
        Counts from 1 to `threshold − 1`, printed or implied.
    """

    counts: LinkedCounts
    threshold: int
    shown: np.ndarray
    small: np.ndarray

    @property
    def loss(self) -> float:
        """Share of the printed counts above zero that are hidden."""
        above = self.counts.printed & (self.counts.values > 0)
        return float((above & ~self.shown).sum() / max(1, above.sum()))

    @property
    def complementary(self) -> np.ndarray:
        """Counts hidden to protect others."""
        hidden: np.ndarray = self.counts.printed & ~self.shown & ~self.small
        return hidden


def suppress(counts: LinkedCounts, *, threshold: int = 11) -> Suppression:
    """Hide small counts, and as few others as a search finds, until the rule above holds.

    Parameters
    ----------
    counts : LinkedCounts
    threshold : int
        At least 2.

    Raises
    ------
    NotEstimableError
        When no choice of hidden counts protects some small one.

    References
    ----------
    Fischetti and Salazar-González (2001), Management Science 47:1008-1027, for cell suppression
    with linear relations; the search here is one small count after the other, so that it finds
    a safe table and not always the one that hides the least.

    Examples
    --------
    A part of 4 goes, and the other part with it; 40 in all may stay:

    >>> from analytics.disclosure.linked_counts import Relation
    >>> whole = Relation(((0, -1), (1, 1), (2, 1)), equal=True)
    >>> cost = np.array([10.0, 1.0, 1.0])
    >>> counts = LinkedCounts(values=np.array([40, 4, 36]), relations=(whole,), cost=cost)
    >>> suppress(counts).shown.tolist()
    [True, False, False]
    """
    require(threshold >= 2, "threshold >= 2", threshold=threshold)
    small = (counts.values >= 1) & (counts.values < threshold)
    shown = counts.printed & ~small
    system = _System(counts)
    for place in np.flatnonzero(small):
        least, most = system.range_of(shown, int(place))
        if most - least < threshold - 1:
            shown = shown & ~system.more_to_hide(shown, int(place), threshold - 1)
    return Suppression(counts=counts, threshold=threshold, shown=shown, small=small)


def feasible_range(counts: LinkedCounts, shown: np.ndarray, place: int) -> tuple[float, float]:
    """The least and the greatest whole value that a count can have, given those shown.

    Examples
    --------
    >>> from analytics.disclosure.linked_counts import Relation
    >>> whole = Relation(((0, -1), (1, 1), (2, 1)), equal=True)
    >>> counts = LinkedCounts(values=np.array([40, 4, 36]), relations=(whole,))
    >>> feasible_range(counts, np.array([True, False, False]), 1)
    (0.0, 40.0)
    """
    return _System(counts).range_of(shown, place)


class _System:
    """Counts with their relations, taken apart into what hangs together."""

    def __init__(self, counts: LinkedCounts) -> None:
        self._counts = counts
        self._matrix, self._equal = counts.matrix()
        self._parts: tuple[bytes, np.ndarray, np.ndarray] | None = None

    def range_of(self, shown: np.ndarray, place: int) -> tuple[float, float]:
        """Least and greatest whole value of a count."""
        if shown[place]:
            value = float(self._counts.values[place])
            return value, value
        near, rows = self._joined(~shown, place)
        if not len(rows):
            return 0.0, float("inf")
        part = self._matrix[rows]
        known = part[:, np.flatnonzero(shown)] @ self._counts.values[shown]
        lower = np.where(self._equal[rows], -known, -np.inf)
        limits = LinearConstraint(part[:, near], lower, -known)
        objective = (near == place).astype(float)
        return _least(objective, limits), -_least(-objective, limits)

    def more_to_hide(self, shown: np.ndarray, place: int, width: int) -> np.ndarray:
        """Counts whose hiding lets two tables exist that are `width` apart at a place.

        Both tables fulfil all relations; whatever differs in either from the truth must go, and
        changing what is shown costs.
        """
        near, rows = self._joined(np.ones(len(shown), dtype=bool), place)
        part, size = self._matrix[rows][:, near], len(near)
        true = self._counts.values[near].astype(float)
        same, empty = eye(size), csr_matrix((1, size))
        one_table = hstack([part, csr_matrix(part.shape)])  # a table, and how far from the truth
        far = vstack([hstack([same, -same]), hstack([-same, -same])])
        at = csr_matrix((np.ones(1), ([0], [int(np.searchsorted(near, place))])), shape=(1, size))
        lower = np.tile(np.where(self._equal[rows], 0, -np.inf), 2)
        limits = [
            LinearConstraint(_twice(one_table), lower, 0),
            LinearConstraint(_twice(far), -np.inf, np.tile(np.concatenate([true, -true]), 2)),
            LinearConstraint(hstack([-at, empty, at, empty]), width, np.inf),
        ]
        cost = np.where(shown[near], self._counts.cost[near] * (1 + 1 / (1 + true)), 0.0)
        objective = np.tile(np.concatenate([np.zeros(size), cost]), 2)
        integral = np.tile(np.concatenate([np.ones(size), np.zeros(size)]), 2)
        options = {"node_limit": _NODES}
        found = milp(objective, constraints=limits, integrality=integral, options=options)
        if found.x is None:
            raise NotEstimableError("No choice of hidden counts protects every small one.")
        low, high = np.rint(found.x[:size]), np.rint(found.x[2 * size : 3 * size])
        hidden = np.zeros(len(shown), dtype=bool)
        hidden[near] = (low != true) | (high != true)
        return hidden

    def _joined(self, free: np.ndarray, place: int) -> tuple[np.ndarray, np.ndarray]:
        """The unknown counts that a count hangs together with, and the relations between them."""
        if self._parts is None or self._parts[0] != free.tobytes():
            self._parts = (free.tobytes(), *_groups(self._matrix, free))
        _, of_counts, of_rows = self._parts
        group = of_counts[place]
        return np.flatnonzero(of_counts == group), np.flatnonzero(of_rows == group)


def _groups(matrix: csr_matrix, free: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A number for each unknown count and each relation, the same where they hang together."""
    own = np.flatnonzero(free)
    part = coo_matrix(matrix[:, own])
    rows, size = matrix.shape[0], len(own)
    shape = (rows + size, rows + size)
    links = coo_matrix((np.ones(len(part.row)), (part.row, part.col + rows)), shape=shape)
    _, groups = connected_components(links, directed=False)
    of_counts = np.full(len(free), -1)
    of_counts[own] = groups[rows:]
    return of_counts, groups[:rows]


def _least(objective: np.ndarray, limits: LinearConstraint) -> float:
    """The least whole value of the objective; minus infinity where there is none."""
    bounds = Bounds(0, np.inf)
    found = milp(objective, constraints=limits, bounds=bounds, integrality=1)
    if found.status == 0:
        return float(round(found.fun))
    # Unbounded, as HiGHS says in one of two ways: the true counts are feasible.
    relaxed = milp(objective, constraints=limits, bounds=bounds)
    return float(np.ceil(relaxed.fun - 1e-6)) if relaxed.status == 0 else -np.inf


def _twice(block: csr_matrix) -> csr_matrix:
    return bmat([[block, None], [None, block]])
