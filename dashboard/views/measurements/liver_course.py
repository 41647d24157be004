"""The liver tests of the subject that was picked, over time."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from dashboard import navigation, results, state
from dashboard.analyses.measurements.liver import LiverAnswer
from dashboard.charts.measurements.liver_course import draw_liver_course
from dashboard.disclosure import SUBJECTS
from dashboard.views.measurements import liver_notes
from dashboard.views.subjects import listing
from queries.cohorts import EVERYONE

_SUBJECT = "liver_subject"


def choose(subject: str | None) -> None:
    """Put a subject's course on screen."""
    st.session_state[_SUBJECT] = subject


def show(answer: LiverAnswer) -> None:
    """A subject can be picked by name; the course stands beneath."""
    st.header("Course of a subject", anchor=False)
    named = answer.candidates.to_frame()["subject"].tolist()
    picked = st.session_state.get(_SUBJECT)
    known = set(answer.drawn["subject"])
    options = [None, *named, *([picked] if picked in known - set(named) else [])]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        subject = st.selectbox(
            "Subject",
            options,
            key=state.choice(_SUBJECT, options, None),
            persist_state="session",
            format_func=lambda one: "None" if one is None else one,
            placeholder="Pick a subject, or click a point",
            width=340,
        )
        if subject is not None:
            st.button(
                "Open profile",
                key="liver_open_profile",
                icon=":material/person_search:",
                on_click=_open,
                args=(subject,),
            )
    if subject is not None:
        _course(answer, subject)


def _open(subject: str) -> None:
    listing.open_subject(subject)
    navigation.go("subjects")


def _course(answer: LiverAnswer, subject: str) -> None:
    found = state.asked(
        "liver_results", cohort=EVERYONE, origin=answer.found.origin, subjects=[subject]
    )
    facts = state.ask("subject_facts", cohort=EVERYONE, subject=subject).iloc[0]
    zero = facts["first_dose_on" if answer.found.origin == "first dose" else "randomised_on"]
    first = None if pd.isna(zero) else pd.Timestamp(zero).date()
    figure = found.then(
        draw_liver_course,
        criteria=answer.asked.criteria,
        subject=subject,
        dosed=_dosed(facts, first),
        first_dose=first,
    )
    arm = "" if state.store().pooled else f", {facts['arm']}"
    said = [
        f"Subject {subject}{arm}. Every result over its own upper limit of normal. Shaded: from "
        "the first to the last dose. Dashed: the cuts for ALT or AST (≥) and bilirubin (>)."
    ]
    results.figure(
        figure,
        name=f"{state.study().code} {subject} liver tests",
        notes=liver_notes.notes(answer, said),
        data=found,
        disclosure=SUBJECTS,
    )


def _dosed(facts: pd.Series, zero: date | None) -> tuple[int, int] | None:
    """Study days of the first and the last dose."""
    first, last = facts["first_dose_on"], facts["last_dose_on"]
    if zero is None or pd.isna(first) or pd.isna(last):
        return None
    return _study_day(first, zero), _study_day(last, zero)


def _study_day(day: object, zero: date) -> int:
    days: int = (pd.Timestamp(str(day)).date() - zero).days
    return days + 1 if days >= 0 else days
