"""The escalation design and the outcomes on screen: kept as text in the view, which links carry."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.analyses.dosing import DosingProposal, usual_dosing
from dashboard.views.designs.current import Screen

OUTCOMES = "dosing_outcomes"
PATIENTS, TODAY = "dosing_patients", "dosing_today"  # of TITE-CRM
JOINT = "dosing_joint_outcomes"  # of BOIN12
_ENTERED = {OUTCOMES: "", PATIENTS: "", TODAY: 0, JOINT: ""}


def _begin() -> DosingProposal:
    """Another study, or nothing entered yet: what was seen of a trial is none of this one."""
    st.session_state.update(_ENTERED)
    return usual_dosing()


SCREEN: Screen[DosingProposal] = Screen(
    endpoint="Dose escalation",
    prefix="dosing",
    kind="dose-escalation",
    holds=lambda found: isinstance(found, DosingProposal),
    first=_begin,
    instead="a usual one",
    rests_on="adverse events by dose",
    taken="scenarios",
    page="Dosing",
)
PROPOSAL = SCREEN.text


def proposal() -> DosingProposal:
    """The design on screen; a usual one before anything was entered, and for another study."""
    found = SCREEN.proposal()
    for key, first in {PROPOSAL: "", "dosing_study": "", **_ENTERED}.items():
        state.remember(key, first)
    return found


def keep(entered: DosingProposal) -> str:
    """Keep what the inputs say, and give its text."""
    return SCREEN.keep(entered)
