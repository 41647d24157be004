"""The Compare tab: saved designs beside the one on screen, with what differs marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import streamlit as st

from analytics.checks import InputError, NotEstimableError
from dashboard import results, state
from dashboard.analyses.designs.wording import (
    boundary_sentence,
    dropout_sentence,
    effect_sentence,
    hazard_sentence,
)
from dashboard.disclosure import AGGREGATE
from dashboard.text import number, percent, plain
from dashboard.views.designs import current, saved
from dashboard.views.designs.answer import DesignAnswer

_HERE = "On screen"
ROWS: Mapping[str, Callable[[DesignAnswer], str]] = {
    "Effect": lambda one: effect_sentence(one.design),
    "Control hazard": lambda one: "; ".join(
        hazard_sentence(group.control) for group in one.design.assumptions.subgroups
    ),
    "Dropout": lambda one: dropout_sentence(one.design.assumptions),
    "Enrolment, months": lambda one: number(one.design.assumptions.accrual.duration),
    "Looks at": lambda one: ", ".join(
        percent(share, 0) for share in one.design.monitoring.information_fractions
    ),
    "Boundaries": lambda one: boundary_sentence(one.design.monitoring),
    "Type I error": lambda one: percent(one.design.monitoring.type_one_error(), 2),
    "Power": lambda one: percent(one.evaluation.power, 2),
    "Assurance": lambda one: percent(one.assurance.probability, 2),
    "Events": lambda one: f"{np.ceil(one.design.events - 1e-9):,.0f}",
    "Expected events": lambda one: number(one.evaluation.expected_events),
    "Subjects": lambda one: f"{np.ceil(one.design.assumptions.accrual.subjects - 1e-9):,.0f}",
    "Expected subjects": lambda one: number(one.evaluation.expected_subjects),
    "First look, months": lambda one: number(one.evaluation.calendar_times[0]),
    "Final look, months": lambda one: number(one.evaluation.calendar_times[-1]),
    "Expected duration, months": lambda one: number(one.evaluation.expected_duration),
    "Stops early": lambda one: percent(1 - one.evaluation.stopping.stop[-1], 1),
    "Stops early without effect": lambda one: percent(1 - one.evaluation.null_stopping.stop[-1], 1),
}


def show(answer: DesignAnswer) -> None:
    """A column per design."""
    own = saved.of_study(current.SURVIVAL.kind)
    known = {f"{one.name} (version {one.version})": one for one in own}
    if not known:
        st.info("Save this design, change it, and compare the two here.", icon=":material/compare:")
        return
    chosen = st.multiselect(
        "Saved designs",
        list(known),
        key=state.choices("design_compared", list(known), list(known)[:3]),
        persist_state="session",
        max_selections=5,
    )
    columns = {_HERE: answer}
    for name in chosen:
        try:
            columns[name] = DesignAnswer.of(saved.survival_of(known[name]))
        except (InputError, NotEstimableError) as error:
            st.warning(plain(f"{name}: {error}"), icon=":material/do_not_disturb_on:")
    if len(columns) == 1:
        st.caption("Choose at least one saved design.")
        return
    table = compared(columns)
    results.table(
        table,
        drawn=marked(table),
        name=f"{answer.name} comparison",
        notes=["Bold: not as in the design on screen."],
        disclosure=AGGREGATE,
    )
    st.caption("Bold: not as in the design on screen.")


def compared(columns: Mapping[str, DesignAnswer]) -> pd.DataFrame:
    """One row per property, one column per design."""
    rows = [
        {"": label, **{name: said(one) for name, one in columns.items()}}
        for label, said in ROWS.items()
    ]
    return pd.DataFrame(rows)


def marked(table: pd.DataFrame) -> pd.DataFrame:
    """The table in Markdown, with what differs from the first design in bold."""
    shown = table.map(plain).rename(columns=plain)
    first = shown.columns[1]
    for name in shown.columns[2:]:
        differs = shown[name] != shown[first]
        shown[name] = shown[name].where(~differs, "**" + shown[name] + "**")
    return shown
