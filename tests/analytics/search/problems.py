"""Searches that several tests are about."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from optuna.distributions import IntDistribution

from analytics.design import HazardAssumption, SurvivalAssumptions, TreatmentEffect
from analytics.design.boundaries import GroupSequential
from analytics.design.cost import Costs
from analytics.design.survival import SurvivalDesign
from analytics.search import Constraint, Objective, SearchProblem, SearchSpace
from analytics.search.space import Point
from tests.analytics.design.survival.oracle_trials import trial_of

PRICES = Costs(per_randomised=25_000, per_trial_month=150_000, per_analysis=100_000)
LEVELS = {
    "look_1": 6,
    "look_2": 6,
    "efficacy_gamma": 6,
    "futility_z": 4,
    "subjects": 10,
    "events": 8,
}
"""Of the grid: 69,120 designs."""


def own_design(
    fractions: tuple[float, ...] = (0.4, 0.7, 1.0),
    *,
    effect: TreatmentEffect | None = None,
    control: HazardAssumption | None = None,
    events: float = 330,
) -> SurvivalDesign:
    """The base trial, hazard ratio 0.7."""
    return SurvivalDesign(
        assumptions=trial_of(effect or TreatmentEffect.constant(0.7), control=control),
        monitoring=GroupSequential(information_fractions=fractions),
        events=events,
    )


def three_objectives() -> SearchProblem:
    """Power against duration and cost, six variables, at least 80 % power."""
    space = SearchSpace(
        design=own_design(),
        fractions=(0.2, 0.9),
        efficacy=("hwang_shih_decani",),
        futility=("fixed_z",),
        subjects=(350, 700),
        events=(240, 420),
    )
    return SearchProblem(
        space=space,
        objectives=(
            Objective(measure="power"),
            Objective(measure="expected_duration"),
            Objective(measure="expected_cost"),
        ),
        constraints=(Constraint(measure="power", at_least=0.8),),
        costs=PRICES,
    )


def wide_space() -> SearchSpace:
    """Everything that can vary, varies."""
    return SearchSpace(
        design=own_design(),
        looks=(1, 5),
        fractions=(0.15, 0.95),
        efficacy=("obrien_fleming", "pocock", "hwang_shih_decani", "kim_demets"),
        futility=("none", "hwang_shih_decani", "kim_demets", "fixed_z"),
        beta=(0.05, 0.3),
        binding=(False, True),
        allocation_ratio=(0.5, 3.0),
        subjects=(300, 900),
        sites=(20, 60),
        design_sites=40,
        events=(150, 290),
    )


def grid_of(problem: SearchProblem, levels: dict[str, int]) -> list[Point]:
    """All combinations of equally spaced values of the variables."""
    ranges = problem.space.distributions()
    axes: list[list[Any]] = []
    for name, count in levels.items():
        one = ranges[name]
        ends = np.linspace(one.low, one.high, count).tolist()  # type: ignore[attr-defined]
        axes.append([round(end) for end in ends] if isinstance(one, IntDistribution) else ends)
    return [dict(zip(levels, values, strict=True)) for values in product(*axes)]


def with_effect(assumptions: SurvivalAssumptions, hazard_ratio: float) -> SurvivalAssumptions:
    """The same subjects with another hazard ratio."""
    return replace(assumptions).with_effect(TreatmentEffect.constant(hazard_ratio))
