"""Designs that anybody would start from, to compare with what a search finds."""

from __future__ import annotations

from dataclasses import replace

from analytics.design.assumptions.accrual import Accrual
from analytics.design.assumptions.effect import TreatmentEffect
from analytics.design.assumptions.hazard import HazardAssumption
from analytics.design.assumptions.survival import SurvivalAssumptions, dropout_hazard
from analytics.design.boundaries import GroupSequential
from analytics.design.boundaries.spending import LanDeMetsOBrienFleming, LanDeMetsPocock
from analytics.design.survival.design import SurvivalDesign


def textbook_designs(design: SurvivalDesign, *, power: float = 0.9) -> dict[str, SurvivalDesign]:
    """Usual designs for the same assumptions and alpha, by what they are called.

    Parameters
    ----------
    power : float
        That each of them has, alpha < power < 1.

    Raises
    ------
    NotEstimableError
        When the subjects never have the events.

    Examples
    --------
    >>> {name: round(one.events) for name, one in textbook_designs(example_design()).items()}
    {'One analysis': 330, "O'Brien-Fleming, 3 equal looks": 334, 'Pocock, 3 equal looks': 381}
    """
    plan = replace(design.monitoring, futility=None, binding=False)
    thirds = (1 / 3, 2 / 3, 1.0)
    plans = {
        "One analysis": replace(plan, information_fractions=(1.0,)),
        "O'Brien-Fleming, 3 equal looks": replace(
            plan, information_fractions=thirds, efficacy=LanDeMetsOBrienFleming()
        ),
        "Pocock, 3 equal looks": replace(
            plan, information_fractions=thirds, efficacy=LanDeMetsPocock()
        ),
    }
    return {
        name: SurvivalDesign.for_power(design.assumptions, one, power=power, margin=design.margin)
        for name, one in plans.items()
    }


def example_design() -> SurvivalDesign:
    """A trial of two arms with two looks, for examples.

    Examples
    --------
    >>> round(example_design().evaluate().power, 3)
    0.897
    """
    return SurvivalDesign(
        assumptions=SurvivalAssumptions.of(
            control=HazardAssumption.exponential(median=12),
            effect=TreatmentEffect.constant(0.7),
            accrual=Accrual.uniform(subjects=500, duration=18),
            dropout=dropout_hazard(0.05, by=12),
        ),
        monitoring=GroupSequential(information_fractions=(0.6, 1.0)),
        events=330,
    )
