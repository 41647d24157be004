"""The What it rests on tab: importance of predictors, risk as one of them changes."""

from __future__ import annotations

import streamlit as st

from dashboard import results, state
from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.charts.prediction.explanation import draw_dependence, draw_importance
from dashboard.charts.theme import arm_styles
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import plain
from dashboard.views.prediction.notes import prediction_notes

_NOT_CAUSAL = "This describes the model. It says nothing of causes."


def show(asked: PredictionFit, made: Made[PredictionReport]) -> None:
    """Both pictures of the chosen model."""
    report = made.value
    style = arm_styles([report.chosen])[report.chosen]
    st.info(plain(f"{report.chosen}. {_NOT_CAUSAL}"), icon=":material/info:")
    table, dependence = made.part("importance").part("table"), made.part("dependence")
    results.figure(
        table.then(draw_importance, style=style),
        name=f"{state.study().code} prediction importance",
        notes=prediction_notes(
            asked,
            report,
            [
                "Brier score lost when a predictor is shuffled among subjects that the model was "
                "not fitted to; the interval is that of subjects and shuffles.",
                _NOT_CAUSAL,
            ],
        ),
        data=table,
        disclosure=AGGREGATE,
    )
    predictors = list(dict.fromkeys(report.dependence["predictor"]))
    chosen = st.selectbox(
        "Risk by",
        predictors,
        key=state.choice("prediction_dependence", predictors, predictors[0]),
        persist_state="session",
    )
    results.figure(
        dependence.then(draw_dependence, predictor=chosen, style=style),
        name=f"{state.study().code} prediction risk by {chosen}",
        notes=prediction_notes(
            asked,
            report,
            [
                "Mean over subjects as this predictor alone changes; band: 10th to 90th "
                "percentile of subjects.",
                _NOT_CAUSAL,
            ],
        ),
        data=dependence,
        disclosure=AGGREGATE,
    )
