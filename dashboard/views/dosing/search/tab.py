"""The Search tab: designs that find the dose best, and whether they beat textbook ones."""

from __future__ import annotations

import streamlit as st

from analytics.checks import InputError
from analytics.dosing.search import DoseSearchResult
from dashboard import results
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.search import DoseSearch
from dashboard.text import plain
from dashboard.views.dosing.search import beside, front
from dashboard.views.dosing.search.searched import SearchedDoses
from dashboard.views.dosing.search.wanted import choose_search
from dashboard.views.search import running

_SECONDS_PER_DESIGN = 0.2


def show(proposal: DosingProposal) -> None:
    """Inputs at the left; the search and what it found at the right."""
    left, right = st.columns([4, 7], gap="large")
    with left:
        try:
            asked = choose_search(proposal)
        except InputError as error:
            st.error(plain(error), icon=":material/error:")
            return
    with right, results.explained():
        answer = _answer(proposal, asked)
        if answer is not None:
            _show(SearchedDoses.of(proposal, asked, answer))


def _answer(proposal: DosingProposal, asked: DoseSearch) -> DoseSearchResult | None:
    def draw(so_far: DoseSearchResult) -> None:
        searched = SearchedDoses.of(proposal, asked, so_far)
        searched.tiles()
        if not searched.front.table.empty:
            front.show(searched, goes_on=True)

    seconds = asked.budget * _SECONDS_PER_DESIGN
    about = (
        "Designs are judged exactly, without simulation; about "
        f"{seconds:,.0f} s of computing, more with small cohorts and many patients."
    )
    return running.answer(asked, about=about, draw=draw)


def _show(searched: SearchedDoses) -> None:
    searched.tiles()
    if not searched.warn_if_empty():
        front.show(searched)
        beside.show(searched)
