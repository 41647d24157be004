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
from dashboard.views.dosing import (
    card,
    characteristics,
    conduct,
    current,
    protocol,
    setup,
)
from dashboard.views.dosing.efficacy_toxicity import card as joint_card
from dashboard.views.dosing.efficacy_toxicity import characteristics as joint_characteristics
from dashboard.views.dosing.efficacy_toxicity import conduct as joint_conduct
from dashboard.views.dosing.late_toxicity import card as tite_card
from dashboard.views.dosing.late_toxicity import conduct as tite_conduct
from dashboard.views.dosing.search import tab as search
from dashboard.views.tabs import choose_tab

TABS: dict[str, Callable[[DosingProposal], None]] = {
    "Set-up": setup.show,
    "Decision table": card.show,
    "Conduct": conduct.show,
    "Characteristics": characteristics.show,
    "Search": search.show,
    "Protocol": protocol.show,
}
OWN_TABS: Mapping[str, dict[str, Callable[[DosingProposal], None]]] = {
    "TITE-CRM": {"Decision table": tite_card.show, "Conduct": tite_conduct.show},
    "BOIN12": {
        "Decision table": joint_card.show,
        "Conduct": joint_conduct.show,
        "Characteristics": joint_characteristics.show,
    },
}


def show() -> None:
    """The Dosing page."""
    with results.explained():
        heading.show("Dosing")
        with st.bottom:  # which stays in sight however long a tab is
            st.caption(f":material/groups_2: {SUPPORTS}", text_alignment="center")
        shown = current.proposal()
        drawn = TABS | OWN_TABS.get(shown.family, {})
        for tab, draw in zip(choose_tab(list(TABS), key="dosing_tab"), drawn.values(), strict=True):
            if tab.open:
                with tab, results.explained():
                    if draw is not setup.show:
                        st.caption(plain(summary_sentence(shown)))
                    draw(shown)
