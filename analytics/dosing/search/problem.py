"""A search for dose-escalation designs as a value, and how one of them is judged: exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from optuna.distributions import BaseDistribution

from analytics.checks import InputError, NotEstimableError, require
from analytics.dosing.characteristics import CohortAccrual, ToxicityScenario
from analytics.dosing.escalation import EscalationDesign
from analytics.dosing.search.judging import measured
from analytics.dosing.search.measures import dose_measure
from analytics.dosing.search.objectives import DoseConstraint, DoseObjective
from analytics.dosing.search.space import DoseSearchSpace
from analytics.results import Result, registered
from analytics.search.problem import MOST_OBJECTIVES
from analytics.search.protocol import POSSIBLE, Direction, Outcome

Figures = Mapping[str, list[float]]
"""By measure, the value under each scenario."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class DoseSearchProblem(Result):
    """Which designs to try, under which scenarios, and what is wanted of them.

    A design is judged by its exact operating characteristics: the same point always has the same
    values, and a difference between two is one between the designs.

    Parameters
    ----------
    space : DoseSearchSpace
    scenarios : tuple of ToxicityScenario
        At least one; all count the same.
    objectives : tuple of DoseObjective
        1 to 4.
    constraints : tuple of DoseConstraint
    accrual : CohortAccrual, optional
        For the duration.

    Examples
    --------
    >>> problem = DoseSearchProblem(
    ...     space=DoseSearchSpace(doses=3, target=0.3, families=("boin",), patients=(9, 18)),
    ...     scenarios=(ToxicityScenario(probabilities=(0.1, 0.3, 0.5)),),
    ...     objectives=(DoseObjective(measure="correct"), DoseObjective(measure="patients")))
    >>> outcome = problem.judge({"family": "boin", "under": 0.6, "over": 1.4, "safety": 0.95,
    ...                          "cohort": 3, "patients": 18, "stop_at": 18})
    >>> [round(one, 3) for one in outcome.values], outcome.feasible
    ([0.644, 17.969], True)
    """

    space: DoseSearchSpace
    scenarios: tuple[ToxicityScenario, ...]
    objectives: tuple[DoseObjective, ...]
    constraints: tuple[DoseConstraint, ...] = ()
    accrual: CohortAccrual | None = None

    def __post_init__(self) -> None:
        few = 1 <= len(self.objectives) <= MOST_OBJECTIVES
        require(few, f"1 to {MOST_OBJECTIVES} objectives", objectives=len(self.objectives))
        for name, labels in (
            ("objective", self.labels),
            ("constraint", tuple(one.label for one in self.constraints)),
        ):
            require(len(set(labels)) == len(labels), f"each {name} once", given=labels)
        require(len(self.scenarios) > 0, "at least one scenario", scenarios=self.scenarios)
        for one in self.scenarios:
            same = one.doses == self.space.doses
            require(same, f"scenarios have {self.space.doses} doses", doses=one.doses)
        for measure in self._measures:
            given = not dose_measure(measure).timed or self.accrual is not None
            require(given, f"{measure} needs the accrual", accrual=self.accrual)

    @property
    def _measures(self) -> tuple[str, ...]:
        """That objectives and constraints are about."""
        sought = [one.measure for one in self.objectives]
        limited = [one.measure for one in self.constraints]
        return tuple(dict.fromkeys(sought + limited))

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the objectives."""
        return tuple(one.label for one in self.objectives)

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Of the objectives, as Optuna calls them."""
        return tuple(one.direction for one in self.objectives)

    def distributions(self) -> dict[str, BaseDistribution]:
        """The free variables and their ranges."""
        return self.space.distributions()

    def design_at(self, point: Mapping[str, Any]) -> EscalationDesign:
        """The design of a point."""
        return self.space.design_at(point)

    def judge(self, point: Mapping[str, Any]) -> Outcome:
        """Objectives and constraints of one point; not possible with too many states, or where the
        point is no sound design, such as a skeleton that reaches 0."""
        try:
            figures = self.figures(self.design_at(point))
        except (InputError, NotEstimableError):
            return Outcome(values=None, violations={POSSIBLE: 1.0})
        violations = {POSSIBLE: 0.0}
        for one in self.constraints:
            violations[one.label] = one.violation(one.over_scenarios(figures[one.measure]))
        values = tuple(one.over_scenarios(figures[one.measure]) for one in self.objectives)
        return Outcome(values=values, violations=violations)

    def figures(self, design: EscalationDesign) -> Figures:
        """What is wanted of any design, in the space or not, under each scenario."""
        found = measured(design, self.scenarios, accrual=self.accrual)
        return {name: dose_measure(name).read(found).tolist() for name in self._measures}

    def compare(self, designs: Mapping[str, EscalationDesign]) -> pd.DataFrame:
        """Objectives and constraints of any designs: one row per design.

        Columns are `design`, the objectives by label, the value of each constraint as
        "value: label", and `feasible`. NaN for a design with too many states.
        """
        told = [f"value: {one.label}" for one in self.constraints]
        rows = []
        for name, design in designs.items():
            try:
                figures = self.figures(design)
            except NotEstimableError:
                rows.append((name, *[np.nan] * (len(self.labels) + len(told)), False))
                continue
            values = [one.over_scenarios(figures[one.measure]) for one in self.objectives]
            limits = [one.over_scenarios(figures[one.measure]) for one in self.constraints]
            pairs = zip(self.constraints, limits, strict=True)
            feasible = all(one.violation(value) <= 0 for one, value in pairs)
            rows.append((name, *values, *limits, feasible))
        return pd.DataFrame(rows, columns=["design", *self.labels, *told, "feasible"])
