"""Sets of subjects as bits: how many of those chosen have each level, counted by machine words.

A subject is a number, its place in the table of subjects. Which subjects have a level stands in
a row of bits, 125 kB for a million; who is both chosen and has the level is one AND and a count
of ones, 64 subjects at a time. Levels of so few subjects that their numbers take less room than
the bits are kept as numbers. One way of counting serves panels of any column and of adverse
events alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bits = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_WORD = 64  # bits
_BLOCK = 1 << 17  # words that are counted at a time, so that they stay near the processor


def words_of(subjects: int) -> int:
    """How many words hold one bit for each subject; at least one.

    Examples
    --------
    >>> words_of(0), words_of(64), words_of(65)
    (1, 1, 2)
    """
    return max(1, -(-subjects // _WORD))


def bits_of(packed: bytes | None, subjects: int) -> Bits:
    """Bits from bytes that hold eight subjects each, the first in the highest bit.

    Parameters
    ----------
    packed : bytes, optional
        None is nobody.

    Examples
    --------
    >>> ones(bits_of(bytes([0b1010_0000] + 7 * [0]), 8))
    2
    """
    if packed is None:
        return np.zeros(words_of(subjects), dtype=np.uint64)
    return np.frombuffer(packed, dtype=np.uint64)


def ones(bits: Bits) -> int:
    """How many subjects are in the set."""
    return int(np.bitwise_count(bits).sum())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LevelSets:
    """Who has each level; made by `level_sets`.

    Parameters
    ----------
    levels : tuple of str or None
        Every level that somebody has; None for missing.
    bits : array
        One row of words for each level at the places in `as_bits`.
    as_bits : array of int
        Places in `levels`.
    numbers : array of int
        Of the subjects of all other levels, one level after the other.
    starts, as_numbers : array of int
        Where each one begins, and their places in `levels`.
    """

    levels: tuple[str | None, ...]
    bits: npt.NDArray[np.uint64]
    as_bits: Places
    numbers: npt.NDArray[np.int32]
    starts: Places
    as_numbers: Places

    def count(self, chosen: Bits) -> npt.NDArray[np.int64]:
        """Subjects among the chosen, for each of the levels.

        Examples
        --------
        >>> rows = pa.array([[0, 1, 5], [2]], type=pa.list_(pa.int32()))
        >>> found = level_sets(["F", "M"], rows, 8)
        >>> found.levels, found.count(bits_of(bytes([0b1110_0000] + 7 * [0]), 8)).tolist()
        (('F', 'M'), [2, 1])
        """
        counts = np.zeros(len(self.levels), dtype=np.int64)
        step = max(1, _BLOCK // len(chosen))
        for first in range(0, len(self.as_bits), step):
            both = np.bitwise_count(self.bits[first : first + step] & chosen)
            counts[self.as_bits[first : first + step]] = both.sum(axis=1, dtype=np.int64)
        if len(self.numbers):
            flags = np.unpackbits(chosen.view(np.uint8))
            found = flags[self.numbers]
            counts[self.as_numbers] = np.add.reduceat(found, self.starts, dtype=np.int64)
        return counts


def level_sets(levels: Sequence[str | None], rows: pa.ListArray, subjects: int) -> LevelSets:
    """Sets from lists of the numbers of subjects.

    Parameters
    ----------
    levels : sequence of str or None
        What the subjects of each list have; lists of the same level are taken together.
    rows : ListArray of int32
        A subject may be there more than once.
    subjects : int
        In all.
    """
    known = tuple(dict.fromkeys(levels))
    places = {level: place for place, level in enumerate(known)}
    lists = _Lists(
        place=np.array([places[level] for level in levels], dtype=np.int64),
        offsets=rows.offsets.to_numpy(),
        numbers=rows.values.to_numpy(),
        subjects=subjects,
    )
    sums = np.bincount(lists.place, weights=np.diff(lists.offsets), minlength=len(known))
    is_large = sums >= 2 * words_of(subjects)  # as numbers they would take more room than bits
    numbers, starts, as_numbers = lists.as_numbers(~is_large)
    return LevelSets(
        levels=known,
        bits=lists.as_bits(is_large),
        as_bits=np.flatnonzero(is_large),
        numbers=numbers,
        starts=starts,
        as_numbers=as_numbers,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Lists:
    """Numbers of subjects, list after list, and the place of each list's level."""

    place: Places
    offsets: npt.NDArray[np.int32]
    numbers: npt.NDArray[np.int32]
    subjects: int

    def as_bits(self, wanted: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
        words = words_of(self.subjects)
        bits = np.empty((int(wanted.sum()), words), dtype=np.uint64)
        for row, place in enumerate(np.flatnonzero(wanted)):
            mask = np.zeros(_WORD * words, dtype=np.bool_)
            for at in np.flatnonzero(self.place == place):
                mask[self.numbers[self.offsets[at] : self.offsets[at + 1]]] = True
            bits[row] = np.packbits(mask).view(np.uint64)
        return bits

    def as_numbers(
        self, wanted: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.int32], Places, Places]:
        """Each subject once for a level, where each level starts, and the places of the levels."""
        sizes, listed = np.diff(self.offsets), wanted[self.place]
        levels = np.repeat(self.place[listed], sizes[listed])
        kept = np.repeat(listed, sizes)
        numbers = self.numbers[self.offsets[0] : self.offsets[-1]][kept]
        each = np.sort(levels * max(1, self.subjects) + numbers)  # quicker than np.unique
        each = each[np.diff(each, prepend=-1) > 0]
        level, number = np.divmod(each, max(1, self.subjects))
        starts = np.flatnonzero(np.diff(level, prepend=-1))
        return number.astype(np.int32), starts, level[starts]
