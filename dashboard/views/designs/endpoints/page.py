"""A binary or continuous design: assumptions beside the design, what it does, what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import results
from dashboard.analyses.designs import EndpointProposal
from dashboard.views.designs.current import Screen
from dashboard.views.designs.endpoints import boundaries, cost, headline, power, protocol
from dashboard.views.designs.endpoints.answer import EndpointAnswer
from dashboard.views.designs.endpoints.entering import choose_proposal
from dashboard.views.designs.layout import lay_out
from dashboard.views.tabs import choose_tab

TABS: Mapping[str, Callable[[EndpointAnswer], None]] = {
    "Boundaries": boundaries.show,
    "Power": power.show,
    "Cost": cost.show,
    "Protocol": protocol.show,
}


def show(screen: Screen[EndpointProposal]) -> None:
    """Inputs at the left, the design at the right."""

    def buttons(_shown: EndpointProposal) -> None:
        st.button(
            "Start anew",
            icon=":material/restart_alt:",
            on_click=lambda: screen.put(screen.first()),
        )

    right, entered = lay_out(screen, choose=choose_proposal, buttons=buttons)
    with right, results.explained():
        if entered is not None:
            _answer(EndpointAnswer.of(entered))


def _answer(answer: EndpointAnswer) -> None:
    headline.show(answer)
    tabs = choose_tab(list(TABS), key="design_endpoint_tab")
    for tab, draw in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab, results.explained():
                draw(answer)
