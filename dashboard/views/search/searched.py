"""What is shown of a search, of whatever designs: its result, with the front computed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeVar

import streamlit as st

from analytics.design.survival import SurvivalDesign
from analytics.search import Front, SearchProblem, SearchResult
from analytics.search.front import BestDesigns
from analytics.search.result import TriedDesigns
from dashboard import results, state
from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.search import AskedSearch, DesignSearch
from dashboard.analyses.search.shown import search_whole
from dashboard.scripts import Made, given, taken_for
from dashboard.text import number, percent

Value = TypeVar("Value")
Proposal = TypeVar("Proposal")
Asked = TypeVar("Asked", bound=AskedSearch[Any])
Answer = TypeVar("Answer", bound=TriedDesigns)
Best = TypeVar("Best", bound=BestDesigns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched(Generic[Proposal, Asked, Answer, Best]):
    """A search on a page.

    Parameters
    ----------
    proposal : DesignProposal or DosingProposal
        With the design that is to be improved.
    asked : AskedSearch
    made_search : Made
        The search as a value.
    made_answer : Made
        Of a search that is done, or what it has found until now.
    made_front : Made
        Its front.
    """

    prefix: ClassVar[str]
    """What the keys of its inputs begin with."""

    proposal: Proposal
    asked: Asked
    made_search: Made[Asked]
    made_answer: Made[Answer]
    made_front: Made[Best]

    @classmethod
    def of(cls, proposal: Proposal, asked: Asked, answer: Answer) -> Self:
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
    def answer(self) -> Answer:
        """What was found."""
        return self.made_answer.value

    @property
    def front(self) -> Best:
        """The best of it."""
        return self.made_front.value

    def told(self, made: Made[Value]) -> Made[Value] | Value:
        """A result with its steps, once the search is done: a script tries all of its designs."""
        return made if self.answer.evaluations >= self.asked.budget else made.value

    @property
    def chosen_key(self) -> str:
        """Of the input that the chosen design is kept by."""
        return f"{self.prefix}_chosen"

    @property
    def chosen(self) -> int:
        """The number of the design that is chosen; the knee of the front until one is."""
        kept = st.session_state.get(self.chosen_key)
        return int(kept) if kept in self.front.numbers else self.front.knee()

    def choose(self, clicked: Sequence[object]) -> None:
        """A point of the front was clicked."""
        st.session_state[self.chosen_key] = int(str(clicked[0]))
        state.remember(self.chosen_key, None)

    def tiles(self) -> None:
        """How much was tried, and how good it is."""
        shown = self._measured()
        with st.grid(len(shown), min_column_width=140):
            for one in shown:
                results.tile(*one)

    def _measured(self) -> list[tuple[str, str, str | None]]:
        """The tiles: label, value, what it is about."""
        tried, kept = self.answer.evaluations, int(self.answer.trials["feasible"].sum())
        return [
            ("Designs tried", f"{tried:,}", f"{number(self.answer.seconds)} s"),
            ("Keep all limits", f"{kept:,}", percent(kept / tried, 0)),
            ("On the front", f"{len(self.front.table):,}", None),
        ]

    def warn_if_empty(self) -> bool:
        """Say so when nothing that was tried keeps all limits; whether that is so."""
        empty = bool(self.front.table.empty)
        if empty:
            st.warning(
                "No design that was tried keeps all limits: relax one, or widen a range.",
                icon=":material/do_not_disturb_on:",
            )
        return empty


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedDesigns(Searched[DesignProposal, DesignSearch, SearchResult, Front]):
    """A search for designs of a trial with survival endpoints, as of `Searched`."""

    prefix: ClassVar[str] = "search"

    @property
    def made_problem(self) -> Made[SearchProblem]:
        """What was searched, in scripts a part of the search."""
        return self.made_search.part("problem")

    @property
    def made_own(self) -> Made[SurvivalDesign]:
        """The design that is to be improved."""
        return self.made_problem.part("space").part("design").named("own")

    @property
    def problem(self) -> SearchProblem:
        """What was searched."""
        return self.answer.problem

    def _measured(self) -> list[tuple[str, str, str | None]]:
        volume = self.front.hypervolume(*self.answer.reference())
        # A bare `super()` looks in the class as it was before slots were added to it.
        shared = super(SearchedDesigns, self)._measured()
        return [*shared, ("Hypervolume", number(volume, 3), None)]
