"""When a number of subjects is in, and how long they are on study."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.accrual import Accrual

Floats = NDArray[np.float64]


def enrol_until(accrual: Accrual, subjects: float) -> Accrual:
    """Enrolment at the given rates that ends when so many subjects are in; the last rate goes on.

    Parameters
    ----------
    accrual : Accrual
    subjects : float
        > 0.

    Raises
    ------
    NotEstimableError
        When enrolment ends before, with a rate of 0.

    Examples
    --------
    >>> enrol_until(Accrual(ends=(6, 18), rates=(10, 25)), 460).ends
    (6, 22.0)
    """
    require(0 < subjects < np.inf, "subjects > 0", subjects=subjects)
    missing = subjects - accrual.subjects
    if missing > 0 and accrual.rates[-1] == 0:
        raise NotEstimableError(
            f"Enrolment ends with {accrual.subjects:,.0f} of {subjects:,.0f} subjects: let its "
            "last rate be above 0, or raise the rates."
        )
    if missing > 0:
        end = accrual.duration + missing / accrual.rates[-1]
        return replace(accrual, ends=(*accrual.ends[:-1], end))
    end = float(accrual.entry_times(subjects / accrual.subjects))
    kept = tuple(one for one in accrual.ends[:-1] if one < end)
    return replace(accrual, ends=(*kept, end), rates=accrual.rates[: len(kept) + 1])


def subject_time(accrual: Accrual, times: ArrayLike, each: float) -> Floats:
    """Time on study, added up over subjects, when each is on study for `each` or until `times`.

    Examples
    --------
    >>> subject_time(Accrual.uniform(subjects=100, duration=10), [5, 30], 6.0).tolist()
    [125.0, 600.0]
    """
    until = np.asarray(times, dtype=float)
    return _entered_so_far(accrual, until) - _entered_so_far(accrual, until - each)


def _entered_so_far(accrual: Accrual, times: Floats) -> Floats:
    """The integral of subjects entered."""
    starts, ends = np.array((0.0, *accrual.ends[:-1])), np.array(accrual.ends)
    over_start, over_end = (
        np.maximum(times[..., None] - edge, 0.0) ** 2 / 2 for edge in (starts, ends)
    )
    return np.asarray((over_start - over_end) @ np.array(accrual.rates))
