"""The Butterfly tab: the reference and one arm back to back, by worst grade where wanted."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.analyses.safety.adverse_events import AdverseEvents, AdverseEventsAnswer
from dashboard.analyses.safety.grades import WorstGrades
from dashboard.charts.safety.butterfly import ButterflyOptions, draw_butterfly
from dashboard.charts.theme import arm_styles
from dashboard.text import plain
from dashboard.views.safety import marks
from dashboard.views.safety.notes import event_notes
from dashboard.views.safety.numbers import of_terms, show_numbers
from dashboard.views.safety.shown import Shown, choose_arm, choose_shown
from dashboard.views.safety.terms import methods, show_behind
from dashboard.views.safety.volcano import refuse
from queries.adverse_events import collected_kinds

_MARK = "butterfly"
_SEVERITIES: Mapping[int, str] = {0: "Not recorded", 1: "Mild", 2: "Moderate", 3: "Severe"}


def show(asked: AdverseEvents) -> None:
    """The bars, and the subjects behind the one that is chosen."""
    answer = state.answered(asked)
    if answer.refusal is not None and len(answer.arms) < 2:
        refuse(answer, "A butterfly sets one arm against another.")
        return
    if answer.refusal is not None:
        st.warning(plain(answer.refusal), icon=":material/do_not_disturb_on:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        arm = choose_arm(answer)
        stacked = _stacked()
    shown = choose_shown(answer, arm=arm)
    if shown is None:
        return
    st.caption(f"{shown.counted()} Click a bar for the subjects behind it.")
    _draw(asked, answer, shown, arm, stacked)
    show_behind(asked, answer, marks.chosen(_MARK), key="butterfly_behind")
    show_numbers(answer, shown)


def _stacked() -> bool:
    if "severe" not in collected_kinds(state.store()):
        return False
    graded = "grade" in state.store().layout.adverse_events.sources
    return st.toggle(
        "Stacked by worst grade" if graded else "Stacked by worst severity",
        key=state.remember("safety_stacked", True),
        persist_state="session",
    )


def _draw(
    asked: AdverseEvents, answer: AdverseEventsAnswer, shown: Shown, arm: str, stacked: bool
) -> None:
    pair = (answer.arms[0], arm)
    every = of_terms(answer.incidence(shown.level), shown.terms)
    incidence = every[every["arm"].isin(pair)]
    asked_grades = WorstGrades(
        subjects=asked.subjects, selection=asked.selection, column=asked.column
    )
    grades = _of_pair(state.answered(asked_grades), shown, pair) if stacked else pd.DataFrame()
    options = ButterflyOptions(
        terms=shown.terms, reference=pair[0], arm=arm, grades=_names(grades) if stacked else {}
    )
    styles = arm_styles(list(answer.arms), state.arms(asked.subjects.arm))
    said = ["Bars are stacked by the worst grade of a subject's events."] if stacked else []
    path, pooled = state.snapshot_path(), state.store().pooled
    marks.figure(
        draw_butterfly(incidence, grades, options=options, styles=styles),
        mark=_MARK,
        name=f"{state.study().code} adverse events butterfly",
        notes=event_notes(asked, [*methods(answer), *said, *shown.said()]),
        data=grades if stacked else incidence,
        code=asked_grades.code(path, pooled=pooled)
        if stacked
        else asked.code(path, pooled=pooled, shown=shown.code(False)),
    )


def _of_pair(grades: pd.DataFrame, shown: Shown, pair: tuple[str, str]) -> pd.DataFrame:
    return of_terms(grades[grades["arm"].isin(pair)], shown.terms)


def _names(grades: pd.DataFrame) -> dict[int, str]:
    """The grades that somebody had, from the least."""
    graded = "grade" in state.store().layout.adverse_events.sources
    found = sorted(int(grade) for grade in grades["grade"].unique())
    if not graded:
        return {grade: _SEVERITIES[grade] for grade in found}
    return {grade: f"Grade {grade}" if grade else "Not graded" for grade in found}
