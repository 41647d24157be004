"""What a forecast of enrolment rests on: target, day, rates of sites, and their plan."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import streamlit as st

from analytics.checks import InputError
from dashboard import state
from dashboard.analyses.enrolment import (
    RecruitedSubjects,
    Recruitment,
    RecruitmentAnalysis,
    usual_day,
)
from dashboard.analyses.enrolment.forecast import MOST_TARGET, RATES, Rates
from dashboard.jobs.requests import read_request, write_request
from queries.errors import DataError
from queries.site_plan import SitePlan

RATES_KEY = "enrolment_rates"
RATE_NAMES: Mapping[Rates, str] = {"constant": "As until now", "slowing": "May slow"}
_MOST_IN_A_LINK = 60_000  # characters


def choose_recruitment() -> RecruitmentAnalysis:
    """The forecast that the inputs describe.

    Raises
    ------
    NotEstimableError
        When nobody of the cohort is enrolled at a site on a day.
    """
    plan = site_plan()
    found = state.answered(RecruitedSubjects(cohort=state.current_cohort(), plan=plan))
    with st.container(border=True), st.grid(3, min_column_width=180):
        target = _target(found)
        known_on = _known_on(found, target)
        rates = _rates()
    return RecruitmentAnalysis(
        cohort=state.current_cohort(), plan=plan, known_on=known_on, rates=rates, target=target
    )


def own(name: str) -> str:
    """The key of an input whose values are those of the study on screen."""
    return f"enrolment_{name}_{state.study().code}"


def choose_day(
    label: str,
    *,
    name: str,
    first: datetime.date,
    least: datetime.date,
    most: datetime.date,
    help: str | None = None,  # as Streamlit calls it
) -> datetime.date:
    """A day between two others, which begins with `first`; kept in the view."""
    key = own(name)
    kept = st.session_state.get(key, first)
    shown = kept if isinstance(kept, datetime.date) and least <= kept <= most else first
    state.remember(state.show(key, min(max(shown, least), most)), first)
    return st.date_input(
        label, min_value=least, max_value=most, key=key, persist_state="session", help=help
    )


def _target(found: Recruitment) -> int:
    plan = state.study().plan
    usual = plan.subjects if plan and plan.subjects else len(found.enrolled_days)
    chosen = st.number_input(
        "Target, subjects",
        min_value=1,
        max_value=MOST_TARGET,
        step=10,
        key=state.remember(own("target"), usual),
        persist_state="session",
        help="Of the plan, or, where it states none, those who are enrolled.",
    )
    return int(chosen)


def _known_on(found: Recruitment, target: int) -> datetime.date:
    return choose_day(
        "Known on",
        name="known_on",
        first=usual_day(found, target),
        least=found.enrolled_days[0],
        most=found.cut_on,
        help="The forecast is made from what was known at the end of this day. It begins with "
        "the data cut or, when enrolment has ended, with the day by which half were enrolled.",
    )


def _rates() -> Rates:
    return st.selectbox(
        "Rates of sites",
        RATES,
        key=state.choice(RATES_KEY, RATES, "constant"),
        persist_state="session",
        format_func=RATE_NAMES.__getitem__,
        help="As until now: each site goes on at its rate. May slow: rates change with calendar "
        "time, with the prior belief that they fall by 0 to 9% a month, as is usual.",
    )


# The plan of the sites ------------------------------------------------------------------


def site_plan() -> SitePlan | None:
    """The plan that was uploaded for the study on screen; None without one."""
    text = st.session_state.get(own("plan"))
    if text is None:
        return None
    try:
        return read_request(text, SitePlan)
    except (InputError, DataError):
        st.warning("The site plan of this link cannot be read; the forecast is without it.")
        return None


def forget_site_plan() -> None:
    """Forecast without a plan again."""
    state.forget(own("plan"))


def keep_site_plan(plan: SitePlan) -> bool:
    """Make a plan the one on screen; whether links can carry it."""
    forget_site_plan()
    key = own("plan")
    text = write_request(plan)
    st.session_state[key] = text
    fits = len(text) <= _MOST_IN_A_LINK
    if fits:
        state.remember(key, None)
    return fits
