"""The Cohorts page: panels that filter, what criteria cost, saved cohorts, and the flow."""

from __future__ import annotations

import streamlit as st

from dashboard import cohorts, dialogs, results, state
from dashboard.views import heading
from dashboard.views.cohorts import criteria, exchange, flow, panels, saved
from dashboard.views.cohorts.datasets import ask_for_datasets
from dashboard.views.cohorts.record_criterion import ask_for_records


def show() -> None:
    """The Cohorts page."""
    with results.explained():
        heading.show("Cohorts")
        exchange.note()
        _toolbar()
        criteria.chips()
    tabs = st.tabs(
        list(_TABS),
        key=state.choice("cohort_tab", list(_TABS), next(iter(_TABS))),
        on_change="rerun",
    )
    for tab, part in zip(tabs, _TABS.values(), strict=True):
        if tab.open:
            with tab, results.explained():
                part()


def _explore() -> None:
    panels.show()
    criteria.attrition()


_TABS = {
    ":material/tune: Explore": _explore,
    ":material/bookmark: Saved": saved.show,
    ":material/account_tree: Flow": flow.show,
}


def _toolbar() -> None:
    filtered = state.current_cohort().rule is not None
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
            disabled=not filtered,
        )
        st.button("Everyone else", icon=":material/contrast:", on_click=cohorts.complement)
        if state.store().schema.records:
            st.button(
                "By records",
                key="by_records",
                icon=":material/playlist_add:",
                on_click=dialogs.ask,
                args=("records",),
            )
        if state.may("cohorts"):
            st.button(
                "Save",
                key="save",
                icon=":material/bookmark_add:",
                disabled=not filtered,
                on_click=dialogs.ask,
                args=("save cohort",),
            )
        with st.popover("Panels", icon=":material/view_module:"):
            panels.choose()
        if state.may("exports"):
            with st.popover(
                "Take away", icon=":material/download:", key=exchange.TAKE_AWAY, on_change="rerun"
            ):
                exchange.take_away()
        with st.popover("Open file", icon=":material/upload_file:"):
            exchange.bring_in()
    if dialogs.is_asked("records"):
        ask_for_records()
    if dialogs.is_asked("datasets"):
        ask_for_datasets()
    if dialogs.is_asked("save cohort"):
        saved.save_cohort()
