"""One simulated trial after another: who enters when, what happens, what the looks find.

All is arranged so that a trial needs one ordering of its subjects. They are numbered in the order
in which they enter; by their time to event or dropout they are ordered once. At a look, those who
have left are met in that order; those who are still followed leave the risk set in the reverse
order of entry. Both orders are walked together.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from analytics.design.simulation.courses import time_until
from analytics.design.simulation.random_numbers import exponential, uniform

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
EVEN, RANDOM = 0, 1
FLEMING_HARRINGTON, MODEST = 0, 1


@njit(cache=True, nogil=True)
def draw_entries(
    counter: np.uint64, entry: int, shares: Floats, accrual_times: Floats, out: Floats
) -> np.uint64:
    """Ascending entry times of all subjects; the counter after the numbers that were used.

    `shares` are the shares of subjects that have entered by `accrual_times`. Subjects enter at
    equal steps of the expected accrual, or at random as a Poisson process that ends with the last.
    """
    n = out.size
    if entry == EVEN:
        for i in range(n):
            out[i] = (i + 0.5) / n
    else:
        total = 0.0
        for i in range(n):
            total += exponential(counter + uint64(i))
            out[i] = total
        total += exponential(counter + uint64(n))
        counter += uint64(n + 1)
        for i in range(n):
            out[i] /= total
    stretch = 0
    for i in range(n):
        while stretch + 2 < shares.size and shares[stretch + 1] < out[i]:
            stretch += 1
        width = shares[stretch + 1] - shares[stretch]
        inside = (out[i] - shares[stretch]) / width if width > 0 else 1.0
        out[i] = accrual_times[stretch] + inside * (
            accrual_times[stretch + 1] - accrual_times[stretch]
        )
    return counter


@njit(cache=True, nogil=True)
def draw_courses(
    counter: np.uint64,
    group: NDArray[np.uint8],
    pieces: Whole,
    starts: Floats,
    reached: Floats,
    pace: Floats,
    event_share: Floats,
    time: Floats,
    event: NDArray[np.uint8],
) -> None:
    """Time from randomisation to event or dropout, and which of them it is."""
    for i in range(group.size):
        arm = group[i]
        level = exponential(counter + uint64(2 * i))
        chance = uniform(counter + uint64(2 * i + 1))
        time[i], piece = time_until(level, arm, pieces, starts, reached, pace)
        event[i] = chance < event_share[arm, piece]


@njit(cache=True, nogil=True)
def weight_of(kind: int, first: float, second: float, survival: float, floor: float) -> float:
    """Weight of an event at which the pooled Kaplan-Meier curve is `survival` just before.

    Fleming-Harrington: survival^first (1 - survival)^second. Modest: 1 / max(survival, floor), at
    most `second`, where `floor` is the curve at the time `first`.
    """
    if kind == MODEST:
        return min(1.0 / max(survival, floor), second)
    weight = 1.0
    if first == 0.5:
        weight = sqrt(survival)
    elif first == 1.0:
        weight = survival
    elif first != 0.0:
        weight = survival**first
    if second == 0.5:
        weight *= sqrt(1.0 - survival)
    elif second == 1.0:
        weight *= 1.0 - survival
    elif second != 0.0:
        weight *= (1.0 - survival) ** second
    return weight


@njit(cache=True, nogil=True)
def log_rank_at(
    when: float,
    enrolled: int,
    treated: int,
    entries: Floats,
    times: Floats,
    arms: NDArray[np.uint8],
    ordered_entries: Floats,
    ordered_times: Floats,
    ordered_marks: NDArray[np.uint8],
    excess: float,
) -> tuple[float, float, int]:
    """Expected less observed events on treatment at a calendar time, variance, and events.

    A mark is 2 x event + treatment. `excess` is the hazard ratio of the null hypothesis less 1.
    The score is positive when the treatment is better.
    """
    followed = enrolled  # the last to have entered who has not been passed
    risk, on_treatment = float(enrolled), float(treated)
    score, variance, events = 0.0, 0.0, 0
    for j in range(ordered_times.size):
        time = ordered_times[j]
        if ordered_entries[j] + time > when:
            continue
        until = when - time
        while followed > 0 and entries[followed - 1] > until:
            followed -= 1
            if entries[followed] + times[followed] > when:
                risk -= 1.0
                on_treatment -= arms[followed]
        mark = ordered_marks[j]
        treatment = float(mark & 1)
        if mark & 2:
            share = (1.0 + excess) * on_treatment / (risk + excess * on_treatment)
            score += share - treatment
            variance += share * (1.0 - share)
            events += 1
        risk -= 1.0
        on_treatment -= treatment
    return score, variance, events


@njit(cache=True, nogil=True)
def weighted_at(
    when: float,
    enrolled: int,
    treated: int,
    entries: Floats,
    times: Floats,
    arms: NDArray[np.uint8],
    ordered_entries: Floats,
    ordered_times: Floats,
    ordered_marks: NDArray[np.uint8],
    excess: float,
    kinds: Whole,
    firsts: Floats,
    seconds: Floats,
    scores: Floats,
    covariance: Floats,
) -> int:
    """Scores and covariance of several weighted log-rank tests at a calendar time; the events."""
    tests = kinds.size
    scores[:] = 0.0
    covariance[:, :] = 0.0
    weights, floors = np.empty(tests), np.zeros(tests)
    followed = enrolled
    risk, on_treatment = float(enrolled), float(treated)
    survival, events = 1.0, 0
    for j in range(ordered_times.size):
        time = ordered_times[j]
        if ordered_entries[j] + time > when:
            continue
        until = when - time
        while followed > 0 and entries[followed - 1] > until:
            followed -= 1
            if entries[followed] + times[followed] > when:
                risk -= 1.0
                on_treatment -= arms[followed]
        mark = ordered_marks[j]
        treatment = float(mark & 1)
        if mark & 2:
            share = (1.0 + excess) * on_treatment / (risk + excess * on_treatment)
            spread = share * (1.0 - share)
            for a in range(tests):
                if kinds[a] == MODEST and time <= firsts[a]:
                    floors[a] = survival * (1.0 - 1.0 / risk)
                weights[a] = weight_of(kinds[a], firsts[a], seconds[a], survival, floors[a])
                scores[a] += weights[a] * (share - treatment)
                for b in range(a + 1):
                    covariance[a, b] += weights[a] * weights[b] * spread
            survival *= 1.0 - 1.0 / risk
            events += 1
        risk -= 1.0
        on_treatment -= treatment
    return events
