"""When a survival curve, or a limit of it, falls to a level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TOLERANCE = float(np.sqrt(np.finfo(float).eps))
"""Levels closer than this are equal: a product of fractions rarely gives 0.5 exactly."""


def time_to_level(time: NDArray[np.float64], level: NDArray[np.float64], target: float) -> float:
    """First time at which the curve is at or below the target.

    Where the curve runs along the target exactly, the answer is the middle of that stretch: from
    the step onto it to the step off it, or to the last time when there is no such step (R's
    `quantile`; SAS likewise). lifelines takes the beginning of the stretch instead, and by
    rounding sometimes the step after it.

    Parameters
    ----------
    time, level : array
        The curve's steps: from each time on, its level. NaN levels are passed over.
    target : float
        Between 0 and 1.

    Returns
    -------
    float
        NaN when the curve does not reach the target.

    Examples
    --------
    >>> time_to_level(np.array([0.0, 1, 2, 3]), np.array([1, 0.75, 0.5, 0.25]), 0.5)
    2.5
    """
    known = ~np.isnan(level)
    time, level = time[known], level[known]
    reached = np.flatnonzero(level <= target + TOLERANCE)
    if reached.size == 0:
        return float("nan")
    first = reached[0]
    if level[first] < target - TOLERANCE:
        return float(time[first])
    below = np.flatnonzero(level[first:] < target - TOLERANCE)
    end = time[first + below[0]] if below.size else time[-1]
    return float((time[first] + end) / 2)
