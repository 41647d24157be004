"""Enrolment with other sites, to another number of subjects, or of some subgroups only."""

from __future__ import annotations

from dataclasses import replace

from analytics.design.assumptions.accrual import Accrual
from analytics.design.assumptions.survival import SurvivalAssumptions

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


def enriched(assumed: SurvivalAssumptions, left_out: int) -> SurvivalAssumptions:
    """Without the last subgroups: only the others enrol, at their share of the rates.

    Examples
    --------
    >>> from analytics.design import HazardAssumption, Subgroup, TreatmentEffect
    >>> groups = tuple(
    ...     Subgroup(name=name, prevalence=share, effect=TreatmentEffect.constant(ratio),
    ...              control=HazardAssumption.exponential(median=12))
    ...     for name, share, ratio in (("Positive", 0.4, 0.6), ("Negative", 0.6, 0.9)))
    >>> both = SurvivalAssumptions(
    ...     subgroups=groups, accrual=Accrual.uniform(subjects=300, duration=10))
    >>> enriched(both, 1).accrual.rates, enriched(both, 1).subgroups[0].prevalence
    ((12.0,), 1.0)
    """
    if left_out == 0:
        return assumed
    kept = assumed.subgroups[: len(assumed.subgroups) - left_out]
    share = sum(one.prevalence for one in kept)
    groups = tuple(replace(one, prevalence=one.prevalence / share) for one in kept)
    return replace(assumed, subgroups=groups, accrual=at_pace(assumed.accrual, share))
