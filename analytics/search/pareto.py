"""Sets of points of which none is better than another in everything: sorting, volume, knee.

All objectives are losses here: less is better.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
MOST_DIMENSIONS = 4
_ROUNDING = 1e-9


def non_dominated(losses: ArrayLike) -> Flags:
    """Which points no other point dominates: as good in everything and better in something.

    Parameters
    ----------
    losses : array, points x objectives
        Points that are the same do not dominate each other.

    References
    ----------
    Kung, Luccio and Preparata (1975), Journal of the ACM 22:469-476.

    Examples
    --------
    >>> non_dominated([[1, 3], [2, 2], [2, 4], [3, 1], [1, 3]]).tolist()
    [True, True, False, True, True]
    """
    points = _points(losses)
    if len(points) == 0:
        return np.zeros(0, dtype=bool)
    unique, place = np.unique(points, axis=0, return_inverse=True)
    return np.asarray(_front_of_sorted(np.ascontiguousarray(unique))[place.ravel()])


def ranks(losses: ArrayLike) -> Whole:
    """0 for the front, 1 for the front of what is left without it, and so on.

    References
    ----------
    Deb et al. (2002), IEEE Transactions on Evolutionary Computation 6:182-197.

    Examples
    --------
    >>> ranks([[1, 3], [2, 2], [2, 4], [3, 3], [3, 4]]).tolist()
    [0, 0, 1, 1, 2]
    """
    points = _points(losses)
    found = np.full(len(points), -1, dtype=np.int64)
    rank = 0
    while (found < 0).any():
        left = np.flatnonzero(found < 0)
        found[left[non_dominated(points[left])]] = rank
        rank += 1
    return found


def hypervolume(losses: ArrayLike, reference: ArrayLike) -> float:
    """The volume between the points and a reference point; exact, in 1 to 4 dimensions.

    Larger is better. Points that are not better than the reference in everything add nothing.

    Parameters
    ----------
    losses : array, points x objectives
    reference : array
        A value for each objective that is worse than what counts.

    References
    ----------
    While et al. (2006), IEEE Transactions on Evolutionary Computation 10:29-38: the volume is
    cut into slices along one objective, in each of which it is a volume of one dimension less.

    Examples
    --------
    >>> hypervolume([[1, 3], [2, 2], [3, 1]], [4, 4])
    6.0
    >>> hypervolume([[1, 1, 1, 1], [0, 2, 1, 1]], [2, 3, 2, 2])
    3.0
    """
    points, limit = _points(losses), np.asarray(reference, dtype=np.float64)
    rule = f"points have 1 to {MOST_DIMENSIONS} objectives, and the reference has as many"
    same = limit.ndim == 1 and 1 <= limit.size <= MOST_DIMENSIONS
    require(same and points.shape[1:] == limit.shape, rule, points=points.shape)
    inside = points[(points < limit).all(axis=1)]
    if len(inside) == 0:
        return 0.0
    front = np.unique(inside[non_dominated(inside)], axis=0)
    return float(_volume(np.ascontiguousarray(front), limit))


def knee(losses: ArrayLike) -> int:
    """The place of the point of a front from which every objective is dear to improve further.

    Objectives are scaled to the range of the front; the knee lies farthest below the plane
    through the points that are best in one objective and worst in all others. On a front that
    bends the other way, where no point lies below it, it is the point nearest to the best of all.

    References
    ----------
    Das (1999), Structural Optimization 18:107-115.

    Examples
    --------
    >>> knee([[0, 10], [1, 2], [5, 1], [10, 0]])
    1
    """
    points = _points(losses)
    require(len(points) > 0, "a front has points", points=0)
    low, high = points.min(axis=0), points.max(axis=0)
    scaled = (points - low) / np.where(high > low, high - low, 1.0)
    below = scaled.sum(axis=1)
    if below.min() < 1 - _ROUNDING:
        return int(below.argmin())
    return int((scaled**2).sum(axis=1).argmin())


def _points(losses: ArrayLike) -> Floats:
    points = np.asarray(losses, dtype=np.float64)
    rule = "losses are points x objectives, finite"
    sound = points.ndim == 2 and bool(np.isfinite(points).all())
    require(sound, rule, shape=points.shape)
    return points


@njit(cache=True)
def _front_of_sorted(points: Floats) -> Flags:
    """Of unique points in lexicographic order: only an earlier point can dominate a later one."""
    count, size = points.shape
    front = np.zeros(count, dtype=np.bool_)
    kept, most = np.empty(count, dtype=np.int64), 0
    for i in range(count):
        beaten = False
        for k in range(most):
            j, worse = kept[k], False
            for d in range(1, size):
                if points[j, d] > points[i, d]:
                    worse = True
                    break
            if not worse:
                beaten = True
                break
        if not beaten:
            front[i] = True
            kept[most] = i
            most += 1
    return front


@njit(cache=True)
def _area(points: Floats, count: int, limit: Floats) -> float:
    """In two dimensions, of points in the order of the first one."""
    total, top = 0.0, limit[1]
    for i in range(count):
        if points[i, 1] < top:
            total += (limit[0] - points[i, 0]) * (top - points[i, 1])
            top = points[i, 1]
    return total


@njit(cache=True)
def _volume(points: Floats, limit: Floats) -> float:
    count, size = points.shape
    if size == 1:
        return float(limit[0] - points[:, 0].min())
    if size == 2:
        order = np.argsort(points[:, 0], kind="mergesort")
        return _area(points[order], count, limit)
    if size == 3:
        return _solid(points, limit)
    at, total = points[np.argsort(points[:, 3], kind="mergesort")], 0.0
    kept, most = np.empty((count, 3)), 0
    for i in range(count):
        most = _joined(kept, most, at[i])
        upper = at[i + 1, 3] if i + 1 < count else limit[3]
        if upper > at[i, 3]:
            total += (upper - at[i, 3]) * _solid(kept[:most], limit)
    return total


@njit(cache=True)
def _joined(kept: Floats, most: int, new: Floats) -> int:
    """Let a point join a front of three dimensions; how many there are then."""
    left = 0
    for k in range(most):
        better = worse = False
        for d in range(3):
            better |= kept[k, d] < new[d]
            worse |= kept[k, d] > new[d]
        if not worse:
            return most
        if better:
            kept[left] = kept[k]
            left += 1
    kept[left] = new[:3]
    return left + 1


@njit(cache=True)
def _solid(points: Floats, limit: Floats) -> float:
    """In three dimensions."""
    count = points.shape[0]
    at = points[np.argsort(points[:, 2], kind="mergesort")]
    ranked, total = np.empty((count, 2)), 0.0
    for i in range(count):
        place = i
        while place > 0 and ranked[place - 1, 0] > at[i, 0]:
            ranked[place] = ranked[place - 1]
            place -= 1
        ranked[place] = at[i, :2]
        upper = at[i + 1, 2] if i + 1 < count else limit[2]
        if upper > at[i, 2]:
            total += (upper - at[i, 2]) * _area(ranked, i + 1, limit)
    return total
