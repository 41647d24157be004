"""Designs: assumptions beside the design, what it does, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from analytics.checks import InputError
from dashboard import results
from dashboard.analyses.designs import DesignProposal
from dashboard.text import plain
from dashboard.views import heading
from dashboard.views.designs import (
    boundaries,
    compared,
    cost,
    course,
    current,
    fields,
    from_cohort,
    headline,
    interim,
    power,
    protocol,
    saved,
    simulated,
)
from dashboard.views.designs.answer import DesignAnswer
from dashboard.views.designs.entering import choose_proposal
from dashboard.views.tabs import choose_tab

TABS: Mapping[str, Callable[[DesignAnswer], None]] = {
    "Boundaries": boundaries.show,
    "Power": power.show,
    "Course": course.show,
    "Cost": cost.show,
    "Simulation": simulated.show,
    "Interim analysis": interim.show,
    "Compare": compared.show,
    "Protocol": protocol.show,
}


def show() -> None:
    """The Designs page."""
    with results.explained():
        heading.show("Designs")
        shown = current.proposal()
        above = st.container()
        left, right = st.columns([4, 7], gap="large")
        with left:
            entered = _entered(shown)
        with above, results.explained():
            _about(entered or shown)
        with right, results.explained():
            if entered is not None:
                _answer(DesignAnswer.of(entered))


def _about(shown: DesignProposal) -> None:
    """Where the design on screen is from, and where it can go."""
    with st.container(horizontal=True, gap="small"):
        saved.show(shown)
        from_cohort.show(shown)
        st.button(
            "Plan of the study",
            icon=":material/assignment:",
            on_click=lambda: current.put(current.planned()),
        )
    saved.say_where_from(shown)


def _entered(shown: DesignProposal) -> DesignProposal | None:
    """What the inputs say; None, with the rule that is broken, when they say nothing sound."""
    fields.begin(shown.to_json())
    try:
        entered = choose_proposal(shown)
    except InputError as error:
        st.error(plain(error), icon=":material/error:")
        return None
    fields.read_back(current.keep(entered))
    return entered


def _answer(answer: DesignAnswer) -> None:
    headline.show(answer)
    for tab, draw in zip(choose_tab(list(TABS), key="design_tab"), TABS.values(), strict=True):
        if tab.open:
            with tab, results.explained():
                draw(answer)
