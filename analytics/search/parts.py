"""Parts of a search: each has a share of the designs and draws of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.checks import require

MOST_PARTS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a search that may be divided between workers.

    What a part tries depends on the seed of the search and on which part it is, not on who does
    it or when: the parts together give the same designs on any number of workers.

    Parameters
    ----------
    number : int
        Which part, from 1.
    of : int
        How many there are.

    Examples
    --------
    >>> [Part(number=one, of=3).budget(1_000) for one in (1, 2, 3)]
    [334, 333, 333]
    >>> [Part(number=one, of=2).trial_number(7) for one in (1, 2)]
    [14, 15]
    """

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        require(1 <= self.of <= MOST_PARTS, f"1 <= parts <= {MOST_PARTS}", parts=self.of)
        require(1 <= self.number <= self.of, "1 <= part <= parts", part=self.number)

    def budget(self, whole: int) -> int:
        """Designs that the part tries, of those that the search does."""
        require(whole >= self.of, "at least one design for each part", budget=whole, parts=self.of)
        return whole // self.of + (self.number <= whole % self.of)

    def seed(self, whole: int) -> int:
        """The seed of the part; the only part has that of the search."""
        if self.of == 1:
            return whole
        # 31 bits, so that a sampler takes it with a number of trials added.
        return int(np.random.SeedSequence([whole, self.number]).generate_state(1)[0]) >> 1

    def trial_number(self, within: int) -> int:
        """The number in the whole search of a trial by its number in the part, both from 0.

        Parts take turns, so a number stays the same while the other parts go on.
        """
        return within * self.of + self.number - 1
