"""The Fairness tab: whether the risks are as good in every group."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import interval, percent, plain
from dashboard.views.prediction.notes import prediction_notes

_NAMES = {
    "observed_expected": "O/E",
    "calibration_slope": "Calibration slope",
    "auc": "AUC",
    "sensitivity": "Sensitivity",
    "false_positive_rate": "False-positive rate",
}


def show(asked: PredictionFit, made: Made[PredictionReport]) -> None:
    """One row a group."""
    report, found = made.value, made.value.fairness
    rows = []
    for (factor, group), own in found.table.groupby(["factor", "group"], sort=False):
        one = own.set_index("score")
        row = {
            "Group": "Everyone" if factor == "everyone" else f"{factor}: {group}",
            "Subjects": f"{one['subjects'].iloc[0]:,}",
            "Events": f"{one['events'].iloc[0]:,}",
        }
        few = one["events"].iloc[0] < found.least_events
        for score, name in _NAMES.items():
            value = one.loc[score]
            shown = interval(value["estimate"], value["lower"], value["upper"], 2)
            row[name] = "few events" if few else shown
        rows.append(row)
    said = (
        f"Scored with risks told by models that had not seen the subject, at a threshold of "
        f"{percent(found.threshold)}. Groups with fewer than {found.least_events} events are not "
        "scored: their scores would say more about chance than about the model."
    )
    results.table(
        pd.DataFrame(rows),
        raw=made.part("fairness").part("table"),
        name=f"{state.study().code} prediction fairness",
        notes=prediction_notes(asked, report, [said]),
        disclosure=AGGREGATE,
    )
    st.caption(plain(said))
