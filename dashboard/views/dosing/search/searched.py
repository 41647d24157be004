"""What the Search tab shows of a search: its result, with the front computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypeVar

import streamlit as st

from analytics.dosing.search import DoseFront, DoseSearchProblem, DoseSearchResult
from dashboard import results
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.search import DoseSearch
from dashboard.analyses.search.shown import search_whole
from dashboard.scripts import Made, given, taken_for
from dashboard.text import number, percent

Value = TypeVar("Value")
CHOSEN = "dosing_search_chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A search on the tab.

    Parameters
    ----------
    proposal : DosingProposal
        The design on the page.
    asked : DoseSearch
    made_search : Made
        The search as a value.
    made_answer : Made
        Of a search that is done, or what it has found until now.
    made_front : Made
        Its front.
    """

    proposal: DosingProposal
    asked: DoseSearch
    made_search: Made[DoseSearch]
    made_answer: Made[DoseSearchResult]
    made_front: Made[DoseFront]

    @classmethod
    def of(cls, proposal: DosingProposal, asked: DoseSearch, answer: DoseSearchResult) -> Self:
        """With its front."""
        search = given(asked, name="search")
        found = taken_for(answer, search_whole, search, name="found")
        return cls(
            proposal=proposal,
            asked=asked,
            made_search=search,
            made_answer=found,
            made_front=found.call("front").named("front"),
        )

    @property
    def answer(self) -> DoseSearchResult:
        """What was found."""
        return self.made_answer.value

    @property
    def front(self) -> DoseFront:
        """The best of it."""
        return self.made_front.value

    def told(self, made: Made[Value]) -> Made[Value] | Value:
        """A result with its steps, once the search is done: a script tries all of its designs."""
        return made if self.answer.evaluations >= self.asked.budget else made.value

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
