"""The Cost tab: what the trial costs if it stops at each look, expected and 5-95 %."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from analytics.design.cost import Costs
from dashboard import results
from dashboard.analyses.designs.money import (
    cost_by_look,
    looks_of,
    worth_at_looks,
    worth_by_month,
)
from dashboard.charts.designs.course import draw_cost, draw_value
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.views.designs.answer import DesignAnswer, ProposalAnswer


def show(answer: DesignAnswer) -> None:
    """Nothing but a hint until a price is stated."""
    if is_priced(answer.proposal.costs):
        show_courses(answer)


def is_priced(costs: Costs) -> bool:
    """Whether any price is stated; else a hint is shown."""
    if any(costs.prices):
        return True
    st.info(
        "No prices are stated. Enter them under Money, and cost and duration are forecast.",
        icon=":material/payments:",
    )
    return False


def show_courses(answer: ProposalAnswer) -> None:
    """What the trial costs if it stops at each look, and the forecast."""
    evaluation, proposal = answer.made_evaluation, answer.made_proposal
    costs, value = proposal.part("costs"), proposal.part("value")
    looks = evaluation.then(looks_of).named("looks")
    forecast = evaluation.call("courses").call("forecast", costs, value).call("to_frame")
    notes = answer.notes(
        "The trial stops at one of its looks, with the probabilities of the design; 5 % and 95 % "
        "are over these courses. Looks are taken to happen at their expected times: a simulation "
        "adds how those vary.",
    )
    table = costs.then(cost_by_look, looks).named("cost")
    results.figure(
        table.then(draw_cost, currency=costs.part("currency")),
        name=f"{answer.name} cost by look",
        notes=notes,
        data=table,
        disclosure=AGGREGATE,
    )
    if value.value is not None:
        _show_value(answer, value, looks, notes)
    results.table(
        forecast_table(forecast.value),
        raw=forecast,
        name=f"{answer.name} cost and duration",
        notes=notes,
        disclosure=AGGREGATE,
    )


def _show_value(
    answer: ProposalAnswer, value: Made[Any], looks: Made[pd.DataFrame], notes: list[str]
) -> None:
    """What finishing is worth, with the looks on the curve."""
    curve = value.then(worth_by_month, looks).named("worth")
    marked = value.then(worth_at_looks, looks)
    results.figure(
        curve.then(draw_value, marked, currency=value.part("currency")),
        name=f"{answer.name} value of finishing",
        notes=notes,
        data=curve,
        disclosure=AGGREGATE,
    )


def forecast_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Expected and 5-95 % of each quantity, as text."""
    return pd.DataFrame(
        {
            "Quantity": [name.capitalize() for name in frame["quantity"]],
            "Expected": [_amount(value, unit) for value, unit in _pairs(frame, "expected")],
            "5 %": [_amount(value, unit) for value, unit in _pairs(frame, "q05")],
            "95 %": [_amount(value, unit) for value, unit in _pairs(frame, "q95")],
        }
    )


def _pairs(frame: pd.DataFrame, column: str) -> list[tuple[float, str]]:
    return list(zip(frame[column], frame["unit"], strict=True))


def _amount(value: float, unit: str) -> str:
    digits = 1 if unit == "months" or abs(value) < 100 else 0
    return f"{value:,.{digits}f} {unit}"
