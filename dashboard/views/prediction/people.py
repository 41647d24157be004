"""The Who is at risk tab: subjects by risk, with what sets them apart."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import navigation, results, state
from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.disclosure import SUBJECTS
from dashboard.scripts import Made
from dashboard.text import percent, plain
from dashboard.views.prediction.notes import prediction_notes
from dashboard.views.safety import behind
from dashboard.views.subjects import listing
from queries.cohorts import AnyOf, Cohort, OneOf

ROWS = 15
_SAID = (
    "Risks are told by models that had not seen the subject. In brackets: by how many percentage "
    "points the risk differs from that of a subject who is typical in this predictor. The parts "
    "describe the model and no cause."
)


def show(asked: PredictionFit, made: Made[PredictionReport]) -> None:
    """The list, page by page, and everybody from a threshold on as a cohort."""
    st.caption(_SAID)
    report, people = made.value, made.value.people
    pages = -(-len(people) // ROWS)
    page = int(st.pagination(pages, key="prediction people page") or 1) if pages > 1 else 1
    rows = people.iloc[(page - 1) * ROWS : page * ROWS]
    _table(rows)
    results.offer(
        made.part("people"),
        name=f"{state.study().code} predicted risks",
        notes=prediction_notes(asked, report, [_SAID]),
        disclosure=SUBJECTS,
    )
    _cohort(report)


def _table(rows: pd.DataFrame) -> None:
    ids = rows["subject"].tolist()

    def open_row() -> None:
        click = st.session_state["prediction_subject_click"]
        if click is not None and 0 <= click["row"] < len(ids):
            listing.open_subject(ids[click["row"]])
            navigation.go("subjects")

    shown = rows.rename(columns={"arm": "Arm", "reasons": "What sets the subject apart"})
    shown = shown.assign(risk=[percent(risk, 1) for risk in rows["risk"]])
    shown = shown.rename(columns={"risk": "Risk"})
    if state.store().pooled:
        shown = shown.drop(columns="Arm")
    st.dataframe(
        shown,
        hide_index=True,
        height="content",
        alt="Subjects by predicted risk; a click on an identifier opens the profile",
        column_config={
            "subject": st.column_config.ButtonColumn(
                "Subject",
                on_click=open_row,
                key="prediction_subject_click",
                type="tertiary",
                pinned=True,
            )
        },
    )


def _cohort(report: PredictionReport) -> None:
    threshold = st.number_input(
        "At risk from, %",
        min_value=1,
        max_value=99,
        step=1,
        key=state.remember("prediction_cohort_from", round(100 * report.threshold)),
        persist_state="session",
        width=220,
    )
    at_risk = report.people[report.people["risk"] >= threshold / 100]["subject"]
    column = state.store().schema.subject
    rule = OneOf(column=column, values=tuple(at_risk)) if len(at_risk) else AnyOf(())
    behind.show(Cohort(rule), plain(f"Risk of {threshold}% or more"), key="prediction_behind")
