"""What the Search tab shows of a search for escalation designs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from analytics.dosing.search import DoseFront, DoseSearchProblem, DoseSearchResult
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.search import DoseSearch
from dashboard.views.search.searched import Searched


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedDoses(Searched[DosingProposal, DoseSearch, DoseSearchResult, DoseFront]):
    """A search for escalation designs, as of `Searched`."""

    prefix: ClassVar[str] = "dosing_search"

    @property
    def problem(self) -> DoseSearchProblem:
        """What was searched."""
        return self.asked.problem

    @property
    def note(self) -> str:
        """How the search was made."""
        limits = ", ".join(one.label for one in self.problem.constraints)
        return (
            f"{self.answer.evaluations:,} designs, each judged exactly under "
            f"{len(self.problem.scenarios):,} scenarios; {self.answer.policy}, seed "
            f"{self.answer.seed}. Limits: {limits or 'none'}."
        )
