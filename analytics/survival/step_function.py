"""Where a time falls among the steps of a curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.checks import require
from analytics.survival.counts import TIE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def step_at(steps: Floats, time: Floats) -> Integers:
    """Position of the last step at or before each time, differences by rounding apart.

    Examples
    --------
    >>> step_at(np.array([0.0, 1.0, 2.0]), np.array([0.5, 2.0, 9.0])).tolist()
    [0, 2, 2]
    """
    return np.searchsorted(steps, time + _slack(time), side="right") - 1


def step_from(steps: Floats, time: Floats) -> Integers:
    """Position of the first step at or after each time; the number of steps when there is none.

    Examples
    --------
    >>> step_from(np.array([0.0, 1.0, 2.0]), np.array([0.5, 2.0, 9.0])).tolist()
    [1, 2, 3]
    """
    return np.searchsorted(steps, time - _slack(time), side="left").astype(np.int64)


def asked_times(times: object) -> Floats:
    """The times at which a curve is read off: finite and not negative.

    Examples
    --------
    >>> asked_times(3).tolist()
    [3.0]
    """
    when = np.asarray(times, dtype=np.float64).ravel()
    wrong = when[~((when >= 0) & np.isfinite(when))]
    require(wrong.size == 0, "times are finite and >= 0", times=tuple(wrong[:3].tolist()))
    return when


def _slack(time: Floats) -> Floats:
    return TIE * np.maximum(time, 1.0)
