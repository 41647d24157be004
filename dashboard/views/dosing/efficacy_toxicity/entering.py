"""Outcomes of both endpoints as they are entered: as text, or one cohort after the other."""

from __future__ import annotations

import streamlit as st

from analytics.dosing.efficacy_toxicity import (
    JointCohort,
    JointOutcomes,
    OptimalDoseRecommendation,
)
from dashboard.analyses.dosing import DosingProposal
from dashboard.views.dosing.current import JOINT
from dashboard.views.dosing.entered_text import add_word, choose_dose, enter_outcomes

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
    text = enter_outcomes(
        JOINT,
        placeholder="1EEN 2ETB",
        about="A word for each cohort: the dose, counted from 1, then a letter for each "
        "patient. N neither, E efficacy alone, T toxicity alone, B both.",
    )
    return JointOutcomes.parse(text, doses=proposal.doses)


def choose_next_joint(
    proposal: DosingProposal, outcomes: JointOutcomes, found: OptimalDoseRecommendation
) -> None:
    """One more cohort; its dose is at first the one recommended, and may be another."""
    dose = found.dose or (outcomes.cohorts[-1].dose if outcomes.cohorts else proposal.start)
    place, patients = len(outcomes.cohorts), found.patients or proposal.cohort_size
    stem = f"dosing_joint_next_{place}_{dose}_{patients}"
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        choose_dose(proposal, "cohort", dose, key=f"{stem}_dose")
        for name, label in _PARTS.items():
            first = patients if name == "neither" else 0
            st.number_input(label, 0, _MOST_AT_ONCE, first, key=f"{stem}_{name}", width=130)
        st.button("Add cohort", icon=":material/add:", type="primary", on_click=_add, args=(stem,))


def _add(stem: str) -> None:
    parts = {name: int(st.session_state[f"{stem}_{name}"]) for name in _PARTS}
    if sum(parts.values()) == 0:
        return
    cohort = JointCohort(dose=int(st.session_state[f"{stem}_dose"]), **parts)
    add_word(JOINT, cohort)
