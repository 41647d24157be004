"""Orders that a simulated trial needs, in time proportional to the number of its subjects."""

from __future__ import annotations

from math import inf

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Marks = NDArray[np.uint8]


@njit(cache=True, nogil=True)
def order_of(values: Floats, centre: float, counts: Whole, places: Whole, order: Whole) -> None:
    """Write the order of positive values by distributing them to buckets, then inserting.

    Parameters
    ----------
    values : array
        >= 0, infinite ones last.
    centre : float
        About their median: value / (value + centre) spreads them over the buckets.
    counts : array
        Scratch: one more than there are buckets, about as many as values.
    places : array
        Scratch, of the size of the values.
    order : array
        Output: positions of the values, ascending.

    Examples
    --------
    >>> order = np.empty(4, dtype=np.int64)
    >>> order_of(np.array([3.0, 1.0, np.inf, 2.0]), 2.0, np.empty(5, dtype=np.int64),
    ...          np.empty(4, dtype=np.int64), order)
    >>> order.tolist()
    [1, 3, 0, 2]
    """
    n, buckets = values.size, counts.size - 1
    counts[:] = 0
    for i in range(n):
        spread = 1.0 - centre / (values[i] + centre)
        bucket = min(int(spread * buckets), buckets - 1)
        places[i] = bucket
        counts[bucket + 1] += 1
    for bucket in range(buckets):
        counts[bucket + 1] += counts[bucket]
    for i in range(n):
        bucket = places[i]
        order[counts[bucket]] = i
        counts[bucket] += 1
    for at in range(1, n):
        moving = order[at]
        value = values[moving]
        before = at - 1
        while before >= 0 and values[order[before]] > value:
            order[before + 1] = order[before]
            before -= 1
        order[before + 1] = moving


@njit(cache=True, nogil=True)
def smallest(values: Floats, first: int, last: int, rank: int) -> float:
    """The value of a rank (0 is the smallest) among values[first:last], which are rearranged.

    Afterwards values before the rank are not above, values after it not below.

    References
    ----------
    Hoare (1961), Algorithm 65: Find, Communications of the ACM 4:321-322.

    Examples
    --------
    >>> smallest(np.array([5.0, 1.0, 4.0, 2.0]), 0, 4, 2)
    4.0
    """
    low, high = first, last - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while pivot < values[j]:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            break
    return float(values[rank])


@njit(cache=True, nogil=True)
def time_of_rank(
    times: Floats,
    counted: Marks,
    counts: Whole,
    bucket_of: Whole,
    start: tuple[int, int],
    rank: int,
    some: Floats,
) -> tuple[float, int, int]:
    """The counted time of a rank (0 is the first), from the buckets that `fill_buckets` made.

    Parameters
    ----------
    start : (bucket, before)
        Where to begin: no counted time of the rank is in an earlier bucket, and so many are.
    some : array
        Scratch, of the size of the times.

    Returns
    -------
    time, bucket, before
        The latter two are a start for any higher rank.

    Examples
    --------
    >>> times, counted = np.array([3.0, 1.0, 9.0, 2.0]), np.array([1, 1, 1, 0], dtype=np.uint8)
    >>> counts, bucket_of = np.empty(4, dtype=np.int64), np.empty(4, dtype=np.int64)
    >>> fill_buckets(times, counted, 8.0, counts, bucket_of)
    3
    >>> time_of_rank(times, counted, counts, bucket_of, (0, 0), 1, np.empty(4))[0]
    3.0
    """
    bucket, before = start
    while before + counts[bucket] <= rank:
        before += counts[bucket]
        bucket += 1
    found = 0
    for i in range(times.size):
        some[found] = times[i]
        found += counted[i] & (bucket_of[i] == bucket)
    return smallest(some, 0, found, rank - before), bucket, before


@njit(cache=True, nogil=True)
def fill_buckets(
    times: Floats, counted: Marks, horizon: float, counts: Whole, bucket_of: Whole
) -> int:
    """Count times in buckets of equal width up to a horizon, and beyond it; how many there are."""
    buckets, total = counts.size, 0
    counts[:] = 0
    width = horizon / (buckets - 1)
    for i in range(times.size):
        bucket_of[i] = int(min(times[i] / width, buckets - 1.0))
        happened = counted[i] & (times[i] < inf)
        counts[bucket_of[i]] += happened
        total += happened
    return total
