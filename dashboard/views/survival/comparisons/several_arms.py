"""More than two arms: every pair with its adjusted p-value, and the trend over their order."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from analytics.survival.trend import TrendTest
from dashboard import results, state
from dashboard.analyses.survival.comparisons import ComparisonsAnswer
from dashboard.analyses.survival.standing import standing_beside
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import number, p_value, plain
from dashboard.views.survival.notes import notes

_HERE = ":material/do_not_disturb_on:"


def show_pairs(made: Made[ComparisonsAnswer], adjustments: Mapping[str, str]) -> None:
    """The test of each pair of arms."""
    st.markdown("**Pairs of arms**")
    answer, pairs = made.value, made.value.pairs
    if pairs is None or isinstance(pairs, str):
        st.info(plain(pairs), icon=_HERE)
        return
    analysis, raw = answer.comparisons.analysis, pairs.to_frame()
    shown = pd.DataFrame(
        {
            "Arm": raw["arm"],
            "Against": raw["reference"],
            "z": [number(z, 2) for z in raw["z"]],
            "p": [p_value(p) for p in raw["p_value"]],
            "Adjusted p": [p_value(p) for p in raw["adjusted_p_value"]],
        }
    )
    if raw["reason"].any():
        shown["Why not estimable"] = raw["reason"]
    method = (
        f"{pairs.weight.name[0].upper()}{pairs.weight.name[1:]} test of each pair on its own "
        f"subjects, two-sided; adjustment for {len(raw)} pairs: {adjustments[pairs.adjustment]}. "
        "A z below 0: fewer events in the arm than expected."
    )
    results.table(
        shown,
        raw=made.call("pairs_table"),
        name=f"{state.study().code} {analysis.endpoint} pairs of arms",
        notes=notes(
            analysis,
            [method],
            standing=standing_beside(analysis, state.study().plan, "tests of pairs"),
            measure="difference of hazards, pair by pair",
        ),
        disclosure=AGGREGATE,
    )
    st.caption(plain(method))


def show_trend(made: Made[ComparisonsAnswer]) -> None:
    """The test for a trend over the ordered arms."""
    st.markdown("**Trend over the arms**")
    answer, trend = made.value, made.value.trend
    if not isinstance(trend, TrendTest):
        st.info(plain(trend), icon=_HERE)
        return
    analysis = answer.comparisons.analysis
    shown = pd.DataFrame(
        {
            "Scores": [
                "; ".join(f"{a}: {s:g}" for a, s in zip(trend.arms, trend.scores, strict=True))
            ],
            "z": [number(trend.z, 2)],
            "Chi-square (df)": [f"{number(trend.statistic, 2)} (1)"],
            "p": [p_value(trend.p_value)],
        }
    )
    method = (
        "Test for a trend of the hazard with the score (Tarone), two-sided; a z above 0: more "
        "events the higher the score. It is blind to differences that do not follow the scores."
    )
    results.table(
        shown,
        raw=made.call("trend_table"),
        name=f"{state.study().code} {analysis.endpoint} trend",
        notes=notes(
            analysis,
            [method],
            standing=standing_beside(analysis, state.study().plan, "a trend"),
            measure="trend of the hazard over the arms",
        ),
        disclosure=AGGREGATE,
    )
    st.caption(plain(method))
