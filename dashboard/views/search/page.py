"""Search: from the design on the Designs page to better ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from analytics.checks import InputError
from analytics.search import SearchResult
from dashboard import results
from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.search import DesignSearch
from dashboard.text import number, percent, plain
from dashboard.views import heading
from dashboard.views.designs import current
from dashboard.views.search import chosen, confirmed, found, progress, running
from dashboard.views.search.builder import choose_search
from dashboard.views.search.searched import SearchedDesigns
from dashboard.views.tabs import choose_tab

TABS: Mapping[str, Callable[[SearchedDesigns], None]] = {
    "Front": found.show,
    "Chosen design": chosen.show,
    "Confirmation": confirmed.show,
    "Course of the search": progress.show,
}
_SECONDS_PER_DESIGN = 0.02


def show() -> None:
    """The Search page."""
    with results.explained():
        heading.show("Search")
        proposal = current.SURVIVAL.proposal()
        design = proposal.design()
        own = design.evaluate()
        st.caption(
            plain(
                "The design to improve is the one on the Designs page: "
                f"{design.events:,.0f} events, power {percent(own.power, 1)}, "
                f"expected duration {number(own.expected_duration)} months."
            )
        )
        left, right = st.columns([4, 7], gap="large")
        with left:
            try:
                asked = choose_search(proposal, design)
            except InputError as error:
                st.error(plain(error), icon=":material/error:")
                return
        with right, results.explained():
            answer = _answer(proposal, asked)
            if answer is not None:
                _show(SearchedDesigns.of(proposal, asked, answer))


def _answer(proposal: DesignProposal, asked: DesignSearch) -> SearchResult | None:
    def draw(so_far: SearchResult) -> None:
        searched = SearchedDesigns.of(proposal, asked, so_far)
        searched.tiles()
        found.show_front(searched)

    seconds = asked.budget * _SECONDS_PER_DESIGN
    about = f"Designs are tried in closed form; about {seconds:,.0f} s of computing."
    return running.answer(asked, about=about, draw=draw)


def _show(searched: SearchedDesigns) -> None:
    searched.tiles()
    if searched.warn_if_empty():
        return
    for tab, draw in zip(choose_tab(list(TABS), key="search_tab"), TABS.values(), strict=True):
        if tab.open:
            with tab, results.explained():
                draw(searched)
