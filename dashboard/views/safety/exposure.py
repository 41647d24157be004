"""The Exposure tab: how long subjects were treated, at which doses, and events by dose."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from analytics.safety.exposure import PlannedDose
from dashboard import state
from dashboard.analyses.safety.dose_records import NOTHING
from dashboard.analyses.safety.exposure import ExposureAnalysis, ExposureAnswer
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.text import plain
from dashboard.views.safety import dose_at_onset, exposure_results
from queries.exposure_questions import BLINDED
from queries.record_views import collected_records

_PLANNED: Mapping[str, str] = {
    "first": "First dose given",
    "highest": "Highest dose given",
    "stated": "As stated here",
}
_UNITS = ("months", "weeks", "days")


def show(subjects: SafetySubjects) -> None:
    """Exposure of the subjects, and their adverse events by dose at onset."""
    store = state.store()
    if store.pooled:
        st.info(BLINDED, icon=":material/visibility_off:")
        return
    dated = store.collected("first_dose_on") and store.collected("last_dose_on")
    if not dated and not collected_records(store.layout, "exposures"):
        st.info(plain(NOTHING), icon=":material/medication:")
        return
    made = state.made(_choose(subjects))
    _say(made.value)
    exposure_results.show_summary(made)
    exposure_results.show_on_treatment(made)
    if made.value.has_doses:
        exposure_results.show_intensity(made)
        exposure_results.show_over_time(made)
        exposure_results.show_reasons(made)
        dose_at_onset.show(subjects, made.value)


def _choose(subjects: SafetySubjects) -> ExposureAnalysis:
    usual = state.answered(ExposureAnalysis(subjects=subjects))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        treatment = _treatment(usual.doses.treatments)
        unit = st.selectbox(
            "Unit of time",
            _UNITS,
            key=state.choice("safety_exposure_unit", _UNITS, "months"),
            persist_state="session",
            format_func=str.capitalize,
        )
        chosen = _planned() if usual.has_doses else "first"
    if chosen == "stated":
        with st.container(horizontal=True, vertical_alignment="bottom"):
            planned = PlannedDose(stated=tuple(_stated(usual)))
    else:
        planned = PlannedDose(reference="highest" if chosen == "highest" else "first")
    return ExposureAnalysis(subjects=subjects, planned=planned, treatment=treatment, unit=unit)


def _treatment(treatments: tuple[str, ...]) -> str | None:
    if not treatments:
        return None
    chosen: str = st.selectbox(
        "Treatment",
        treatments,
        key=state.choice("safety_exposure_treatment", treatments, treatments[0]),
        persist_state="session",
        help="Subjects are given several; doses of one at a time are looked at.",
    )
    return chosen


def _planned() -> str:
    chosen: str = st.selectbox(
        "Planned dose",
        list(_PLANNED),
        key=state.choice("safety_exposure_planned", list(_PLANNED), "first"),
        persist_state="session",
        format_func=_PLANNED.__getitem__,
        help="Relative dose intensity is the mean dose per day of treatment over this dose. The "
        "highest dose suits arms whose dose is raised at the start.",
    )
    return chosen


def _stated(usual: ExposureAnswer) -> list[tuple[str, float]]:
    table, placebo = usual.exposure.table, usual.doses.dosing.placebo
    dosed = set(table["arm"][table["cumulative"].notna() & ~table["subject"].isin(placebo)])
    unit = f"{usual.exposure.unit} per day" if usual.exposure.unit else "per day"
    stated = []
    for arm in usual.exposure.arms:
        if arm not in dosed:
            continue
        value = st.number_input(
            f"{plain(arm)}, {unit}",
            min_value=0.0,
            max_value=1e9,
            value=None,
            key=state.remember(f"safety_exposure_planned {arm}", None),
            persist_state="session",
            placeholder="First",
            help="The dose that the protocol plans; unless stated, the first dose given.",
        )
        if value:
            stated.append((arm, float(value)))
    return stated


def _say(answer: ExposureAnswer) -> None:
    if not answer.has_doses:
        st.info(
            "This study has no records of doses (ADEX, EX): duration is the last minus the first "
            "day of dosing plus 1, from ADSL.",
            icon=":material/info:",
        )
    if answer.disagreements:
        st.warning(plain(" ".join(answer.disagreements)), icon=":material/difference:")
    if raised := answer.raised():
        st.info(
            plain(
                f"Most subjects of {', '.join(raised)} were given more than their first dose: "
                "relative to the highest dose given, or to a stated one, dose intensity would not "
                "be above 100% by itself."
            ),
            icon=":material/trending_up:",
        )
