"""The Compare tab: saved designs beside the one on screen, with what differs marked."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from analytics.checks import InputError, NotEstimableError
from dashboard import results, state
from dashboard.analyses.designs.comparison import compare_designs
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made, made_by
from dashboard.text import plain
from dashboard.views.designs import current, saved
from dashboard.views.designs.answer import DesignAnswer

_HERE = "On screen"


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
        drawn=marked(table.value),
        name=f"{answer.name} comparison",
        notes=answer.notes("Bold: not as in the design on screen."),
        disclosure=AGGREGATE,
    )
    st.caption("Bold: not as in the design on screen.")


def compared(columns: Mapping[str, DesignAnswer]) -> Made[pd.DataFrame]:
    """One row per property, one column per design."""
    evaluated = {
        name: (one.made_design, one.made_evaluation, one.made_assurance)
        for name, one in columns.items()
    }
    return made_by(compare_designs, evaluated)


def marked(table: pd.DataFrame) -> pd.DataFrame:
    """The table in Markdown, with what differs from the first design in bold."""
    shown = table.map(plain).rename(columns=plain)
    first = shown.columns[1]
    for name in shown.columns[2:]:
        differs = shown[name] != shown[first]
        shown[name] = shown[name].where(~differs, "**" + shown[name] + "**")
    return shown
