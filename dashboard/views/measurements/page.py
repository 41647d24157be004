"""Labs and vitals: what was measured, against its limits and against baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import results
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.views import heading
from dashboard.views.measurements import liver, shifts, values, vitals
from dashboard.views.safety.subjects import choose_subjects
from dashboard.views.tabs import choose_tab

TABS: Mapping[str, Callable[[SafetySubjects], None]] = {
    "Liver": liver.show,
    "Shifts": shifts.show,
    "Values": values.show,
    "Vitals and QT": vitals.show,
}
"""What the page shows; only the open tab is computed."""


def show() -> None:
    """The Labs and vitals page."""
    with results.explained():
        heading.show("Labs and vitals")
        with st.container(border=True), st.grid(3, min_column_width=220):
            subjects = choose_subjects()
        _tabs(subjects)


def _tabs(subjects: SafetySubjects) -> None:
    tabs = choose_tab(list(TABS), key="measurements_tab")
    for tab, draw in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab, results.explained():
                draw(subjects)
