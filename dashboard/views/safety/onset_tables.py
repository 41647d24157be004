"""The tables of the Onset tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.safety.onset import OnsetAnswer
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


def show_incidence(answer: OnsetAnswer, notes: Sequence[str]) -> None:
    """By arm at the day: at risk, events and what competes by then, incidence, comparison."""
    raw, level = answer.table(), f"{answer.asked.confidence_level:.0%} CI"
    rows = raw.to_dict("records")
    st.subheader(f"At day {answer.day:,}", anchor=False)
    discontinued = "Discontinued" if answer.asked.competing != "death" else "Discontinued, censored"
    shown: dict[str, list[str]] = {
        "Arm": [str(row["arm"]) for row in rows],
        "At risk": [f"{row['at_risk']:,} of {row['subjects']:,}" for row in rows],
        "Events": [f"{row['events']:,}" for row in rows],
        "Died": [f"{row['died']:,}" for row in rows],
        discontinued: [f"{row['discontinued']:,}" for row in rows],
        f"Incidence, % ({level})": [_share(row) for row in rows],
    }
    if answer.refusal is None:
        shown[f"Difference, points ({level})"] = [
            _compared(row, "difference", answer, 100, 1) for row in rows
        ]
        shown[f"Ratio ({level})"] = [_compared(row, "ratio", answer, 1, 2) for row in rows]
    said = []
    if answer.refusal is None:
        said = [
            f"Difference and ratio from {answer.arms[0]}, with Wald p; the ratio's interval is "
            "symmetric on the log scale. p is not adjusted for the number of events looked at."
        ]
    results.table(
        pd.DataFrame(shown),
        raw=raw,
        name=f"{state.study().code} onset at day {answer.day}",
        notes=[*notes, *said],
        code=_code(answer),
    )
    for sentence in said:
        st.caption(plain(sentence))


def show_hazards(answer: OnsetAnswer, notes: Sequence[str]) -> None:
    """Cause-specific hazard ratios over all of follow-up."""
    if answer.hazards is None:
        return
    raw, level = answer.hazards, f"{answer.asked.confidence_level:.0%} CI"
    rows = raw.to_dict("records")
    st.subheader("Cause-specific hazard ratio", anchor=False)
    shown = pd.DataFrame(
        {
            "Arm": [f"{row['arm']} against {row['reference']}" for row in rows],
            "Events in follow-up": [
                f"{row['events']:,} against {row['reference_events']:,}" for row in rows
            ],
            f"Hazard ratio ({level})": [_hazard(row) for row in rows],
            "p": [p_value(float(row["p_value"])) for row in rows],
        }
    )
    method = (
        "Cox regression of the event over all of follow-up, everything else censored; Efron ties, "
        "Wald intervals and p, not adjusted."
    )
    results.table(
        shown,
        raw=raw,
        name=f"{state.study().code} onset hazard ratios",
        notes=[*notes, method, _READ_BESIDE],
        code=_code(answer),
    )
    reasons = [f"{row['arm']}: {row['reason']}" for row in rows if row["reason"]]
    st.caption(plain(" ".join([method, _READ_BESIDE, *reasons])))


def show_overestimate(answer: OnsetAnswer, notes: Sequence[str]) -> None:
    """One minus Kaplan–Meier beside the incidence, under its label."""
    raw = answer.table()[["arm", "day", "incidence", "overestimate", "too_much"]]
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
        raw=raw,
        name=f"{state.study().code} onset overestimates",
        notes=[*notes, _OVERESTIMATES],
        code=_code(answer),
    )
    st.caption(_OVERESTIMATES)


def _code(answer: OnsetAnswer) -> str:
    return answer.asked.code(state.snapshot_path(), pooled=state.store().pooled)


def _share(row: Mapping[str, object]) -> str:
    estimate, lower, upper = (100 * float(str(row[n])) for n in ("incidence", "lower", "upper"))
    if estimate != estimate:
        return "NE"
    return interval(estimate, lower, upper) if lower == lower else f"{number(estimate)} (NE)"


def _compared(
    row: Mapping[str, object], name: str, answer: OnsetAnswer, times: int, digits: int
) -> str:
    if row["arm"] == answer.arms[0]:
        return "Reference"
    names = (name, f"{name}_lower", f"{name}_upper")
    estimate, lower, upper = (times * float(str(row[one])) for one in names)
    if estimate != estimate:
        return "NE"
    if lower != lower:
        return f"{number(estimate, digits)} (NE)"
    p = p_value(float(str(row[f"{name}_p_value"])))
    p = f"p {p}" if p.startswith("<") else f"p = {p}"
    return f"{interval(estimate, lower, upper, digits)}, {p}"


def _hazard(row: Mapping[str, object]) -> str:
    estimate, lower, upper = (float(str(row[n])) for n in ("hazard_ratio", "lower", "upper"))
    return "NE" if estimate != estimate else interval(estimate, lower, upper, 2)
