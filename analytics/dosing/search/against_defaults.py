"""Whether what a search found is better than textbook designs, on scenarios it did not use."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.dosing.characteristics import ToxicityScenario
from analytics.dosing.escalation import EscalationDesign
from analytics.dosing.escalation.counts import Floats
from analytics.dosing.search.judging import Measured, measured
from analytics.dosing.search.measures import DOSE_MEASURES
from analytics.dosing.search.problem import DoseSearchProblem
from analytics.dosing.search.result import DoseFront
from analytics.progress import Progress, unheard
from analytics.results import Result, registered
from analytics.search.objectives import MEAN
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
        label", 0 or more in the direction wanted; NaN without one. "error: label" is the standard
        error of a gain for the draw of the scenarios, of a mean over two scenarios or more.
    front : DataFrame
        One row per design on the front: its number as `design`, and the same figures.
    figures : DataFrame
        By design, the names of the defaults and the numbers of the front as text: each `measure`
        that is known, as the `mean` over the scenarios and in the `worst` of them.
    """

    problem: DoseSearchProblem
    defaults: pd.DataFrame
    front: pd.DataFrame
    figures: pd.DataFrame

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
    *,
    progress: Progress = unheard,
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
    progress : callable
        Is told after each design; may raise to stop.

    Raises
    ------
    InputError
        When the search used one of the scenarios.
    NotEstimableError
        When no design is on the front.
    """
    if front.table.empty:
        raise NotEstimableError("No design that was tried keeps all constraints.")
    return compare_designs(front.problem, front.designs(), scenarios, defaults, progress=progress)


def compare_designs(
    searched: DoseSearchProblem,
    found: Mapping[int, EscalationDesign],
    scenarios: tuple[ToxicityScenario, ...],
    defaults: Mapping[str, EscalationDesign],
    *,
    progress: Progress = unheard,
) -> AgainstDefaults:
    """Like `compare_with_defaults`, of a front that is given by its problem and its designs.

    Parameters
    ----------
    searched : DoseSearchProblem
    found : mapping
        Designs by the numbers of their trials.
    scenarios, defaults, progress
        As of `compare_with_defaults`.

    Examples
    --------
    >>> from analytics.dosing.characteristics import shifted_scenarios
    >>> from analytics.dosing.search import DoseObjective, DoseSearchSpace, default_designs
    >>> problem = DoseSearchProblem(
    ...     space=DoseSearchSpace(doses=3, target=0.3),
    ...     scenarios=shifted_scenarios(doses=3, target=0.3),
    ...     objectives=(DoseObjective(measure="correct"),))
    >>> held = shifted_scenarios(doses=3, target=0.3, odds_ratio=3.0)
    >>> designs = default_designs(doses=3, target=0.3, patients=18)
    >>> compare_designs(problem, {7: designs["CRM"]}, held, {"BOIN": designs["BOIN"]}).dominated
    ('BOIN',)
    """
    used = {one.probabilities for one in searched.scenarios}
    again = [one.probabilities for one in scenarios if one.probabilities in used]
    require(not again, "scenarios that the search did not use", used=again[:2])
    problem = replace(searched, scenarios=scenarios)
    every = {**{str(number): one for number, one in found.items()}, **defaults}
    known = _measured(problem, every, progress)
    own, front = (
        problem.compare(defaults),
        problem.compare({str(k): one for k, one in found.items()}),
    )
    front["design"] = front["design"].astype(int)
    beaten = _beaten(problem, own, front[front["feasible"]])
    return AgainstDefaults(
        problem=problem,
        defaults=pd.concat([beaten, _errors(problem, beaten, known)], axis=1),
        front=front,
        figures=_figures(known),
    )


def _measured(
    problem: DoseSearchProblem, designs: Mapping[str, EscalationDesign], progress: Progress
) -> dict[str, Measured]:
    """The exact measures of the designs that can be judged, one after the other."""
    known = {}
    for place, (name, design) in enumerate(designs.items(), start=1):
        with suppress(NotEstimableError):
            known[name] = measured(design, problem.scenarios, accrual=problem.accrual)
        progress(place / len(designs), f"Judged {place:,} of {len(designs):,} designs.")
    return known


def _figures(known: Mapping[str, Measured]) -> pd.DataFrame:
    """Every measure of every design over the scenarios."""
    rows = []
    for design, measures in known.items():
        for name, one in DOSE_MEASURES.items():
            if one.timed and "duration" not in measures:
                continue
            values = one.read(measures)
            worst = values.min() if one.larger_is_better else values.max()
            rows.append((design, name, float(values.mean()), float(worst)))
    return pd.DataFrame(rows, columns=["design", "measure", "mean", "worst"])


def _errors(
    problem: DoseSearchProblem, beaten: pd.DataFrame, known: Mapping[str, Measured]
) -> pd.DataFrame:
    """The standard errors of the gains: other scenarios would have given others."""
    count = len(problem.scenarios)
    found: dict[str, list[float]] = {f"error: {one.label}": [] for one in problem.objectives}
    for name, number in zip(beaten["design"], beaten["dominated_by"], strict=True):
        for one in problem.objectives:
            error = np.nan
            if number >= 0 and one.over == MEAN and count > 1:
                read = DOSE_MEASURES[one.measure].read
                gained = read(known[str(number)]) - read(known[str(name)])
                error = float(gained.std(ddof=1)) / sqrt(count)
            found[f"error: {one.label}"].append(error)
    return pd.DataFrame(found)


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
