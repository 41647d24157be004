"""What the Search tab shows of a search: its result, with the front computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import streamlit as st

from analytics.dosing.search import DoseFront, DoseSearchProblem, DoseSearchResult
from dashboard import results
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.search import DoseSearch
from dashboard.text import number, percent

CHOSEN = "dosing_search_chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A search on the tab.

    Parameters
    ----------
    proposal : DosingProposal
        The design on the page.
    asked : DoseSearch
    answer : DoseSearchResult
        Of a search that is done, or what it has found until now.
    front : DoseFront
    """

    proposal: DosingProposal
    asked: DoseSearch
    answer: DoseSearchResult
    front: DoseFront

    @classmethod
    def of(cls, proposal: DosingProposal, asked: DoseSearch, answer: DoseSearchResult) -> Self:
        """With its front."""
        return cls(proposal=proposal, asked=asked, answer=answer, front=answer.front())

    @property
    def problem(self) -> DoseSearchProblem:
        """What was searched."""
        return self.asked.problem

    @property
    def chosen(self) -> int:
        """The number of the design that is chosen; the knee of the front until one is."""
        kept = st.session_state.get(CHOSEN)
        return int(kept) if kept in self.front.numbers else self.front.knee()

    @property
    def note(self) -> str:
        """How the search was made."""
        limits = ", ".join(one.label for one in self.problem.constraints)
        return (
            f"{self.answer.evaluations:,} designs, each judged exactly under "
            f"{len(self.problem.scenarios):,} scenarios; {self.answer.policy}, seed "
            f"{self.answer.seed}. Limits: {limits or 'none'}."
        )

    def tiles(self) -> None:
        """How much was tried, and how much of it is good."""
        tried, kept = self.answer.evaluations, int(self.answer.trials["feasible"].sum())
        with st.grid(3, min_column_width=140):
            results.tile("Designs tried", f"{tried:,}", f"{number(self.answer.seconds)} s")
            results.tile("Keep all limits", f"{kept:,}", percent(kept / tried, 0))
            results.tile("On the front", f"{len(self.front.table):,}")

    def warn_if_empty(self) -> bool:
        """Say so when nothing that was tried keeps all limits; whether that is so."""
        empty = bool(self.front.table.empty)
        if empty:
            st.warning(
                "No design that was tried keeps all limits: relax one, or widen a range.",
                icon=":material/do_not_disturb_on:",
            )
        return empty
