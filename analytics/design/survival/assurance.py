"""Assurance: the probability of success when the assumptions are not certain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, hypot, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.hazard import HazardAssumption
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.design.survival.average_hazard_ratio import average_hazard_ratio
from analytics.design.survival.design import SurvivalDesign
from analytics.design.survival.expected_events import ExpectedEvents
from analytics.results import Result, registered

Floats = NDArray[np.float64]
_STEP = 0.8  # of the trapezoidal rule, in standard deviations of the final z
_REACH = 6.5  # standard deviations of the logarithm of the hazard ratio


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Assurance(Result):
    """The power averaged over what the assumptions leave open.

    Parameters
    ----------
    probability : float
        Of success.
    mc_std_err : float
        Monte-Carlo standard error; 0 where no draws were needed.
    power : float
        At the central values, for comparison.
    draws : int
        0 for quadrature.
    never_reached : float
        Share of draws in which the events never come; they count as no success.

    Examples
    --------
    >>> Assurance(probability=0.71, mc_std_err=0.0, power=0.9, draws=0).never_reached
    0.0
    """

    probability: float
    mc_std_err: float
    power: float
    draws: int
    never_reached: float = 0.0

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        return pd.DataFrame(
            {
                "assurance": [self.probability],
                "mc_std_err": [self.mc_std_err],
                "power": [self.power],
                "draws": [self.draws],
                "never_reached": [self.never_reached],
            }
        )


def assurance(design: SurvivalDesign, *, draws: int = 400, seed: int = 1) -> Assurance:
    """The probability of success of a design over its uncertain assumptions.

    Under one hazard ratio for all subjects and times, the power depends on nothing else: the
    average over its normal logarithm is taken by the trapezoidal rule. Otherwise everything is
    drawn: effects, of each subgroup by itself, control hazards and dropout. The speed of accrual
    changes when looks are made, not what they find, as events are what they wait for.

    Parameters
    ----------
    design : SurvivalDesign
    draws : int
        When everything is drawn; at least 2.
    seed : int

    References
    ----------
    O'Hagan, Stevens and Campbell (2005), Pharmaceutical Statistics 4:187-201.

    Examples
    --------
    >>> from analytics.design import Accrual, TreatmentEffect
    >>> from analytics.design.boundaries import GroupSequential
    >>> design = SurvivalDesign(
    ...     assumptions=SurvivalAssumptions.of(
    ...         control=HazardAssumption.exponential(median=12),
    ...         effect=TreatmentEffect.constant(0.7, log_std_err=0.2),
    ...         accrual=Accrual.uniform(subjects=500, duration=18)),
    ...     monitoring=GroupSequential(information_fractions=(1.0,)), events=330)
    >>> round(assurance(design).probability, 4)
    0.7314
    """
    require(draws >= 2, "draws >= 2", draws=draws)
    power = _power(design, design.assumptions)
    if design.assumptions.certain:
        return Assurance(probability=power, mc_std_err=0.0, power=power, draws=0)
    if design.assumptions.proportional and len(design.assumptions.subgroups) == 1:
        return Assurance(probability=_averaged(design), mc_std_err=0.0, power=power, draws=0)
    rng = np.random.default_rng(seed)
    found = [_power_or_none(design, drawn(design.assumptions, rng)) for _ in range(draws)]
    powers = np.array([one or 0.0 for one in found])
    return Assurance(
        probability=float(powers.mean()),
        mc_std_err=float(powers.std(ddof=1) / sqrt(draws)),
        power=power,
        draws=draws,
        never_reached=sum(one is None for one in found) / draws,
    )


def _averaged(design: SurvivalDesign) -> float:
    """By the trapezoidal rule, which for a normal density times a power curve converges
    exponentially once its steps resolve the spread of z around its uncertain mean."""
    effect = design.assumptions.subgroups[0].effect
    spread = hypot(1.0, design.drift_at(design.margin * exp(-effect.log_std_err)))
    half = int(np.ceil(_REACH * spread / _STEP))
    at = np.linspace(-_REACH, _REACH, 2 * half + 1)
    ratios = effect.hazard_ratios[0] * np.exp(effect.log_std_err * at)
    powers = np.array([design.power_at(float(ratio)) for ratio in ratios])
    weights = np.exp(-(at**2) / 2)
    return float(powers @ weights / weights.sum())


def _power_or_none(design: SurvivalDesign, assumed: SurvivalAssumptions) -> float | None:
    try:
        return _power(design, assumed)
    except NotEstimableError:
        return None


def _power(design: SurvivalDesign, assumed: SurvivalAssumptions) -> float:
    events = np.array(design.look_events)
    expected = ExpectedEvents.of(assumed)
    ratios = np.array(average_hazard_ratio(expected, expected.calendar_time(events)).hazard_ratios)
    share = assumed.control_share
    means = -np.log(ratios / design.margin) * np.sqrt(events * share * (1 - share))
    return design.monitoring.stopping_at(means).power


def drawn(assumptions: SurvivalAssumptions, rng: np.random.Generator) -> SurvivalAssumptions:
    """One draw of everything that is uncertain; what it gives is certain.

    Examples
    --------
    >>> from analytics.design import Accrual, TreatmentEffect
    >>> assumed = SurvivalAssumptions.of(
    ...     control=HazardAssumption.exponential(median=12, events=100),
    ...     effect=TreatmentEffect.constant(0.7, log_std_err=0.2),
    ...     accrual=Accrual.uniform(subjects=500, duration=18))
    >>> drawn(assumed, np.random.default_rng(1)).certain
    True
    """
    subgroups = tuple(
        replace(
            one,
            control=_drawn_hazard(one.control, rng),
            effect=one.effect.shifted(one.effect.log_std_err * float(rng.standard_normal())),
        )
        for one in assumptions.subgroups
    )
    same = assumptions.control_dropout == assumptions.treatment_dropout
    control = _drawn_or_none(assumptions.control_dropout, rng)
    treatment = control if same else _drawn_or_none(assumptions.treatment_dropout, rng)
    pace = exp(assumptions.accrual.log_std_err * float(rng.standard_normal()))
    return replace(
        assumptions,
        subgroups=subgroups,
        control_dropout=control,
        treatment_dropout=treatment,
        accrual=assumptions.accrual.at_pace(pace),
    )


def _drawn_or_none(
    hazard: HazardAssumption | None, rng: np.random.Generator
) -> HazardAssumption | None:
    return None if hazard is None else _drawn_hazard(hazard, rng)


def _drawn_hazard(hazard: HazardAssumption, rng: np.random.Generator) -> HazardAssumption:
    return replace(hazard, estimates=tuple(hazard.sample(rng, 1)[0].tolist()), covariance=())
