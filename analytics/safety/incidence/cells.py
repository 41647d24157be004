"""Numbers of subjects and events as arrays: what every interval of this room starts from."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from analytics.checks import require

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Limits = tuple[Floats, Floats]
"""Lower and upper limit of each row."""

NO_SUBJECTS = "an arm has no subjects"
NO_EVENTS = "no events in either arm"
ALL_EVENTS = "every subject of both arms has an event"
NO_TIME = "an arm has no time at risk"


def whole_numbers(values: ArrayLike, name: str) -> Floats:
    """Counts as floats: whole numbers from 0.

    Examples
    --------
    >>> whole_numbers([3, 0], "with_event").tolist()
    [3.0, 0.0]
    """
    given = np.asarray(values)
    rule = f"{name} are whole numbers >= 0"
    require(given.dtype.kind in "iuf", rule, dtype=str(given.dtype))
    numbers = given.astype(np.float64)
    wrong = ~(np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers)))
    require(not wrong.any(), rule, first=numbers[wrong][:1].tolist())
    return numbers


def subjects_with_event(with_event: ArrayLike, subjects: ArrayLike) -> tuple[Floats, Floats]:
    """Subjects with an event, and all subjects, of one shape.

    Examples
    --------
    >>> x, n = subjects_with_event([1, 2], 5)
    >>> n.tolist()
    [5.0, 5.0]
    """
    x, n = np.broadcast_arrays(
        whole_numbers(with_event, "with_event"), whole_numbers(subjects, "subjects")
    )
    more = x > n
    require(
        not more.any(),
        "with_event <= subjects",
        with_event=x[more][:1].tolist(),
        subjects=n[more][:1].tolist(),
    )
    return x, n


def times_at_risk(years: ArrayLike) -> Floats:
    """Patient-years: finite numbers from 0.

    Examples
    --------
    >>> times_at_risk([1.5, 0]).tolist()
    [1.5, 0.0]
    """
    given = np.asarray(years)
    rule = "patient_years are numbers >= 0"
    require(given.dtype.kind in "iuf", rule, dtype=str(given.dtype))
    time = given.astype(np.float64)
    wrong = ~(np.isfinite(time) & (time >= 0))
    require(not wrong.any(), rule, first=time[wrong][:1].tolist())
    return time


def two_arms(
    with_event: ArrayLike,
    subjects: ArrayLike,
    reference_with_event: ArrayLike,
    reference_subjects: ArrayLike,
) -> tuple[Floats, Floats, Floats, Floats]:
    """The cells of two arms, checked and of one shape: x1, n1, x2, n2."""
    own = subjects_with_event(with_event, subjects)
    reference = subjects_with_event(reference_with_event, reference_subjects)
    x1, n1, x2, n2 = np.broadcast_arrays(*own, *reference)
    return x1, n1, x2, n2


def tail(confidence_level: float) -> float:
    """Probability beyond each limit of a two-sided interval.

    Examples
    --------
    >>> round(tail(0.95), 3)
    0.025
    """
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    return (1 - confidence_level) / 2


def reach(confidence_level: float) -> float:
    """How many standard errors a two-sided interval reaches to either side.

    Examples
    --------
    >>> round(reach(0.95), 2)
    1.96
    """
    return float(-ndtri(tail(confidence_level)))


def share(part: Floats, whole: Floats) -> Floats:
    """Part over whole; NaN where the whole is 0.

    Examples
    --------
    >>> share(np.array([1.0, 0.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    found: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return found
