"""The tables of the Competing risks tab."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.survival.competing import CompetingAnswer
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import interval, number, p_value, percent, plain

_HERE = ":material/do_not_disturb_on:"


def show_incidence(made: Made[CompetingAnswer], notes: Sequence[str]) -> None:
    """Incidences at the chosen time by event and arm, with the differences between arms."""
    answer, table = made.value, made.call("incidence_table")
    raw, analysis = table.value, answer.asked.analysis
    level = f"{analysis.confidence_level:.0%} CI"
    rows = raw.to_dict("records")
    shown: dict[str, list[str]] = {
        "Event": [str(row["cause"]) for row in rows],
        "Arm": [str(row["arm"]) for row in rows],
        "Events / subjects": [f"{row['events']:,} / {row['subjects']:,}" for row in rows],
    }
    at = f"{round(answer.time, 2):g} {analysis.unit}"
    shown[f"At risk at {at}"] = [f"{row['at_risk']:,}" for row in rows]
    shown[f"Incidence at {at}, % ({level})"] = [_share(row, "incidence") for row in rows]
    if "difference" in raw:
        reference = answer.arms[0]
        shown[f"Difference from {reference}, percentage points ({level})"] = [
            "Reference" if row["arm"] == reference else _difference(row) for row in rows
        ]
    results.table(
        pd.DataFrame(shown),
        raw=table,
        name=f"{state.study().code} {analysis.endpoint} cumulative incidence",
        notes=notes,
        disclosure=AGGREGATE,
    )


def show_comparison(made: Made[CompetingAnswer], notes: Sequence[str]) -> None:
    """Gray's test and both hazard ratios of every event."""
    answer = made.value
    if isinstance(answer.hazards, str):
        st.warning(plain(answer.hazards), icon=_HERE)
        return
    table, analysis = made.call("comparison_table"), answer.asked.analysis
    level = f"{analysis.confidence_level:.0%} CI"
    rows = table.value.to_dict("records")
    several = len(answer.arms) > 2
    shown = pd.DataFrame(
        {
            "Event": [row["cause"] for row in rows],
            "Arm": [f"{row['arm']} against {row['reference']}" for row in rows],
            "Gray's test p" + (", all arms" if several else ""): [_gray(row) for row in rows],
            f"Cause-specific hazard ratio ({level}), Wald p": [
                _ratio(row, "cause_specific") for row in rows
            ],
            f"Subdistribution hazard ratio ({level}), Wald p": [
                _ratio(row, "subdistribution") for row in rows
            ],
        }
    )
    name = f"{state.study().code} {analysis.endpoint} competing risks compared"
    results.table(shown, raw=table, name=name, notes=notes, disclosure=AGGREGATE)
    _say_why(rows)
    st.caption(plain(method_of(answer)))


def show_overestimate(made: Made[CompetingAnswer], notes: Sequence[str]) -> None:
    """One minus Kaplan–Meier beside the incidence, for comparison with reports that used it."""
    answer, table = made.value, made.call("overestimate_table")
    raw, analysis = table.value, answer.asked.analysis
    at = f"{round(answer.time, 2):g} {analysis.unit}"
    shown = pd.DataFrame(
        {
            "Event": raw["cause"],
            "Arm": raw["arm"],
            f"Incidence at {at}": [percent(one, 1) for one in raw["incidence"]],
            "1 − Kaplan–Meier (overestimates)": [percent(one, 1) for one in raw["overestimate"]],
        }
    )
    with st.expander("1 − Kaplan–Meier overestimates", icon=":material/trending_up:"):
        st.caption(
            "One minus Kaplan–Meier takes competing events for censorings, as if those subjects "
            "could still have the event. It overestimates how common the event is, and is shown "
            "only for comparison with reports that used it."
        )
        results.table(
            shown,
            raw=table,
            name=f"{state.study().code} {analysis.endpoint} overestimates",
            notes=[*notes, "1 − Kaplan–Meier overestimates the incidence."],
            disclosure=AGGREGATE,
        )


def method_of(answer: CompetingAnswer) -> str:
    """How arms were compared."""
    if isinstance(answer.hazards, str):
        return ""
    strata = answer.asked.analysis.strata
    by = f", stratified by {', '.join(strata)}" if strata else ""
    return f"Gray's test{by}. {answer.hazards.method}."


def _say_why(rows: Sequence[dict[str, object]]) -> None:
    """The reasons why something in the table is not estimable."""
    names = ("gray_reason", "cause_specific_reason", "subdistribution_reason")
    said = [f"{row['cause']}: {row[name]}" for row in rows for name in names if row[name]]
    for sentence in dict.fromkeys(said):
        st.caption(plain(sentence))


def _gray(row: dict[str, object]) -> str:
    return "NE" if row["gray_reason"] else p_value(float(str(row["gray_p_value"])))


def _ratio(row: dict[str, object], model: str) -> str:
    names = ("hazard_ratio", "lower", "upper")
    estimate, lower, upper = (float(str(row[f"{model}_{name}"])) for name in names)
    if estimate != estimate:
        return "NE"
    p = p_value(float(str(row[f"{model}_p_value"])))
    return f"{interval(estimate, lower, upper, 2)}, p {p if p.startswith('<') else f'= {p}'}"


def _share(row: dict[str, object], name: str) -> str:
    values = [100 * float(str(row[one])) for one in (name, "lower", "upper")]
    if values[0] != values[0]:
        return "NE"
    known = values[1] == values[1] and values[2] == values[2]
    return interval(values[0], values[1], values[2]) if known else f"{number(values[0])} (NE)"


def _difference(row: dict[str, object]) -> str:
    names = ("difference", "difference_lower", "difference_upper")
    estimate, lower, upper = (100 * float(str(row[name])) for name in names)
    if estimate != estimate:
        return "NE"
    return f"{number(estimate)} ({number(lower)} to {number(upper)})"
