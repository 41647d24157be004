"""The Compare page: Table 1, balance, overlap and distributions of up to eight groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import results, state
from dashboard.views import heading
from dashboard.views.compare import balance, distributions, notes, overlap, table_one
from dashboard.views.compare.inputs import Comparison, choose_comparison

Part = Callable[[Comparison], None]
TABLE, BALANCE = ":material/table: Table 1", ":material/balance: Balance"
OVERLAP, DISTRIBUTIONS = ":material/join: Overlap", ":material/bar_chart: Distributions"
_PARTS: Mapping[str, Part] = {
    TABLE: table_one.show,
    BALANCE: balance.show,
    OVERLAP: overlap.show,
    DISTRIBUTIONS: distributions.show,
}


def show() -> None:
    """The Compare page."""
    with results.explained():
        heading.show("Compare")
    with results.explained():
        comparison = choose_comparison()
        if comparison is not None:
            notes.introduce(comparison.groups, state.compared(comparison.of_groups()))
            _tabs(comparison)


def _tabs(comparison: Comparison) -> None:
    # Levels of a variable share nobody.
    names = [name for name in _PARTS if name != OVERLAP or comparison.groups.by == "cohorts"]
    tabs = st.tabs(names, key=state.choice("compare_tab", names, TABLE), on_change="rerun")
    for tab, name in zip(tabs, names, strict=True):
        if tab.open:
            with tab, results.explained():
                _part(name, comparison)


def _part(name: str, comparison: Comparison) -> None:
    if name != OVERLAP and not comparison.analysis.variables:
        st.info("Choose variables to compare, under Variables.", icon=":material/checklist:")
        return
    _PARTS[name](comparison)
