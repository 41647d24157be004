"""The Course of the search tab: how the front grew, and which variables matter."""

from __future__ import annotations

import streamlit as st

from analytics.checks import NotEstimableError
from dashboard import results, state
from dashboard.analyses.search.shown import history_of, importances
from dashboard.charts.search.front import draw_history
from dashboard.disclosure import AGGREGATE
from dashboard.text import number, plain
from dashboard.views.search.searched import SearchedDesigns


def show(searched: SearchedDesigns) -> None:
    """Hypervolume, then importances."""
    history = searched.made_answer.then(history_of).named("history")
    results.figure(
        searched.told(history.then(draw_history)),
        name=f"{state.study().code} course of the search: hypervolume",
        notes=["Share of the box between the best and 10 % beyond the worst that is dominated."],
        data=searched.told(history),
        disclosure=AGGREGATE,
    )
    try:
        table = searched.made_answer.then(importances)
    except NotEstimableError as error:
        st.info(plain(error), icon=":material/info:")
        return
    shown = table.value.set_index("variable").map(lambda one: number(one, 2))
    results.table(
        shown.rename_axis("Variable").reset_index(),
        raw=searched.told(table),
        name=f"{state.study().code} importance of the variables",
        notes=["Share of each variable in how good designs are (PED-ANOVA); columns add up to 1."],
        disclosure=AGGREGATE,
    )
    st.caption("Share of each variable in how good designs are (PED-ANOVA); columns add up to 1.")
