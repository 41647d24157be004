"""Safety: adverse events by arm, from the overview down to one subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import results, state
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.views import heading
from dashboard.views.safety import (
    butterfly,
    dots,
    exposure,
    hierarchical,
    listings,
    onset,
    over_time,
    overview,
    terms,
    volcano,
)
from dashboard.views.safety.inputs import choose_events
from dashboard.views.tabs import choose_tab

TABS: Mapping[str, Callable[[AdverseEvents], None]] = {
    "Overview": overview.show,
    "Terms": terms.show,
    "Dot plot": dots.show,
    "Volcano": volcano.show,
    "Butterfly": butterfly.show,
    "Over time": over_time.show,
    "Onset": onset.show,
    "Hierarchical model": hierarchical.show,
    "Exposure": lambda asked: exposure.show(asked.subjects),
    "Deaths and listings": lambda asked: listings.show(asked.subjects),
}
"""What the page shows; only the open tab is computed."""


def show() -> None:
    """The Safety page."""
    with results.explained():
        heading.show("Safety")
        if state.store().layout.event_dataset is None:
            st.info(
                "This study has no adverse events. Import ADAE or AE to see them here.",
                icon=":material/health_and_safety:",
            )
            return
        _tabs(choose_events())


def _tabs(asked: AdverseEvents) -> None:
    tabs = choose_tab(list(TABS), key="safety_tab")
    for tab, draw in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab, results.explained():
                draw(asked)
