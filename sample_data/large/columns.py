"""Columns of text and dates, from positions and days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def named(codes: NDArray[np.integer], names: Sequence[str]) -> pd.Categorical:
    """Text by its position among some names; missing where the position is -1.

    Examples
    --------
    >>> named(np.array([1, -1]), ("F", "M")).tolist()
    ['M', nan]
    """
    return pd.Categorical.from_codes(codes, categories=list(names))


def flag(yes: NDArray[np.bool_], no: str | None = None) -> pd.Categorical:
    """Y where it is true, and `no` (by default nothing) where it is not.

    Examples
    --------
    >>> flag(np.array([True, False]), "N").tolist()
    ['Y', 'N']
    """
    return named(np.where(yes, 0, -1 if no is None else 1), ("Y", *([no] if no else [])))


def since(
    start: np.datetime64 | NDArray[np.datetime64], days: NDArray[np.int64]
) -> NDArray[np.datetime64]:
    """The dates so many days after a start.

    Examples
    --------
    >>> since(np.datetime64("2024-02-28"), np.array([1, 2])).astype(str).tolist()
    ['2024-02-29', '2024-03-01']
    """
    return np.asarray(start + days.astype("timedelta64[D]"))
