"""A trial under way: what the design recommends now, and after each outcome of the next cohorts."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.dosing.characteristics import TransitionPaths, transition_paths
from analytics.dosing.escalation import Outcomes, Recommendation
from analytics.progress import Progress, unheard
from analytics.results import Result, registered
from dashboard.analyses.dosing.families import FACTS
from dashboard.analyses.dosing.proposal import DosingProposal

PATHS = "N: without toxicity, T: with; before them the number of the dose, counted from 1."
_DEPTH = 2
_QUICK_PATIENTS = 48  # for more of them a posterior with two parameters takes seconds


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConductAnswer(Result):
    """What a design says after the outcomes seen.

    Parameters
    ----------
    recommendation : Recommendation
    paths : TransitionPaths or None
        Of the next two cohorts; None when the trial has ended.
    """

    recommendation: Recommendation
    paths: TransitionPaths | None


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ConductRequest(Result):
    """The outcomes of a trial under a design.

    Parameters
    ----------
    proposal : DosingProposal
    outcomes : Outcomes
        Of as many doses.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> seen = Outcomes.parse("1NNN 2NNT", doses=5)
    >>> answer = ConductRequest(proposal=usual_dosing(), outcomes=seen).run()
    >>> answer.recommendation.dose, len(answer.paths.table)
    (1, 20)
    """

    proposal: DosingProposal
    outcomes: Outcomes

    @property
    def is_quick(self) -> bool:
        """Whether it takes less than a second: then it needs no job."""
        patients = sum(self.outcomes.patients) + _DEPTH * self.proposal.cohort_size
        return not FACTS[self.proposal.family].slow or patients <= _QUICK_PATIENTS

    @property
    def title(self) -> str:
        """For the list of jobs."""
        many = sum(self.outcomes.patients)
        return f"{self.proposal.family} after {many} {'patient' if many == 1 else 'patients'}"

    def run(self, progress: Progress = unheard) -> ConductAnswer:
        """Compute."""
        design = self.proposal.design()
        found = design.recommend(self.outcomes)
        progress(0.5, "The dose is recommended.")
        paths = None if found.stop else transition_paths(design, self.outcomes, depth=_DEPTH)
        return ConductAnswer(recommendation=found, paths=paths)


def paths_table(paths: TransitionPaths, names: tuple[str, ...]) -> pd.DataFrame:
    """The next two cohorts as text: one row per outcome of both, or of one that ends the trial.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> seen = Outcomes.parse("", doses=5)
    >>> found = ConductRequest(proposal=usual_dosing(), outcomes=seen).run().paths
    >>> paths_table(found, usual_dosing().names).iloc[0].tolist()
    ['1NNN', '20 mg', '2NNN', '40 mg']
    """
    table = paths.table
    rows = []
    for first in table[table["depth"] == 1].itertuples():
        head = [first.path, _next(first.next_dose, first.stop, names)]
        after = table[table["parent"] == first.Index]
        tails = [
            [str(one.path).split()[-1], _next(one.next_dose, one.stop, names)]
            for one in after.itertuples()
        ]
        rows += [[*head, *tail] for tail in tails or [["–", "–"]]]
    return pd.DataFrame(rows, columns=["Next cohort", "Then", "Cohort after it", "Then next"])


def _next(dose: int, stop: bool, names: tuple[str, ...]) -> str:
    if not stop:
        return names[dose - 1]
    return f"Stop, {names[dose - 1]} selected" if dose else "Stop, none selected"


def cohort_table(outcomes: Outcomes) -> pd.DataFrame:
    """The cohorts of a trial: `cohort`, `dose`, `patients`, `toxicities`.

    Examples
    --------
    >>> cohort_table(Outcomes.parse("1NNN 2NNT", doses=3)).to_numpy().tolist()
    [[1, 1, 3, 0], [2, 2, 3, 1]]
    """
    rows = [(i, c.dose, c.patients, c.toxicities) for i, c in enumerate(outcomes.cohorts, start=1)]
    return pd.DataFrame(rows, columns=["cohort", "dose", "patients", "toxicities"])


def deviating_cohorts(found: Recommendation) -> tuple[int, ...]:
    """Which cohorts, from 1, were given another dose than recommended.

    Examples
    --------
    >>> from dashboard.analyses.dosing.proposal import usual_dosing
    >>> seen = Outcomes.parse("1NNN 3NNN", doses=5)
    >>> answer = ConductRequest(proposal=usual_dosing(), outcomes=seen).run()
    >>> deviating_cohorts(answer.recommendation)
    (2,)
    """
    said = found.deviations
    many = len(found.outcomes.cohorts)
    return tuple(
        place
        for place in range(1, many + 1)
        if any(one.startswith(f"Cohort {place} was given") for one in said)
    )
