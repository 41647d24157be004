"""The estimand panel: what the numbers of the page are about."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.estimand import NOT_STATED
from dashboard.disclosure import AGGREGATE
from dashboard.text import percent, plain
from dashboard.views.survival.notes import ends_of, estimand_of, notes

_SOURCES = {
    "plan": "The plan",
    "data": "The data",
    "this page": "Chosen on this page",
    "": "—",
}


def show(analysis: SurvivalAnalysis) -> None:
    """The attributes of the estimand, and how the times of the data ended."""
    with st.expander("Estimand", icon=":material/target:"), results.explained():
        _attributes(analysis)
        _ends(analysis)


def _attributes(analysis: SurvivalAnalysis) -> None:
    raw = estimand_of(analysis).named("estimand").call("to_frame")
    table = raw.value
    shown = pd.DataFrame(
        {
            "Attribute": table["attribute"],
            "What it is": [f"{text[:1].upper()}{text[1:]}" for text in table["text"]],
            "Stated by": table["source"].map(_SOURCES),
        }
    )
    name = f"{state.study().code} {analysis.endpoint} estimand"
    results.table(shown, raw=raw, name=name, notes=notes(analysis, []), disclosure=AGGREGATE)
    silent = table.loc[table["text"] == NOT_STATED, "attribute"]
    if len(silent):
        st.caption(
            f"{plain(' and '.join(silent))}: not stated in the plan. The plan can state them per "
            "endpoint (intercurrent_events, censoring)."
        )


def _ends(analysis: SurvivalAnalysis) -> None:
    raw = ends_of(analysis)
    ends = raw.value
    counts = ends.assign(description=ends["description"].fillna("not described")).pivot_table(
        index=["event", "description"], columns="arm", values="subjects", aggfunc="sum", sort=False
    )
    totals = counts.sum()
    shown = counts.apply(lambda column: [_counted(n, totals[column.name]) for n in column])
    shown = shown.rename_axis(columns=None).reset_index()
    shown["event"] = shown["event"].map({True: "Event", False: "Censored"})
    shown = shown.rename(columns={"event": "How times ended", "description": "Described as"})
    name = f"{state.study().code} {analysis.endpoint} how times ended"
    results.table(shown, raw=raw, name=name, notes=notes(analysis, []), disclosure=AGGREGATE)


def _counted(number: float, total: float) -> str:
    return "0" if number != number else f"{number:,.0f} ({percent(number / total)})"
