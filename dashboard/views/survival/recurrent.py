"""The Recurrent events tab: how many adverse events a subject has, and at what rate, by arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.recurrent import RecurrentAnalysis, RecurrentAnswer
from dashboard.analyses.survival.recurrent_choices import RecurrentChoices, RecurrentOffer
from dashboard.analyses.survival.recurrent_data import (
    DAYS_AFTER_LAST_DOSE,
    EventSource,
    Origin,
    Until,
)
from dashboard.analyses.survival.standing import Standing
from dashboard.charts.survival.mean_count import MeanCountOptions, draw_mean_count
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import plain
from dashboard.views.survival import recurrent_tables
from dashboard.views.survival.curves import styles
from dashboard.views.survival.notes import record_notes
from queries.adverse_events import EVENT_KINDS
from queries.errors import DataError

_ORIGINS: Mapping[Origin, str] = {"first dose": "First dose", "randomisation": "Randomisation"}
_UNTILS: Mapping[Until, str] = {
    "last dose": "Some days after last dose",
    "last known alive": "Last day known alive",
    "end of study": "End of study",
    "data cut": "Data cut",
}
_UNPLANNED = Standing(
    kind="exploratory", reasons=("the plan names no analysis of events that recur",)
)


def show(analysis: SurvivalAnalysis) -> None:
    """The events, their mean count, rates and hazard ratios."""
    offer = state.answered(RecurrentChoices(endpoint=analysis.endpoint))
    asked = _choose(_safety(analysis), offer)
    made = state.made(asked)
    answer = made.value
    if not state.store().pooled:
        st.caption(_UNPLANNED.sentence)
    said = _said(answer, offer)
    if answer.data.events.events.empty:
        st.caption(plain(" ".join(_counted(answer))))
        st.info(
            "Nobody in this cohort had such an event during follow-up. Choose another kind, class "
            "or term.",
            icon=":material/event_busy:",
        )
        return
    _mean_count(made, said)
    recurrent_tables.show_means(made, said)
    recurrent_tables.show_rates(made, said)
    recurrent_tables.show_models(made, said)


def _safety(analysis: SurvivalAnalysis) -> SurvivalAnalysis:
    """The same for safety: actual arms, and the safety set where there is one."""
    store = state.store()
    actual = state.arms("actual")
    arms = tuple(arm for arm in analysis.arms if arm in actual)
    flag = "SAFFL" if "SAFFL" in store.columns else analysis.analysis_set
    return replace(analysis, arm="actual", arms=arms, analysis_set=flag)


# Inputs --------------------------------------------------------------------------


def _choose(analysis: SurvivalAnalysis, offer: RecurrentOffer) -> RecurrentAnalysis:
    st.subheader("What recurs", anchor=False)
    with st.grid(3, min_column_width=240):
        kind = _kind(offer)
        classes = _levels("Class", "classes", offer.dataset, offer.class_column)
        terms = _levels("Term", "terms", offer.dataset, offer.term_column)
        origin = _origin(offer)
        until = _until(offer)
        days_after = _days_after() if until == "last dose" else DAYS_AFTER_LAST_DOSE
        time = _time(analysis)
        most = _most() if not state.store().pooled else None
    source = EventSource(
        kind=kind,
        classes=classes,
        terms=terms,
        origin=origin,
        until=until,
        days_after=days_after,
    )
    return RecurrentAnalysis(analysis=analysis, source=source, time=time, most=most)


def _kind(offer: RecurrentOffer) -> str:
    return st.selectbox(
        "Adverse events",
        offer.kinds,
        key=state.choice("survival_recurrent_kind", offer.kinds, "any"),
        persist_state="session",
        format_func=EVENT_KINDS.__getitem__,
    )


def _levels(label: str, name: str, dataset: str, column: str | None) -> tuple[str, ...]:
    if column is None:
        return ()
    try:
        levels = [str(level) for level in state.record_levels_of(dataset, column)["level"]]
    except DataError:  # a column that this reader may not see
        return ()
    chosen = st.multiselect(
        label,
        levels,
        key=state.choices(f"survival_recurrent_{name}", levels, []),
        persist_state="session",
        placeholder="Any",
    )
    return tuple(chosen)


def _origin(offer: RecurrentOffer) -> Origin:
    return st.selectbox(
        "Count from",
        offer.origins,
        key=state.choice("survival_recurrent_origin", offer.origins, offer.origin),
        persist_state="session",
        format_func=_ORIGINS.__getitem__,
        help="That day is day 1.",
    )


def _until(offer: RecurrentOffer) -> Until:
    return st.selectbox(
        "Follow until",
        offer.untils,
        key=state.choice("survival_recurrent_until", offer.untils, offer.until),
        persist_state="session",
        format_func=_UNTILS.__getitem__,
        help="Death and the data cut end follow-up in any case. Where events are only collected "
        "during treatment and some days after, longer follow-up makes rates too low.",
    )


def _days_after() -> int:
    days = st.number_input(
        "Days after last dose",
        min_value=0,
        max_value=3650,
        step=1,
        key=state.remember("survival_recurrent_days_after", DAYS_AFTER_LAST_DOSE),
        persist_state="session",
    )
    return int(days)


def _time(analysis: SurvivalAnalysis) -> float | None:
    value: float | None = st.number_input(
        f"Mean count at, {analysis.unit}",
        min_value=0.0,
        max_value=1e6,
        value=None,
        key=state.remember(f"survival_mean_count_at_{analysis.unit}", None),
        persist_state="session",
        placeholder="Latest landmark of all arms",
    )
    return value


def _most() -> int | None:
    value: int | None = st.number_input(
        "Events per subject in PWP models, at most",
        min_value=1,
        max_value=100,
        value=None,
        step=1,
        key=state.remember("survival_recurrent_most", None),
        persist_state="session",
        placeholder="While 10 subjects of each arm",
        help="Prentice–Williams–Peterson models have a stratum for each successive event; late "
        "strata hold few subjects.",
    )
    return value


# What is said --------------------------------------------------------------------


def _said(answer: RecurrentAnswer, offer: RecurrentOffer) -> list[str]:
    source = answer.asked.source
    end = {
        "last dose": f"{source.days_after} days after the last dose (treatment that goes on: the "
        "data cut), at the latest the last day known alive or the end of study",
        "last known alive": "the last day known alive",
        "end of study": "the end of study (subjects still in it: the data cut)",
        "data cut": "the data cut, also of those who left the study before",
    }[source.until]
    of = [EVENT_KINDS[source.kind].lower(), *source.classes, *source.terms]
    emergent = "treatment-emergent " if offer.emergent else ""
    what = f"Events: {emergent}adverse events ({'; '.join(of)})."
    death = (
        "Death is a terminal event"
        if answer.deaths_recorded
        else "No date of death is collected, so that deaths are taken as ends of follow-up"
    )
    followed = f"Day 1 is the day of {source.origin}; followed until {end}. {death}."
    month = " One month is 30.4375 days." if answer.asked.analysis.unit == "months" else ""
    return record_notes(
        answer.asked.analysis,
        [what, followed + month, *_counted(answer), f"{answer.means.method}."],
        standing=_UNPLANNED if answer.refusal is None else None,
    )


def _counted(answer: RecurrentAnswer) -> list[str]:
    """How many are analysed, and how many are not and why."""
    data = answer.data
    subjects, events = len(data.events.followup), len(data.events.events)
    deaths = f" and {answer.deaths:,} deaths" if answer.deaths_recorded else ""
    sentences = [f"{events:,} events{deaths} in {subjects:,} subjects during follow-up."]
    without = {**_not_asked(answer), **data.subjects_left_out}
    for name, left_out in (("Subjects", without), ("Events", data.events_left_out)):
        if left_out:
            listed = "; ".join(f"{reason}: {n:,}" for reason, n in left_out.items())
            sentences.append(f"{name} left out: {listed}.")
    if data.same_day:
        sentences.append(
            f"{data.same_day:,} events are on a day on which the subject has another one: mean "
            "counts and rates count them, the hazard models take a day as one event."
        )
    return sentences


def _not_asked(answer: RecurrentAnswer) -> dict[str, int]:
    """Subjects of the cohort who are in no analysis set or group."""
    analysis, data = answer.asked.analysis, answer.data
    everyone = int(state.ask("cohort_size", cohort=analysis.cohort)["subjects"].iloc[0])
    others = everyone - len(data.events.followup) - sum(data.subjects_left_out.values())
    outside = f"outside {analysis.analysis_set}" if analysis.analysis_set else ""
    apart = "in none of the groups or in more than one" if analysis.groups else ""
    return {" or ".join(filter(None, (outside, apart))): others} if others else {}


# Results -------------------------------------------------------------------------


def _mean_count(made: Made[RecurrentAnswer], said: list[str]) -> None:
    answer, means = made.value, made.part("means")
    analysis, source = answer.asked.analysis, answer.asked.source
    day = analysis.landmark_day
    origin = source.origin if day is None else f"day {day} after {source.origin} (landmark)"
    st.subheader("Mean cumulative count", anchor=False)
    options = MeanCountOptions(
        events=f"adverse events ({EVENT_KINDS[source.kind].lower()})",
        unit=analysis.unit,
        origin=origin,
        confidence_level=analysis.confidence_level,
    )
    results.figure(
        means.then(draw_mean_count, styles=styles(analysis, list(answer.arms)), options=options),
        name=f"{state.study().code} mean count of adverse events",
        notes=said,
        data=means.call("to_frame").call("assign", unit=analysis.unit),
        disclosure=AGGREGATE,
    )
