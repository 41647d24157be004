"""Posterior expectations by outcome, each found once for a model however often it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock

import numpy as np

from analytics.dosing.escalation.counts import Counts, Floats, Whole
from analytics.dosing.escalation.posteriors.nodes import Nodes

MOST_ROWS = 300_000  # that are kept; then all is begun anew
_MOST_KINDS = 8  # of functions
_MOST_TOLD = np.iinfo(np.int16).max  # patients at a dose


class Tabulated:
    """A table of posterior means by patients and toxicities, which grows as it is asked.

    A design asks for the same posterior several times: for its decision, its rules, its reasons,
    and once more wherever another path of the trial comes to the same counts. What is missing is
    found in one pass over the nodes for every kind of function that was ever asked for.

    Parameters
    ----------
    nodes : Nodes
    functions : callable
        From a kind, such as a limit of toxicity, to its values: one row per node, one column per
        dose. They depend on the nodes alone and are kept.

    Examples
    --------
    >>> log_half = np.log(np.full((1, 2), 0.5))
    >>> nodes = Nodes(log_toxic=log_half, log_free=log_half, log_weight=np.zeros(2))
    >>> table = Tabulated(nodes, lambda kind: np.array([[0.0], [2.0 * kind]]))
    >>> table.means(Counts.of([[3], [3]], [[1], [1]]), 1), table.rows
    (array([[1.],
           [1.]]), 1)
    """

    def __init__(self, nodes: Nodes, functions: Callable[[Hashable], Floats]) -> None:
        self._nodes, self._functions, self._lock = nodes, functions, Lock()
        self._values: dict[Hashable, Floats] = {}
        self._found: dict[Hashable, Floats] = {}
        self._places: dict[bytes, int] = {}

    @property
    def rows(self) -> int:
        """Outcomes that it knows."""
        return len(self._places)

    def means(self, counts: Counts, kind: Hashable) -> Floats:
        """Posterior means of a kind of function: one row per outcome, one column per dose."""
        with self._lock:
            self._learn(kind)
            if counts.rows > MOST_ROWS or counts.patients.max(initial=0) > _MOST_TOLD:
                return self._nodes.expectations(counts, self._values[kind])
            places = self._placed(counts)
            known = self._found[kind]
            fresh = np.isnan(known[places, 0])
            if fresh.any():
                own, first = np.unique(places[fresh], return_index=True)
                self._fill(counts.take(np.flatnonzero(fresh)[first]), own)
            return np.asarray(self._found[kind][places])

    def _learn(self, kind: Hashable) -> None:
        if kind in self._values:
            return
        if len(self._values) >= _MOST_KINDS:
            self._values.clear()
            self._forget()
        self._values[kind] = np.ascontiguousarray(self._functions(kind))
        self._found[kind] = self._nothing(self.rows, kind)

    def _placed(self, counts: Counts) -> Whole:
        """The row of each outcome in the table, which is made longer for those that are new."""
        if self.rows + counts.rows > MOST_ROWS:
            self._forget()
        both = np.concatenate([counts.patients, counts.toxicities], axis=1).astype(np.int16)
        text, width = both.tobytes(), 2 * both.shape[1]
        known = self._places
        places = np.array(
            [
                known.setdefault(text[at : at + width], len(known))
                for at in range(0, len(text), width)
            ],
            dtype=np.int64,
        )
        for kind, found in self._found.items():
            if (more := len(known) - len(found)) > 0:
                room = self._nothing(max(more, len(found) // 2), kind)
                self._found[kind] = np.concatenate([found, room])
        return places

    def _fill(self, counts: Counts, places: Whole) -> None:
        values = np.concatenate(list(self._values.values()), axis=1)
        found = self._nodes.expectations(counts, values)
        first = 0
        for kind, own in self._values.items():
            last = first + own.shape[1]
            self._found[kind][places] = found[:, first:last]
            first = last

    def _forget(self) -> None:
        self._places.clear()
        self._found = {kind: self._nothing(0, kind) for kind in self._values}

    def _nothing(self, rows: int, kind: Hashable) -> Floats:
        return np.full((rows, self._values[kind].shape[1]), np.nan)
