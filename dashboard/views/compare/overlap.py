"""Which subjects the cohorts share."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.charts.overlap import draw_overlap
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import percent
from dashboard.views.compare import notes
from dashboard.views.compare.inputs import Comparison, made


def show(comparison: Comparison) -> None:
    """The Overlap tab."""
    found = made(comparison.of_groups())
    answer, shared = found.value, found.part("overlap")
    said = notes.notes(
        comparison.groups,
        answer,
        "Bars count the subjects who are in exactly the cohorts dotted below them.",
    )
    results.figure(
        found.call("patterns").then(
            draw_overlap, names=shared.part("names"), styles=comparison.groups.styles
        ),
        name=f"{state.study().code} overlap",
        notes=said,
        data=shared.call("to_frame"),
        disclosure=AGGREGATE,
    )
    if len(answer.overlap.names) > 1:
        _pairs(shared.part("pairs"), said)


def _pairs(raw: Made[pd.DataFrame], said: list[str]) -> None:
    pairs = raw.value
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
        raw=raw,
        name=f"{state.study().code} overlap of pairs",
        notes=said,
        disclosure=AGGREGATE,
    )
