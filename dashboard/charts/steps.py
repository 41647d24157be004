"""Step curves as few points as a picture needs."""

from __future__ import annotations

import numpy as np
import pandas as pd

MOST_POINTS = 2000


def thinned(times: np.ndarray, most: int = MOST_POINTS) -> np.ndarray:
    """Which rows of an ordered step function to keep so that its picture is unchanged.

    The last row of each of `most` equal stretches of time is kept, besides the first
    of all: a step then moves by less than one stretch, under a pixel on any screen.

    Parameters
    ----------
    times : array
        Times in ascending order.
    most : int
        Points that may stay, at least 2.

    Examples
    --------
    >>> thinned(np.array([0.0, 1.0, 1.01, 1.02, 9.0]), most=4).tolist()
    [0, 3, 4]
    """
    if len(times) <= most:
        return np.arange(len(times))
    span = times[-1] - times[0]
    stretch = np.floor((times - times[0]) / span * (most - 2)).astype(int)
    last_of_stretch = np.flatnonzero(np.append(stretch[1:] != stretch[:-1], True))
    return np.unique(np.concatenate(([0], last_of_stretch)))


def curve_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a Kaplan–Meier table that its step curve needs.

    Rows without an event do not move the curve and are left out, but for the last,
    to which the curve runs.

    Examples
    --------
    >>> table = pd.DataFrame({"time": [0.0, 1, 2, 3], "events": [0, 1, 0, 0]})
    >>> curve_rows(table)["time"].tolist()
    [0.0, 1.0, 3.0]
    """
    moves = table["events"].to_numpy() > 0
    moves[[0, -1]] = True
    rows = table[moves]
    return rows.iloc[thinned(rows["time"].to_numpy(dtype=float))]


def step_index(times: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The row of a right-continuous step function that holds at each time.

    Examples
    --------
    >>> step_index(np.array([0.0, 2.0, 5.0]), np.array([0.0, 1.9, 2.0, 7.0])).tolist()
    [0, 0, 1, 2]
    """
    return np.searchsorted(times, at, side="right") - 1
