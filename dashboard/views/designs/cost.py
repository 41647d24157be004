"""The Cost tab: what the trial costs if it stops at each look, expected and 5-95 %."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from analytics.design.cost import ITEMS, Costs
from analytics.design.courses import TrialCourses
from dashboard import results
from dashboard.charts.designs.course import draw_cost, draw_value
from dashboard.disclosure import AGGREGATE
from dashboard.views.designs.answer import DesignAnswer, ProposalAnswer

_KINDS = {
    "sites": "Sites",
    "activated sites": "Activation",
    "screened subjects": "Screening",
    "randomised subjects": "Randomised subjects",
    "subject months": "Subject months",
    "trial months": "Trial months",
    "analyses": "Analyses",
}


def show(answer: DesignAnswer) -> None:
    """Nothing but a hint until a price is stated."""
    found = answer.evaluation
    looks = pd.DataFrame(
        {
            "month": found.calendar_times,
            "subjects": found.subjects,
            "subject_months": found.subject_months,
            "probability": found.stopping.stop,
        }
    )
    if is_priced(answer.proposal.costs):
        show_courses(answer, found.courses(), looks)


def is_priced(costs: Costs) -> bool:
    """Whether any price is stated; else a hint is shown."""
    if any(costs.prices):
        return True
    st.info(
        "No prices are stated. Enter them under Money, and cost and duration are forecast.",
        icon=":material/payments:",
    )
    return False


def show_courses(answer: ProposalAnswer, courses: TrialCourses, looks: pd.DataFrame) -> None:
    """What the trial costs if it stops at each look, and the forecast.

    Parameters
    ----------
    courses : TrialCourses
    looks : DataFrame
        `month`, `subjects`, `subject_months` and `probability` of stopping there.
    """
    costs = answer.proposal.costs
    forecast = courses.forecast(costs, answer.proposal.value)
    notes = answer.notes(
        "The trial stops at one of its looks, with the probabilities of the design; 5 % and 95 % "
        "are over these courses. Looks are taken to happen at their expected times: a simulation "
        "adds how those vary.",
    )
    table = by_look(costs, looks)
    results.figure(
        draw_cost(table, currency=costs.currency),
        name=f"{answer.name} cost",
        notes=notes,
        data=table,
        code=answer.code,
        disclosure=AGGREGATE,
    )
    if answer.proposal.value is not None:
        _show_value(answer, looks, notes)
    results.table(
        forecast_table(forecast.to_frame()),
        raw=forecast.to_frame(),
        name=f"{answer.name} forecast",
        notes=notes,
        code=answer.code,
        disclosure=AGGREGATE,
    )


def _show_value(answer: ProposalAnswer, looks: pd.DataFrame, notes: list[str]) -> None:
    """What finishing is worth, with the looks on the curve."""
    value = answer.proposal.value
    assert value is not None
    last = 1.05 * max(float(looks["month"].iloc[-1]), value.months[-1])
    times = np.unique([0.0, *value.months, last])
    curve = pd.DataFrame({"month": times, "value": value.value(times)})
    marked = looks.assign(
        look=np.arange(1, len(looks) + 1), value=value.value(looks["month"].to_numpy(float))
    )
    results.figure(
        draw_value(curve, marked, currency=value.currency),
        name=f"{answer.name} value",
        notes=notes,
        data=curve,
        code=answer.code,
        disclosure=AGGREGATE,
    )


def by_look(costs: Costs, looks: pd.DataFrame) -> pd.DataFrame:
    """`look`, `month`, `kind`, `cost`, `probability`."""
    amounts = costs.amounts(
        months=looks["month"].to_numpy(float),
        subjects=looks["subjects"].to_numpy(float),
        analyses=np.arange(1.0, len(looks) + 1),
        activated_sites=None,
        subject_months=looks["subject_months"].to_numpy(float),
    )
    return pd.DataFrame(
        [
            (look + 1, month, _KINDS[item], amounts[at, look], looks["probability"].iloc[look])
            for at, item in enumerate(ITEMS)
            if amounts[at].any()
            for look, month in enumerate(looks["month"])
        ],
        columns=["look", "month", "kind", "cost", "probability"],
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
