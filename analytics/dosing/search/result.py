"""The dose-escalation designs that a search tried, and the best of them."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.dosing.escalation import EscalationDesign
from analytics.dosing.search.problem import DoseSearchProblem
from analytics.results import registered
from analytics.search.front import BestDesigns
from analytics.search.result import TriedDesigns


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseFront(BestDesigns):
    """The designs of which none is better than another in everything that was asked for.

    Parameters
    ----------
    problem : DoseSearchProblem
    table : DataFrame
        One row per design, as of the `Front` of `analytics.search`.
    """

    problem: DoseSearchProblem

    def design(self, number: int) -> EscalationDesign:
        """The design of a trial on the front."""
        return EscalationDesign.from_json(str(self.row(number)["design"]))

    def designs(self) -> dict[int, EscalationDesign]:
        """All of them by the number of their trial."""
        return {number: self.design(number) for number in self.numbers}


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseSearchResult(TriedDesigns):
    """All designs that a search tried.

    Parameters
    ----------
    problem : DoseSearchProblem
    trials, policy, seed, seconds
        As of the `SearchResult` of `analytics.search`.
    """

    problem: DoseSearchProblem

    def front(self) -> DoseFront:
        """The designs that keep all constraints and that none of these dominates."""
        return DoseFront.of(self.problem, self.front_trials())
