"""The escalation design and the outcomes on screen: kept as text in the view, which links carry."""

from __future__ import annotations

import streamlit as st

from analytics.checks import InputError
from analytics.results import Result
from dashboard import state
from dashboard.analyses.dosing import DosingProposal, usual_dosing

PROPOSAL, OUTCOMES, _STUDY = "dosing_proposal", "dosing_outcomes", "dosing_study"
PATIENTS, TODAY = "dosing_patients", "dosing_today"  # of TITE-CRM
JOINT = "dosing_joint_outcomes"  # of BOIN12
_ENTERED = {OUTCOMES: "", PATIENTS: "", TODAY: 0, JOINT: ""}


def proposal() -> DosingProposal:
    """The design on screen; a usual one before anything was entered, and for another study."""
    text = st.session_state.get(PROPOSAL)
    if text is None or st.session_state.get(_STUDY) != state.study().code:
        return _begin()
    try:
        found = Result.from_json(text)
    except InputError:
        found = None
    if not isinstance(found, DosingProposal):
        st.warning("The design of this link cannot be read; a usual one is shown instead.")
        return _begin()
    _remember()
    return found


def keep(entered: DosingProposal) -> str:
    """Keep what the inputs say, and give its text."""
    text = entered.to_json()
    st.session_state[PROPOSAL] = text
    return text


def _begin() -> DosingProposal:
    first = usual_dosing()
    st.session_state[PROPOSAL] = first.to_json()
    st.session_state[_STUDY] = state.study().code
    st.session_state.update(_ENTERED)
    _remember()
    return first


def _remember() -> None:
    for key, first in {PROPOSAL: "", _STUDY: "", **_ENTERED}.items():
        state.remember(key, first)
