"""The Volcano tab: how far one arm is from the reference, and how sure that is, term by term."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.analyses.safety.adverse_events import AdverseEvents, AdverseEventsAnswer
from dashboard.analyses.safety.p_values import P_VALUES, kinds_of_p, p_of
from dashboard.analyses.safety.rows import of_arms, of_terms
from dashboard.charts.safety.volcano import VolcanoOptions, draw_volcano, drawn_in_volcano
from dashboard.charts.theme import arm_styles
from dashboard.disclosure import AGGREGATE
from dashboard.text import plain
from dashboard.views.safety import marks
from dashboard.views.safety.notes import event_notes
from dashboard.views.safety.numbers import show_numbers
from dashboard.views.safety.shown import choose_arm, choose_shown
from dashboard.views.safety.terms import methods, show_behind

_MARK = "volcano"


def show(asked: AdverseEvents) -> None:
    """The plot, and the subjects behind the term that is chosen."""
    made = state.made(asked)
    answer = made.value
    if answer.refusal is not None:
        refuse(answer, "A volcano plot sets one arm against another.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        arm = choose_arm(answer)
        kind = _kind(answer)
    shown = choose_shown(made, arm=arm, orders=False, most=None)
    if shown is None:
        return
    every = made.then(p_of, shown.level, kind).then(of_terms, shown.chosen)
    own = every.then(of_arms, (arm,)).named("contrasts")
    name = f"{state.study().code} adverse events volcano plot"
    left_out = _left_out(own.value, asked.measure)
    notes = event_notes(asked, [*methods(answer), *left_out, *shown.said()])
    options = VolcanoOptions(
        arm=arm,
        reference=answer.arms[0],
        measure=asked.measure,
        confidence_level=asked.confidence_level,
        p_name=P_VALUES[kind][1].lower(),
    )
    styles = arm_styles(list(answer.arms), state.arms(asked.subjects.arm))
    st.caption(
        f"{len(drawn_in_volcano(own.value)):,} of {shown.found:,} {shown.noun()} drawn; the area "
        "is all subjects of both arms with the event. Click a bubble for the subjects behind it."
    )
    figure = own.then(draw_volcano, options=options, styles=styles)
    marks.figure(figure, mark=_MARK, name=name, notes=notes, data=own, disclosure=AGGREGATE)
    show_behind(asked, answer, marks.chosen(_MARK), key="volcano_behind")
    show_numbers(made, shown, name=name, notes=notes)


def refuse(answer: AdverseEventsAnswer, why: str) -> None:
    """Say why there is nothing to compare, where a chart needs a comparison."""
    st.info(plain(f"{answer.refusal} {why}"), icon=":material/do_not_disturb_on:")


def _kind(answer: AdverseEventsAnswer) -> str:
    kinds = list(kinds_of_p(answer.contrasts("term")))
    if len(kinds) < 2:
        return kinds[0] if kinds else "unadjusted"
    chosen = st.radio(
        "p-value",
        kinds,
        key=state.choice("safety_p", kinds, kinds[0]),
        persist_state="session",
        format_func=lambda kind: P_VALUES[kind][1],
        horizontal=True,
    )
    return chosen or kinds[0]


def _left_out(own: pd.DataFrame, measure: str) -> list[str]:
    """What has no place on the plot, and what stands at its end."""
    said = []
    if none := len(own) - len(drawn_in_volcano(own)):
        said.append(f"Not drawn: {none:,} without an event in either arm, or without a p-value.")
    ends = int(((own["estimate"] == 0) | np.isinf(own["estimate"])).sum())
    if ends and measure != "risk difference":
        said.append(f"{ends:,} of 0 or infinity stand at the end of the axis.")
    return said
