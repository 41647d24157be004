"""One variable side by side: boxes or outlines of numbers, shares of levels."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from analytics.baseline import ValueTable
from analytics.baseline.samples import QUARTILES
from dashboard import results, state
from dashboard.analyses.comparison import ComparedVariable
from dashboard.analyses.comparison_answer import ComparisonAnswer
from dashboard.charts.distributions import draw_boxes, draw_densities, draw_shares, levels_to_draw
from dashboard.scripts import Made
from dashboard.views.compare import notes
from dashboard.views.compare.groups import Groups
from dashboard.views.compare.inputs import Comparison, made

_BOXES, _OUTLINES = "boxes", "outlines"


def show(comparison: Comparison) -> None:
    """The Distributions tab."""
    groups = comparison.groups
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        variable = _choose_variable(comparison.analysis.variables)
        drawing = _choose_drawing() if variable.kind == "numbers" else ""
    found = made(comparison.of_variable(variable))
    answer = found.value
    if variable.label in answer.left_out:
        st.warning(answer.left_out[variable.label])
        return
    figure, data = _drawn(found, variable, groups, drawing)
    said = notes.notes(groups, answer, *_method(answer, variable, groups, drawing))
    results.figure(
        figure,
        name=f"{state.study().code} {variable.column} by {groups.whole}",
        notes=said,
        data=data,
    )


def _choose_variable(variables: tuple[ComparedVariable, ...]) -> ComparedVariable:
    by_column = {one.column: one for one in variables}
    chosen = st.selectbox(
        "Variable shown",
        list(by_column),
        key=state.choice("compare_shown", list(by_column), variables[0].column),
        persist_state="session",
        format_func=lambda column: by_column[column].label,
        width=340,
    )
    return by_column[chosen]


def _choose_drawing() -> str:
    kinds = [_BOXES, _OUTLINES]
    chosen = st.radio(
        "Drawn as",
        kinds,
        key=state.choice("compare_drawing", kinds, _BOXES),
        persist_state="session",
        format_func=str.capitalize,
        horizontal=True,
    )
    return chosen or _BOXES


def _drawn(
    found: Made[ComparisonAnswer], variable: ComparedVariable, groups: Groups, drawing: str
) -> tuple[Made[go.Figure], Made[pd.DataFrame]]:
    label = f"{variable.label} ({variable.unit})" if variable.unit else variable.label
    described = found.call("described", variable.column).named("described")
    styles, frame = groups.styles, described.call("to_frame")
    if not isinstance(described.value, ValueTable):
        shares = described.then(levels_to_draw)
        return shares.then(draw_shares, styles=styles, label=label, whole=groups.whole), frame
    if drawing == _OUTLINES:
        bins = found.call("histogram", variable.column).named("bins")
        return bins.then(draw_densities, styles=styles, label=label, whole=groups.whole), bins
    summary = described.part("table").call("rename", columns={"min": "minimum", "max": "maximum"})
    return summary.then(draw_boxes, styles=styles, label=label), frame


def _method(
    answer: ComparisonAnswer, variable: ComparedVariable, groups: Groups, drawing: str
) -> list[str]:
    described = answer.described(variable.column)
    if isinstance(described, ValueTable):
        if drawing == _OUTLINES:
            return [f"Outlines: shares of the subjects of the {groups.whole} who have a value."]
        return [f"Quartiles: {QUARTILES[described.quartiles]}."]
    table = described.table
    missing = int(table.loc[table["level"].isna(), "subjects"].sum())
    of = "who have a value" if described.denominator == "with value" else "with or without a value"
    said = f"Shares are of the subjects of the {groups.whole} {of}."
    return [said, f"Missing: {missing:,} subjects."] if missing else [said]
