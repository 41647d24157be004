"""The love plot: how alike the groups are in each variable."""

from __future__ import annotations

import streamlit as st

from analytics.checks import NotEstimableError
from dashboard import results, state
from dashboard.charts.balance import draw_love
from dashboard.disclosure import AGGREGATE
from dashboard.views.compare import notes
from dashboard.views.compare.inputs import Comparison, made

_THRESHOLDS = (0.1, 0.2, 0.25)


def show(comparison: Comparison) -> None:
    """The Balance tab."""
    # Without differences in the table, they are still what this tab is about.
    found = made(comparison.of_differences())
    answer = found.value
    if len(answer.groups) < 2:
        raise NotEstimableError("A standardised difference compares groups, and there is one.")
    threshold = st.radio(
        "Balanced up to",
        _THRESHOLDS,
        key=state.choice("compare_threshold", _THRESHOLDS, _THRESHOLDS[0]),
        persist_state="session",
        format_func=lambda value: f"±{value:g}",
        horizontal=True,
    )
    differences = found.call("differences").named("differences")
    figure = differences.then(
        draw_love,
        threshold=threshold or _THRESHOLDS[0],
        styles=comparison.groups.styles,
    )
    said = notes.notes(
        comparison.groups,
        answer,
        "Standardised differences: of means or of two shares over the root of the mean variance; "
        "with more levels the Mahalanobis distance, which is never below 0 "
        "(Yang and Dalton 2012). Missing values are left out.",
    )
    results.figure(
        figure,
        name=f"{state.study().code} balance",
        notes=said,
        data=differences,
        disclosure=AGGREGATE,
    )
