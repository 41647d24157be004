"""Weights of the points that come later and have a lower, the same or a higher score.

Counting pairs one by one takes n squared steps. Here the points are cut in halves by time, and
halves of halves, until every pair is on two sides of exactly one cut; at each cut one running
sum in the order of the scores counts all its pairs at once: n log(n) steps, none of them a loop.
"""

from __future__ import annotations

import numpy as np

from analytics.survival.regression.columns import Flags, Floats, Ints


def later_weights(key: Ints, score: Ints, weight: Floats) -> tuple[Floats, Floats]:
    """For each point: the weight of later points with a lower score, and with the same score.

    Parameters
    ----------
    key : array of int
        Order in time; all different.
    score : array of int
        Ranks, ties allowed.
    weight : array
        0 for points that only ask.

    Examples
    --------
    >>> lower, same = later_weights(np.array([0, 1, 2]), np.array([1, 0, 1]), np.ones(3))
    >>> lower.tolist(), same.tolist()
    ([1.0, 0.0, 0.0], [1.0, 0.0, 0.0])
    """
    lower, same = np.zeros(key.size), np.zeros(key.size)
    place = np.empty(key.size, dtype=np.int64)
    place[np.argsort(key)] = np.arange(key.size)
    order = np.argsort(score, kind="stable")
    for bit in reversed(range(max(key.size - 1, 0).bit_length())):
        half = place[order] >> bit
        first, block = half % 2 == 0, half >> 1
        below, upto = _running(block, score[order], np.where(first, 0.0, weight[order]))
        asking = order[first]
        lower[asking] += below[first]
        same[asking] += upto[first] - below[first]
        order = _parted(order, block, first)
    return lower, same


def _running(block: Ints, score: Ints, weight: Floats) -> tuple[Floats, Floats]:
    """Weight in the same block with a lower score, and with a score as low or lower."""
    total = np.concatenate(([0.0], np.cumsum(weight)))
    new_block = np.diff(block, prepend=-1) != 0
    new_run = new_block | (np.diff(score, prepend=-1) != 0)
    run_starts = np.flatnonzero(new_run)
    lengths = np.diff(run_starts, append=score.size)
    base = total[np.maximum.accumulate(np.where(new_block, np.arange(score.size), 0))]
    below = np.repeat(total[run_starts], lengths) - base
    upto = np.repeat(total[run_starts + lengths], lengths) - base
    return below, upto


def _parted(order: Ints, block: Ints, first: Flags) -> Ints:
    """Within each block its first half before its second, otherwise in the same order."""
    starts = np.flatnonzero(np.diff(block, prepend=-1))
    sizes = np.diff(starts, append=order.size)
    firsts = np.add.reduceat(first.astype(np.int64), starts)
    rank_first = np.cumsum(first) - 1 - np.repeat(np.cumsum(firsts) - firsts, sizes)
    begin = np.repeat(starts, sizes)
    rank_second = np.arange(order.size) - begin - rank_first - 1
    target = begin + np.where(first, rank_first, np.repeat(firsts, sizes) + rank_second)
    parted = np.empty_like(order)
    parted[target] = order
    return parted
