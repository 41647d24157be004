"""Whether what a search found is better than textbook designs, on scenarios it did not use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.dosing.characteristics import ToxicityScenario
from analytics.dosing.escalation import EscalationDesign
from analytics.dosing.escalation.counts import Floats
from analytics.dosing.search.problem import DoseSearchProblem
from analytics.dosing.search.result import DoseFront
from analytics.results import Result, registered
from analytics.search.trial_rows import losses_of

_ROUNDING = 1e-9
NO_IMPROVEMENT = "no improvement found"
NOT_JUDGED = "not judged, because it has too many states"


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AgainstDefaults(Result):
    """A front and default designs under the same scenarios, which the search did not use.

    Parameters
    ----------
    problem : DoseSearchProblem
        With the scenarios of the comparison.
    defaults : DataFrame
        One row per default: `design`, the objectives by label, the value of each constraint,
        `feasible`; `dominated_by`, the number of the design on the front that is as good in all
        objectives and better in one (-1 for none), and by how much it is better in each as "gain:
        label", 0 or more in the direction wanted; NaN without one.
    front : DataFrame
        One row per design on the front: its number as `design`, and the same figures.
    """

    problem: DoseSearchProblem
    defaults: pd.DataFrame
    front: pd.DataFrame

    @property
    def dominated(self) -> tuple[str, ...]:
        """The defaults that a design on the front dominates."""
        beaten = self.defaults["dominated_by"] >= 0
        return tuple(map(str, self.defaults.loc[beaten, "design"]))

    @property
    def verdicts(self) -> tuple[str, ...]:
        """One sentence per default, in words.

        Examples
        --------
        >>> from analytics.dosing.characteristics import shifted_scenarios
        >>> from analytics.dosing.search import DoseObjective, DoseSearchSpace, search_doses
        >>> problem = DoseSearchProblem(
        ...     space=DoseSearchSpace(doses=3, target=0.3, families=("boin",), patients=(18, 18),
        ...                           cohort=(3, 3), under=(0.6, 0.6), over=(1.4, 1.4),
        ...                           safety=(0.95, 0.95), stop_at=(18, 18)),
        ...     scenarios=shifted_scenarios(doses=3, target=0.3),
        ...     objectives=(DoseObjective(measure="correct"),))
        >>> front = search_doses(problem, budget=1).front()
        >>> held = shifted_scenarios(doses=3, target=0.3, odds_ratio=3.0)
        >>> default = {"BOIN": front.design(0)}
        >>> compare_with_defaults(front, held, default).verdicts
        ('BOIN: no improvement found.',)
        """
        return tuple(self._verdict(row) for row in self.defaults.to_dict("records"))

    def _verdict(self, row: Mapping[str, object]) -> str:
        if any(row[one.label] != row[one.label] for one in self.problem.objectives):
            return f"{row['design']}: {NOT_JUDGED}."
        if row["dominated_by"] == -1:
            return f"{row['design']}: {NO_IMPROVEMENT}."
        better = [
            f"{one.label} {row[one.label]:.3f} becomes {self._of_front(row, one.label):.3f}"
            for one in self.problem.objectives
        ]
        return f"{row['design']}: dominated by design {row['dominated_by']}; {', '.join(better)}."

    def _of_front(self, row: Mapping[str, object], label: str) -> float:
        own = self.front["design"] == row["dominated_by"]
        return float(self.front.loc[own, label].iloc[0])

    def to_frame(self) -> pd.DataFrame:
        """One row per default."""
        return self.defaults.copy()


def compare_with_defaults(
    front: DoseFront,
    scenarios: tuple[ToxicityScenario, ...],
    defaults: Mapping[str, EscalationDesign],
) -> AgainstDefaults:
    """Judge a front and default designs under scenarios that the search did not use.

    What was best on the scenarios of a search looks better there than it is. Only a design of the
    front that keeps the constraints under the new scenarios too can dominate a default; of several
    that do, the one with the largest gain in the first objective is named.

    Parameters
    ----------
    front : DoseFront
    scenarios : tuple of ToxicityScenario
        None with the probabilities of one of the search.
    defaults : mapping
        Designs by name, such as `default_designs` has.

    Raises
    ------
    InputError
        When the search used one of the scenarios.
    NotEstimableError
        When no design is on the front.
    """
    used = {one.probabilities for one in front.problem.scenarios}
    again = [one.probabilities for one in scenarios if one.probabilities in used]
    require(not again, "scenarios that the search did not use", used=again)
    if front.table.empty:
        raise NotEstimableError("No design that was tried keeps all constraints.")
    problem = replace(front.problem, scenarios=scenarios)
    found = problem.compare({str(k): one for k, one in front.designs().items()})
    found["design"] = found["design"].astype(int)
    own = problem.compare(defaults)
    usable = found[found["feasible"]]
    return AgainstDefaults(problem=problem, defaults=_beaten(problem, own, usable), front=found)


def _beaten(problem: DoseSearchProblem, own: pd.DataFrame, front: pd.DataFrame) -> pd.DataFrame:
    """The defaults with what dominates them and by how much."""
    mine, theirs = losses_of(problem, own), losses_of(problem, front)
    numbers, gains = [], []
    for losses in mine:
        place = _dominating(losses, theirs)
        numbers.append(-1 if place is None else int(front["design"].iloc[place]))
        nothing = np.full(len(losses), np.nan)
        gains.append(nothing if place is None else np.maximum(losses - theirs[place], 0.0))
    columns = [f"gain: {label}" for label in problem.labels]
    gained = pd.DataFrame(np.array(gains).reshape(-1, len(columns)), columns=columns)
    return pd.concat([own.assign(dominated_by=numbers), gained], axis=1)


def _dominating(losses: Floats, others: Floats) -> int | None:
    """The place of the point that dominates these losses by most in the first of them."""
    as_good = (others <= losses + _ROUNDING).all(axis=1)
    better = (others < losses - _ROUNDING).any(axis=1)
    places = np.flatnonzero(as_good & better)
    if not places.size:
        return None
    return int(places[np.argmin(others[places, 0])])
