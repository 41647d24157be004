"""Enrolment: when the target is reached, by which sites, and when the events come."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from analytics.checks import NotEstimableError
from dashboard import results
from dashboard.analyses.enrolment import RecruitmentAnalysis
from dashboard.text import plain
from dashboard.views import heading
from dashboard.views.enrolment import back_test, events, forecast, sites, what_if
from dashboard.views.enrolment.inputs import choose_recruitment
from dashboard.views.tabs import choose_tab

TABS: Mapping[str, Callable[[RecruitmentAnalysis], None]] = {
    "Forecast": forecast.show,
    "Sites": sites.show,
    "What-if": what_if.show,
    "Events": events.show,
    "Back-test": back_test.show,
}
"""What stands below the inputs; only the open tab is computed."""


def show() -> None:
    """The Enrolment page."""
    with results.explained():
        heading.show("Enrolment")
        try:
            asked = choose_recruitment()
        except NotEstimableError as error:
            st.warning(plain(error), icon=":material/do_not_disturb_on:")
            st.caption("Milestones of events need no sites:")
            events.show_milestones()
            return
        for tab, draw in zip(
            choose_tab(list(TABS), key="enrolment_tab"), TABS.values(), strict=True
        ):
            if tab.open:
                with tab, results.explained():
                    draw(asked)
