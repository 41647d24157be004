"""The Over time tab: when events start, term by term, in every arm."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import state
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.over_time import (
    MOST_PERIODS,
    PERIODS,
    EventsOverTime,
    OverTimeAnswer,
)
from dashboard.analyses.safety.rows import of_terms
from dashboard.charts.safety.heat import HeatOptions, draw_heat
from dashboard.charts.theme import arm_styles
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made, made_by
from dashboard.views.safety import behind, marks
from dashboard.views.safety.notes import event_notes
from dashboard.views.safety.shown import Shown, choose_shown
from dashboard.views.safety.which import rule_of
from queries.events import EventTerms

_MARK = "over_time"
_NAMES = {"week": "1 week", "2 weeks": "2 weeks", "4 weeks": "4 weeks", "month": "1 month"}


def show(asked: AdverseEvents) -> None:
    """The heat map, and the subjects behind the cell that is chosen."""
    period, periods = _periods()
    shown = choose_shown(state.made(asked))
    if shown is None:
        return
    over_time = EventsOverTime(
        subjects=asked.subjects,
        selection=asked.selection,
        period=period,
        periods=periods,
        column=asked.column,
        whole_classes=shown.level == "class",
    )
    made = state.made(over_time, name="over_time")
    found = made.value
    if not found.shown:
        st.info(
            "Nobody is followed from a first dose: dates of doses are missing.",
            icon=":material/event_busy:",
        )
        return
    st.caption(f"{shown.counted()} Click a cell for the subjects behind it.")
    _draw(asked, made, shown)
    _behind(asked, found, marks.chosen(_MARK))


def _periods() -> tuple[str, int]:
    names = list(PERIODS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = st.radio(
            "Width of a period",
            names,
            key=state.choice("safety_period", names, "4 weeks"),
            persist_state="session",
            format_func=_NAMES.__getitem__,
            horizontal=True,
        )
        periods = st.number_input(
            "Periods from first dose",
            min_value=1,
            max_value=MOST_PERIODS,
            step=1,
            key=state.remember("safety_periods", 12),
            persist_state="session",
            width=220,
        )
    return period or "4 weeks", int(periods)


def _options(found: OverTimeAnswer, shown: Shown) -> Made[HeatOptions]:
    """The axis counts in weeks, or in months where periods are months."""
    in_months = found.asked.period == "month"
    width = 1.0 if in_months else PERIODS[found.asked.period] / 7
    return made_by(
        HeatOptions,
        terms=shown.chosen,
        arms=found.arms,
        starts=tuple(width * place for place in range(found.shown + 1)),
        unit="months" if in_months else "weeks",
        periods=tuple(_named(found, place) for place in range(found.shown)),
    )


def _named(found: OverTimeAnswer, period: int) -> str:
    low, high = found.asked.days(period)
    return f"days {low:,} to {high:,} after first dose"


def _draw(asked: AdverseEvents, made: Made[OverTimeAnswer], shown: Shown) -> None:
    found = made.value
    table = made.call("events").then(of_terms, shown.chosen).named("events")
    drawn = table.then(
        draw_heat,
        made.call("sizes"),
        options=_options(found, shown),
        styles=arm_styles(list(found.arms), state.arms(asked.subjects.arm)),
    )
    marks.figure(
        drawn,
        mark=_MARK,
        name=f"{state.study().code} adverse events over time",
        notes=event_notes(asked, [*_methods(found), *shown.said()]),
        data=table,
        disclosure=AGGREGATE,
    )


def _methods(found: OverTimeAnswer) -> list[str]:
    selection = found.asked.selection
    said = [
        "A subject counts once in each period in which such an event starts, new or again; below "
        "each column stand those still followed when it begins. Events before first dose, without "
        f"a date or after day {found.asked.edges[found.shown] - 1:,} are not shown. "
        f"{selection.follow_up()}"
    ]
    late = found.table["with_event"] > found.table["at_risk"]
    if late.any():
        said.append("In some periods events start after the follow-up of their subjects.")
    return said


def _behind(asked: AdverseEvents, found: OverTimeAnswer, chosen: Sequence[str] | None) -> None:
    """The subjects with the events of a cell."""
    if chosen is None:
        return
    class_, term, arm, place = chosen
    period = int(place)
    if arm not in found.arms or period >= found.shown:
        return
    of = EventTerms(classes=(class_,) if class_ else (), terms=(term,) if term else ())
    rules = asked.subjects.in_arm(state.store(), arm)
    rule = rule_of(asked, of, days=found.asked.days(period))
    title = f"{of.title()}, {arm}, starting {_named(found, period)}"
    behind.show(asked.subjects.chosen(*rules, rule), title, key="over_time_behind")
