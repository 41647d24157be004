"""Columns that callers hand over, checked: times, whole numbers, yes or no, labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import InputError, require

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_LISTED = 12  # labels in a message


def checked_numbers(values: ArrayLike, name: str) -> Floats:
    """The values as floats, missing ones as NaN; `InputError` for text and dates.

    Examples
    --------
    >>> checked_numbers([1, None], "ages").tolist()
    [1.0, nan]
    """
    column = pd.Series(np.asarray(values).ravel())
    refusal = f"`{name} are numbers` must hold, but got text or dates."
    if column.dtype.kind in "mM":
        raise InputError(refusal)
    try:
        numbers: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(refusal) from error
    return numbers


def checked_times(values: ArrayLike, name: str = "times") -> Floats:
    """The values as times: finite and not negative.

    Examples
    --------
    >>> checked_times([0, 2.5]).tolist()
    [0.0, 2.5]
    """
    time = checked_numbers(values, name)
    wrong = time[~(np.isfinite(time) & (time >= 0))]
    require(wrong.size == 0, f"{name} are finite and >= 0", time=_first(wrong), rows=wrong.size)
    return time + 0.0  # turns a negative zero into zero


def checked_counts(values: ArrayLike, name: str) -> Integers:
    """The values as whole numbers that are not negative.

    Examples
    --------
    >>> checked_counts([0.0, 3.0], "subjects").tolist()
    [0, 3]
    """
    count = checked_numbers(values, name)
    wrong = count[~((count >= 0) & (count == np.floor(count)) & (count < 2**53))]
    rule = f"{name} are whole numbers >= 0"
    require(wrong.size == 0, rule, **{name: _first(wrong)}, rows=wrong.size)
    return count.astype(np.int64)


def zero_or_one(values: ArrayLike, name: str) -> Integers:
    """The values as 0 and 1.

    Examples
    --------
    >>> zero_or_one([True, False], "died").tolist()
    [1, 0]
    """
    number = checked_numbers(values, name)
    wrong = number[(number != 0) & (number != 1)]
    require(wrong.size == 0, f"{name} are 0 or 1", **{name: _first(wrong)}, rows=wrong.size)
    return number.astype(np.int64)


def known_positions(labels: ArrayLike, known: tuple[str, ...], name: str) -> Integers:
    """Where each label stands among the known ones; `InputError` if one is missing or unknown.

    Examples
    --------
    >>> known_positions(["B", "A"], ("A", "B"), "arm").tolist()
    [1, 0]
    """
    codes, found = label_codes(labels, name)
    place = pd.Index(known, dtype=object).get_indexer(pd.Index(found, dtype=object))
    unknown = tuple(found[one] for one in np.flatnonzero(place < 0))
    listed = f"{name} in {known}" if len(known) <= _LISTED else f"{name} is a known one"
    require(not unknown, listed, **{name: unknown[:_LISTED]})
    return np.asarray(place, dtype=np.int64)[codes]


def label_codes(labels: ArrayLike, name: str) -> tuple[Integers, tuple[str, ...]]:
    """Each label as its position in the alphabetical list of labels, and that list.

    Examples
    --------
    >>> codes, labels = label_codes(["y", "x", "y"], "stratum")
    >>> codes.tolist(), labels
    ([1, 0, 1], ('x', 'y'))
    """
    codes, found = pd.factorize(np.asarray(labels, dtype=object).ravel(), sort=False)
    missing = int((codes < 0).sum())
    require(missing == 0, f"each row names its {name}", missing=missing)
    odd: list[Any] = [label for label in found if not isinstance(label, str)]
    require(not odd, f"{name} is text", **{name: odd[0] if odd else None})
    order = np.argsort(found)
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size)
    return rank[codes], tuple(found[order])


def _first(values: Floats) -> float | None:
    return float(values[0]) if values.size else None
