"""The Dot plot tab: incidence by arm beside the difference from the reference."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.analyses.safety.adverse_events import AdverseEvents, AdverseEventsAnswer
from dashboard.analyses.safety.p_values import p_of
from dashboard.analyses.safety.rows import of_terms
from dashboard.charts.safety.dots import DotOptions, draw_dots
from dashboard.charts.theme import arm_styles
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made, made_by
from dashboard.text import plain
from dashboard.views.safety import marks
from dashboard.views.safety.notes import event_notes
from dashboard.views.safety.numbers import show_numbers
from dashboard.views.safety.shown import Shown, choose_arm, choose_shown
from dashboard.views.safety.terms import methods, show_behind

_MARK = "dots"
_SIDE_BY_SIDE = 2  # arms whose intervals stand in one row


def show(asked: AdverseEvents) -> None:
    """The plot, and the subjects behind the point that is chosen."""
    made = state.made(asked)
    answer = made.value
    if answer.refusal and not state.store().pooled:
        st.warning(plain(answer.refusal), icon=":material/do_not_disturb_on:")
    compared = answer.compared
    if len(compared) > _SIDE_BY_SIDE:
        compared = (choose_arm(answer),)
    shown = choose_shown(made, arm=compared[0] if len(compared) == 1 else None)
    if shown is None:
        return
    st.caption(f"{shown.counted()} Click a point for the subjects behind it.")
    _draw(asked, made, shown, compared)
    show_behind(asked, answer, marks.chosen(_MARK), key="dots_behind")
    show_numbers(made, shown, name=_name(), notes=_notes(asked, answer, shown))


def _name() -> str:
    return f"{state.study().code} adverse events dot plot"


def _notes(asked: AdverseEvents, answer: AdverseEventsAnswer, shown: Shown) -> list[str]:
    return event_notes(asked, [*methods(answer), *shown.said()])


def _draw(
    asked: AdverseEvents,
    made: Made[AdverseEventsAnswer],
    shown: Shown,
    compared: tuple[str, ...],
) -> None:
    answer = made.value
    incidence = made.call("incidence", shown.level).then(of_terms, shown.chosen)
    contrasts = made.then(p_of, shown.level).then(of_terms, shown.chosen)
    incidence, contrasts = incidence.named("incidence"), contrasts.named("contrasts")
    options = made_by(
        DotOptions,
        terms=shown.chosen,
        arms=answer.arms,
        compared=compared,
        measure=asked.measure,
        confidence_level=asked.confidence_level,
    )
    styles = arm_styles(list(answer.arms), state.arms(asked.subjects.arm))
    marks.figure(
        incidence.then(draw_dots, contrasts, options=options, styles=styles),
        mark=_MARK,
        name=_name(),
        notes=_notes(asked, answer, shown),
        data=contrasts if compared else incidence,
        disclosure=AGGREGATE,
    )
