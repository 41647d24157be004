"""The Butterfly tab: the reference and one arm back to back, by worst grade where wanted."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import state
from dashboard.analyses.safety.adverse_events import AdverseEvents, AdverseEventsAnswer
from dashboard.analyses.safety.grades import WorstGrades
from dashboard.analyses.safety.rows import of_arms, of_terms
from dashboard.charts.safety.butterfly import ButterflyOptions, draw_butterfly
from dashboard.charts.theme import arm_styles
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made, made_by
from dashboard.text import plain
from dashboard.views.safety import marks
from dashboard.views.safety.notes import event_notes
from dashboard.views.safety.numbers import show_numbers
from dashboard.views.safety.shown import Shown, choose_arm, choose_shown
from dashboard.views.safety.terms import methods, show_behind
from dashboard.views.safety.volcano import refuse
from queries.adverse_events import collected_kinds

_MARK = "butterfly"
_SEVERITIES: Mapping[int, str] = {0: "Not recorded", 1: "Mild", 2: "Moderate", 3: "Severe"}


def show(asked: AdverseEvents) -> None:
    """The bars, and the subjects behind the one that is chosen."""
    made = state.made(asked)
    answer = made.value
    if answer.refusal is not None and len(answer.arms) < 2:
        refuse(answer, "A butterfly sets one arm against another.")
        return
    if answer.refusal is not None:
        st.warning(plain(answer.refusal), icon=":material/do_not_disturb_on:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        arm = choose_arm(answer)
        stacked = _stacked()
    shown = choose_shown(made, arm=arm)
    if shown is None:
        return
    st.caption(f"{shown.counted()} Click a bar for the subjects behind it.")
    name = f"{state.study().code} adverse events butterfly"
    said = ["Bars are stacked by the worst grade of a subject's events."] if stacked else []
    notes = event_notes(asked, [*methods(answer), *said, *shown.said()])
    drawn, data = _drawn(made, shown, arm, stacked)
    marks.figure(drawn, mark=_MARK, name=name, notes=notes, data=data, disclosure=AGGREGATE)
    show_behind(asked, answer, marks.chosen(_MARK), key="butterfly_behind")
    show_numbers(made, shown, name=name, notes=notes)


def _stacked() -> bool:
    if "severe" not in collected_kinds(state.store()):
        return False
    graded = "grade" in state.store().layout.adverse_events.sources
    return st.toggle(
        "Stacked by worst grade" if graded else "Stacked by worst severity",
        key=state.remember("safety_stacked", True),
        persist_state="session",
    )


def _drawn(
    made: Made[AdverseEventsAnswer], shown: Shown, arm: str, stacked: bool
) -> tuple[Made[go.Figure], Made[pd.DataFrame]]:
    """The bars, and the numbers behind them."""
    answer, asked = made.value, made.value.asked
    pair = (answer.arms[0], arm)
    every = made.call("incidence", shown.level).then(of_terms, shown.chosen)
    incidence = every.then(of_arms, pair).named("incidence")
    grades = made_by(pd.DataFrame)
    if stacked:
        worst = WorstGrades(subjects=asked.subjects, selection=asked.selection, column=asked.column)
        own = state.made(worst, name="worst_grades").then(of_arms, pair)
        grades = own.then(of_terms, shown.chosen).named("grades")
    options = made_by(
        ButterflyOptions,
        terms=shown.chosen,
        reference=pair[0],
        arm=arm,
        grades=_names(grades.value) if stacked else {},
    )
    styles = arm_styles(list(answer.arms), state.arms(asked.subjects.arm))
    drawn = incidence.then(draw_butterfly, grades, options=options, styles=styles)
    return drawn, grades if stacked else incidence


def _names(grades: pd.DataFrame) -> dict[int, str]:
    """The grades that somebody had, from the least."""
    graded = "grade" in state.store().layout.adverse_events.sources
    found = sorted(int(grade) for grade in grades["grade"].unique())
    if not graded:
        return {grade: _SEVERITIES[grade] for grade in found}
    return {grade: f"Grade {grade}" if grade else "Not graded" for grade in found}
