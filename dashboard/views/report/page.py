"""Report: results taken from the pages, in an order, with comments, as documents and bundles."""

from __future__ import annotations

import streamlit as st

from dashboard import results, state
from dashboard.reports import current
from dashboard.reports.current import KeptCard
from dashboard.text import plain
from dashboard.views import heading
from dashboard.views.report import cards, filling, taking
from queries.workspace import Report

_TITLE = "report_title"


def show() -> None:
    """The Report page."""
    with results.explained():
        heading.show("Report")
        report = _choose()
        if report is None:
            _invite()
            if state.may("reports"):
                filling.show(None)
            return
        held = current.cards_of(report)
        _warn_of_hidden(report)
        if not state.may("reports"):
            _show_cards(held)
            return
        left, right = st.columns([2, 1], gap="large")
        with right:
            _name(report)
            taking.show(report, held)
            filling.show(report)
        with left:
            _show_cards(held)


def _choose() -> Report | None:
    reports = {report.id: report for report in current.all_of_study()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if reports:
            _pick(reports)
        if state.may("reports"):
            st.button("New report", key="report_new", icon=":material/note_add:", on_click=_begin)
    return current.current()


def _pick(reports: dict[str, Report]) -> None:
    found, ids = current.current(), list(reports)
    chosen = state.choice(current.CHOSEN, ids, found.id if found else ids[0])
    # A choice whose labels change keeps showing the former one: another title, another widget.
    key = f"report_pick {[report.title for report in reports.values()]}"
    state.show(key, st.session_state[chosen])

    def take() -> None:
        st.session_state[chosen] = st.session_state[key]

    st.selectbox(
        "Report",
        ids,
        key=key,
        format_func=lambda one: reports[one].title,
        width=420,
        on_change=take,
    )


def _begin() -> None:
    with results.explained():
        current.begin()


def _invite() -> None:
    how = (
        "Under every figure and table of the other pages stands “Add to report”; or begin with a "
        "template."
        if state.may("reports")
        else "A manager or a statistician puts reports together."
    )
    st.info(f"Nothing is in a report yet. {how}", icon=":material/note_add:")


def _name(report: Report) -> None:
    key = f"report_title_{report.id}"
    st.session_state.setdefault(key, report.title)

    def rename() -> None:
        with results.explained():
            person = state.acting("reports")
            state.workspace().reports.rename(report.id, st.session_state[key], person=person)

    st.text_input("Title", key=key, max_chars=200, on_change=rename)
    with st.popover("Delete report", icon=":material/delete:", type="tertiary"):
        st.write("The report and its comments are deleted. That it was is recorded.")
        st.button("Delete", key=f"report_drop_{report.id}", on_click=drop, args=(report,))


def _warn_of_hidden(report: Report) -> None:
    number = state.workspace().reports.hidden(report.id, pooled=state.store().pooled)
    if number:
        results_are = "1 result was" if number == 1 else f"{number:,} results were"
        shown = "is" if number == 1 else "are"
        st.warning(
            f"{results_are} made by arm and {shown} not shown while arms are pooled.",
            icon=":material/visibility_off:",
        )


def _show_cards(held: tuple[KeptCard, ...]) -> None:
    if not held:
        how = " Use “Add to report” under a figure or a table, or a template."
        st.info(
            f"Nothing is in this report to be shown.{how if state.may('reports') else ''}",
            icon=":material/note_add:",
        )
        return
    for one in held:
        cards.show(one, last=len(held))


def drop(report: Report) -> None:
    """Delete a report; for a callback."""
    state.workspace().reports.drop(report.id, person=state.acting("reports"))
    st.session_state.pop(current.CHOSEN, None)
    st.toast(f"Deleted “{plain(report.title)}”", icon=":material/delete:")
