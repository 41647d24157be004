"""Why not cheaper? What stops a design from being better in one objective."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.search.objectives import Objective
from analytics.search.problem import SearchProblem

COLUMNS = ("variable", "from_value", "to_value", "gain", "stopped_by", "missed_by", "worse_in")
RANGE, OTHERS, NOTHING = "end of its range", "another objective", "nothing"
_STEP = 0.02  # of a range


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Binding(Result):
    """Small steps from a design that would improve an objective, and what forbids them.

    Parameters
    ----------
    problem : SearchProblem
    objective : str
        Its label.
    table : DataFrame
        One row per step that would improve the objective, the largest gain first: the variable,
        its value now and then, the `gain` (> 0, in the unit of the objective), `stopped_by` (the
        label of the constraint that is broken, "another objective" that gets worse, or "nothing":
        the step is a better design), by which share of its bound a constraint is missed, and the
        labels of the objectives that get worse. A variable at the end of its range that would
        gain beyond it has a row that is stopped by "end of its range", with an unknown gain.

    Examples
    --------
    >>> from analytics.search import Constraint, Objective, SearchSpace
    >>> from analytics.search.textbook import example_design
    >>> problem = SearchProblem(
    ...     space=SearchSpace(design=example_design(), events=(200, 400)),
    ...     objectives=(Objective(measure="expected_duration"),),
    ...     constraints=(Constraint(measure="power", at_least=0.895),))
    >>> found = why_not_better(problem, {"events": 330}, "expected_duration")
    >>> found.table[["variable", "to_value", "stopped_by"]].values.tolist()
    [['events', 326, 'power >= 0.895']]
    """

    problem: SearchProblem
    objective: str
    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "one row per step")

    @property
    def constraints(self) -> tuple[str, ...]:
        """That stop a step, the one that costs most first."""
        found = self.table["stopped_by"]
        labels = [one.label for one in self.problem.constraints]
        return tuple(dict.fromkeys(one for one in found if one in labels))

    def to_frame(self) -> pd.DataFrame:
        """One row per step."""
        return self.table.copy()


def why_not_better(problem: SearchProblem, point: Mapping[str, Any], objective: str) -> Binding:
    """Which constraints keep a design from being better in one objective.

    Each variable is moved a little in both directions, 2 % of its range or a whole number, and
    each choice is changed, all else being the same.

    Parameters
    ----------
    point : mapping
        Of a design that keeps all constraints.
    objective : str
        The label of an objective, such as "expected_cost".

    Raises
    ------
    NotEstimableError
        When the design itself breaks a constraint.
    """
    labels = problem.labels
    require(objective in labels, f"objective in {labels}", objective=objective)
    own = problem.judge(point, prune=False)
    if own.values is None or not own.feasible:
        raise NotEstimableError("The design itself breaks a constraint.")
    rows = []
    for name, one in problem.space.distributions().items():
        for moved in _moves(one, point[name]):
            row = _step(problem, point, name, moved, own.values, labels.index(objective))
            if row is not None:
                rows.append(row)
        rows += _at_end(problem, point, name, one, own.values, labels.index(objective))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table = table.sort_values("gain", ascending=False, kind="stable", ignore_index=True)
    return Binding(problem=problem, objective=objective, table=table)


def _step(
    problem: SearchProblem,
    point: Mapping[str, Any],
    name: str,
    moved: Any,
    own: tuple[float, ...],
    place: int,
) -> tuple[Any, ...] | None:
    """The row of one step; None when it does not improve the objective."""
    outcome = problem.judge({**point, name: moved}, prune=False)
    if outcome.values is None:
        return None
    gains = _gains(problem.objectives, own, outcome.values)
    if gains[place] <= 0:
        return None
    worse = [one.label for one, gain in zip(problem.objectives, gains, strict=True) if gain < 0]
    broken = {label: by for label, by in outcome.violations.items() if by > 0}
    if broken:
        first = max(broken, key=lambda label: broken[label])
        return name, point[name], moved, gains[place], first, broken[first], ", ".join(worse)
    stopped = OTHERS if worse else NOTHING
    return name, point[name], moved, gains[place], stopped, 0.0, ", ".join(worse)


def _at_end(
    problem: SearchProblem,
    point: Mapping[str, Any],
    name: str,
    one: BaseDistribution,
    own: tuple[float, ...],
    place: int,
) -> list[tuple[Any, ...]]:
    """A row for a variable at the end of its range, if stepping back makes the objective worse."""
    if isinstance(one, CategoricalDistribution) or point[name] not in (one.low, one.high):  # type: ignore[attr-defined]
        return []
    for moved in _moves(one, point[name]):
        outcome = problem.judge({**point, name: moved}, prune=False)
        back = outcome.values
        if back is not None and _gains(problem.objectives, own, back)[place] < 0:
            return [(name, point[name], point[name], np.nan, RANGE, 0.0, "")]
    return []


def _gains(
    objectives: tuple[Objective, ...], own: tuple[float, ...], other: tuple[float, ...]
) -> tuple[float, ...]:
    trio = zip(objectives, own, other, strict=True)
    return tuple(one.sign * (mine - theirs) for one, mine, theirs in trio)


def _moves(one: BaseDistribution, value: Any) -> list[Any]:
    """Values near this one, within the range."""
    if isinstance(one, CategoricalDistribution):
        return [choice for choice in one.choices if choice != value]
    assert isinstance(one, FloatDistribution | IntDistribution)
    step = _STEP * (one.high - one.low)
    if isinstance(one, IntDistribution):
        step = max(1, round(step))
    near = (max(value - step, one.low), min(value + step, one.high))
    return [moved for moved in near if moved != value]
