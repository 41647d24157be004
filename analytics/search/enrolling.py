"""Enrolment with other sites, or to another number of subjects."""

from __future__ import annotations

from dataclasses import replace

from analytics.design.assumptions.accrual import Accrual

_CLOSE = 1e-9


def at_pace(accrual: Accrual, pace: float) -> Accrual:
    """Rates at the same times, all of them so many times as high.

    Examples
    --------
    >>> at_pace(Accrual(ends=(6, 18), rates=(10, 20)), 1.5).rates
    (15.0, 30.0)
    """
    return replace(accrual, rates=tuple(rate * pace for rate in accrual.rates))


def enrolled_until(accrual: Accrual, subjects: float) -> Accrual:
    """The same rates until so many subjects are in; the last one goes on as long as it takes.

    Examples
    --------
    >>> enrolled_until(Accrual(ends=(6, 18), rates=(10, 20)), 100).ends
    (6, 8.0)
    """
    if abs(accrual.subjects - subjects) <= _CLOSE * subjects:
        return accrual
    if subjects > accrual.subjects:
        end = accrual.ends[-1] + (subjects - accrual.subjects) / accrual.rates[-1]
        return replace(accrual, ends=(*accrual.ends[:-1], end))
    end = float(accrual.entry_times([subjects / accrual.subjects])[0])
    kept = tuple(one for one in accrual.ends if one < end * (1 - _CLOSE))
    return replace(accrual, ends=(*kept, end), rates=accrual.rates[: len(kept) + 1])
