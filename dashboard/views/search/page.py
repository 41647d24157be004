"""Search: from the design on the Designs page to better ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from analytics.checks import InputError
from analytics.search import SearchResult
from dashboard import results, state
from dashboard.analyses.designs import DesignProposal
from dashboard.jobs import kinds
from dashboard.text import number, percent, plain
from dashboard.views import heading, jobs
from dashboard.views.designs import current
from dashboard.views.search import chosen, confirmed, found, progress
from dashboard.views.search.builder import choose_search
from dashboard.views.tabs import choose_tab

TABS: Mapping[str, Callable[[DesignProposal, SearchResult], None]] = {
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
        st.caption(
            plain(
                "The design to improve is the one on the Designs page: "
                f"{design.events:,.0f} events, power {percent(design.evaluate().power, 1)}, "
                f"expected duration {number(design.evaluate().expected_duration)} months."
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
            seconds = asked.budget * _SECONDS_PER_DESIGN
            answer = jobs.answer(
                state.job(kinds.DESIGN_SEARCH, asked),
                label="Search",
                about=f"Designs are tried in closed form; about {seconds:,.0f} s.",
            )
            if answer is not None:
                _show(proposal, answer)


def _show(proposal: DesignProposal, answer: SearchResult) -> None:
    front = answer.front()
    with st.grid(4, min_column_width=140):
        results.tile("Designs tried", f"{answer.evaluations:,}", f"{number(answer.seconds)} s")
        kept = int(answer.trials["feasible"].sum())
        results.tile("Keep all limits", f"{kept:,}", percent(kept / answer.evaluations, 0))
        results.tile("On the front", f"{len(front.table):,}")
        history = answer.hypervolume_history()
        results.tile("Hypervolume", number(float(history["hypervolume"].iloc[-1]), 3))
    if front.table.empty:
        st.warning(
            "No design that was tried keeps all limits: relax one, or widen a range.",
            icon=":material/do_not_disturb_on:",
        )
        return
    for tab, draw in zip(choose_tab(list(TABS), key="search_tab"), TABS.values(), strict=True):
        if tab.open:
            with tab, results.explained():
                draw(proposal, answer)
