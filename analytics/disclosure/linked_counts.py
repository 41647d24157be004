"""Counts and what everybody knows about them: sums, parts of a whole, nothing below zero."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_matrix

from analytics.checks import require


@dataclass(frozen=True, slots=True)
class Relation:
    """A sum of counts, some with a minus, that is zero, or not above zero.

    Parameters
    ----------
    terms : tuple of (int, int)
        Places of counts and the factors that they stand with.
    equal : bool
        Zero; else zero at most.

    Examples
    --------
    The first count is the sum of the two others:

    >>> Relation(((0, -1), (1, 1), (2, 1)), equal=True).holds(np.array([5, 2, 3]))
    True
    """

    terms: tuple[tuple[int, int], ...]
    equal: bool

    def holds(self, values: np.ndarray) -> bool:
        """Whether these counts fulfil it."""
        total = sum(int(values[place]) * factor for place, factor in self.terms)
        return total == 0 if self.equal else total <= 0


def _unset() -> np.ndarray:
    return np.zeros(0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkedCounts:
    """Non-negative whole counts with the relations that a reader knows of.

    Parameters
    ----------
    values : array of int
        The true counts.
    relations : tuple of Relation
        All of them hold for `values`.
    printed : array of bool
        Those that are on paper; the others are implied, such as the subjects *without* an
        event, and can be given away although nobody prints them.
    cost : array of float, optional
        What hiding a unit of each costs; a total is dearer than a part. One without it.

    Examples
    --------
    >>> whole = Relation(((0, -1), (1, 1), (2, 1)), equal=True)
    >>> len(LinkedCounts(values=np.array([40, 4, 36]), relations=(whole,)))
    3
    """

    values: np.ndarray
    relations: tuple[Relation, ...] = ()
    printed: np.ndarray = field(default_factory=_unset)
    cost: np.ndarray = field(default_factory=_unset)

    def __post_init__(self) -> None:
        values = np.asarray(self.values, dtype=np.int64)
        require(bool((values >= 0).all()), "counts are at least 0")
        object.__setattr__(self, "values", values)
        if not len(self.printed):
            object.__setattr__(self, "printed", np.ones(len(values), dtype=bool))
        if not len(self.cost):
            object.__setattr__(self, "cost", np.ones(len(values)))
        same = len(self.printed) == len(self.cost) == len(values)
        require(same, "one value, mark and cost for each count")
        wrong = [one for one in self.relations if not one.holds(values)]
        require(not wrong, "the relations hold for the true counts", relation=wrong[:1])

    def __len__(self) -> int:
        return len(self.values)

    def matrix(self) -> tuple[csr_matrix, np.ndarray]:
        """The relations as rows of a matrix, and which of them are equalities."""
        rows = [at for at, one in enumerate(self.relations) for _ in one.terms]
        columns = [place for one in self.relations for place, _ in one.terms]
        factors = [factor for one in self.relations for _, factor in one.terms]
        shape = (len(self.relations), len(self))
        equal = np.array([one.equal for one in self.relations], dtype=bool)
        return csr_matrix((factors, (rows, columns)), shape=shape), equal
