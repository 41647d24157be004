"""A search as a value: which designs, what is wanted of them, and how one of them is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from optuna.distributions import BaseDistribution

from analytics.checks import NotEstimableError, require
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.design.cost import Costs, ValueCurve
from analytics.design.survival.design import SurvivalDesign
from analytics.results import Result, registered
from analytics.search.characteristics import Characteristics, under
from analytics.search.measures import measure_of
from analytics.search.objectives import ASSUMED, Constraint, Objective, Scenario
from analytics.search.protocol import POSSIBLE, Direction, Outcome
from analytics.search.space import SearchSpace

MOST_OBJECTIVES = 4


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class SearchProblem(Result):
    """Which designs to try and what is wanted of them.

    Parameters
    ----------
    space : SearchSpace
    objectives : tuple of Objective
        1 to 4.
    constraints : tuple of Constraint
    scenarios : tuple of Scenario
        Over which objectives and constraints other than "assumed" ones are summarised.
    costs : Costs, optional
        For objectives of money; its sites are replaced where sites are searched.
    value : ValueCurve, optional

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, SurvivalAssumptions, TreatmentEffect
    >>> from analytics.design.boundaries import GroupSequential
    >>> own = SurvivalDesign(
    ...     assumptions=SurvivalAssumptions.of(
    ...         control=HazardAssumption.exponential(median=12),
    ...         effect=TreatmentEffect.constant(0.7),
    ...         accrual=Accrual.uniform(subjects=500, duration=18)),
    ...     monitoring=GroupSequential(information_fractions=(0.6, 1.0)), events=330)
    >>> problem = SearchProblem(
    ...     space=SearchSpace(design=own, fractions=(0.2, 0.9), events=(200, 400)),
    ...     objectives=(Objective(measure="expected_duration"),),
    ...     constraints=(Constraint(measure="power", at_least=0.8),))
    >>> outcome = problem.judge({"look_1": 0.5, "events": 300})
    >>> [round(one, 2) for one in outcome.values], outcome.feasible
    ([25.35], True)
    """

    space: SearchSpace
    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    costs: Costs | None = None
    value: ValueCurve | None = None

    def __post_init__(self) -> None:
        few = 1 <= len(self.objectives) <= MOST_OBJECTIVES
        rule = f"1 to {MOST_OBJECTIVES} objectives"
        require(few, rule, objectives=len(self.objectives))
        for name, labels in (
            ("objective", self.labels),
            ("constraint", tuple(one.label for one in self.constraints)),
        ):
            require(len(set(labels)) == len(labels), f"each {name} once", given=labels)
        names = tuple(one.name for one in self.scenarios)
        require(len(set(names)) == len(names), "each scenario has its own name", names=names)
        wanted: tuple[Objective | Constraint, ...] = (*self.objectives, *self.constraints)
        for one in wanted:
            over = one.over == ASSUMED or bool(self.scenarios)
            require(over, "what is summarised over scenarios needs some", over=one.over)
            needs = measure_of(one.measure).needs
            given = needs not in ("costs", "value") or self.costs is not None
            require(given, f"{one.measure} needs costs", costs=self.costs)
            worth = needs != "value" or self.value is not None
            require(worth, f"{one.measure} needs a value curve", value=self.value)

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the objectives."""
        return tuple(one.label for one in self.objectives)

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Of the objectives, as Optuna calls them."""
        return tuple(one.direction_or_natural for one in self.objectives)

    def distributions(self) -> dict[str, BaseDistribution]:
        """The free variables and their ranges."""
        return self.space.distributions()

    def design_at(self, point: Mapping[str, Any]) -> SurvivalDesign:
        """The design of a point."""
        return self.space.design_at(point)

    def judge(self, point: Mapping[str, Any], *, prune: bool = True) -> Outcome:
        """Objectives and constraints of one point.

        Parameters
        ----------
        point : mapping
            A value for each free variable.
        prune : bool
            Whether a design whose events can never give the power that is asked for is given up
            before anything else is computed.
        """
        try:
            judged = _Judged(self, point)
            if prune:
                hopeless = judged.hopeless()
                if hopeless:
                    return Outcome(values=None, violations={POSSIBLE: 0.0, **hopeless})
            return judged.outcome()
        except NotEstimableError:
            return Outcome(values=None, violations={POSSIBLE: 1.0})

    def characteristics(self, point: Mapping[str, Any]) -> Characteristics:
        """What the design of a point does under its own assumptions."""
        return _Judged(self, point).assumed

    def under(self, point: Mapping[str, Any], assumptions: SurvivalAssumptions) -> Characteristics:
        """What the design of a point does under other assumptions."""
        return _Judged(self, point).under(assumptions)

    def value_of(self, wanted: Objective | Constraint, point: Mapping[str, Any]) -> float:
        """One figure of a point."""
        return _Judged(self, point).value_of(wanted)

    def compare(self, designs: Mapping[str, SurvivalDesign]) -> pd.DataFrame:
        """Objectives and constraints of any designs, in the space or not: one row per design.

        Columns are `design`, the objectives by label, the value of each constraint as
        "value: label", and `feasible`. NaN where the events of a design never come.
        """
        rows = []
        wanted: tuple[Objective | Constraint, ...] = (*self.objectives, *self.constraints)
        for name, design in designs.items():
            judged = _Judged(self, self.space.enrolment_of(design), design)
            try:
                feasible = judged.outcome().feasible
                values = [judged.value_of(one) for one in wanted]
            except NotEstimableError:
                feasible, values = False, [np.nan] * len(wanted)
            rows.append((name, *values, feasible))
        told = [f"value: {one.label}" for one in self.constraints]
        return pd.DataFrame(rows, columns=["design", *self.labels, *told, "feasible"])

    def costs_at(self, point: Mapping[str, Any]) -> Costs | None:
        """The costs with the sites of a point."""
        searched = self.space.sites is not None or bool(self.space.countries)
        if self.costs is None or not searched:
            return self.costs
        return replace(self.costs, sites=self.space.sites_at(point))


class _Judged:
    """One point under the assumptions and, when they are asked for, the scenarios."""

    def __init__(
        self,
        problem: SearchProblem,
        point: Mapping[str, Any],
        design: SurvivalDesign | None = None,
    ) -> None:
        self.problem, self.point = problem, point
        self.costs = problem.costs_at(point)
        self.assumed = self._of(problem.space.design_at(point) if design is None else design)
        self._scenarios: tuple[Characteristics, ...] | None = None

    def _of(self, design: SurvivalDesign) -> Characteristics:
        return Characteristics(design=design, costs=self.costs, value=self.problem.value)

    def under(self, assumptions: SurvivalAssumptions) -> Characteristics:
        """With other hazards, effects, dropout and rates of accrual."""
        other = self.problem.space.assumptions_at(self.point, assumptions)
        return self._of(under(self.assumed.design, other))

    def in_scenarios(self) -> tuple[Characteristics, ...]:
        """In each of them."""
        if self._scenarios is None:
            each = self.problem.scenarios
            self._scenarios = tuple(self.under(one.assumptions) for one in each)
            for shown in self._scenarios:
                shown.require_reached()
        return self._scenarios

    def value_of(self, wanted: Objective | Constraint) -> float:
        """A figure, summarised over scenarios where that is asked for."""
        measure, month = measure_of(wanted.measure), wanted.month or 0.0
        return self._summarised(wanted, lambda shown: measure.read(shown, month))

    def _summarised(
        self, wanted: Objective | Constraint, read: Callable[[Characteristics], float]
    ) -> float:
        if wanted.over == ASSUMED:
            return read(self.assumed)
        values = [read(shown) for shown in self.in_scenarios()]
        return wanted.over_scenarios(values, [one.weight for one in self.problem.scenarios])

    def hopeless(self) -> dict[str, float]:
        """By how much power is missed at least, where it cannot be reached with the events."""
        found = {}
        for one in self.problem.constraints:
            if one.measure == "power" and one.at_least is not None:
                missed = one.violation(self._summarised(one, lambda shown: shown.most_power))
                if missed > 0:
                    found[one.label] = missed
        return found

    def outcome(self) -> Outcome:
        """All of it; `NotEstimableError` when its events never come."""
        self.assumed.require_reached()
        violations = {POSSIBLE: 0.0}
        for constraint in self.problem.constraints:
            violations[constraint.label] = constraint.violation(self.value_of(constraint))
        values = tuple(self.value_of(one) for one in self.problem.objectives)
        if not np.isfinite([*values, *violations.values()]).all():
            return Outcome(values=None, violations={POSSIBLE: 1.0})
        return Outcome(values=values, violations=violations)
