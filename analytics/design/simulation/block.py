"""A block of simulated trials: the statistics at every look, whatever the boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analytics.design.simulation.ordering import fill_buckets, order_of, time_of_rank
from analytics.design.simulation.random_numbers import stream_of
from analytics.design.simulation.trial import (
    draw_courses,
    draw_entries,
    leave_by,
    log_rank_of,
    weighted_of,
)

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Marks = NDArray[np.uint8]

CALLED = 0xA1246A48
"""Check sum of the files whose functions `simulate_block` calls. Numba's cache looks at this file
only: it would go on with old code after a change there that left this file as it was."""


@dataclass(frozen=True, slots=True)
class Block:
    """What the looks of some simulated trials found; see `simulate_block`."""

    months: Floats
    enrolled: Whole
    events: Whole
    scores: Floats
    covariances: Floats
    short: NDArray[np.uint8]

    @classmethod
    def empty(cls, trials: int, looks: int, weights: int) -> Block:
        """Room for the outputs."""
        return cls(
            np.empty((trials, looks)),
            np.empty((trials, looks), dtype=np.int64),
            np.empty((trials, looks), dtype=np.int64),
            np.empty((trials, looks, weights)),
            np.empty((trials, looks, weights, weights)),
            np.empty((trials, looks), dtype=np.uint8),
        )

    @property
    def outputs(self) -> tuple[NDArray[Any], ...]:
        """In the order in which `simulate_block` takes them."""
        return (self.months, self.enrolled, self.events, self.scores, self.covariances, self.short)


@njit(cache=True, nogil=True)
def simulate_block(
    seed: np.uint64,
    first: int,
    entry: int,
    accrual_shares: Floats,
    accrual_times: Floats,
    group: Marks,
    arms: Marks,
    treated_by: Whole,
    pieces: Whole,
    starts: Floats,
    reached: Floats,
    pace: Floats,
    event_share: Floats,
    centre: float,
    horizon: float,
    excess: float,
    look_events: Whole,
    look_times: Floats,
    kinds: Whole,
    firsts: Floats,
    seconds: Floats,
    months: Floats,
    enrolled: Whole,
    events: Whole,
    scores: Floats,
    covariances: Floats,
    short: Marks,
) -> None:
    """Fill in what the looks of the replications first, first + 1, … find.

    Outputs have a row per replication: `months`, `enrolled`, `events` and `short` (whether the
    planned events never came) by look; `scores` by look and test, `covariances` by look, test and
    test. No test at all stands for the log-rank test alone, whose walk is the fastest.
    """
    n, looks, tests = group.size, look_events.size, max(kinds.size, 1)
    entries, times, left, some = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    ordered_left, ordered_times = np.empty(n), np.empty(n)
    gone_times, kept_times = np.empty(n + 1), np.empty(n + 1)
    gone_marks, kept_arms = np.empty(n + 1, dtype=np.uint8), np.empty(n + 1, dtype=np.uint8)
    event, marks = np.empty(n, dtype=np.uint8), np.empty(n, dtype=np.uint8)
    order, places = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    counts = np.empty(n + 1, dtype=np.int64)
    score, covariance = np.empty(tests), np.empty((tests, tests))
    for row in range(months.shape[0]):
        counter = stream_of(seed, first + row)
        counter = draw_entries(counter, entry, accrual_shares, accrual_times, entries)
        draw_courses(counter, group, pieces, starts, reached, pace, event_share, times, event)
        order_of(times, centre, counts, places, order)
        end = 0.0
        for i in range(n):
            left[i] = entries[i] + times[i]
            if end < left[i] < inf:
                end = left[i]
        happened = fill_buckets(left, event, horizon, counts, places)
        bucket, earlier = 0, 0
        for j in range(n):
            i = order[j]
            ordered_left[j], ordered_times[j] = left[i], times[i]
            marks[j] = 2 * event[i] + arms[i]
        before, inside = 0.0, 0
        for look in range(looks):
            when = look_times[look]
            short[row, look] = look_events[look] > happened
            if look_events[look] > happened:
                when = end
            elif look_events[look] > 0:
                when, bucket, earlier = time_of_rank(
                    left, event, counts, places, (bucket, earlier), look_events[look] - 1, some
                )
            when = max(when, before)
            while inside < n and entries[inside] <= when:
                inside += 1
            gone = leave_by(
                when,
                inside,
                entries,
                left,
                arms,
                ordered_left,
                ordered_times,
                marks,
                gone_times,
                gone_marks,
                kept_times,
                kept_arms,
            )
            if kinds.size == 0:
                score[0], covariance[0, 0], seen = log_rank_of(
                    inside,
                    treated_by[inside],
                    gone,
                    gone_times,
                    gone_marks,
                    kept_times,
                    kept_arms,
                    excess,
                )
            else:
                seen = weighted_of(
                    inside,
                    treated_by[inside],
                    gone,
                    gone_times,
                    gone_marks,
                    kept_times,
                    kept_arms,
                    excess,
                    kinds,
                    firsts,
                    seconds,
                    score,
                    covariance,
                )
            months[row, look], enrolled[row, look], events[row, look] = when, inside, seen
            for a in range(tests):
                scores[row, look, a] = score[a]
                for b in range(a + 1):
                    covariances[row, look, a, b] = covariance[a, b]
                    covariances[row, look, b, a] = covariance[a, b]
            before = when
