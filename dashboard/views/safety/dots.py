"""The Dot plot tab: incidence by arm beside the difference from the reference."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.analyses.safety.adverse_events import AdverseEvents, AdverseEventsAnswer
from dashboard.analyses.safety.p_values import p_of
from dashboard.charts.safety.dots import DotOptions, draw_dots
from dashboard.charts.theme import arm_styles
from dashboard.text import plain
from dashboard.views.safety import marks
from dashboard.views.safety.notes import event_notes
from dashboard.views.safety.numbers import of_terms, show_numbers
from dashboard.views.safety.shown import Shown, choose_arm, choose_shown
from dashboard.views.safety.terms import methods, show_behind

_MARK = "dots"
_SIDE_BY_SIDE = 2  # arms whose intervals stand in one row


def show(asked: AdverseEvents) -> None:
    """The plot, and the subjects behind the point that is chosen."""
    answer = state.answered(asked)
    if answer.refusal and not state.store().pooled:
        st.warning(plain(answer.refusal), icon=":material/do_not_disturb_on:")
    compared = answer.compared
    if len(compared) > _SIDE_BY_SIDE:
        compared = (choose_arm(answer),)
    shown = choose_shown(answer, arm=compared[0] if len(compared) == 1 else None)
    if shown is None:
        return
    st.caption(f"{shown.counted()} Click a point for the subjects behind it.")
    _draw(asked, answer, shown, compared)
    show_behind(asked, answer, marks.chosen(_MARK), key="dots_behind")
    show_numbers(answer, shown)


def _draw(
    asked: AdverseEvents, answer: AdverseEventsAnswer, shown: Shown, compared: tuple[str, ...]
) -> None:
    incidence = of_terms(answer.incidence(shown.level), shown.terms)
    contrasts = of_terms(p_of(answer, shown.level), shown.terms)
    options = DotOptions(
        terms=shown.terms,
        arms=answer.arms,
        compared=compared,
        measure=asked.measure,
        confidence_level=asked.confidence_level,
    )
    styles = arm_styles(list(answer.arms), state.arms(asked.subjects.arm))
    marks.figure(
        draw_dots(incidence, contrasts, options=options, styles=styles),
        mark=_MARK,
        name=f"{state.study().code} adverse events dot plot",
        notes=event_notes(asked, [*methods(answer), *shown.said()]),
        data=contrasts if compared else incidence,
        code=asked.code(
            state.snapshot_path(), pooled=state.store().pooled, shown=shown.code(bool(compared))
        ),
    )
