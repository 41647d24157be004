"""The Performance tab: every model beside the arm average, calibration, decisions."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.charts.prediction.performance import draw_calibration, draw_decisions
from dashboard.charts.theme import arm_styles
from dashboard.scripts import Made
from dashboard.text import interval, number
from dashboard.views.prediction.notes import prediction_notes

_SCORES = {
    "auc": ("AUC", 3),
    "brier": ("Brier score", 3),
    "ipa": ("IPA", 3),
    "observed_expected": ("Observed / expected", 2),
    "calibration_slope": ("Calibration slope", 2),
    "ici": ("ICI", 3),
    "e50": ("E50", 3),
    "e90": ("E90", 3),
}
_SAID = (
    "AUC: cases against all without the event by the day, competing events among those. IPA: 1 "
    "less the Brier score over that of the incidence in all; against the arm average, over its "
    "Brier score. Intervals are percentiles over draws of the subjects with the models as fitted. "
    "Optimism: the score in the subjects fitted less the cross-validated one."
)


def show(asked: PredictionFit, made: Made[PredictionReport]) -> None:
    """Scores, then the two curves of one model."""
    report, judged = made.value, made.part("validation")
    _table(asked, made)
    models = list(dict.fromkeys(report.validation.table["model"]))
    chosen = st.radio(
        "Model",
        models,
        key=state.choice("prediction_model", models, report.chosen),
        persist_state="session",
        horizontal=True,
    )
    style = arm_styles(models)[chosen]
    name = f"{state.study().code} prediction"
    curves, decisions = judged.part("curves"), judged.part("decisions")
    st.subheader("Calibration", anchor=False)
    results.figure(
        curves.then(
            draw_calibration, judged.part("risks").call("get", chosen), model=chosen, style=style
        ),
        name=f"{name} calibration {chosen}",
        notes=prediction_notes(asked, report, ["Incidence smoothed by local regression."]),
        data=curves,
    )
    st.subheader("Decisions", anchor=False)
    results.figure(
        decisions.then(draw_decisions, models={chosen: style}, threshold=made.part("threshold")),
        name=f"{name} decisions {chosen}",
        notes=prediction_notes(
            asked,
            report,
            ["Net benefit: true positives less false ones, weighted by the threshold's odds."],
        ),
        data=decisions,
    )


def _table(asked: PredictionFit, made: Made[PredictionReport]) -> None:
    report, judged = made.value, made.value.validation
    table = judged.table.set_index(["model", "score"])
    compared = judged.compared.set_index(["model", "comparison"])
    stability = judged.stability.set_index("model")
    rows = []
    for model in dict.fromkeys(judged.table["model"]):
        row = {"Model": f"{model} (chosen)" if model == report.chosen else model}
        for score, (name, digits) in _SCORES.items():
            own = table.loc[(model, score)]
            row[name] = interval(own["estimate"], own["lower"], own["upper"], digits)
        row["IPA against arm average"] = ""
        if model != judged.baseline:
            own = compared.loc[(model, "ipa_against_baseline")]
            row["IPA against arm average"] = interval(
                own["estimate"], own["lower"], own["upper"], 3
            )
        row["Optimism of IPA"] = number(table.loc[(model, "ipa"), "optimism"], 3)
        row["SD of a subject's risk over repeats"] = number(
            stability.loc[model, "mean_deviation"], 3
        )
        rows.append(row)
    shown = pd.DataFrame(rows).set_index("Model").T.rename_axis("Score").reset_index()
    results.table(
        shown,
        raw=made.part("validation").part("table"),
        name=f"{state.study().code} prediction performance",
        notes=prediction_notes(asked, report, [_SAID]),
    )
    st.caption(_SAID)
