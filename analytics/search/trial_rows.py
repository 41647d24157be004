"""Trials of a study as rows of a table, and rows as points and losses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

from analytics.search.protocol import POSSIBLE, Limited, Problem
from analytics.search.space import Point

Floats = NDArray[np.float64]


def point_of_row(problem: Problem, row: pd.Series[Any]) -> Point:
    """The variables of a row of trials, as plain values.

    Examples
    --------
    >>> from analytics.search import Objective, SearchProblem, SearchSpace
    >>> from analytics.search.textbook import example_design
    >>> problem = SearchProblem(
    ...     space=SearchSpace(design=example_design(), events=(200, 400)),
    ...     objectives=(Objective(measure="power"),))
    >>> point_of_row(problem, pd.Series({"events": 330.0}))
    {'events': 330}
    """
    point = {}
    for name, one in problem.distributions().items():
        value = row[name]
        if isinstance(one, IntDistribution):
            value = int(value)
        elif isinstance(one, FloatDistribution):
            value = float(value)
        elif isinstance(one.choices[0], bool):  # type: ignore[attr-defined]
            value = bool(value)
        point[name] = value
    return point


def losses_of(problem: Problem, table: pd.DataFrame) -> Floats:
    """Objectives of a table as losses, which less is better of: rows x objectives.

    Examples
    --------
    >>> from analytics.search import Objective, SearchProblem, SearchSpace
    >>> from analytics.search.textbook import example_design
    >>> problem = SearchProblem(
    ...     space=SearchSpace(design=example_design(), events=(200, 400)),
    ...     objectives=(Objective(measure="power"),))
    >>> losses_of(problem, pd.DataFrame({"power": [0.9]})).tolist()
    [[-0.9]]
    """
    signs = np.array([one.sign for one in problem.objectives])
    return np.asarray(table[list(problem.labels)].to_numpy(dtype=float) * signs)


def value_at(constraint: Limited, violation: Floats) -> Floats:
    """The values of the measure of a constraint at which it is missed by shares of its bound."""
    scale = constraint.sign * (abs(constraint.bound) or 1.0)
    return np.asarray(constraint.bound + violation * scale)


def constraint_labels(problem: Problem) -> tuple[str, ...]:
    """Of all constraints, with the one that every search has."""
    return (POSSIBLE, *(one.label for one in problem.constraints))


def violation_column(label: str) -> str:
    """The column of trials that says by how much a constraint is missed.

    Examples
    --------
    >>> violation_column("power >= 0.8")
    'violation: power >= 0.8'
    """
    return f"violation: {label}"


def row_of(problem: Problem, trial: FrozenTrial, begun: Any) -> dict[str, Any]:
    """The row of a finished trial; `begun` is when the first one was."""
    evaluated = trial.state == TrialState.COMPLETE
    ended = trial.datetime_complete
    seconds = (ended - begun).total_seconds() if ended and begun else np.nan
    broken = trial.constraints
    values = dict(zip(problem.labels, trial.values or (), strict=False)) if evaluated else {}
    return {
        "number": trial.number,
        "seconds": seconds,
        "evaluated": evaluated,
        "feasible": evaluated and all(one <= 0 for one in broken.values()),
        **trial.params,
        **{label: values.get(label, np.nan) for label in problem.labels},
        **{violation_column(name): broken.get(name, np.nan) for name in constraint_labels(problem)},
    }
