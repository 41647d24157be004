"""The tables of the Recurrent events tab."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.survival.recurrent import RecurrentAnswer
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import interval, number, p_value, plain

_HERE = ":material/do_not_disturb_on:"


def show_means(made: Made[RecurrentAnswer], notes: Sequence[str]) -> None:
    """Mean counts at the stated time, their differences, and what they would be without death."""
    answer, table = made.value, made.call("mean_table")
    raw, analysis = table.value, answer.asked.analysis
    level = f"{analysis.confidence_level:.0%} CI"
    rows = raw.to_dict("records")
    at = f"{round(answer.time, 2):g} {analysis.unit}"
    shown: dict[str, list[str]] = {
        "Arm": [str(row["arm"]) for row in rows],
        f"At risk at {at}": [f"{row['at_risk']:,}" for row in rows],
        f"Mean count at {at} ({level})": [_three(row, "mean", "") for row in rows],
    }
    if "difference" in raw:
        reference = answer.arms[0]
        shown[f"Difference from {reference} ({level})"] = [
            "Reference" if row["arm"] == reference else _difference(row) for row in rows
        ]
    if answer.deaths:
        shown["Deaths taken as censorings (overestimates)"] = [
            number(row["mean_if_lost"], 2) for row in rows
        ]
    results.table(
        pd.DataFrame(shown),
        raw=table,
        name=f"{state.study().code} mean counts",
        notes=notes,
        disclosure=AGGREGATE,
    )


def show_rates(made: Made[RecurrentAnswer], notes: Sequence[str]) -> None:
    """Rates per patient-years with robust intervals, and their ratios."""
    answer = made.value
    st.subheader("Rates", anchor=False)
    if isinstance(answer.rates, str):
        st.warning(plain(answer.rates), icon=_HERE)
        return
    table, analysis = made.call("rate_table"), answer.asked.analysis
    raw = table.value
    level = f"{analysis.confidence_level:.0%} CI"
    rows = raw.to_dict("records")
    shown: dict[str, list[str]] = {
        "Arm": [str(row["arm"]) for row in rows],
        "Subjects": [f"{row['subjects']:,}" for row in rows],
        **({"Deaths": [f"{row['deaths']:,}" for row in rows]} if answer.deaths_recorded else {}),
        "Events": [f"{row['events']:,}" for row in rows],
        "Patient-years": [number(row["patient_years"]) for row in rows],
        f"Rate per {answer.asked.per:g} patient-years ({level})": [
            _three(row, "rate", "", digits=1) for row in rows
        ],
    }
    if "ratio" in raw:
        shown[f"Rate ratio ({level}), Wald p"] = [
            "Reference" if row["arm"] == answer.arms[0] else _with_p(row, "ratio") for row in rows
        ]
    results.table(
        pd.DataFrame(shown),
        raw=table,
        name=f"{state.study().code} event rates",
        notes=[*notes, "Rates with a variance that is robust by subject."],
        disclosure=AGGREGATE,
    )
    st.caption(
        "Robust variance: subjects may differ in how many events they have. A rate ratio below 1 "
        "means fewer events than in the reference."
    )


def show_models(made: Made[RecurrentAnswer], notes: Sequence[str]) -> None:
    """Hazard ratios of the three models."""
    answer = made.value
    st.subheader("Hazard ratios", anchor=False)
    if answer.refusal is not None:
        st.info(plain(answer.refusal), icon=_HERE)
        return
    table, analysis = made.call("model_table"), answer.asked.analysis
    raw = table.value
    level = f"{analysis.confidence_level:.0%} CI"
    fitted = raw[raw["reason"] == ""]
    for row in raw[raw["reason"] != ""].to_dict("records"):
        st.warning(plain(f"{row['model']}: {row['reason']}"), icon=_HERE)
    if not fitted.empty:
        rows = fitted.to_dict("records")
        shown = pd.DataFrame(
            {
                "Model": [row["model"] for row in rows],
                "Arm": [f"{row['arm']} against {row['reference']}" for row in rows],
                "Events in the model": [f"{row['events']:,.0f}" for row in rows],
                f"Hazard ratio ({level}), robust Wald p": [
                    _with_p(row, "hazard_ratio", prefix="") for row in rows
                ],
            }
        )
        said = (
            "Unstratified Cox models with Efron ties and a variance that is robust by subject; a "
            "day with several events is one event, and death censors. PWP models follow subjects "
            f"to their event {answer.most}{', the first' if answer.most == 1 else ''}."
        )
        results.table(
            shown,
            raw=table,
            name=f"{state.study().code} hazard ratios of recurrent events",
            notes=[*notes, said],
            disclosure=AGGREGATE,
        )
        st.caption(said)
    st.caption(
        "Andersen–Gill: the rate of events, whatever came before. Prentice–Williams–Peterson: the "
        "hazard of the next event given how many came before, in time since the start (total) or "
        "since the last event (gap). Since later strata hold only those who had earlier events, "
        "their arms are no longer randomised groups."
    )


def _three(row: dict[str, object], name: str, prefix: str, digits: int = 2) -> str:
    names = (name, f"{prefix}lower", f"{prefix}upper")
    estimate, lower, upper = (float(str(row[one])) for one in names)
    if estimate != estimate:
        return "NE"
    if lower != lower:
        return f"{number(estimate, digits)} (NE)"
    return interval(estimate, lower, upper, digits)


def _difference(row: dict[str, object]) -> str:
    names = ("difference", "difference_lower", "difference_upper")
    estimate, lower, upper = (float(str(row[one])) for one in names)
    if estimate != estimate:
        return "NE"
    return f"{number(estimate, 2)} ({number(lower, 2)} to {number(upper, 2)})"


def _with_p(row: dict[str, object], name: str, prefix: str | None = None) -> str:
    prefix = f"{name}_" if prefix is None else prefix
    shown = _three(row, name, prefix)
    p = p_value(float(str(row[f"{prefix}p_value"])))
    return f"{shown}, p {p if p.startswith('<') else f'= {p}'}"
