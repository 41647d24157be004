"""The Data tab: the response and the adverse event of each dose, as they were observed."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.dose_response import HarmAnswer, ResponseAnalysis, ResponseAnswer
from dashboard.charts.dose_response.response import draw_response
from dashboard.charts.theme import ARM_PALETTE
from dashboard.disclosure import AGGREGATE
from dashboard.text import interval, number
from dashboard.views.dose_response.inputs import choose_harm, response_title
from dashboard.views.dose_response.notes import named, notes

_MEANS = "Intervals of means by the standard deviation of all doses (95%, t)."
_SHARES = "Intervals of shares by Wilson (95%)."


def show(asked: ResponseAnalysis) -> None:
    """The observed response and harm."""
    made = state.made(asked)
    answer, table = made.value, made.call("to_frame").named("response")
    said = notes([*answer.notes(), _SHARES if answer.is_share else _MEANS])
    results.figure(
        table.then(
            draw_response,
            title=response_title(asked),
            unit=answer.doses.unit,
            share=answer.is_share,
        ),
        name=named("response by dose"),
        notes=said,
        data=table,
        disclosure=AGGREGATE,
    )
    results.table(
        _shown(answer),
        name=named("table of the response by dose"),
        notes=said,
        raw=table,
        disclosure=AGGREGATE,
    )
    if answer.refusal:
        st.warning(answer.refusal, icon=":material/do_not_disturb_on:")
    st.subheader("Adverse event", anchor=False)
    with results.explained():
        _show_harm()


def _show_harm() -> None:
    asked = choose_harm()
    made = state.made(asked)
    answer, table = made.value, made.call("to_frame").named("events")
    said = notes([*answer.notes(), _SHARES])
    results.figure(
        table.then(
            draw_response,
            title=f"{asked.title}, % of subjects",
            unit=answer.doses.unit,
            share=True,
            colour=ARM_PALETTE[1],
        ),
        name=named("adverse event by dose"),
        notes=said,
        data=table,
        disclosure=AGGREGATE,
    )
    results.table(
        _shown_harm(answer),
        name=named("table of the adverse event by dose"),
        notes=said,
        raw=table,
        disclosure=AGGREGATE,
    )


def dose_header(unit: str) -> str:
    """Of a column of doses."""
    return f"Dose, {unit}" if unit else "Dose"


def shown_intervals(
    rows: pd.DataFrame, *, of: str = "estimate", factor: float = 1.0, digits: int = 1
) -> list[str]:
    """Estimates with `lower` and `upper`, as tables print them."""
    scaled = factor * rows[[of, "lower", "upper"]].to_numpy(dtype=float)
    return [interval(estimate, low, high, digits) for estimate, low, high in scaled]


def _shown(answer: ResponseAnswer) -> pd.DataFrame:
    rows = answer.table
    shown = {
        dose_header(answer.doses.unit): [f"{dose:g}" for dose in rows["dose"]],
        "Arm": rows["arms"],
        "Subjects": rows["subjects"].map("{:,}".format),
        "Without a value": rows["missing"].map("{:,}".format),
        "Analysed": rows["analysed"].map("{:,}".format),
    }
    if answer.is_share:
        shown["Responders"] = rows["responders"].map("{:,.0f}".format)
        shown["Share, % (95% CI)"] = shown_intervals(rows, factor=100)
    else:
        shown["SD"] = [number(sd, 2) for sd in rows["sd"]]
        shown["Mean (95% CI)"] = shown_intervals(rows, digits=2)
    return pd.DataFrame(shown)


def _shown_harm(answer: HarmAnswer) -> pd.DataFrame:
    rows = answer.table
    return pd.DataFrame(
        {
            dose_header(answer.doses.unit): [f"{dose:g}" for dose in rows["dose"]],
            "Arm": rows["arms"],
            "Treated": rows["subjects"].map("{:,}".format),
            "With event": rows["with_event"].map("{:,}".format),
            "Share, % (95% CI)": shown_intervals(rows, factor=100),
        }
    )
