"""The Events tab: when the events of an endpoint come."""

from __future__ import annotations

import datetime

import pandas as pd
import streamlit as st

from analytics.checks import InputError
from dashboard import results, state
from dashboard.analyses.enrolment import RecruitmentAnalysis
from dashboard.analyses.milestones import MilestoneAnalysis, MilestoneAnswer
from dashboard.analyses.survival.standing import planned_endpoint
from dashboard.charts.forecast.milestones import draw_milestones
from dashboard.disclosure import AGGREGATE
from dashboard.jobs import kinds
from dashboard.scripts import Made, answer_of
from dashboard.text import percent
from dashboard.views import jobs
from dashboard.views.enrolment.forecast import shown_day
from dashboard.views.enrolment.inputs import choose_day, own
from dashboard.views.enrolment.notes import named, of_whom
from dashboard.views.survival.usual import endpoint_labels, usual_role, usual_set

_ABOUT = "Hazards and dropout are fitted, and 10,000 courses of the study are drawn; some seconds."


def show(_: RecruitmentAnalysis) -> None:
    """The milestones of an endpoint, forecast from the data cut."""
    st.caption("Events are forecast from the data cut, whatever is chosen above for enrolment.")
    show_milestones()


def show_milestones() -> None:
    """The milestones that are asked for, once they are computed."""
    asked = choose_milestones()
    if asked is None:
        return
    answer = jobs.answer(state.job(kinds.MILESTONES, asked), label="Forecast", about=_ABOUT)
    if answer is not None:
        _show(asked, answer_of(asked, answer))


def choose_milestones() -> MilestoneAnalysis | None:
    """The forecast of events that the inputs describe; None without an endpoint.

    Raises
    ------
    InputError
        For milestones that are none.
    """
    labels = endpoint_labels()
    codes = list(labels)
    if not codes:
        st.info("This study has no time-to-event endpoints.", icon=":material/timeline:")
        return None
    with st.container(border=True), st.grid(3, min_column_width=200):
        endpoint = st.selectbox(
            "Endpoint",
            codes,
            key=state.choice("enrolment_endpoint", codes, codes[0]),
            persist_state="session",
            format_func=labels.__getitem__,
        )
        key = own(f"milestones_{endpoint}")
        typed = st.text_input(
            "Milestones, events",
            key=state.remember(key, ", ".join(map(str, _usual(endpoint)))),
            persist_state="session",
            placeholder="For example 250, 300",
            help="Of the plan, where it states events and looks.",
        )
        by_arm = not state.store().pooled and st.toggle(
            "Hazards by arm",
            key=state.remember("enrolment_by_arm", True),
            persist_state="session",
            help="Each arm has a hazard of its own. Else arms are pooled, as for a blinded reader.",
        )
    plan = state.study().plan
    return MilestoneAnalysis(
        endpoint=endpoint,
        milestones=_milestones(typed),
        cohort=state.current_cohort(),
        analysis_set=usual_set(endpoint),
        arm=usual_role(endpoint),
        by_arm=bool(by_arm),
        subjects=plan.subjects if plan else None,
    )


def _usual(endpoint: str) -> tuple[int, ...]:
    """The looks of the plan; else a tenth, a quarter and a half more events than there are."""
    planned = planned_endpoint(state.study().plan, endpoint)
    if planned and planned.events:
        shares = planned.looks or (1.0,)
        return tuple(dict.fromkeys(max(round(one * planned.events), 1) for one in shares))
    table = state.ask("endpoints")
    events = int(table.loc[table["endpoint"] == endpoint, "events"].sum())
    return tuple(dict.fromkeys(max(round(one * events), 1) for one in (1.1, 1.25, 1.5)))


def _milestones(typed: str) -> tuple[int, ...]:
    parts = typed.replace(";", " ").replace(",", " ").split()
    rule = "milestones are whole numbers of events, with commas between them"
    if not all(part.isascii() and part.isdigit() and len(part) <= 7 for part in parts):
        raise InputError(f"`{rule}` must hold, but got {typed!r}.")
    return tuple(sorted({int(part) for part in parts}))


def _show(asked: MilestoneAnalysis, made: Made[MilestoneAnswer]) -> None:
    answer = made.value
    days, curve = made.call("to_frame").named("days"), made.call("curve").named("curve")
    table = days.value
    ahead = table[~table["reached"].astype(bool)]
    said = [*answer.sentences, *of_whom()]
    results.figure(
        made.call("course").then(
            draw_milestones,
            curve,
            days,
            cut_on=answer.dated.cut_on,
            level=answer.forecast.confidence_level,
        ),
        name=named(f"{asked.endpoint} milestones"),
        notes=said,
        data=curve,
        disclosure=AGGREGATE,
    )
    day = None
    if len(ahead):
        with st.grid(3, min_column_width=200):
            day = choose_day(
                "Day to reach them by",
                name="events_by",
                first=ahead["median"].iloc[0] or answer.dated.cut_on,
                least=answer.dated.cut_on,
                most=answer.dated.cut_on + datetime.timedelta(days=3650),
            )
    results.table(
        _shown(answer, table, day),
        raw=days,
        name=named(f"{asked.endpoint} milestone days"),
        notes=said,
        disclosure=AGGREGATE,
    )


def _shown(answer: MilestoneAnswer, table: pd.DataFrame, day: datetime.date | None) -> pd.DataFrame:
    level = f"{answer.forecast.confidence_level:.0%}"
    rows = []
    for row in table.itertuples():
        shown = {
            "Events": f"{row.milestone:,}",
            "Day, median": shown_day(row.median),
            f"{level} from": "reached" if row.reached else shown_day(row.lower),
            "to": "" if row.reached else shown_day(row.upper),
            "Ever": percent(row.probability_ever),
        }
        if day is not None:
            shown[f"By {shown_day(day)}"] = percent(answer.probability_by(row.milestone, day))
        rows.append(shown)
    return pd.DataFrame(rows)
