"""Dosing: an escalation trial set up, its decision table, its conduct, what designs would do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import results
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.card import SUPPORTS
from dashboard.analyses.dosing.protocol import summary_sentence
from dashboard.text import plain
from dashboard.views import heading
from dashboard.views.dosing import card, characteristics, conduct, current, protocol, setup
from dashboard.views.dosing.search import tab as search
from dashboard.views.tabs import choose_tab

TABS: Mapping[str, Callable[[DosingProposal], None]] = {
    "Set-up": setup.show,
    "Decision table": card.show,
    "Conduct": conduct.show,
    "Characteristics": characteristics.show,
    "Search": search.show,
    "Protocol": protocol.show,
}


def show() -> None:
    """The Dosing page."""
    with results.explained():
        heading.show("Dosing")
        st.info(SUPPORTS, icon=":material/groups_2:")
        shown = current.proposal()
        for tab, draw in zip(choose_tab(list(TABS), key="dosing_tab"), TABS.values(), strict=True):
            if tab.open:
                with tab, results.explained():
                    if draw is not setup.show:
                        st.caption(plain(summary_sentence(shown)))
                    draw(shown)
