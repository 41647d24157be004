"""The CONSORT flow diagram: from screened to analysed, and on to the cohort on screen."""

from __future__ import annotations

import streamlit as st

from dashboard import results, state
from dashboard.analyses.flow import FlowAnalysis
from dashboard.charts.flow import draw_flow, flow_table
from dashboard.charts.theme import arm_styles
from dashboard.disclosure import AGGREGATE
from dashboard.views import heading
from queries.cohorts import labels_in
from queries.store import ArmRole

_SETS = {"ITTFL": "Intention to treat", "SAFFL": "Safety", "PPROTFL": "Per protocol"}
_WIDTH = 600  # pixels that a page has even on a small screen with its sidebar open


def show() -> None:
    """Draw the flow of the study and of the cohort."""
    flag, role = _inputs()
    cohort = state.current_cohort()
    labels = labels_in(cohort.rule, state.labels())
    flow = state.made(
        FlowAnalysis(cohort=cohort, analysis_set=flag, arm=role, labels=labels), name="flow"
    )
    name = f"{state.study().code} flow"
    styles = arm_styles([arm.arm for arm in flow.value.arms], state.arms(role))
    table, notes = flow.then(flow_table), _notes(flag, role)
    figure = flow.then(draw_flow, styles=styles, width=_WIDTH)
    results.figure(figure, name=name, notes=notes, data=table, disclosure=AGGREGATE)
    with st.expander("The same numbers as a table"):
        results.table(table, name=f"{name} table", notes=notes, disclosure=AGGREGATE)


def _inputs() -> tuple[str | None, ArmRole]:
    here = [flag for flag in _SETS if flag in state.store().columns]
    options = ["", *here]
    with st.container(horizontal=True):
        flag = st.selectbox(
            "Analysed are",
            options,
            key=state.choice("cohort_flow_set", options, here[0] if here else ""),
            persist_state="session",
            format_func=lambda one: f"{_SETS[one]} ({one})" if one else "All subjects",
        )
        role: ArmRole = "planned"
        if not state.store().pooled:
            roles: list[ArmRole] = ["planned", "actual"]
            role = (
                st.radio(
                    "Arms",
                    roles,
                    key=state.choice("cohort_flow_arm", roles, "planned"),
                    persist_state="session",
                    format_func=str.capitalize,
                    horizontal=True,
                )
                or "planned"
            )
    return flag or None, role


def _notes(flag: str | None, role: ArmRole) -> list[str]:
    store = state.store()
    arms = "Arms pooled: the study is blinded." if store.pooled else f"{role.capitalize()} arms."
    notes = [f"{heading.cohort_sentence()} {arms}", f"Analysed: {flag or 'all subjects'}."]
    if "dm" not in store.datasets or store.base == "dm":
        notes.append("Screening: not collected (no DM beside ADSL).")
    if not store.collected("first_dose_on"):
        notes.append("Date of first dose: not collected; everyone counts as treated.")
    if not store.collected("status"):
        notes.append("End-of-study status: not collected.")
    return [*notes, heading.provenance_line()]
