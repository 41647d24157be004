"""The Boundaries tab: where the trial stops, on any scale, and how probable that is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.designs.bounds import bounds_on
from dashboard.charts.designs.boundaries import BoundaryScale, draw_boundaries
from dashboard.disclosure import AGGREGATE
from dashboard.text import number, p_value, percent
from dashboard.views.designs.answer import DesignAnswer

SCALES: Mapping[str, BoundaryScale] = {
    "z": BoundaryScale(label="Test statistic z (positive favours treatment)", short="z"),
    "p-value": BoundaryScale(
        label="One-sided p-value", short="p-value", upward=False, logarithmic=True
    ),
    "Hazard ratio": BoundaryScale(
        label="Estimated hazard ratio, treatment / control",
        short="hazard ratio",
        upward=False,
        logarithmic=True,
    ),
    "B-value": BoundaryScale(label="B-value: z × √information fraction", short="B-value"),
    "Conditional power": BoundaryScale(
        label="Conditional power under the assumed effect", short="conditional power"
    ),
}
_SURELY = 1 - 1e-9  # a power so high that no drift tells it from 1
_COLUMNS: Mapping[str, str] = {
    "z": "z",
    "p-value": "p_value",
    "Hazard ratio": "hazard_ratio",
    "B-value": "b_value",
    "Conditional power": "conditional_power_assumed",
}


def show(answer: DesignAnswer) -> None:
    """The plot and its table."""
    chosen = str(
        st.radio(
            "Scale",
            list(SCALES),
            key=state.choice("design_scale", list(SCALES), "z"),
            persist_state="session",
            horizontal=True,
        )
    )
    bounds = answer.made_design.then(bounds_on, answer.made_evaluation, _COLUMNS[chosen])
    looks = answer.made_evaluation.call("to_frame")
    results.figure(
        bounds.then(draw_boundaries, scale=SCALES[chosen], information="Events"),
        name=f"{answer.name} boundaries {chosen}",
        notes=answer.notes(*_said(answer)),
        data=looks,
        disclosure=AGGREGATE,
    )
    st.subheader("At each look", anchor=False)
    results.table(
        _table(answer),
        raw=looks,
        name=f"{answer.name} looks",
        notes=answer.notes(*_said(answer)),
        disclosure=AGGREGATE,
    )


def _said(answer: DesignAnswer) -> list[str]:
    plan = answer.design.monitoring
    said = [f"Boundaries keep α = {plan.alpha:g} exactly, by recursive numerical integration."]
    power = answer.evaluation.power
    if len(plan.information_fractions) > 1 and plan.alpha < power < _SURELY:
        inflation = plan.inflation_factor(power)
        said.append(
            f"The looks cost {100 * (inflation - 1):.2f} % more events than one analysis with the "
            f"same power (inflation factor {inflation:.4f})."
        )
    if plan.futility is not None:
        binding = "binding: efficacy boundaries count on it" if plan.binding else (
            "not binding: α holds when it is overruled; stopping probabilities act on it"
        )  # fmt: skip
        said.append(f"Futility is {binding}.")
    if not answer.design.assumptions.proportional:
        said.append("Hazards are not proportional: means rest on the average hazard ratio.")
    return said


def _table(answer: DesignAnswer) -> pd.DataFrame:
    """A column per look: designs have few of them and much to say of each."""
    found = answer.evaluation
    frame = found.to_frame()
    shown = pd.DataFrame({"Look": [f"Look {one}" for one in frame["look"]]})
    shown["Information"] = [percent(one, 1) for one in frame["information_fraction"]]
    shown["Events"] = [f"{np.ceil(one - 1e-9):,.0f}" for one in frame["events"]]
    shown[f"Time, {found.time_unit}"] = [number(one) for one in frame["calendar_time"]]
    shown["z, efficacy"] = [_or_dash(one, 3) for one in frame["z_efficacy"]]
    shown["p, one-sided"] = ["–" if np.isnan(one) else p_value(one) for one in frame["p_efficacy"]]
    shown["Hazard ratio"] = [_or_dash(one, 3) for one in frame["hazard_ratio_efficacy"]]
    if frame["z_futility"].notna().any():
        shown["z, futility"] = [_or_dash(one, 3) for one in frame["z_futility"]]
        shown["Stops for futility"] = [percent(one, 1) for one in frame["futility_probability"]]
        shown["… without effect"] = [percent(one, 1) for one in frame["null_futility_probability"]]
    shown["Succeeds"] = [percent(one, 1) for one in frame["efficacy_probability"]]
    shown["Succeeds by now"] = [percent(one, 1) for one in frame["efficacy_probability"].cumsum()]
    shown["α spent"] = [number(one, 5) for one in frame["alpha_spent"]]
    return by_column(shown)


def by_column(rows: pd.DataFrame) -> pd.DataFrame:
    """Looks as columns; the first column of the rows names them.

    Examples
    --------
    >>> by_column(pd.DataFrame({"Look": ["Look 1", "Look 2"], "Events": ["165", "330"]}))
              Look 1 Look 2
    0  Events    165    330
    """
    turned = rows.set_index(rows.columns[0]).T.reset_index()
    return turned.rename(columns={"index": ""}).rename_axis(columns=None)


def _or_dash(value: float, digits: int) -> str:
    return "–" if np.isnan(value) else number(value, digits)
