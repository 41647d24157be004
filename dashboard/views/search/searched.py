"""What the tabs of a search show: its result, with the front computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import streamlit as st

from analytics.search import Front, SearchProblem, SearchResult
from dashboard import results
from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.search import DesignSearch
from dashboard.text import number, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """A search on the page.

    Parameters
    ----------
    proposal : DesignProposal
        With the design that is to be improved.
    asked : DesignSearch
    answer : SearchResult
        Of a search that is done, or what it has found until now.
    front : Front
        Its front.
    """

    proposal: DesignProposal
    asked: DesignSearch
    answer: SearchResult
    front: Front

    @classmethod
    def of(cls, proposal: DesignProposal, asked: DesignSearch, answer: SearchResult) -> Self:
        """With its front."""
        return cls(proposal=proposal, asked=asked, answer=answer, front=answer.front())

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
