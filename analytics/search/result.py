"""What a search has tried, and the best of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Self

import numpy as np
import optuna
import pandas as pd
from numpy.typing import NDArray
from optuna.trial import FrozenTrial, TrialState

from analytics.checks import require
from analytics.results import Result, registered
from analytics.search.front import Front
from analytics.search.pareto import hypervolume, non_dominated
from analytics.search.parts import Part
from analytics.search.problem import SearchProblem
from analytics.search.protocol import Problem
from analytics.search.space import Point
from analytics.search.studies import new_study
from analytics.search.trial_rows import (
    constraint_labels,
    losses_of,
    point_of_row,
    row_of,
    violation_column,
)

Floats = NDArray[np.float64]
FIXED_COLUMNS = ("number", "seconds", "evaluated", "feasible")
FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
_BEYOND = 0.1  # of the range, from the worst value to the reference point
_MOST_STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TriedDesigns(Result):
    """All designs that a search of any problem tried.

    Parameters
    ----------
    problem : Problem
    trials, policy, seed, seconds
        As of `SearchResult`.
    """

    problem: Problem
    trials: pd.DataFrame
    policy: str
    seed: int
    seconds: float

    def __post_init__(self) -> None:
        needed = {*FIXED_COLUMNS, *self.problem.labels}
        require(needed <= set(self.trials.columns), f"trials have the columns {sorted(needed)}")

    @classmethod
    def of(
        cls,
        problem: Problem,
        study: optuna.Study,
        *,
        policy: str,
        seed: int,
        seconds: float,
    ) -> Self:
        """Of what is finished in a study."""
        found = study.get_trials(deepcopy=False, states=FINISHED)
        return cls.of_trials(problem, found, policy=policy, seed=seed, seconds=seconds)

    @classmethod
    def of_trials(
        cls,
        problem: Problem,
        found: Sequence[FrozenTrial],
        *,
        policy: str,
        seed: int,
        seconds: float,
    ) -> Self:
        """Of finished trials."""
        begun = min((one.datetime_start for one in found if one.datetime_start), default=None)
        rows = [row_of(problem, one, begun) for one in found]
        columns = [
            *FIXED_COLUMNS,
            *problem.distributions(),
            *problem.labels,
            *(violation_column(label) for label in constraint_labels(problem)),
        ]
        trials = pd.DataFrame(rows, columns=columns).astype({"evaluated": bool, "feasible": bool})
        return cls(problem=problem, trials=trials, policy=policy, seed=seed, seconds=seconds)

    @classmethod
    def of_parts(cls, parts: Sequence[Self]) -> Self:
        """All that the parts of a search tried, by number."""
        first = parts[0]
        trials = pd.concat([one.trials for one in parts]).sort_values("number", ignore_index=True)
        return replace(first, trials=trials, seconds=sum(one.seconds for one in parts))

    def numbered(self, part: Part) -> Self:
        """The result of a part of a search, with the numbers that its trials have in the whole."""
        numbers = [part.trial_number(int(one)) for one in self.trials["number"]]
        return replace(self, trials=self.trials.assign(number=numbers))

    @property
    def evaluations(self) -> int:
        """Designs tried, those given up early too."""
        return len(self.trials)

    def point(self, number: int) -> Point:
        """The point of a trial by its number."""
        row = self.trials.loc[self.trials["number"] == number]
        require(len(row) == 1, "the number of a trial", number=number)
        return point_of_row(self.problem, row.iloc[0])

    def front_trials(self) -> pd.DataFrame:
        """The rows of the designs that keep all constraints and that none of these dominates."""
        good = self.trials[self.trials["feasible"]]
        kept = good[non_dominated(losses_of(self.problem, good))] if len(good) else good
        kept = kept.drop_duplicates(subset=list(self.problem.labels))
        return kept.sort_values(self.problem.labels[0])

    def reference(self) -> tuple[Floats, Floats]:
        """The best of each loss among feasible designs, and a point 10 % of the range beyond
        the worst."""
        losses = losses_of(self.problem, self.trials[self.trials["feasible"]])
        size = len(self.problem.labels)
        if len(losses) == 0:
            return np.zeros(size), np.ones(size)
        low, high = losses.min(axis=0), losses.max(axis=0)
        span = np.where(high > low, high - low, 1.0)
        return low, high + _BEYOND * span

    def hypervolume_history(
        self, *, best: Floats | None = None, reference: Floats | None = None
    ) -> pd.DataFrame:
        """How the front grew: `evaluations`, `seconds`, `hypervolume` as a share of the box.

        Parameters
        ----------
        best, reference : array, optional
            The box in which losses are measured; by default that of `reference()`.
        """
        own = self.reference()
        low = own[0] if best is None else np.asarray(best)
        limit = own[1] if reference is None else np.asarray(reference)
        scaled = (losses_of(self.problem, self.trials) - low) / (limit - low)
        usable = self.trials["feasible"].to_numpy()
        count = len(self.trials)
        ends = np.unique(np.linspace(1, count, _MOST_STEPS if count else 0).round().astype(int))
        shares = []
        kept = np.empty((0, len(self.problem.labels)))
        for before, end in pairwise((0, *ends)):
            new = scaled[before:end][usable[before:end]]
            kept = np.vstack([kept, new])
            kept = kept[non_dominated(kept)]
            shares.append(hypervolume(kept, np.ones(kept.shape[1])))
        seconds = self.trials["seconds"].to_numpy()[ends - 1]
        return pd.DataFrame({"evaluations": ends, "seconds": seconds, "hypervolume": shares})

    def study(self) -> optuna.Study:
        """An Optuna study in memory with these trials, for its importances and plots."""
        study = new_study(self.problem)
        study.add_trials([self._frozen(row) for _, row in self.trials.iterrows()])
        return study

    def _frozen(self, row: pd.Series[Any]) -> FrozenTrial:
        names = {label: row[violation_column(label)] for label in constraint_labels(self.problem)}
        known = {f"constraints:{name}": float(v) for name, v in names.items() if v == v}
        values = [float(row[label]) for label in self.problem.labels]
        return optuna.trial.create_trial(
            state=TrialState.COMPLETE if row["evaluated"] else TrialState.PRUNED,
            values=values if row["evaluated"] else None,
            params=point_of_row(self.problem, row),
            distributions=self.problem.distributions(),
            system_attrs=known,
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per design tried."""
        return self.trials.copy()


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchResult(TriedDesigns):
    """All designs that a search tried.

    Parameters
    ----------
    problem : SearchProblem
    trials : DataFrame
        One row per design: `number`, `seconds` since the first one was begun, `evaluated` (False
        for one that was given up early), `feasible`; the variables by name; the objectives by
        label, NaN where not evaluated; the violation of each constraint, as a share of its bound,
        as "violation: label", NaN where unknown.
    policy : str
    seed : int
    seconds : float
        That the search took; of several parts, together.

    Examples
    --------
    >>> from analytics.search import Objective, SearchSpace, search
    >>> from analytics.search.textbook import example_design
    >>> found = search(SearchSpace(design=example_design(), events=(200, 400)),
    ...                [Objective(measure="power"), Objective(measure="expected_events")],
    ...                budget=10, policy="random")
    >>> found.evaluations, len(found.front().table)
    (10, 10)
    """

    problem: SearchProblem

    def front(self) -> Front:
        """The designs that keep all constraints and that none of these dominates."""
        return Front.of(self.problem, self.front_trials())
