"""Points at which a posterior is evaluated, and expectations over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.special import xlog1py, xlogy

from analytics.dosing.escalation.counts import Counts, Floats, Whole

_BLOCK = 8_000_000  # weights at a time
_ROWS, _COLUMNS = 512, 2048  # of which weights are made at a time, for expectations
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
        cells = self._cells(counts)
        sums = np.zeros((counts.rows, functions.shape[1]))
        total = np.zeros(counts.rows)
        start = np.exp(self.log_weight - self.log_weight.max())
        size = max(1, min(_ROWS, counts.rows))
        products = np.empty((size, _COLUMNS))
        # A few thousand nodes at a time: what is multiplied then stays near the processor.
        for first in range(0, len(start), _COLUMNS):
            part = slice(first, min(first + _COLUMNS, len(start)))
            tables, wide = cells.likelihoods(self, part), part.stop - part.start
            for low in range(0, counts.rows, size):
                rows = slice(low, min(low + size, counts.rows))
                own = products[: rows.stop - low, :wide]
                total[rows] += _multiplied(cells.places[rows], tables, start[part], own)
                sums[rows] += own @ functions[part]
        found = sums / np.where(total > 0, total, 1.0)[:, None]
        for row in np.flatnonzero(total < _UNDERFLOWN):
            found[row] = self._one_row(counts.patients[row], counts.toxicities[row]) @ functions
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
        cells = self._cells(counts)
        start = np.exp(self.log_weight - self.log_weight.max())
        weights = np.empty((counts.rows, len(start)))
        every = slice(0, len(start))
        total = _multiplied(cells.places, cells.likelihoods(self, every), start, weights)
        weights /= np.where(total > 0, total, 1.0)[:, None]
        for row in np.flatnonzero(total < _UNDERFLOWN):
            weights[row] = self._one_row(counts.patients[row], counts.toxicities[row])
        return weights

    def _cells(self, counts: Counts) -> _Cells:
        """What was seen at a dose, each once, and which ones each outcome has."""
        width = int(counts.patients.max(initial=0)) + 1
        own = counts.patients * width + counts.toxicities
        own = own + np.arange(counts.doses) * width * width
        known = np.zeros(counts.doses * width * width, dtype=bool)
        known[own[counts.patients > 0]] = True
        seen = np.flatnonzero(known)
        dose, code = np.divmod(seen, width * width)
        places = np.zeros(len(known), dtype=np.int64)
        places[seen] = np.arange(len(seen))
        return _Cells(
            dose=dose,
            toxic=code % width,
            free=code // width - code % width,
            places=np.where(counts.patients > 0, places[own], -1),
        )

    def _one_row(self, patients: Whole, toxicities: Whole) -> Floats:
        """Outcomes that contradict each other so much that products vanish."""
        logs = toxicities @ self.log_toxic + (patients - toxicities) @ self.log_free
        logs = logs + self.log_weight
        weights = np.exp(logs - logs.max())
        return np.asarray(weights / weights.sum())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """Patients with and without a toxicity at a dose; `places`: which ones each outcome has."""

    dose: Whole
    toxic: Whole
    free: Whole
    places: Whole

    def likelihoods(self, nodes: Nodes, part: slice) -> Floats:
        """At some nodes: one row per cell, at most 1."""
        found = np.empty((len(self.dose), part.stop - part.start))
        for i, (dose, toxic, free) in enumerate(zip(self.dose, self.toxic, self.free, strict=True)):
            logs = toxic * nodes.log_toxic[dose, part] + free * nodes.log_free[dose, part]
            # The highest that there can be, whatever the nodes: that of the observed share.
            share = toxic / (toxic + free)
            np.exp(logs - xlogy(toxic, share) - xlog1py(free, -share), out=found[i])
        return found


@njit(cache=True, nogil=True)
def _multiplied(cells: Whole, tables: Floats, start: Floats, products: Floats) -> Floats:
    """Write prior times likelihoods; return their sums."""
    rows, doses = cells.shape
    sums = np.empty(rows)
    for row in range(rows):
        own = products[row]
        own[:] = start
        for dose in range(doses):
            if cells[row, dose] >= 0:
                own *= tables[cells[row, dose]]
        sums[row] = own.sum()
    return sums
