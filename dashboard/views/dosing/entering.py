"""Outcomes as they are entered: as text, or one cohort after the other."""

from __future__ import annotations

import streamlit as st

from analytics.dosing.escalation import Cohort, Outcomes, Recommendation
from dashboard.analyses.dosing import DosingProposal
from dashboard.views.dosing.current import OUTCOMES
from dashboard.views.dosing.entered_text import add_word, choose_dose, enter_outcomes

_MOST_AT_ONCE = 12


def choose_outcomes(proposal: DosingProposal) -> Outcomes:
    """What was seen so far.

    Raises
    ------
    InputError
        For a text that is none, with the rule and what was entered.
    """
    text = enter_outcomes(
        OUTCOMES,
        placeholder="1NNN 2NNT",
        about="A word for each cohort: the dose, counted from 1, then N or T for each patient "
        "without or with a dose-limiting toxicity.",
    )
    return Outcomes.parse(text, doses=proposal.doses)


def choose_next(proposal: DosingProposal, outcomes: Outcomes, found: Recommendation | None) -> None:
    """One more cohort; its dose is at first the one recommended, and may be another."""
    place = len(outcomes.cohorts)
    dose, patients = outcomes.current or proposal.start, proposal.cohort_size
    if found is not None and not found.stop and found.dose is not None:
        dose, patients = found.dose, found.patients
    keys = tuple(
        f"dosing_next_{place}_{dose}_{patients}_{name}" for name in ("dose", "patients", "toxic")
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        choose_dose(proposal, "cohort", dose, key=keys[0])
        given = st.number_input("Patients", 1, _MOST_AT_ONCE, patients, key=keys[1], width=130)
        st.number_input("With toxicity", 0, int(given), 0, key=keys[2], width=130)
        st.button("Add cohort", icon=":material/add:", type="primary", on_click=_add, args=(keys,))


def _add(keys: tuple[str, str, str]) -> None:
    dose, patients, toxicities = (int(st.session_state[key]) for key in keys)
    cohort = Cohort(dose=dose, patients=patients, toxicities=min(toxicities, patients))
    add_word(OUTCOMES, cohort)
