"""Outcomes of both endpoints as they are entered: as text, or one cohort after the other."""

from __future__ import annotations

import streamlit as st

from analytics.dosing.efficacy_toxicity import (
    JointCohort,
    JointOutcomes,
    OptimalDoseRecommendation,
)
from dashboard import state
from dashboard.analyses.dosing import DosingProposal
from dashboard.views.dosing.current import JOINT

_PARTS = {
    "neither": "Neither",
    "efficacy": "Efficacy alone",
    "toxicity": "Toxicity alone",
    "both": "Both",
}
_MOST_AT_ONCE = 20


def choose_joint_outcomes(proposal: DosingProposal) -> JointOutcomes:
    """What was seen so far.

    Raises
    ------
    InputError
        For a text that is none, with the rule and what was entered.
    """
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        text = st.text_input(
            "Outcomes",
            key=state.remember(JOINT, ""),
            persist_state="session",
            placeholder="1EEN 2ETB",
            help="A word for each cohort: the dose, counted from 1, then a letter for each "
            "patient. N neither, E efficacy alone, T toxicity alone, B both.",
        )
        st.button("Undo", icon=":material/undo:", on_click=_undo, disabled=not text.split())
        st.button("Begin anew", icon=":material/restart_alt:", on_click=_clear, disabled=not text)
    return JointOutcomes.parse(text, doses=proposal.doses)


def choose_next_joint(
    proposal: DosingProposal, outcomes: JointOutcomes, found: OptimalDoseRecommendation
) -> None:
    """One more cohort; its dose is at first the one recommended, and may be another."""
    dose = found.dose or (outcomes.cohorts[-1].dose if outcomes.cohorts else proposal.start)
    place, patients = len(outcomes.cohorts), found.patients or proposal.cohort_size
    stem = f"dosing_joint_next_{place}_{dose}_{patients}"
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.selectbox(
            "Dose of the next cohort",
            range(1, proposal.doses + 1),
            index=dose - 1,
            key=f"{stem}_dose",
            format_func=lambda one: f"{one}: {proposal.dose_name(one)}",
            width=200,
        )
        for name, label in _PARTS.items():
            first = patients if name == "neither" else 0
            st.number_input(label, 0, _MOST_AT_ONCE, first, key=f"{stem}_{name}", width=130)
        st.button("Add cohort", icon=":material/add:", type="primary", on_click=_add, args=(stem,))


def _add(stem: str) -> None:
    parts = {name: int(st.session_state[f"{stem}_{name}"]) for name in _PARTS}
    if sum(parts.values()) == 0:
        return
    cohort = JointCohort(dose=int(st.session_state[f"{stem}_dose"]), **parts)
    st.session_state[JOINT] = f"{st.session_state[JOINT]} {cohort}".strip()


def _undo() -> None:
    st.session_state[JOINT] = " ".join(st.session_state[JOINT].split()[:-1])


def _clear() -> None:
    st.session_state[JOINT] = ""
