"""Simulated arrivals of patients at sites, with caps: compiled, and the same on any threads.

No rates are drawn. Given k arrivals in an exposure e, the next one comes after a further
exposure (b + e) (exp(E / (a + k)) - 1), where E is exponential: the prediction of a Gamma(a, b)
rate. This is the negative binomial process of the closed form, arrival by arrival.
"""

from __future__ import annotations

from math import exp, expm1, log1p

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from analytics.design.simulation.random_numbers import exponential, stream_of, uniform

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

CALLED = 0x27D7A34D
"""Check sum of the file whose functions are called here. Numba's cache looks at this file only: it
would go on with old code after a change there that left this file as it was."""


@njit(cache=True, nogil=True)
def month_after(exposure: float, start: float, along: float, change: float) -> float:
    """The month at which a site that begins at `start`, at `along` on the clock of the trend, has
    had an exposure; infinite when a falling trend never gives so much.

    Examples
    --------
    >>> month_after(2.0, 5.0, 0.0, 0.0)
    7.0
    """
    if abs(change) < 1e-12:
        return start + exposure
    grown = exposure * change * exp(-change * along)
    if grown <= -1.0:
        return np.inf
    return start + log1p(grown) / change


@njit(cache=True, nogil=True)
def simulate_arrivals(
    seed: np.uint64,
    first: int,
    reached: Floats,
    sizes: Floats,
    rates: Floats,
    kept: Floats,
    changes: Floats,
    by_age: bool,
    now: float,
    opens: Floats,
    closes: Floats,
    pace: Floats,
    waiting: Whole,
    room: Whole,
    country: Whole,
    country_room: Whole,
    target: int,
    months: Floats,
    parts: Whole,
    counts: NDArray[np.int32],
    done: Floats,
) -> None:
    """Fill in what the replications first, first + 1, ... enrol after now.

    `reached` are cumulative weights of the nodes (rows of sizes and rates). `room` is how many
    patients each site, and each country, may still randomise. `parts` has a row per site with the
    places in `counts` (replication, part, month) of the total, its country and itself, -1 for
    none. With a target > 0 enrolment ends there, and `done` is when; infinite if not by the last
    month.
    """
    sites, end = opens.size, months[-1]
    times, places = np.empty(1024), np.empty(1024, dtype=np.int64)
    left = np.empty(country_room.size, dtype=np.int64)
    for row in range(counts.shape[0]):
        counter = stream_of(seed, first + row)
        node, drawn = 0, uniform(counter)
        while node < reached.size - 1 and reached[node] <= drawn:
            node += 1
        counter += uint64(1)
        n = 0
        for i in range(sites):
            mine = 0
            for _ in range(waiting[i]):
                if uniform(counter) < kept[node] and mine < room[i] and end > now:
                    if n == times.size:
                        times, places = _longer(times), _longer_whole(places)
                    times[n], places[n] = now, i
                    n, mine = n + 1, mine + 1
                counter += uint64(1)
            start, stop = max(now, opens[i]), min(closes[i], end)
            if start >= stop:
                continue
            along = start - opens[i] if by_age else start
            speed, gone, k = pace[i] * kept[node], 0.0, 0
            while mine < room[i] and speed > 0.0:
                wait = exponential(counter) / (sizes[node, i] + k)
                counter += uint64(1)
                gone += (rates[node, i] + gone) * expm1(wait)
                month = month_after(gone / speed, start, along, changes[node])
                if not month <= stop:
                    break
                if n == times.size:
                    times, places = _longer(times), _longer_whole(places)
                times[n], places[n] = month, i
                n, mine, k = n + 1, mine + 1, k + 1
        _count(
            times[:n],
            places[:n],
            country,
            country_room,
            left,
            target,
            now,
            months,
            parts,
            counts[row],
            done,
            row,
        )


@njit(cache=True, nogil=True)
def _count(
    times: Floats,
    places: Whole,
    country: Whole,
    country_room: Whole,
    left: Whole,
    target: int,
    now: float,
    months: Floats,
    parts: Whole,
    counts: NDArray[np.int32],
    done: Floats,
    row: int,
) -> None:
    """In the order of arrival, as long as the country and the trial have room."""
    for one in range(left.size):
        left[one] = country_room[one]
    done[row] = np.inf
    entered = 0
    limited = target > 0
    for one in country_room:
        limited = limited or one < times.size
    order = np.arange(times.size)
    if limited:
        _sort(order, times)
    for j in order:
        site = places[j]
        if left[country[site]] == 0:
            continue
        left[country[site]] -= 1
        entered += 1
        month = _place(months, times[j])
        if times[j] == now and months[month] == now:  # those in screening come right after now
            month += 1
        for part in parts[site]:
            if part >= 0:
                counts[part, month] += 1
        if entered == target:
            done[row] = times[j]
            break
    for part in range(counts.shape[0]):
        for month in range(1, months.size):
            counts[part, month] += counts[part, month - 1]


@njit(cache=True, nogil=True)
def _longer(values: Floats) -> Floats:
    grown = np.empty(2 * values.size)
    for i in range(values.size):  # numba takes seconds to compile an assignment to a slice
        grown[i] = values[i]
    return grown


@njit(cache=True, nogil=True)
def _longer_whole(values: Whole) -> Whole:
    grown = np.empty(2 * values.size, dtype=np.int64)
    for i in range(values.size):
        grown[i] = values[i]
    return grown


@njit(cache=True, nogil=True)
def _place(months: Floats, time: float) -> int:
    """Of the first month that is not before a time, which there is."""
    low, high = 0, months.size - 1
    while low < high:
        middle = (low + high) // 2
        if months[middle] < time:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _sort(order: Whole, times: Floats) -> None:
    """Heapsort of places by their times; numba takes seconds to compile that of numpy."""
    for begin in range(order.size // 2 - 1, -1, -1):
        _sink(order, times, begin, order.size)
    for end in range(order.size - 1, 0, -1):
        order[0], order[end] = order[end], order[0]
        _sink(order, times, 0, end)


@njit(cache=True, nogil=True)
def _sink(order: Whole, times: Floats, place: int, size: int) -> None:
    """Down the heap, until no time below is later."""
    while True:
        below = 2 * place + 1
        if below >= size:
            return
        if below + 1 < size and times[order[below + 1]] > times[order[below]]:
            below += 1
        if times[order[below]] <= times[order[place]]:
            return
        order[below], order[place] = order[place], order[below]
        place = below
