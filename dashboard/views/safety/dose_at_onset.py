"""Events by dose at onset: what the Exposure tab says of adverse events."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.safety.dose_at_onset import DoseAtOnset, DoseAtOnsetAnswer
from dashboard.analyses.safety.exposure import ExposureAnswer
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.charts.safety.events_by_dose import draw_events_by_dose
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import number
from dashboard.views.safety import exposure_results, named_marks
from dashboard.views.safety.notes import notes
from queries.adverse_events import EVENT_KINDS, collected_kinds

CAVEAT = (
    "Doses are reduced and interrupted because of events: rates at different doses do not show "
    "what a dose causes."
)


def show(subjects: SafetySubjects, exposure: ExposureAnswer) -> None:
    """Events and rates by arm and dose in force."""
    store = state.store()
    if store.layout.event_dataset is None:
        return
    st.subheader("Events by dose at onset", anchor=False)
    kinds = collected_kinds(store)
    kind = st.selectbox(
        "Adverse events",
        kinds,
        key=state.choice("safety_onset_kind", kinds, "any"),
        persist_state="session",
        format_func=EVENT_KINDS.__getitem__,
        width=320,
    )
    asked = DoseAtOnset(subjects=subjects, kind=kind, treatment=exposure.asked.treatment)
    made = state.made(asked)
    answer = made.value
    st.caption(CAVEAT)
    if not answer.counted.table["events"].sum():
        st.info(
            "Nobody in this cohort had such an event. Choose another kind.",
            icon=":material/event_busy:",
        )
        return
    _results(made, exposure)


def _results(made: Made[DoseAtOnsetAnswer], exposure: ExposureAnswer) -> None:
    answer, counted = made.value, made.part("counted")
    table, rows = counted.part("table"), made.value.counted.table.to_dict("records")
    stood = notes(answer.asked.subjects, _said(answer))
    names = [f"{row['level']}, {row['arm']}" if row["subjects"] else "" for row in rows]
    key = "safety_onset_mark"
    results.figure(
        counted.then(draw_events_by_dose, exposure_results.styles(exposure)),
        name=f"{state.study().code} events by dose",
        notes=stood,
        data=table,
        clicked=named_marks.clicked(names, key),
        disclosure=AGGREGATE,
    )
    named_marks.show(
        {
            name: answer.counted.behind(row["arm"], row["level"])
            for name, row in zip(names, rows, strict=True)
            if name
        },
        key=key,
    )
    results.table(
        _shown(answer),
        raw=table,
        name=f"{state.study().code} events by dose at onset",
        notes=stood,
        disclosure=AGGREGATE,
    )


def _shown(answer: DoseAtOnsetAnswer) -> pd.DataFrame:
    rows = answer.counted.table.to_dict("records")
    per, level = answer.counted.per, answer.counted.confidence_level
    return pd.DataFrame(
        {
            "Arm": [str(row["arm"]) for row in rows],
            "Dose at onset": [str(row["level"]) for row in rows],
            "Subjects at the dose": [_known(row["exposed"], 0) for row in rows],
            "Patient-years": [_known(row["patient_years"], 1) for row in rows],
            "Subjects with events": [f"{row['subjects']:,}" for row in rows],
            "Events": [f"{row['events']:,}" for row in rows],
            f"Rate per {per:g} patient-years ({level:.0%} CI)": [_rate(row) for row in rows],
        }
    )


def _known(value: float, digits: int) -> str:
    return "–" if value != value else number(value, digits)


def _rate(row: dict[str, float]) -> str:
    if row["rate"] != row["rate"]:
        return "–"
    digits = 0 if row["rate"] >= 100 else 1
    rate = number(row["rate"], digits)
    if row["lower"] != row["lower"]:
        return f"{rate} (interval not estimable)"
    return f"{rate} ({number(row['lower'], digits)}–{number(row['upper'], digits)})"


def _said(answer: DoseAtOnsetAnswer) -> list[str]:
    kind = EVENT_KINDS[answer.asked.kind].lower()
    emergent = "emergent" in state.store().layout.adverse_events.sources
    counted = answer.counted
    left_out = {
        "without a date of onset": counted.undated_events,
        "of subjects without a dose on record": counted.undosed_events,
    }
    return [
        f"{'Treatment-emergent adverse' if emergent else 'Adverse'} events ({kind}), every one "
        "counted, by the dose in force on the day they began (a new dose counts from its first "
        "day).",
        "Rates of events that recur, with a variance that is robust by subject; where few subjects "
        "were at a dose (under about 20), intervals are too narrow.",
        CAVEAT,
        *(f"{n:,} events {what} are left out." for what, n in left_out.items() if n),
        *answer.doses.said,
    ]
