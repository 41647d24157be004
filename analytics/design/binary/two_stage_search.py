"""The search of all two-stage designs, compiled.

For a first stage of n1 subjects, the type I error, the power and the expected subjects all fall
with r1. So for each (n1, n, r) only the largest r1 that keeps the power is of interest; and no r1
is larger than the largest that alone keeps it, which bounds the expected subjects from below.
"""

from __future__ import annotations

from math import exp, lgamma, log

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_TIE = 1e-9  # differences of expected subjects that are rounding


@njit(cache=True, nogil=True)
def search_designs(
    null_rate: float, target_rate: float, alpha: float, power: float, most: int
) -> tuple[Ints, Ints]:
    """Optimal and minimax (r1, n1, r, n); zeros where there is none up to `most` subjects.

    The optimal one has the fewest expected subjects of all designs up to `most`.

    Examples
    --------
    >>> [one.tolist() for one in search_designs(0.1, 0.3, 0.1, 0.9, 100)]
    [[1, 12, 5, 35], [1, 16, 4, 25]]
    """
    pmf_null, pmf = _binomials(null_rate, most), _binomials(target_rate, most)
    tail_null, tail = _tails(pmf_null), _tails(pmf)
    stop_bound = _largest_first_stop(tail, power, most)
    optimal, minimax = np.zeros(4, np.int64), np.zeros(4, np.int64)
    best, best_minimax = np.inf, np.inf
    for n in range(_fewest(pmf_null, pmf, alpha, power, most), most + 1):
        open_bound = False
        for n1 in range(1, n):
            limit = best if 0 < minimax[3] < n else np.inf
            low = stop_bound[n1]
            if low < 0:
                continue
            stopped = 1 - tail_null[n1, low + 1]
            if n1 + (1 - stopped) * (n - n1) > limit + _TIE:
                continue
            open_bound = True
            r1, r, expected = _best_for(n1, n, low, pmf_null, pmf, tail_null, tail, alpha, power)
            if r < 0:
                continue
            found = np.array([r1, n1, r, n])
            if expected < best - _TIE:
                best, optimal = expected, found
            fewer = minimax[3] == 0 or (minimax[3] == n and expected < best_minimax - _TIE)
            if fewer:
                best_minimax, minimax = expected, found
        if minimax[3] > 0 and not open_bound:
            break
    return optimal, minimax


@njit(cache=True, nogil=True)
def best_by_size(
    null_rate: float, target_rate: float, alpha: float, power: float, fewest: int, most: int
) -> Ints:
    """For each n from `fewest` to `most` the (r1, n1, r, n) with the fewest expected subjects.

    A row of zeros where there is none.

    Examples
    --------
    >>> best_by_size(0.1, 0.3, 0.1, 0.9, 25, 26).tolist()
    [[1, 16, 4, 25], [2, 18, 4, 26]]
    """
    found = np.zeros((max(most - fewest + 1, 0), 4), np.int64)
    pmf_null, pmf = _binomials(null_rate, most), _binomials(target_rate, most)
    tail_null, tail = _tails(pmf_null), _tails(pmf)
    stop_bound = _largest_first_stop(tail, power, most)
    for n in range(fewest, most + 1):
        best = np.inf
        for n1 in range(1, n):
            low = stop_bound[n1]
            if low < 0 or n1 + tail_null[n1, low + 1] * (n - n1) > best:
                continue
            r1, r, expected = _best_for(n1, n, low, pmf_null, pmf, tail_null, tail, alpha, power)
            if r >= 0 and expected < best - _TIE:
                best = expected
                found[n - fewest] = np.array([r1, n1, r, n])
    return found


@njit(cache=True, nogil=True)
def _best_for(
    n1: int, n: int, low: int, pmf_null: Floats, pmf: Floats, tail_null: Floats, tail: Floats,
    alpha: float, power: float,
) -> tuple[int, int, float]:  # fmt: skip
    """The r1 and r with the fewest expected subjects for n1 and n; -1 where none will do."""
    later, best = n - n1, np.inf
    best_r1, best_r = -1, -1
    for r in range(n - 1, -1, -1):
        if tail[n, r + 1] < power:
            continue
        reached, error, r1 = 0.0, 0.0, -1
        for x in range(n1, 0, -1):
            needed = min(max(r - x + 1, 0), later + 1)
            reached += pmf[n1, x] * tail[later, needed]
            error += pmf_null[n1, x] * tail_null[later, needed]
            if reached >= power and x - 1 <= low:
                r1 = x - 1
                break
        if r1 >= 0 and r1 <= r and error <= alpha:
            expected = n1 + tail_null[n1, r1 + 1] * later
            if expected < best - _TIE:
                best, best_r1, best_r = expected, r1, r
        if r1 == low:
            break  # with a smaller r the type I error is larger, the expected subjects are not less
    return best_r1, best_r, best


@njit(cache=True, nogil=True)
def _binomials(rate: float, most: int) -> Floats:
    """Probabilities of x of n, in row n."""
    found = np.zeros((most + 1, most + 2))
    for n in range(most + 1):
        for x in range(n + 1):
            ways = lgamma(n + 1.0) - lgamma(x + 1.0) - lgamma(n - x + 1.0)
            found[n, x] = exp(ways + x * log(rate) + (n - x) * log(1 - rate))
    return found


@njit(cache=True, nogil=True)
def _tails(pmf: Floats) -> Floats:
    """Probabilities of x or more of n."""
    found = np.zeros_like(pmf)
    for n in range(pmf.shape[0]):
        total = 0.0
        for x in range(n, -1, -1):
            total += pmf[n, x]
            found[n, x] = total
    return found


@njit(cache=True, nogil=True)
def _largest_first_stop(tail: Floats, power: float, most: int) -> Ints:
    """For each n1 the largest r1 at which the first stage alone keeps the power, or -1."""
    found = np.full(most + 1, -1, np.int64)
    for n1 in range(1, most + 1):
        for r1 in range(n1):
            if tail[n1, r1 + 1] >= power:
                found[n1] = r1
    return found


@njit(cache=True, nogil=True)
def _fewest(pmf_null: Floats, pmf: Floats, alpha: float, power: float, most: int) -> int:
    """The fewest subjects with which any test, randomised ones too, has the power."""
    for n in range(2, most + 1):
        error, reached = 0.0, 0.0
        for x in range(n, -1, -1):
            if error + pmf_null[n, x] > alpha:
                reached += pmf[n, x] * (alpha - error) / pmf_null[n, x]
                break
            error += pmf_null[n, x]
            reached += pmf[n, x]
        if reached >= power:
            return n
    return most + 1
