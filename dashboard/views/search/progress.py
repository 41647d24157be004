"""The Course of the search tab: how the front grew, and which variables matter."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.checks import NotEstimableError
from analytics.search import SearchResult, parameter_importance
from dashboard import results, state
from dashboard.charts.search.front import draw_history
from dashboard.disclosure import AGGREGATE
from dashboard.text import number, plain
from dashboard.views.search.found import titled
from dashboard.views.search.searched import Searched


def show(searched: Searched) -> None:
    """Hypervolume, then importances."""
    answer = searched.answer
    history = answer.hypervolume_history()
    results.figure(
        draw_history(history),
        name=f"{state.study().code} hypervolume",
        notes=["Share of the box between the best and 10 % beyond the worst that is dominated."],
        data=history,
        disclosure=AGGREGATE,
    )
    try:
        table = pd.concat(
            [_importances(answer, label) for label in (None, *answer.problem.labels)], axis=1
        )
    except NotEstimableError as error:
        st.info(plain(error), icon=":material/info:")
        return
    shown = table.map(lambda one: number(one, 2)).rename_axis("Variable").reset_index()
    results.table(
        shown,
        raw=table.reset_index(),
        name=f"{state.study().code} importance",
        notes=["Share of each variable in how good designs are (PED-ANOVA); columns add up to 1."],
        disclosure=AGGREGATE,
    )
    st.caption("Share of each variable in how good designs are (PED-ANOVA); columns add up to 1.")


def _importances(answer: SearchResult, label: str | None) -> pd.Series:
    found = parameter_importance(answer, label).set_index("variable")["importance"]
    return found.rename("Near the front" if label is None else titled(answer.problem, label))
