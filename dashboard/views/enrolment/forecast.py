"""The Forecast tab: the fan, the day of the target, the chance of a day, and countries."""

from __future__ import annotations

import datetime

import pandas as pd
import streamlit as st

from analytics.checks import InputError, NotEstimableError
from dashboard import navigation, results, state
from dashboard.analyses.enrolment import (
    RecruitmentAnalysis,
    RecruitmentAnswer,
    verdict_of,
    with_forecast,
)
from dashboard.charts.forecast.fan import draw_fan
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import number, percent, plain
from dashboard.views.designs import current
from dashboard.views.enrolment.inputs import RATES_KEY, choose_day
from dashboard.views.enrolment.notes import named, notes

_SAID = "enrolment_design_said"


def show(asked: RecruitmentAnalysis) -> None:
    """The forecast that is asked for."""
    made = state.made(asked)
    answer = made.value
    show_verdict(answer)
    day = _tiles(answer)
    bands = made.call("to_frame").named("bands")
    results.figure(
        made.call("course").then(draw_fan, bands, known_on=answer.known_on, target=answer.target),
        name=named("enrolment forecast"),
        notes=notes(answer),
        data=bands,
        disclosure=AGGREGATE,
    )
    _countries(made, day)
    _to_the_design(answer)


def show_verdict(answer: RecruitmentAnswer) -> None:
    """For a forecast from the past: whether it held what came, and if not, the way out."""
    found = verdict_of(answer)
    if found is None:
        return
    if found.side == "inside":
        st.success(plain(found.sentence), icon=":material/check_circle:")
        return
    st.warning(plain(found.sentence), icon=":material/trending_down:")
    if st.session_state.get(RATES_KEY) == "constant" and found.side == "too high":
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("Recruitment slowed. A forecast may allow for that.", width="content")
            st.button(
                "Let rates slow",
                key="enrolment_let_slow",
                icon=":material/trending_down:",
                on_click=_let_slow,
            )


def _let_slow() -> None:
    st.session_state[RATES_KEY] = "slowing"


# Tiles --------------------------------------------------------------------------------


def _tiles(answer: RecruitmentAnswer) -> datetime.date:
    """Numbers in cards; gives the day that the reader picks."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with right:
        day = choose_day(
            "Day to finish by",
            name="finish_by",
            first=_usual_finish(answer),
            least=answer.known_on,
            most=answer.known_on + datetime.timedelta(days=3650),
        )
    with left, st.grid(3, min_column_width=210):
        share = percent(answer.so_far / answer.target) if answer.target else ""
        results.tile("Enrolled", f"{answer.so_far:,}", f"{share} of the target")
        _target_tile(answer)
        band = answer.enrolled_by(day)
        results.tile(
            f"Finished by {shown_day(day)}",
            percent(answer.probability_by(day)),
            f"{band['median']:,.0f} expected ({band['lower_90']:,.0f}–{band['upper_90']:,.0f})",
        )
    return day


def _target_tile(answer: RecruitmentAnswer) -> None:
    middle, low, high = (answer.target_day(one) for one in (0.5, 0.05, 0.95))
    if answer.reached is None:
        on = answer.reached_on
        results.tile("Target reached", shown_day(on) if on else "reached", "before the forecast")
        return
    label = "Target reached, median"
    results.tile(label, shown_day(middle), f"90%: {shown_day(low)} – {shown_day(high)}")


def shown_day(day: datetime.date | None) -> str:
    """A day for the screen.

    Examples
    --------
    >>> shown_day(datetime.date(2026, 3, 1)), shown_day(None)
    ('1 Mar 2026', 'never')
    """
    return f"{day.day} {day:%b %Y}" if day else "never"


def _usual_finish(answer: RecruitmentAnswer) -> datetime.date:
    """The planned end of accrual, when that is ahead; else the median of the target."""
    plan = state.study().plan
    planned = plan.planned_enrolment() if plan else pd.DataFrame()
    end: datetime.date | None = None if planned.empty else planned["date"].iloc[-1].date()
    if end is not None and end > answer.known_on:
        return end
    return answer.target_day(0.5) or answer.last_day


# Countries ----------------------------------------------------------------------------


def _countries(made: Made[RecruitmentAnswer], day: datetime.date) -> None:
    answer = made.value
    if len(answer.model.sites.countries) < 2:
        return
    st.subheader("By country", anchor=False)
    by_country = made.call("by_country", day)
    table = by_country.value
    shown = pd.DataFrame(
        {
            "Country": [one or "Not recorded" for one in table["country"]],
            "Sites": [number(one, 0) for one in table["sites"]],
            f"By {shown_day(answer.known_on)}": [number(one, 0) for one in table["so_far"]],
            f"Forecast by {shown_day(day)} (90%)": [
                f"{row.median:,} ({row.lower:,}–{row.upper:,})" for row in table.itertuples()
            ],
        }
    )
    if (table["happened"] >= 0).all() and answer.is_past:
        shown["Came by then"] = [number(one, 0) for one in table["happened"]]
    said = "Each country's band is its own: they do not add up to the band of the total."
    results.table(
        shown,
        raw=by_country,
        name=named("enrolment by country"),
        notes=notes(answer, [said]),
        disclosure=AGGREGATE,
    )
    st.caption(said)


# The way to the Designs page ----------------------------------------------------------


def _to_the_design(answer: RecruitmentAnswer) -> None:
    if answer.reached is None:
        return
    st.button(
        "Take to the design",
        key="enrolment_to_design",
        icon=":material/architecture:",
        on_click=_take,
        args=(answer,),
        help="Subjects then enter the design on the Designs page as they did and as they are "
        "forecast to, until the target, with the uncertainty of that; its costs count these "
        "sites.",
    )
    if (said := st.session_state.pop(_SAID, None)) is not None:
        st.error(plain(said), icon=":material/error:")


def _take(answer: RecruitmentAnswer) -> None:
    try:
        taken = with_forecast(current.SURVIVAL.proposal(), answer)
        taken.design()
        current.open_proposal(taken)
    except (InputError, NotEstimableError) as error:
        st.session_state[_SAID] = f"The design cannot take this accrual: {error}"
        return
    navigation.go("designs")
