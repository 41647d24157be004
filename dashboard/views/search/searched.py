"""What the tabs of a search show: its result, with the front computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypeVar

import streamlit as st

from analytics.design.survival import SurvivalDesign
from analytics.search import Front, SearchProblem, SearchResult
from dashboard import results
from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.search import DesignSearch
from dashboard.analyses.search.shown import search_whole
from dashboard.scripts import Made, given, taken_for
from dashboard.text import number, percent

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A search on the page.

    Parameters
    ----------
    proposal : DesignProposal
        With the design that is to be improved.
    asked : DesignSearch
    made_search : Made
        The search as a value.
    made_answer : Made
        Of a search that is done, or what it has found until now.
    made_front : Made
        Its front.
    """

    proposal: DesignProposal
    asked: DesignSearch
    made_search: Made[DesignSearch]
    made_answer: Made[SearchResult]
    made_front: Made[Front]

    @classmethod
    def of(cls, proposal: DesignProposal, asked: DesignSearch, answer: SearchResult) -> Self:
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
    def answer(self) -> SearchResult:
        """What was found."""
        return self.made_answer.value

    @property
    def front(self) -> Front:
        """The best of it."""
        return self.made_front.value

    @property
    def made_problem(self) -> Made[SearchProblem]:
        """What was searched, in scripts a part of the search."""
        return self.made_search.part("problem")

    @property
    def made_own(self) -> Made[SurvivalDesign]:
        """The design that is to be improved."""
        return self.made_problem.part("space").part("design").named("own")

    def told(self, made: Made[Value]) -> Made[Value] | Value:
        """A result with its steps, once the search is done: a script tries all of its designs."""
        return made if self.answer.evaluations >= self.asked.budget else made.value

    @property
    def problem(self) -> SearchProblem:
        """What was searched."""
        return self.answer.problem

    def tiles(self) -> None:
        """How much was tried, and how good the front is."""
        tried, kept = self.answer.evaluations, int(self.answer.trials["feasible"].sum())
        volume = self.front.hypervolume(*self.answer.reference())
        with st.grid(4, min_column_width=140):
            results.tile("Designs tried", f"{tried:,}", f"{number(self.answer.seconds)} s")
            results.tile("Keep all limits", f"{kept:,}", percent(kept / tried, 0))
            results.tile("On the front", f"{len(self.front.table):,}")
            results.tile("Hypervolume", number(volume, 3))

    def warn_if_empty(self) -> bool:
        """Say so when nothing that was tried keeps all limits; whether that is so."""
        empty = bool(self.front.table.empty)
        if empty:
            st.warning(
                "No design that was tried keeps all limits: relax one, or widen a range.",
                icon=":material/do_not_disturb_on:",
            )
        return empty
