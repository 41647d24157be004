"""Trials with the same outcomes are one: children of many states, each distinct outcome once."""

from __future__ import annotations

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from analytics.design.simulation.random_numbers import mixed
from analytics.dosing.escalation.counts import Whole

Keys = NDArray[np.uint64]


@njit(cache=True, nogil=True)
def cell_key(dose: int, patients: int, toxicities: int) -> np.uint64:
    """A number for what was seen at one dose; the sum over doses is the key of an outcome.

    Examples
    --------
    >>> cell_key(0, 3, 1) == cell_key(1, 3, 1)
    False
    """
    return mixed(uint64(((dose * 1024) + patients) * 1024 + toxicities + 1))


@njit(cache=True, nogil=True)
def merged_children(
    patients: Whole, toxicities: Whole, keys: Keys, doses: Whole, sizes: Whole
) -> tuple[Whole, Whole, Keys, Whole, Whole, Whole]:
    """Outcomes after one more cohort, from every state with every number of toxicities.

    Keys only tell where to look; whether two outcomes are the same is decided by comparing them.

    Parameters
    ----------
    patients, toxicities : array
        One row per state, one column per dose.
    keys : array
        Of the states: sums of `cell_key`.
    doses, sizes : array
        Of the next cohort of each state.

    Returns
    -------
    tuple
        Patients, toxicities and keys of the distinct outcomes; then for each child in the order of
        its state and its toxicities: its outcome, its state and its toxicities.

    Examples
    --------
    >>> one = np.zeros((1, 2), dtype=np.int64)
    >>> start = np.zeros(1, dtype=np.uint64), np.array([1]), np.array([2])
    >>> merged_children(one, one, *start)[1].tolist()
    [[0, 0], [1, 0], [2, 0]]
    """
    states, width = patients.shape
    total = states + sizes.sum()
    capacity = 16
    while capacity < 2 * total:
        capacity *= 2
    mask = uint64(capacity - 1)
    slots = np.full(capacity, -1, dtype=np.int64)
    n = np.empty((total, width), dtype=np.int64)
    t = np.empty((total, width), dtype=np.int64)
    found = np.empty(total, dtype=np.uint64)
    outcome = np.empty(total, dtype=np.int64)
    state = np.empty(total, dtype=np.int64)
    seen = np.empty(total, dtype=np.int64)
    distinct, child = 0, 0
    for s in range(states):
        d, size = doses[s] - 1, sizes[s]
        rest = keys[s] - cell_key(d, patients[s, d], toxicities[s, d])
        for y in range(size + 1):
            more, worse = patients[s, d] + size, toxicities[s, d] + y
            key = rest + cell_key(d, more, worse)
            slot = key & mask
            while True:
                place = slots[slot]
                if place < 0:
                    slots[slot] = place = distinct
                    n[place], t[place], found[place] = patients[s], toxicities[s], key
                    n[place, d], t[place, d] = more, worse
                    distinct += 1
                    break
                same = found[place] == key and n[place, d] == more and t[place, d] == worse
                for k in range(width):
                    if not same:
                        break
                    same = k == d or (
                        n[place, k] == patients[s, k] and t[place, k] == toxicities[s, k]
                    )
                if same:
                    break
                slot = (slot + uint64(1)) & mask
            outcome[child], state[child], seen[child] = place, s, y
            child += 1
    return n[:distinct], t[:distinct], found[:distinct], outcome, state, seen


@njit(cache=True, nogil=True)
def numbered(keys: Whole) -> tuple[Whole, Whole]:
    """Numbers from 0 for distinct whole numbers, and where each is first found.

    Examples
    --------
    >>> numbered(np.array([5, 2, 5]))
    (array([0, 1, 0]), array([0, 1]))
    """
    capacity = 16
    while capacity < 2 * len(keys):
        capacity *= 2
    mask = uint64(capacity - 1)
    slots = np.full(capacity, -1, dtype=np.int64)
    number = np.empty(len(keys), dtype=np.int64)
    first = np.empty(len(keys), dtype=np.int64)
    distinct = 0
    for i in range(len(keys)):
        slot = mixed(uint64(keys[i])) & mask
        while slots[slot] >= 0 and keys[first[slots[slot]]] != keys[i]:
            slot = (slot + uint64(1)) & mask
        if slots[slot] < 0:
            slots[slot], first[distinct] = distinct, i
            distinct += 1
        number[i] = slots[slot]
    return number, first[:distinct]


@njit(cache=True, nogil=True)
def distinct_outcomes(patients: Whole, toxicities: Whole) -> tuple[Whole, Whole]:
    """Which outcome each row has, numbered from 0, and where each is first found.

    Examples
    --------
    >>> seen = np.array([[3, 0], [3, 3], [3, 0]])
    >>> distinct_outcomes(seen, np.zeros_like(seen))
    (array([0, 1, 0]), array([0, 1]))
    """
    rows, width = patients.shape
    capacity = 16
    while capacity < 2 * rows:
        capacity *= 2
    mask = uint64(capacity - 1)
    slots = np.full(capacity, -1, dtype=np.int64)
    number = np.empty(rows, dtype=np.int64)
    first = np.empty(rows, dtype=np.int64)
    distinct = 0
    for row in range(rows):
        key = uint64(0)
        for k in range(width):
            key += cell_key(k, patients[row, k], toxicities[row, k])
        slot = key & mask
        while slots[slot] >= 0:
            other = first[slots[slot]]
            k = 0
            while k < width and (
                patients[row, k] == patients[other, k]
                and toxicities[row, k] == toxicities[other, k]
            ):
                k += 1
            if k == width:
                break
            slot = (slot + uint64(1)) & mask
        if slots[slot] < 0:
            slots[slot], first[distinct] = distinct, row
            distinct += 1
        number[row] = slots[slot]
    return number, first[:distinct]
