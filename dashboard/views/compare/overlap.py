"""Which subjects the cohorts share."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.charts.overlap import draw_overlap
from dashboard.disclosure import AGGREGATE
from dashboard.text import percent
from dashboard.views.compare import notes
from dashboard.views.compare.inputs import Comparison, code_of


def show(comparison: Comparison) -> None:
    """The Overlap tab."""
    analysis = comparison.of_groups()
    answer = state.compared(analysis)
    code = code_of(analysis, "overlap")
    said = notes.notes(
        comparison.groups,
        answer,
        "Bars count the subjects who are in exactly the cohorts dotted below them.",
    )
    results.figure(
        draw_overlap(
            answer.patterns(), names=answer.overlap.names, styles=comparison.groups.styles
        ),
        name=f"{state.study().code} overlap",
        notes=said,
        data=answer.overlap.to_frame(),
        code=code,
        disclosure=AGGREGATE,
    )
    if len(answer.overlap.names) > 1:
        _pairs(answer.overlap.pairs, said)


def _pairs(pairs: pd.DataFrame, said: list[str]) -> None:
    st.header("Pairs", anchor=False)
    shown = pd.DataFrame(
        {
            "Cohort": pairs["set"],
            "Other cohort": pairs["other"],
            "In both": [f"{n:,}" for n in pairs["both"]],
            "In either": [f"{n:,}" for n in pairs["either"]],
            "Shared (Jaccard)": [percent(share, 1) for share in pairs["jaccard"]],
        }
    )
    results.table(
        shown,
        raw=pairs,
        name=f"{state.study().code} overlap of pairs",
        notes=said,
        disclosure=AGGREGATE,
    )
