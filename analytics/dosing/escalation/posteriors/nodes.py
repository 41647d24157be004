"""Points at which a posterior is evaluated, and expectations over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit

from analytics.dosing.escalation.counts import Counts, Floats, Whole

_BLOCK = 8_000_000  # weights at a time
_UNDERFLOWN = 1e-280


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nodes:
    """Parameters of a model with their prior weight, and what each means for every dose.

    Parameters
    ----------
    log_toxic, log_free : array
        Log probability of a toxicity and of none: one row per dose, one column per node. Finite.
    log_weight : array
        Prior density times quadrature weight, on the log scale.
    """

    log_toxic: Floats
    log_free: Floats
    log_weight: Floats

    @property
    def toxic(self) -> Floats:
        """Probability of a toxicity: one row per node, one column per dose."""
        return np.exp(self.log_toxic.T)

    def expectations(self, counts: Counts, functions: Floats) -> Floats:
        """Posterior means: one row per outcome, one column per function.

        Parameters
        ----------
        counts : Counts
            Outcomes, with as many doses as the nodes have.
        functions : array
            Their values: one row per node, one column per function.

        Examples
        --------
        >>> log_half = np.log(np.full((1, 2), 0.5))
        >>> nodes = Nodes(log_toxic=log_half, log_free=log_half, log_weight=np.zeros(2))
        >>> nodes.expectations(Counts.of([[3]], [[1]]), np.array([[0.0], [1.0]]))
        array([[0.5]])
        """
        found = np.empty((counts.rows, functions.shape[1]))
        for rows in self._blocks(counts):
            found[rows] = self.weights(counts.take(rows)) @ functions
        return found

    def heaviest(self, counts: Counts) -> Floats:
        """The highest posterior probability that each node has after any of the outcomes."""
        found = np.zeros(len(self.log_weight))
        for rows in self._blocks(counts):
            np.maximum(found, self.weights(counts.take(rows)).max(axis=0), out=found)
        return found

    def _blocks(self, counts: Counts) -> Iterator[Whole]:
        size = max(_BLOCK // len(self.log_weight), 1)
        for first in range(0, counts.rows, size):
            yield np.arange(first, min(first + size, counts.rows))

    def weights(self, counts: Counts) -> Floats:
        """Posterior probability of each node: one row per outcome."""
        tables, cells = self._cells(counts)
        start = np.exp(self.log_weight - self.log_weight.max())
        weights = np.empty((counts.rows, len(start)))
        total = _multiplied(cells, tables, start, weights)
        for row in np.flatnonzero(total < _UNDERFLOWN):
            weights[row] = self._one_row(counts.patients[row], counts.toxicities[row])
        return weights

    def _cells(self, counts: Counts) -> tuple[Floats, Whole]:
        """Likelihoods of what was seen at a dose, each once, and which one each outcome has."""
        width = int(counts.patients.max(initial=0)) + 1
        codes = counts.patients * width + counts.toxicities
        known = np.zeros(width * width, dtype=bool)
        known[codes] = True
        seen = np.flatnonzero(known)
        toxic, free = seen % width, seen // width - seen % width
        logs = toxic[:, None] * self.log_toxic[:, None] + free[:, None] * self.log_free[:, None]
        places = np.zeros(width * width, dtype=np.int64)
        places[seen] = np.arange(len(seen))
        cells = np.where(counts.patients > 0, places[codes], -1)
        return np.exp(logs - logs.max(axis=2, keepdims=True)), cells

    def _one_row(self, patients: Whole, toxicities: Whole) -> Floats:
        """Outcomes that contradict each other so much that products vanish."""
        logs = toxicities @ self.log_toxic + (patients - toxicities) @ self.log_free
        logs = logs + self.log_weight
        weights = np.exp(logs - logs.max())
        return np.asarray(weights / weights.sum())


@njit(cache=True, nogil=True)
def _multiplied(cells: Whole, tables: Floats, start: Floats, weights: Floats) -> Floats:
    """Write prior times likelihoods, made to sum to 1; return the sums before."""
    rows, doses = cells.shape
    sums = np.empty(rows)
    for row in range(rows):
        own = weights[row]
        own[:] = start
        for dose in range(doses):
            if cells[row, dose] >= 0:
                own *= tables[dose, cells[row, dose]]
        total = own.sum()
        sums[row] = total
        if total > 0:
            own /= total
    return sums
