"""The tables of the Onset tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.safety.onset import OnsetAnswer
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import interval, number, p_value, percent, plain

_READ_BESIDE = (
    "The hazard ratio says how fast the event comes in those still at risk of it; the incidence "
    "says how many have had it. An arm whose subjects die or discontinue sooner can have the "
    "higher hazard and the lower incidence: read them together."
)
_OVERESTIMATES = (
    "One minus Kaplan–Meier takes those who died or discontinued as if they could still have the "
    "event. It overestimates how many have it, and is shown only for comparison with reports "
    "that used it."
)


def show_incidence(made: Made[OnsetAnswer], notes: Sequence[str]) -> None:
    """By arm at the day: at risk, events and what competes by then, incidence, comparison."""
    answer, raw = made.value, made.call("table")
    level, rows = f"{answer.asked.confidence_level:.0%} CI", raw.value.to_dict("records")
    st.subheader(f"At day {answer.day:,}", anchor=False)
    competes = answer.asked.competing != "death"
    discontinued = "Discontinued first" if competes else "Discontinued, censored"
    shown: dict[str, list[str]] = {
        "Arm": [str(row["arm"]) for row in rows],
        "At risk": [f"{row['at_risk']:,} of {row['subjects']:,}" for row in rows],
        "Events": [f"{row['events']:,}" for row in rows],
        "Died first": [f"{row['died']:,}" for row in rows],
        discontinued: [f"{row['discontinued']:,}" for row in rows],
        f"Incidence, % ({level})": [_share(row) for row in rows],
    }
    results.table(
        pd.DataFrame(shown),
        raw=raw,
        name=f"{state.study().code} onset at day {answer.day}",
        notes=notes,
        disclosure=AGGREGATE,
    )


def show_comparison(made: Made[OnsetAnswer], notes: Sequence[str]) -> None:
    """Difference and ratio of incidences at the day, and the cause-specific hazard ratio."""
    answer, raw = made.value, made.call("comparison")
    if answer.hazards is None:
        return
    level, rows = f"{answer.asked.confidence_level:.0%} CI", raw.value.to_dict("records")
    shown = pd.DataFrame(
        {
            "Arm": [f"{row['arm']} against {row['reference']}" for row in rows],
            f"Difference, points ({level})": [
                _compared(row, "difference", times=100, digits=1) for row in rows
            ],
            f"Ratio ({level})": [_compared(row, "ratio") for row in rows],
            f"Hazard ratio ({level})": [_compared(row, "hazard_ratio") for row in rows],
        }
    )
    methods = (
        f"Difference and ratio of incidences at day {answer.day:,}, the ratio's interval symmetric "
        "on the log scale. Cause-specific hazard ratio: Cox regression of the event over all of "
        "follow-up, everything else censored, Efron ties. Wald intervals and p, not adjusted for "
        "the number of events looked at."
    )
    st.subheader("Comparison of arms", anchor=False)
    results.table(
        shown,
        raw=raw,
        name=f"{state.study().code} onset compared at day {answer.day}",
        notes=[*notes, methods, _READ_BESIDE],
        disclosure=AGGREGATE,
    )
    st.info(_READ_BESIDE, icon=":material/lightbulb:")
    reasons = [f"{row['arm']}: {row['reason']}" for row in rows if row["reason"]]
    st.caption(plain(" ".join([methods, *reasons])))


def show_overestimate(made: Made[OnsetAnswer], notes: Sequence[str]) -> None:
    """One minus Kaplan–Meier beside the incidence, under its label."""
    answer = made.value
    columns = ["arm", "day", "incidence", "overestimate", "too_much"]
    made_raw = made.call("table").call("filter", columns)
    raw = made_raw.value
    shown = pd.DataFrame(
        {
            "Arm": raw["arm"],
            f"Incidence at day {answer.day:,}": [percent(one, 1) for one in raw["incidence"]],
            "1 − Kaplan–Meier (overestimates)": [percent(one, 1) for one in raw["overestimate"]],
            "Too high by, points": [number(100 * one) for one in raw["too_much"]],
        }
    )
    st.subheader("1 − Kaplan–Meier overestimates", anchor=False)
    results.table(
        shown,
        raw=made_raw,
        name=f"{state.study().code} onset overestimates",
        notes=[*notes, _OVERESTIMATES],
        disclosure=AGGREGATE,
    )
    st.caption(_OVERESTIMATES)


def _share(row: Mapping[str, object]) -> str:
    estimate, lower, upper = (100 * float(str(row[n])) for n in ("incidence", "lower", "upper"))
    if estimate != estimate:
        return "NE"
    return interval(estimate, lower, upper) if lower == lower else f"{number(estimate)} (NE)"


def _compared(row: Mapping[str, object], name: str, *, times: int = 1, digits: int = 2) -> str:
    names = (name, f"{name}_lower", f"{name}_upper")
    estimate, lower, upper = (times * float(str(row[one])) for one in names)
    if estimate != estimate:
        return "NE"
    if lower != lower:
        return f"{number(estimate, digits)} (NE)"
    p = p_value(float(str(row[f"{name}_p_value"])))
    p = f"p {p}" if p.startswith("<") else f"p = {p}"
    return f"{interval(estimate, lower, upper, digits)}, {p}"
