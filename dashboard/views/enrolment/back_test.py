"""The Back-test tab: what would have been forecast, beside what came."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.enrolment import (
    RecruitedSubjects,
    RecruitmentAnalysis,
    RecruitmentAnswer,
    RecruitmentBackTest,
    RecruitmentBackTestAnswer,
    day_of_share,
    verdict_of,
)
from dashboard.analyses.enrolment.forecast import RATES
from dashboard.analyses.milestones import BackTestAnalysis, BackTestAnswer
from dashboard.analyses.milestones.back_test import ENROLMENTS
from dashboard.charts.forecast.back_test import draw_enrolment_back_test, draw_milestone_back_test
from dashboard.charts.forecast.fan import Forecast, draw_forecasts
from dashboard.disclosure import AGGREGATE
from dashboard.jobs import kinds
from dashboard.scripts import Made, answer_of, made_by
from dashboard.text import number, percent, plain
from dashboard.views import jobs
from dashboard.views.enrolment.events import choose_milestones
from dashboard.views.enrolment.forecast import show_verdict, shown_day
from dashboard.views.enrolment.notes import named, notes, of_whom

_SHARES = (0.25, 1 / 3, 0.5, 2 / 3, 0.75)
_CUT_OFFS = 7


def show(asked: RecruitmentAnalysis) -> None:
    """One earlier day closely, then many, then milestones of events."""
    st.subheader("Enrolment from an earlier day", anchor=False)
    with results.explained():
        _from_a_day(asked)
    st.subheader("Enrolment from many days", anchor=False)
    with results.explained():
        _from_many(asked)
    st.subheader("Milestones of events", anchor=False)
    with results.explained():
        _of_events()


# One day ------------------------------------------------------------------------------


def _from_a_day(asked: RecruitmentAnalysis) -> None:
    found = state.answered(RecruitedSubjects(cohort=asked.cohort, plan=asked.plan))
    share = st.segmented_control(
        "Known when this share of the subjects was enrolled",
        _SHARES,
        key=state.choice("enrolment_back_share", _SHARES, 0.5),
        persist_state="session",
        format_func=percent,
    )
    day = day_of_share(found, float(share or 0.5))
    constant, slowing = (
        state.made(
            RecruitmentAnalysis(
                cohort=asked.cohort,
                plan=asked.plan,
                known_on=day,
                rates=rates,
            ),
            name=rates,
        )
        for rates in RATES
    )
    _judged(constant.value, slowing.value)
    bands = {
        one.value.rates: one.call("to_frame").named(f"{one.value.rates}_bands")
        for one in (constant, slowing)
    }
    said = [
        "Both forecasts know what was known on the day, and go on beyond the last enrolment, at "
        "which they are judged."
    ]
    results.figure(
        constant.call("course").then(
            draw_forecasts,
            [
                made_by(Forecast, name=f"{rates.capitalize()} rates", bands=one)
                for rates, one in bands.items()
            ],
            known_on=day,
        ),
        name=named("enrolment back-test"),
        notes=notes(constant.value, said),
        data=made_by(
            pd.concat,
            [one.call("assign", rates=rates) for rates, one in bands.items()],
            ignore_index=True,
        ),
        disclosure=AGGREGATE,
    )


def _judged(constant: RecruitmentAnswer, slowing: RecruitmentAnswer) -> None:
    """What each said, and when only slowing rates held, so."""
    both = [verdict_of(one) for one in (constant, slowing)]
    if both[0] is None or both[1] is None:
        st.info("Nobody was enrolled after that day.", icon=":material/info:")
        return
    show_verdict(constant)
    mild = both[1].side == "inside"
    box, icon = (st.success, "check_circle") if mild else (st.warning, "trending_down")
    box(plain(both[1].sentence), icon=f":material/{icon}:")


# Many days ----------------------------------------------------------------------------


def _from_many(asked: RecruitmentAnalysis) -> None:
    request = RecruitmentBackTest(
        recruitment=RecruitmentAnalysis(cohort=asked.cohort, plan=asked.plan), cut_offs=_CUT_OFFS
    )
    answer = jobs.answer(
        state.job(kinds.ENROLMENT_BACK_TEST, request),
        label="Back-test enrolment",
        about=f"{_CUT_OFFS} days, each with constant and with slowing rates; some seconds.",
    )
    if answer is not None:
        _record(answer_of(request, answer))


def _record(made: Made[RecruitmentBackTestAnswer]) -> None:
    answer = made.value
    with st.grid(2, min_column_width=260):
        for rates, one in (("Constant", answer.constant), ("Slowing", answer.slowing)):
            held = int(one.table["inside"].sum())
            results.tile(
                f"{rates} rates: coverage of {one.level:.0%} bands",
                percent(one.coverage),
                f"{held:,} of {len(one.table):,} bands held what came",
            )
    table = made.call("to_frame").named("bands")
    results.figure(
        table.then(draw_enrolment_back_test),
        name=named("enrolment back-test coverage"),
        notes=["Empty marks missed.", *answer.sentences, *answer.recruitment.notes, *of_whom()],
        data=table,
        disclosure=AGGREGATE,
    )


# Events -------------------------------------------------------------------------------


def _of_events() -> None:
    asked = choose_milestones()
    if asked is None:
        return
    enrolment = st.selectbox(
        "Enrolment that the forecasts knew",
        ENROLMENTS,
        key=state.choice("enrolment_back_knew", ENROLMENTS, ENROLMENTS[0]),
        persist_state="session",
        format_func=str.capitalize,
        help="As it was: forecasts knew who would enter when, which tests that of events alone. "
        "Recent pace: they expected the pace of the months before to go on.",
    )
    request = BackTestAnalysis(analysis=asked, enrolment=enrolment)
    answer = jobs.answer(
        state.job(kinds.MILESTONE_BACK_TEST, request),
        label="Back-test milestones",
        about=f"Forecasts from {request.cut_offs} earlier days; some seconds.",
    )
    if answer is not None:
        _events(request, answer_of(request, answer))


def _events(request: BackTestAnalysis, made: Made[BackTestAnswer]) -> None:
    answer, forecasts = made.value, made.call("to_frame").named("forecasts")
    table = forecasts.value
    st.markdown(plain(answer.sentences[0]))
    results.figure(
        forecasts.then(draw_milestone_back_test),
        name=named(f"{request.analysis.endpoint} milestone back-test"),
        notes=["Empty marks missed.", *answer.sentences, *of_whom()],
        data=forecasts,
        disclosure=AGGREGATE,
    )
    judged = table[[day is not None for day in table["actual"]]]
    if judged.empty:
        return
    shown = pd.DataFrame(
        {
            "Forecast of": [shown_day(one) for one in judged["cut_off"]],
            "Events then": [number(one, 0) for one in judged["events"]],
            "Milestone": [number(one, 0) for one in judged["milestone"]],
            "Median": [shown_day(one) for one in judged["median"]],
            "Band": [f"{shown_day(r.lower)} – {shown_day(r.upper)}" for r in judged.itertuples()],
            "Came": [shown_day(one) for one in judged["actual"]],
            "Held": ["yes" if one else "missed" for one in judged["inside"]],
        }
    )
    results.table(
        shown,
        raw=forecasts,
        name=named(f"{request.analysis.endpoint} milestone back-test days"),
        notes=[*answer.sentences, *of_whom()],
        disclosure=AGGREGATE,
    )
