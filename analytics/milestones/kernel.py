"""The future of a trial, drawn many times: when its next events come."""

from __future__ import annotations

from math import exp, expm1, inf, log, log1p

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analytics.design.simulation.random_numbers import exponential, stream_of, uniform

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

PIECEWISE, WEIBULL, LOGLOGISTIC = 0, 1, 2
NOBODY, BY_RATES, AS_DRAWN = 0, 1, 2
TURNS = 60
"""Whose turn it is when enrolment goes on is as likely each of the first so many; a multiple of the
lengths of usual rounds, so that no arm is favoured."""

CALLED = 0x27D7A34D
"""Check sum of the file of random numbers, whose functions `simulate_futures` calls. Numba's cache
looks at this file only: it would go on with old code after a change there."""


@njit(cache=True, nogil=True)
def event_time(kind: int, cuts: Floats, row: Floats, spent: float, level: float) -> float:
    """The time on study at which the hazard added up since `spent` reaches `level`.

    Parameters
    ----------
    kind : int
        PIECEWISE (`row` holds the rates), WEIBULL or LOGLOGISTIC (shape and log scale).
    cuts : array
        Where a piecewise hazard changes; infinite where it does not.

    Examples
    --------
    >>> event_time(PIECEWISE, np.array([6.0]), np.array([0.1, 0.2]), 4.0, 0.6)
    8.0
    """
    if kind == PIECEWISE:
        start, left, piece = spent, level, 0
        while piece < cuts.size and cuts[piece] <= start:
            piece += 1
        while piece < cuts.size and cuts[piece] < inf:
            within = row[piece] * (cuts[piece] - start)
            if within >= left:
                return float(start + left / row[piece])
            left -= within
            start = cuts[piece]
            piece += 1
        return float(start + left / row[piece]) if row[piece] > 0.0 else inf
    shape, log_scale = row[0], row[1]
    ratio = exp(shape * (log(spent) - log_scale)) if spent > 0.0 else 0.0
    reached = ratio + level if kind == WEIBULL else expm1(log1p(ratio) + level)
    if not 0.0 < reached < inf:
        return inf if reached > 0.0 else spent
    return max(float(exp(log_scale + log(reached) / shape)), spent)


@njit(cache=True, nogil=True)
def event_before_dropout(
    counter: np.uint64,
    kind: int,
    cuts: Floats,
    row: Floats,
    spent: float,
    dropout: float,
    limit: float,
) -> float:
    """The time on study of a subject's event from two draws; infinite when dropout, at a rate, or
    the limit of follow-up comes first."""
    when = event_time(kind, cuts, row, spent, exponential(counter))
    gone = limit
    if dropout > 0.0:
        gone = min(limit, spent + exponential(counter + np.uint64(1)) / dropout)
    return when if when <= gone else inf


@njit(cache=True, nogil=True)
def next_entry(
    level: float, stretch: int, at: float, ends: Floats, rates: Floats, pace: float
) -> tuple[int, float]:
    """The stretch and the time in which the rates of accrual x pace have added up to `level` since
    `at`; a stretch beyond the last one when they never do."""
    left = level
    while stretch < ends.size:
        speed = rates[stretch] * pace
        within = speed * (ends[stretch] - at) if speed > 0.0 else 0.0
        if within >= left:
            return stretch, at + left / speed
        left -= within
        at = ends[stretch]
        stretch += 1
    return stretch, at


@njit(cache=True, nogil=True)
def simulate_futures(
    seed: np.uint64,
    first: int,
    now: float,
    entered: Floats,
    spent: Floats,
    arms: Whole,
    next_arms: Whole,
    kinds: Whole,
    cuts: Floats,
    model_of: Whole,
    rows: Floats,
    dropout: Floats,
    enrolling: int,
    ends: Floats,
    rates: Floats,
    paces: Floats,
    most: int,
    drawn: Floats,
    limit: float,
    needed: Whole,
    grid: Floats,
    months: Floats,
    counts: Whole,
    enrolled: Whole,
) -> None:
    """Fill in, for draws first, first + 1, …, when events come.

    Arms of those who enter are in `next_arms`, which is longer by TURNS than their number ever is.
    `months` has a column per milestone, of which `needed` says how many more events it takes
    (those with none are left alone); `counts` and `enrolled` have a column per time of the grid,
    of new events and new subjects.
    """
    happened = np.empty(arms.size + next_arms.size)
    for row in range(months.shape[0]):
        draw = first + row
        counter = stream_of(seed, draw)
        model, events = model_of[draw], 0
        kind = kinds[model]
        for i in range(arms.size):
            arm = arms[i]
            when = event_before_dropout(
                counter,
                kind,
                cuts[model, arm],
                rows[draw, arm],
                spent[i],
                dropout[draw, arm],
                limit,
            )
            counter += np.uint64(2)
            if when < inf:
                # What had happened unreported by the cut-off is counted at it.
                happened[events] = max(entered[i] + when, now)
                events += 1
        new, stretch, at = 0, 0, 0.0
        turn = int(TURNS * uniform(counter))
        counter += np.uint64(1)
        for place in range(grid.size):
            enrolled[row, place] = 0
        while enrolling != NOBODY and new < most:
            if enrolling == AS_DRAWN:
                entry = drawn[draw % drawn.shape[0], new]
                if not entry < inf:
                    break
            else:
                level = exponential(counter)
                counter += np.uint64(1)
                stretch, at = next_entry(level, stretch, at, ends, rates, paces[draw])
                if stretch == ends.size:
                    break
                entry = now + at
            arm = next_arms[turn + new]
            when = event_before_dropout(
                counter, kind, cuts[model, arm], rows[draw, arm], 0.0, dropout[draw, arm], limit
            )
            counter += np.uint64(2)
            new += 1
            if when < inf:
                happened[events] = entry + when
                events += 1
            place = np.searchsorted(grid, entry)
            if place < grid.size:
                enrolled[row, place] += 1
        for place in range(1, grid.size):
            enrolled[row, place] += enrolled[row, place - 1]
        ordered = np.sort(happened[:events])
        for j in range(needed.size):
            if needed[j] > 0:
                months[row, j] = ordered[needed[j] - 1] if needed[j] <= events else inf
        for place in range(grid.size):
            counts[row, place] = np.searchsorted(ordered, grid[place], side="right")
