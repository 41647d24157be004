"""Distributions on whole numbers, one per row, all rows worked through at once.

In each row the number k has a probability in proportion to w(k) exp(k t), between a least and a
greatest k; t is the row's tilt, w its weights. The possible k of all rows stand one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from analytics.safety.incidence.cells import Flags, Floats, Ints

LogWeight = Callable[[Floats, Ints], Floats]
"""From numbers, and the row of each, to the logarithms of their weights."""

AS_LIKELY = 1 + 1e-7
"""Probabilities of a ratio below this are equal but for rounding, as in R's fisher.test."""

_AT_ONCE = 2_000_000  # possible numbers held in memory together
_STEPS = 100
_NEAR = 1e-12
_LONGEST = 5.0  # a step of the tilt; beyond, probabilities could vanish


def portions(sizes: Floats) -> Iterator[slice]:
    """Rows in portions whose possible numbers fit into memory.

    Examples
    --------
    >>> list(portions(np.array([1_500_000.0, 1_500_000.0, 10.0])))
    [slice(0, 1, None), slice(1, 3, None)]
    """
    portion = np.cumsum(sizes) // _AT_ONCE
    edges = [0, *(np.flatnonzero(np.diff(portion)) + 1).tolist(), sizes.size]
    for start, stop in pairwise(edges):
        if stop > start:
            yield slice(start, stop)


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """The possible numbers of each row and the logarithms of their weights."""

    least: Floats
    greatest: Floats
    number: Floats
    row: Ints
    start: Ints
    log_weight: Floats

    @classmethod
    def between(cls, least: Floats, greatest: Floats, log_weight: LogWeight) -> Self:
        """All whole numbers from least to greatest in each row."""
        sizes = (greatest - least).astype(np.int64) + 1
        start = np.cumsum(sizes) - sizes
        row = np.repeat(np.arange(sizes.size), sizes)
        number = np.arange(row.size) - start[row] + least[row]
        return cls(least, greatest, number, row, start, log_weight(number, row))

    def probabilities(self, tilt: Floats) -> Floats:
        """Of every number, at a tilt per row."""
        log = self.log_weight + self.number * tilt[self.row]
        weight = np.exp(log - np.maximum.reduceat(log, self.start)[self.row])
        return weight / self.sums(weight)[self.row]

    def sums(self, values: Floats) -> Floats:
        """Per row."""
        return np.add.reduceat(values, self.start)

    def no_more_likely(self, observed: Floats, tilt: Floats) -> Floats:
        """Probability of a number that is no more likely than the observed one."""
        likely = self.probabilities(tilt)
        own = likely[self.start + (observed - self.least).astype(np.int64)]
        rare = likely <= own[self.row] * AS_LIKELY
        return np.minimum(self.sums(np.where(rare, likely, 0.0)), 1.0)

    def tilt_with_tail(self, observed: Floats, first: Floats, size: float, side: int) -> Floats:
        """The tilt at which the observed or a more extreme number has probability `size`.

        The logarithm of that probability is concave in the tilt, so that Newton's method cannot
        miss: after one step it comes from the side of the smaller probabilities. `side` is 1 for
        the upper tail and -1 for the lower; a tail that holds all numbers leaves the first guess.
        """
        inside = side * (self.number - observed[self.row]) >= 0
        partial = self.sums((~inside).astype(float)) > 0

        def step(tilt: Floats) -> Floats:
            likely = self.probabilities(tilt)
            part = np.where(inside, likely, 0.0)
            probability = self.sums(part)
            mean = self.sums(likely * self.number)
            slope = self.sums(part * self.number) / probability - mean
            return np.divide(np.log(size / probability), slope, np.zeros_like(mean), where=partial)

        return _iterated(step, first)

    def tilt_with_mean(self, mean: Floats, first: Floats, wanted: Flags) -> Floats:
        """The tilt at which the mean is so much; other rows keep the first guess."""

        def step(tilt: Floats) -> Floats:
            likely = self.probabilities(tilt)
            now = self.sums(likely * self.number)
            variance = self.sums(likely * (self.number - now[self.row]) ** 2)
            return np.divide(mean - now, variance, np.zeros_like(now), where=wanted)

        return _iterated(step, first)


def _iterated(step: Callable[[Floats], Floats], tilt: Floats) -> Floats:
    for _ in range(_STEPS):
        change = np.clip(step(tilt), -_LONGEST, _LONGEST)
        tilt = tilt + change
        if (np.abs(change) <= _NEAR * (1 + np.abs(tilt))).all():
            break
    return tilt
