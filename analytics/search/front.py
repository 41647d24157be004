"""The designs of which none is better than another in everything that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import NotEstimableError, require
from analytics.design.survival.design import SurvivalDesign
from analytics.results import Result, registered
from analytics.search.pareto import hypervolume, knee
from analytics.search.problem import SearchProblem
from analytics.search.protocol import Problem
from analytics.search.trial_rows import losses_of, point_of_row, value_at, violation_column

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BestDesigns(Result):
    """A front of any problem; what is on it is said by the classes made from this one.

    Parameters
    ----------
    problem : Problem
    table : DataFrame
        As of `Front`.
    """

    problem: Problem
    table: pd.DataFrame

    def __post_init__(self) -> None:
        needed = {"number", "design", *self.problem.labels}
        require(needed <= set(self.table.columns), f"a front has the columns {sorted(needed)}")

    @classmethod
    def of(cls, problem: Problem, trials: pd.DataFrame) -> Self:
        """Of rows of a search that are known to be its front."""
        points = [point_of_row(problem, row) for _, row in trials.iterrows()]
        names = ["number", *problem.distributions(), *problem.labels]
        table = trials[names].reset_index(drop=True)
        for one in problem.constraints:
            missed = trials[violation_column(one.label)].to_numpy(dtype=float)
            table[f"value: {one.label}"] = value_at(one, missed)
        table["design"] = [problem.design_at(point).to_json() for point in points]
        return cls(problem=problem, table=table)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the trials, in the order of the table."""
        return tuple(int(one) for one in self.table["number"])

    def point(self, number: int) -> dict[str, Any]:
        """Its variables."""
        return point_of_row(self.problem, self.row(number))

    def knee(self) -> int:
        """The number of the design from which every objective is dear to improve further.

        Raises
        ------
        NotEstimableError
            When no design keeps all constraints.
        """
        if self.table.empty:
            raise NotEstimableError(
                "No design that was tried keeps all constraints: relax one, or widen a range."
            )
        return self.numbers[knee(losses_of(self.problem, self.table))]

    def hypervolume(self, best: Floats, reference: Floats) -> float:
        """As a share of the box between the best losses and a reference point."""
        low, limit = np.asarray(best, dtype=float), np.asarray(reference, dtype=float)
        if self.table.empty:
            return 0.0
        scaled = (losses_of(self.problem, self.table) - low) / (limit - low)
        return hypervolume(scaled, np.ones(low.size))

    def to_frame(self) -> pd.DataFrame:
        """One row per design."""
        return self.table.copy()

    def row(self, number: int) -> pd.Series[Any]:
        """The row of a trial on the front."""
        row = self.table.loc[self.table["number"] == number]
        require(len(row) == 1, "the number of a design on the front", number=number)
        return row.iloc[0]


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Front(BestDesigns):
    """Pareto front of a search.

    Parameters
    ----------
    problem : SearchProblem
    table : DataFrame
        One row per design: `number` of its trial, the variables, the objectives by label, the
        value of each constraint as "value: label", and `design`, the JSON of the design.

    Examples
    --------
    >>> from analytics.search import Objective, SearchSpace, search
    >>> from analytics.search.textbook import example_design
    >>> front = search(SearchSpace(design=example_design(), events=(200, 400)),
    ...                [Objective(measure="power"), Objective(measure="expected_events")],
    ...                budget=10, policy="random").front()
    >>> 200 <= front.design(front.knee()).events <= 400
    True
    """

    problem: SearchProblem

    def design(self, number: int) -> SurvivalDesign:
        """The design of a trial on the front."""
        return SurvivalDesign.from_json(str(self.row(number)["design"]))
