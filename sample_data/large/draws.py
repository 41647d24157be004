"""Random numbers that any stretch of rows finds for itself.

Each named stream has one number for each row of the whole study, and can be entered at
any row. What is drawn for a row therefore does not depend on which rows are drawn with it.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sample_data.hazards import Floats

_NUMBERS_A_STEP = 4  # of the counter of Philox
_SMALLEST = 2.0**-54


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """The random numbers of rows `first` to `last`, the last one left out.

    Parameters
    ----------
    seed : int
        From 0 up, below 2**64.
    first, last : int
        Rows of the whole study, counted from 0.

    Examples
    --------
    >>> whole, part = Draws(seed=1, first=0, last=9), Draws(seed=1, first=5, last=9)
    >>> bool((whole.uniform("age")[5:] == part.uniform("age")).all())
    True
    """

    seed: int
    first: int
    last: int

    def uniform(self, name: str) -> Floats:
        """Numbers above 0 and below 1 of the stream of that name."""
        key = np.array([self.seed, zlib.crc32(name.encode())], dtype=np.uint64)
        steps, skipped = divmod(self.first, _NUMBERS_A_STEP)
        counter = np.random.Philox(key=key)
        counter.advance(steps)
        numbers = np.random.Generator(counter).random(skipped + self.last - self.first)[skipped:]
        return np.maximum(numbers, _SMALLEST, out=numbers)

    def normal(self, name: str) -> Floats:
        """Standard normal numbers."""
        return np.asarray(ndtri(self.uniform(name)))

    def exponential(self, name: str) -> Floats:
        """Exponential numbers of mean 1."""
        return -np.log(self.uniform(name))

    def happens(self, name: str, chance: float | Floats) -> NDArray[np.bool_]:
        """Whether something happens that has this chance."""
        return np.asarray(self.uniform(name) < chance)

    def choice(self, name: str, shares: Sequence[float]) -> NDArray[np.int64]:
        """Positions, drawn with these shares, which add up to 1."""
        return np.searchsorted(np.cumsum(shares)[:-1], self.uniform(name), side="right")
