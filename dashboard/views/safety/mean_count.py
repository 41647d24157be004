"""The mean cumulative count on the Onset tab: every event of a subject, not only the first."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.mean_count import PER, MeanCountAnalysis, MeanCountAnswer
from dashboard.analyses.safety.onset import OnsetAnalysis
from dashboard.charts.survival.mean_count import MeanCountOptions, draw_mean_count
from dashboard.charts.theme import arm_styles
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import interval, number, p_value, plain
from dashboard.views.safety.notes import notes, scale_said

MOST_AT_ONCE = 2_000_000  # records; more take seconds and are counted on demand


def show(asked: AdverseEvents, onset: OnsetAnalysis) -> None:
    """The curves and the table of the events that the Onset tab asks for."""
    analysis = MeanCountAnalysis(
        subjects=onset.subjects,
        selection=onset.selection,
        of=onset.of,
        column=onset.column,
        unit=onset.unit,
        day=onset.day,
        confidence_level=onset.confidence_level,
    )
    records = state.store().event_sets.record_count(analysis.of, analysis.column)
    if not _wanted(analysis, records):
        return
    waiting = st.spinner("Counting every event") if records > MOST_AT_ONCE else nullcontext()
    with waiting:
        made = state.made(analysis)
    answer = made.value
    if not answer.events:
        st.info(
            "Nobody in this cohort has such an event during follow-up. Choose another class or "
            "term.",
            icon=":material/event_busy:",
        )
        return
    said = _said(answer)
    _figure(asked, made, said)
    if answer.refusal and not state.store().pooled:
        st.warning(plain(answer.refusal), icon=":material/do_not_disturb_on:")
    _table(made, said)


def _wanted(analysis: MeanCountAnalysis, records: int) -> bool:
    """Whether to count: at once where that is quick, else when somebody asks for it."""
    if records <= MOST_AT_ONCE:
        return True
    counted = repr(analysis)
    key = "safety_mean_count_wanted"
    if st.session_state.get(key) == counted:
        return True
    st.info(
        f"There are {records:,} records of these events. Counting all of them by subject takes "
        "some seconds; a single class or term is quicker.",
        icon=":material/hourglass_top:",
    )
    if st.button("Count them all", icon=":material/play_arrow:"):
        st.session_state[key] = counted
        return True
    return False


def _figure(asked: AdverseEvents, made: Made[MeanCountAnswer], said: list[str]) -> None:
    answer, analysis = made.value, made.value.asked
    curves = made.part("means").call("in_unit", analysis.unit).named("curves")
    options = MeanCountOptions(
        events=analysis.of.title(),
        unit=analysis.unit,
        origin="first dose",
        confidence_level=analysis.confidence_level,
    )
    styles = arm_styles(list(answer.arms), state.arms(asked.subjects.arm))
    results.figure(
        curves.then(draw_mean_count, styles=styles, options=options),
        name=f"{state.study().code} mean count of {analysis.of.title()}",
        notes=said,
        data=curves.call("to_frame").call("assign", unit=analysis.unit),
        disclosure=AGGREGATE,
    )


def _table(made: Made[MeanCountAnswer], said: list[str]) -> None:
    answer, raw = made.value, made.call("table")
    level, rows = f"{answer.asked.confidence_level:.0%} CI", raw.value.to_dict("records")
    st.subheader(f"At day {answer.day:,}", anchor=False)
    shown = {
        "Arm": [str(row["arm"]) for row in rows],
        "Followed": [f"{row['at_risk']:,} of {row['subjects']:,}" for row in rows],
        f"Mean count ({level})": [_estimate(row, "mean", "") for row in rows],
    }
    if answer.refusal is None:
        shown[f"Difference ({level})"] = [_compared(row, "difference", answer) for row in rows]
        shown[f"Ratio ({level})"] = [_compared(row, "ratio", answer) for row in rows]
    _shown(shown, answer, raw, said, "mean counts")
    st.subheader("Over all of follow-up", anchor=False)
    rates = {
        "Arm": [str(row["arm"]) for row in rows],
        "Events": [f"{row['events']:,}" for row in rows],
        "Patient-years": [number(row["patient_years"]) for row in rows],
        f"Rate per {PER:g} patient-years ({level})": [
            _estimate(row, "rate", "rate_", digits=1) for row in rows
        ],
    }
    if answer.refusal is None:
        rates[f"Rate ratio ({level})"] = [_compared(row, "rate_ratio", answer) for row in rows]
    _shown(rates, answer, raw, said, "event rates")
    if answer.refusal is None:
        st.caption(plain(_wald(answer)))


def _wald(answer: MeanCountAnswer) -> str:
    return (
        f"Differences and ratios from {answer.arms[0]}, with Wald p, not adjusted. Robust "
        "variance: subjects may differ in how many events they have."
    )


def _shown(
    shown: dict[str, list[str]],
    answer: MeanCountAnswer,
    raw: Made[pd.DataFrame],
    said: list[str],
    name: str,
) -> None:
    more = [_wald(answer)] if answer.refusal is None else []
    results.table(
        pd.DataFrame(shown),
        raw=raw,
        name=f"{state.study().code} adverse events {name}",
        notes=[*said, *more],
        disclosure=AGGREGATE,
    )


def _said(answer: MeanCountAnswer) -> list[str]:
    analysis, out = answer.asked, answer.left_out
    death = (
        "Death ends all events; discontinuation ends follow-up"
        if answer.deaths_recorded
        else "The data name no deaths: they count as other ends of follow-up"
    )
    counted = (
        f"Events: {analysis.of.title()}; every record counts, on the day it begins. "
        f"Day 1 is the day of first dose. {analysis.selection.follow_up()} {death}. "
        f"{answer.means.method}."
    )
    reasons = {
        "undated": "without a date",
        "late": "after the end of follow-up",
        "of_not_followed": "of subjects without dated follow-up",
    }
    events = [f"{out[name]:,} {text}" for name, text in reasons.items() if out[name]]
    said = [f"Events left out: {'; '.join(events)}."] if events else ["No event is left out."]
    if out["not_followed"]:
        said.append(f"Subjects without dated follow-up: {out['not_followed']:,}.")
    if out["before"]:
        said.append(f"Events from before the first dose, counted on day 1: {out['before']:,}.")
    month = ["One month is 30.4375 days."] if analysis.unit == "months" else []
    return notes(
        analysis.subjects,
        [
            analysis.selection.sentence(),
            counted,
            *month,
            *said,
            "NE: not estimable.",
            *scale_said(),
        ],
    )


def _estimate(row: Mapping[str, object], name: str, prefix: str, digits: int = 2) -> str:
    names = (name, f"{prefix}lower", f"{prefix}upper")
    estimate, lower, upper = (float(str(row[one])) for one in names)
    if estimate != estimate:
        return "NE"
    if lower != lower:
        return f"{number(estimate, digits)} (NE)"
    return interval(estimate, lower, upper, digits)


def _compared(row: Mapping[str, object], name: str, answer: MeanCountAnswer) -> str:
    if row["arm"] == answer.arms[0]:
        return "Reference"
    shown = _estimate(row, name, f"{name}_")
    if "NE" in shown:
        return shown
    p = p_value(float(str(row[f"{name}_p_value"])))
    return f"{shown}, {f'p {p}' if p.startswith('<') else f'p = {p}'}"
