"""The Onset tab: when adverse events begin, and how many a subject has over time."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import results, state
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.onset import OnsetAnalysis, OnsetAnswer
from dashboard.charts.survival.incidence import IncidenceOptions, draw_incidence
from dashboard.charts.theme import ArmStyle, arm_styles
from dashboard.disclosure import AGGREGATE
from dashboard.text import plain
from dashboard.views.safety import behind, marks, mean_count, onset_tables
from dashboard.views.safety.notes import notes, scale_said
from dashboard.views.safety.onset_inputs import choose_onset
from dashboard.views.safety.which import rule_of

FIRST, REPEATED = "First event", "Repeated events"
_MARK = "onset"


def show(asked: AdverseEvents) -> None:
    """The curves and their comparison, or the mean cumulative count of the same events."""
    views = [FIRST, REPEATED]
    view = st.segmented_control(
        "What is counted",
        views,
        key=state.choice("safety_onset_view", views, FIRST),
        persist_state="session",
        required=True,
        label_visibility="collapsed",
    )
    onset = choose_onset(asked, competing=view == FIRST)
    if view == REPEATED:
        mean_count.show(asked, onset)
        _behind(asked, state.answered(onset))
    else:
        _first(asked, onset)


def _first(asked: AdverseEvents, onset: OnsetAnalysis) -> None:
    made = state.made(onset)
    answer = made.value
    if not answer.events:
        st.info(_nobody(answer), icon=":material/event_busy:")
        return
    said = _said(answer)
    curves = made.part("curves")
    results.figure(
        curves.then(
            draw_incidence,
            onset.event,
            styles=styles(asked, answer.arms),
            options=IncidenceOptions(
                unit=onset.unit, origin="first dose", confidence_level=onset.confidence_level
            ),
        ),
        name=f"{state.study().code} onset of {onset.event}",
        notes=said,
        data=curves.call("to_frame").call("assign", unit=onset.unit),
        disclosure=AGGREGATE,
    )
    _behind(asked, answer)
    if answer.refusal and not state.store().pooled:
        st.warning(plain(answer.refusal), icon=":material/do_not_disturb_on:")
    onset_tables.show_incidence(made, said)
    onset_tables.show_comparison(made, said)
    onset_tables.show_overestimate(made, said)


def styles(asked: AdverseEvents, arms: Sequence[str]) -> dict[str, ArmStyle]:
    """How each arm is drawn: as on every page."""
    return arm_styles(list(arms), state.arms(asked.subjects.arm))


def _nobody(answer: OnsetAnswer) -> str:
    left = answer.left_out()
    elsewhere = int(left["ever"].sum())
    if not elsewhere:
        return "Nobody in this cohort has such an event. Choose another class or term."
    return (
        f"Nobody in this cohort has such an event during follow-up; {elsewhere:,} have one without "
        "a date, after the end of follow-up, or without dated follow-up."
    )


# Subjects behind -----------------------------------------------------------------


def _behind(asked: AdverseEvents, answer: OnsetAnswer) -> None:
    """One button an arm, and the subjects of the one that was clicked."""
    ever = answer.left_out().set_index("arm")["ever"]
    if not ever.any():
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("Subjects with the event:")
        for arm in answer.arms:
            st.button(
                f"**{ever[arm]:,}** {plain(arm)}",
                key=f"onset {arm}",
                type="tertiary",
                icon=":material/group:",
                on_click=marks.choose,
                args=(_MARK, [answer.asked.event, arm]),
            )
    chosen = marks.chosen(_MARK)
    if chosen is None or chosen[0] != answer.asked.event or chosen[1] not in answer.arms:
        return
    rules = asked.subjects.in_arm(state.store(), chosen[1])
    cohort = asked.subjects.chosen(*rules, rule_of(asked, answer.asked.of))
    behind.show(cohort, f"{chosen[0]}, {chosen[1]}", key="onset_behind")
    if sentence := _reconciled(answer, chosen[1]):
        st.caption(sentence)


def _reconciled(answer: OnsetAnswer, arm: str) -> str:
    """Why the list holds others than those whose event is in the curve."""
    row = answer.left_out().set_index("arm").loc[arm]
    counted = answer.incidence.curve(arm, answer.asked.event).events
    if row["ever"] == counted:
        return ""
    return (
        f"{counted:,} of them have it during follow-up; the event of the others has no date, "
        "comes after the end of follow-up, or they have no dated follow-up."
    )


# What is said --------------------------------------------------------------------


def _said(answer: OnsetAnswer) -> list[str]:
    onset = answer.asked
    competes = {
        "death": "Death competes with the event; discontinuation censors.",
        "death or discontinuation": "Death and discontinuation compete with the event.",
    }[onset.competing]
    stops = "treatment or study" if onset.selection.ends == "last dose" else "study"
    method = (
        f"First event: {onset.event}. Day 1 is the day of first dose. "
        f"{onset.selection.follow_up()} {competes} Discontinuation is of {stops}, "
        "where it ended follow-up before the event. Aalen–Johansen estimate, "
        f"Greenwood-type variance, log-log {onset.confidence_level:.0%} intervals."
    )
    month = ["One month is 30.4375 days."] if onset.unit == "months" else []
    said = [onset.selection.sentence(), method, *month, *_recorded(answer), *left_out_said(answer)]
    return notes(onset.subjects, [*said, "NE: not estimable.", *scale_said()])


def _recorded(answer: OnsetAnswer) -> list[str]:
    said = []
    if not answer.deaths_recorded:
        said.append("The data name no deaths: they cannot be told from other ends of follow-up.")
    if not answer.discontinuations_recorded:
        said.append("The data do not say who discontinued: all other ends are taken as censored.")
    return said


def left_out_said(answer: OnsetAnswer) -> list[str]:
    """How many subjects are not in the curves, or not as one might think."""
    total = answer.left_out().drop(columns="arm").sum()
    reasons = {
        "not_followed": "without dated follow-up",
        "undated": "whose only such events have no date",
    }
    out = [f"{total[name]:,} {text}" for name, text in reasons.items() if total[name]]
    said = [f"Subjects left out: {'; '.join(out)}."] if out else ["No subject is left out."]
    if total["late"]:
        said.append(
            f"{total['late']:,} have their first event after the end of follow-up: it counts as "
            "none."
        )
    if total["before"]:
        said.append(f"{total['before']:,} have it before the first dose: it counts on day 1.")
    lost = [arm for arm in answer.arms_asked if arm not in answer.arms]
    lost = [arm for arm in lost if arm in set(answer.ends["arm"])]
    return [*said, *([f"Arms without follow-up: {', '.join(lost)}."] if lost else [])]
