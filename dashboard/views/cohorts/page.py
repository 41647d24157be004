"""The Cohorts page: panels that filter, what criteria cost, saved cohorts, and the flow."""

from __future__ import annotations

import streamlit as st

from dashboard import cohorts, results, state
from dashboard.views import heading
from dashboard.views.cohorts import criteria, panels


def show() -> None:
    """The Cohorts page."""
    with results.explained():
        heading.show("Cohorts")
    with results.explained():
        _toolbar()
        criteria.chips()
        panels.show()
        criteria.attrition()


def _toolbar() -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            "Undo",
            key="undo",
            icon=":material/undo:",
            on_click=cohorts.undo,
            disabled=not cohorts.can_undo(),
        )
        st.button(
            "Redo",
            key="redo",
            icon=":material/redo:",
            on_click=cohorts.redo,
            disabled=not cohorts.can_redo(),
        )
        st.button(
            "Clear",
            key="clear",
            icon=":material/filter_alt_off:",
            on_click=cohorts.clear,
            disabled=state.current_cohort().rule is None,
        )
        st.button("Everyone else", icon=":material/contrast:", on_click=cohorts.complement)
        with st.popover("Panels", icon=":material/view_module:"):
            panels.choose()
