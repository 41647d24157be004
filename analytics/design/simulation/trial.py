"""One simulated trial after another: who enters when, what happens, what the looks find.

All is arranged so that a trial needs one ordering of its subjects. They are numbered in the order
in which they enter; by their time to event or dropout they are ordered once. At a look, those who
have left come in that order; the time on study of those who are still followed falls in the order
of entry. Both are walked together.
"""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from analytics.design.simulation.courses import time_until
from analytics.design.simulation.random_numbers import exponential, uniform

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Marks = NDArray[np.uint8]
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
    group: Marks,
    pieces: Whole,
    starts: Floats,
    reached: Floats,
    pace: Floats,
    event_share: Floats,
    time: Floats,
    event: Marks,
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
def leave_by(
    when: float,
    enrolled: int,
    entries: Floats,
    left: Floats,
    arms: Marks,
    ordered_left: Floats,
    ordered_times: Floats,
    ordered_marks: Marks,
    gone_times: Floats,
    gone_marks: Marks,
    kept_times: Floats,
    kept_arms: Marks,
) -> int:
    """Split the subjects at a look into those who have left and those who are still followed.

    Both come in the order of their time on study: `gone_times` with marks (2 x event +
    treatment), `kept_times` with arms, closed by infinity. Returns how many are gone.
    """
    gone, kept = 0, 0
    for j in range(ordered_left.size):
        gone_times[gone], gone_marks[gone] = ordered_times[j], ordered_marks[j]
        gone += ordered_left[j] <= when
    for i in range(enrolled - 1, -1, -1):
        kept_times[kept], kept_arms[kept] = when - entries[i], arms[i]
        kept += left[i] > when
    kept_times[kept] = inf
    return gone


@njit(cache=True, nogil=True)
def log_rank_of(
    enrolled: int,
    treated: int,
    gone: int,
    gone_times: Floats,
    gone_marks: Marks,
    kept_times: Floats,
    kept_arms: Marks,
    excess: float,
) -> tuple[float, float, int]:
    """Expected less observed events on treatment at a look, variance, and events.

    `excess` is the hazard ratio of the null hypothesis less 1. The score is positive when the
    treatment is better.
    """
    on_treatment = treated
    score, variance, events, passed = 0.0, 0.0, 0, 0
    for j in range(gone):
        while kept_times[passed] < gone_times[j]:
            on_treatment -= kept_arms[passed]
            passed += 1
        treatment, event = gone_marks[j] & 1, gone_marks[j] >> 1
        at_risk = enrolled - passed - j
        share = (1.0 + excess) * on_treatment / (at_risk + excess * on_treatment)
        score += event * (share - treatment)
        variance += event * (share * (1.0 - share))
        events += event
        on_treatment -= treatment
    return score, variance, events


@njit(cache=True, nogil=True)
def weighted_of(
    enrolled: int,
    treated: int,
    gone: int,
    gone_times: Floats,
    gone_marks: Marks,
    kept_times: Floats,
    kept_arms: Marks,
    excess: float,
    kinds: Whole,
    firsts: Floats,
    seconds: Floats,
    scores: Floats,
    covariance: Floats,
) -> int:
    """Scores and covariance (its lower half) of several weighted tests at a look; the events."""
    tests = kinds.size
    scores[:] = 0.0
    covariance[:, :] = 0.0
    weights, floors = np.empty(tests), np.ones(tests)
    risk, on_treatment = float(enrolled), float(treated)
    survival, events, passed = 1.0, 0, 0
    for j in range(gone):
        while kept_times[passed] < gone_times[j]:
            risk -= 1.0
            on_treatment -= kept_arms[passed]
            passed += 1
        treatment = float(gone_marks[j] & 1)
        if gone_marks[j] & 2:
            share = (1.0 + excess) * on_treatment / (risk + excess * on_treatment)
            spread = share * (1.0 - share)
            after = survival * (1.0 - 1.0 / risk)
            for a in range(tests):
                if kinds[a] == MODEST and gone_times[j] <= firsts[a]:
                    floors[a] = after
                weights[a] = weight_of(kinds[a], firsts[a], seconds[a], survival, floors[a])
                scores[a] += weights[a] * (share - treatment)
                for b in range(a + 1):
                    covariance[a, b] += weights[a] * weights[b] * spread
            survival = after
            events += 1
        risk -= 1.0
        on_treatment -= treatment
    return events
