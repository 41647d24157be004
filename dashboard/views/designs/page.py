"""Designs: assumptions beside the design, what it does, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import results
from dashboard.analyses.designs import DesignProposal
from dashboard.views import heading
from dashboard.views.designs import (
    boundaries,
    compared,
    cost,
    course,
    current,
    from_cohort,
    headline,
    interim,
    power,
    protocol,
    simulated,
)
from dashboard.views.designs.answer import DesignAnswer
from dashboard.views.designs.endpoints import page as endpoint_tabs
from dashboard.views.designs.endpoints import two_stage
from dashboard.views.designs.entering import choose_proposal
from dashboard.views.designs.layout import lay_out
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
        endpoint = current.choose_endpoint()
        if endpoint == current.TWO_STAGE:
            two_stage.show()
        elif endpoint == current.SURVIVAL.endpoint:
            _survival()
        else:
            screens = (current.BINARY, current.CONTINUOUS)
            endpoint_tabs.show(next(one for one in screens if one.endpoint == endpoint))


def _survival() -> None:
    right, entered = lay_out(current.SURVIVAL, choose=choose_proposal, buttons=_buttons)
    with right, results.explained():
        if entered is not None:
            _answer(DesignAnswer.of(entered))


def _buttons(shown: DesignProposal) -> None:
    from_cohort.show(shown)
    st.button(
        "Plan of the study",
        icon=":material/assignment:",
        on_click=lambda: current.SURVIVAL.put(current.planned()),
    )


def _answer(answer: DesignAnswer) -> None:
    headline.show(answer)
    for tab, draw in zip(choose_tab(list(TABS), key="design_tab"), TABS.values(), strict=True):
        if tab.open:
            with tab, results.explained():
                draw(answer)
