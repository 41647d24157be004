"""Assumptions with one of them changed, and the usual set of changes a design should bear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import log

import numpy as np

from analytics.checks import require
from analytics.design.assumptions.hazard import HazardAssumption
from analytics.design.assumptions.hazard_shapes import hazard_shape
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.search.enrolling import at_pace
from analytics.search.objectives import Scenario

Change = Callable[[SurvivalAssumptions], SurvivalAssumptions]


def with_hazard_ratio(assumed: SurvivalAssumptions, factor: float) -> SurvivalAssumptions:
    """The hazard ratio at all times multiplied.

    Examples
    --------
    >>> from analytics.search.textbook import example_design
    >>> assumed = with_hazard_ratio(example_design().assumptions, 1.1)
    >>> round(assumed.subgroups[0].effect.hazard_ratios[0], 2)
    0.77
    """
    _require_factor(factor)
    groups = tuple(
        replace(one, effect=one.effect.shifted(log(factor))) for one in assumed.subgroups
    )
    return replace(assumed, subgroups=groups)


def with_times_to_event(assumed: SurvivalAssumptions, factor: float) -> SurvivalAssumptions:
    """Times to the event on control multiplied: above 1, events come later.

    Examples
    --------
    >>> from analytics.search.textbook import example_design
    >>> assumed = with_times_to_event(example_design().assumptions, 1.25)
    >>> assumed.subgroups[0].control.quantile(0.5).round(6)
    array([15.])
    """
    groups = tuple(
        replace(one, control=stretched(one.control, factor)) for one in assumed.subgroups
    )
    return replace(assumed, subgroups=groups)


def with_pace(assumed: SurvivalAssumptions, factor: float) -> SurvivalAssumptions:
    """Rates of accrual multiplied.

    Examples
    --------
    >>> from analytics.search.textbook import example_design
    >>> own = example_design().assumptions
    >>> with_pace(own, 0.5).accrual.rates[0] / own.accrual.rates[0]
    0.5
    """
    _require_factor(factor)
    return replace(assumed, accrual=at_pace(assumed.accrual, factor))


def with_times_to_dropout(assumed: SurvivalAssumptions, factor: float) -> SurvivalAssumptions:
    """Times to dropout multiplied in both arms: below 1, more subjects leave.

    Examples
    --------
    >>> from analytics.search.textbook import example_design
    >>> own = example_design().assumptions
    >>> with_times_to_dropout(own, 2).subgroups == own.subgroups
    True
    """
    control, treatment = (
        None if one is None else stretched(one, factor)
        for one in (assumed.control_dropout, assumed.treatment_dropout)
    )
    return replace(assumed, control_dropout=control, treatment_dropout=treatment)


def stretched(hazard: HazardAssumption, factor: float) -> HazardAssumption:
    """The hazard under which everything takes `factor` times as long; its covariance is dropped.

    Parameters
    ----------
    factor : float
        > 0.

    Examples
    --------
    >>> slower = stretched(HazardAssumption.weibull(shape=1.3, scale=10), 2)
    >>> slower.quantile(0.3) / HazardAssumption.weibull(shape=1.3, scale=10).quantile(0.3)
    array([2.])
    """
    _require_factor(factor)
    cuts = tuple(cut * factor for cut in hazard.cuts)
    own = hazard_shape(hazard.family, hazard.cuts).parameters
    estimates = tuple(
        value * factor**one.power if one.linear else value + one.power * log(factor)
        for value, one in zip(hazard.estimates, own, strict=True)
    )
    names = tuple(one.name for one in hazard_shape(hazard.family, cuts).parameters)
    return replace(hazard, estimates=estimates, covariance=(), cuts=cuts, parameters=names)


def usual_scenarios(
    assumed: SurvivalAssumptions,
    *,
    hazard_ratio: float = 1.1,
    times_to_event: float = 1.25,
    pace: float = 0.75,
    times_to_dropout: float = 0.5,
) -> tuple[Scenario, ...]:
    """Assumptions as stated, with each one changed, and with all of them changed at once.

    Parameters
    ----------
    hazard_ratio, times_to_event, pace, times_to_dropout : float
        > 0; a factor of 1 leaves its scenario out.

    Returns
    -------
    tuple of Scenario
        Of equal weight.

    Examples
    --------
    >>> from analytics.search.textbook import example_design
    >>> [one.name for one in usual_scenarios(example_design().assumptions, times_to_event=1)]
    ['As assumed', 'Other effect', 'Other accrual', 'Other dropout', 'All at once']
    """
    possible: dict[str, tuple[float, Change]] = {
        "Other effect": (hazard_ratio, lambda one: with_hazard_ratio(one, hazard_ratio)),
        "Other control": (times_to_event, lambda one: with_times_to_event(one, times_to_event)),
        "Other accrual": (pace, lambda one: with_pace(one, pace)),
    }
    if assumed.control_dropout is not None or assumed.treatment_dropout is not None:
        change: Change = lambda one: with_times_to_dropout(one, times_to_dropout)  # noqa: E731
        possible["Other dropout"] = (times_to_dropout, change)
    changes = {name: change for name, (factor, change) in possible.items() if factor != 1}
    found, together = {"As assumed": assumed}, assumed
    for name, change in changes.items():
        found[name], together = change(assumed), change(together)
    if len(changes) > 1:
        found["All at once"] = together
    return tuple(Scenario(name=name, assumptions=one) for name, one in found.items())


def _require_factor(factor: float) -> None:
    require(0 < factor < np.inf, "factor > 0", factor=factor)
