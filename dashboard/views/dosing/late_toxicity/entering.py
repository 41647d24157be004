"""Patients of a TITE-CRM trial as they are entered: as text, or one event after the other."""

from __future__ import annotations

import streamlit as st

from analytics.dosing.late_toxicity import TrialCourse
from analytics.dosing.late_toxicity.course import LATEST_DAY
from dashboard import state
from dashboard.analyses.dosing import DosingProposal
from dashboard.views.dosing.current import PATIENTS, TODAY
from dashboard.views.dosing.entered_text import add_word, choose_dose, offer_to_take_back

_HELP = (
    "A word for each patient in the order in which they came: the dose, counted from 1, @ and the "
    "day of the first dose. Then T and the day of a dose-limiting toxicity; or N and the last day "
    "of follow-up of a patient who left without one. Days are those of the trial: day 0 is the "
    "entry of the first patient."
)
_TOXICITY, _LEFT = "Toxicity", "Left without toxicity"


def choose_course(proposal: DosingProposal) -> TrialCourse:
    """Who came, and today.

    Raises
    ------
    InputError
        For a text that is none, with the rule and what was entered.
    """
    text = st.text_area(
        "Patients",
        key=state.remember(PATIENTS, ""),
        persist_state="session",
        placeholder="1@0 1@7 1@14T25 1@21",
        height=80,
        help=_HELP,
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        today = st.number_input(
            "Today, day of the trial",
            0,
            LATEST_DAY,
            key=state.remember(TODAY, 0),
            persist_state="session",
            width=200,
        )
        offer_to_take_back(PATIENTS, text, day_key=TODAY)
    return TrialCourse.parse(text, doses=proposal.doses, today=int(today))


def course_on_screen(proposal: DosingProposal) -> TrialCourse:
    """What was entered on the Conduct tab."""
    text, today = (st.session_state[state.remember(*one)] for one in ((PATIENTS, ""), (TODAY, 0)))
    return TrialCourse.parse(text, doses=proposal.doses, today=int(today))


def choose_patient(proposal: DosingProposal, course: TrialCourse, dose: int) -> None:
    """One more patient; the dose is at first the one recommended, and may be another."""
    keys = tuple(f"dosing_enter_{len(course.patients)}_{dose}_{one}" for one in ("dose", "day"))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        choose_dose(proposal, "patient", dose, key=keys[0])
        st.number_input("Entered on day", 0, LATEST_DAY, course.today, key=keys[1], width=160)
        st.button("Add patient", icon=":material/add:", type="primary", on_click=_add, args=(keys,))


def choose_event(proposal: DosingProposal, course: TrialCourse) -> None:
    """What happened to a patient who is followed."""
    followed = [
        place
        for place, one in enumerate(course.patients, start=1)
        if one.toxicity is None and one.left is None
    ]
    if not followed:
        return
    many = f"{len(course.patients)}_{len(followed)}_{course.today}"
    keys = tuple(f"dosing_event_{many}_{one}" for one in ("patient", "what", "day"))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.selectbox(
            "Patient",
            followed,
            key=keys[0],
            format_func=lambda one: f"{one}: {proposal.dose_name(course.patients[one - 1].dose)}",
            width=200,
        )
        st.selectbox("Had", (_TOXICITY, _LEFT), key=keys[1], width=200)
        st.number_input("On day", 0, LATEST_DAY, course.today, key=keys[2], width=130)
        st.button("Record", icon=":material/edit_note:", on_click=_record, args=(keys,))


def _add(keys: tuple[str, str]) -> None:
    dose, day = (int(st.session_state[key]) for key in keys)
    add_word(PATIENTS, f"{dose}@{day}")
    st.session_state[TODAY] = max(int(st.session_state[TODAY]), day)


def _record(keys: tuple[str, str, str]) -> None:
    place, what, day = (st.session_state[key] for key in keys)
    words = st.session_state[PATIENTS].split()
    words[place - 1] += f"{'T' if what == _TOXICITY else 'N'}{int(day)}"
    st.session_state[PATIENTS] = " ".join(words)
    st.session_state[TODAY] = max(int(st.session_state[TODAY]), int(day))
