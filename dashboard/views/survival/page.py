"""Survival: one endpoint, its curves, and what may be said of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.views import heading
from dashboard.views.survival import (
    competing,
    curves,
    endpoint_table,
    endpoints,
    estimand,
    headline,
    parametric,
    recurrent,
)
from dashboard.views.survival.comparisons import tab as comparisons
from dashboard.views.survival.inputs import choose_analysis
from dashboard.views.survival.regression import subgroups
from dashboard.views.survival.regression import tab as regression

TABS: Mapping[str, Callable[[SurvivalAnalysis], None]] = {
    "Endpoint table": endpoint_table.show,
    "All endpoints": endpoints.show,
    "Comparisons": comparisons.show,
    "Regression": regression.show,
    "Subgroups": subgroups.show,
    "Parametric": parametric.show,
    "Competing risks": competing.show,
    "Recurrent events": recurrent.show,
}
"""What stands below the curves; only the open tab is computed."""


def show() -> None:
    """The Survival page."""
    with results.explained():
        heading.show("Survival")
        analysis = choose_analysis()
        if analysis is None:
            return
        estimand.show(analysis)
        headline.show(analysis)
        curves.show(analysis)
        _tabs(analysis)


def _tabs(analysis: SurvivalAnalysis) -> None:
    names = list(TABS)
    key = state.choice("survival_tab", names, names[0])
    tabs = st.tabs(names, key=key, on_change="rerun", default=st.session_state[key])
    for tab, draw in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab, results.explained():
                draw(analysis)
