"""The Boundaries tab: where the trial stops, as z, p-value and effect, and how probable it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.designs.bounds import endpoint_bounds_on
from dashboard.analyses.designs.endpoint_wording import approximation_sentence, short_effect
from dashboard.charts.designs.boundaries import BoundaryScale, draw_boundaries
from dashboard.disclosure import AGGREGATE
from dashboard.text import number, p_value, percent
from dashboard.views.designs.boundaries import by_column
from dashboard.views.designs.endpoints.answer import EndpointAnswer

_COLUMNS: Mapping[str, str] = {"z": "z", "p-value": "p", "Effect": "effect"}


def show(answer: EndpointAnswer) -> None:
    """The plot and its table."""
    chosen = str(
        st.radio(
            "Scale",
            list(_COLUMNS),
            key=state.choice("design_endpoint_scale", list(_COLUMNS), "z"),
            persist_state="session",
            horizontal=True,
        )
    )
    notes = answer.notes(*_said(answer))
    looks = answer.made_evaluation.call("to_frame")
    bounds = answer.made_evaluation.then(endpoint_bounds_on, _COLUMNS[chosen])
    results.figure(
        bounds.then(
            draw_boundaries, scale=_scale(answer, bounds.value, chosen), information="Subjects"
        ),
        name=f"{answer.name} boundaries {chosen}",
        notes=notes,
        data=looks,
        disclosure=AGGREGATE,
    )
    st.subheader("At each look", anchor=False)
    results.table(
        _table(answer),
        raw=looks,
        name=f"{answer.name} looks",
        notes=notes,
        disclosure=AGGREGATE,
    )


def _scale(answer: EndpointAnswer, bounds: pd.DataFrame, chosen: str) -> BoundaryScale:
    if chosen == "z":
        return BoundaryScale(label="Test statistic z (positive favours treatment)", short="z")
    if chosen == "p-value":
        return BoundaryScale(
            label="One-sided p-value", short="p-value", upward=False, logarithmic=True
        )
    assumed = answer.design.assumptions
    return BoundaryScale(
        label=f"Estimated {answer.effect}",
        short=short_effect(assumed),
        upward=assumed.higher_is_better,
        logarithmic=answer.is_logarithmic(bounds[["efficacy", "futility"]]),
    )


def _said(answer: EndpointAnswer) -> list[str]:
    plan = answer.design.monitoring
    said = [
        f"Boundaries keep α = {plan.alpha:g} exactly for normal statistics, by recursive "
        "numerical integration.",
        approximation_sentence(answer.design),
    ]
    if plan.futility is not None:
        binding = "binding: efficacy boundaries count on it" if plan.binding else (
            "not binding: α holds when it is overruled; stopping probabilities act on it"
        )  # fmt: skip
        said.append(f"Futility is {binding}.")
    return said


def _table(answer: EndpointAnswer) -> pd.DataFrame:
    frame = answer.evaluation.to_frame()
    shown = pd.DataFrame({"Look": [f"Look {one}" for one in frame["look"]]})
    shown["Information"] = [percent(one, 1) for one in frame["information_fraction"]]
    shown["Subjects"] = [f"{np.ceil(one - 1e-9):,.0f}" for one in frame["subjects"]]
    if frame["months"].notna().all():
        shown["Time, months"] = [number(one) for one in frame["months"]]
    shown["z, efficacy"] = [_or_dash(one, 3) for one in frame["z_efficacy"]]
    shown["p, one-sided"] = ["–" if np.isnan(one) else p_value(one) for one in frame["p_efficacy"]]
    scale = short_effect(answer.design.assumptions).capitalize()
    shown[scale] = [_or_dash(one, 3) for one in frame["effect_efficacy"]]
    if frame["z_futility"].notna().any():
        shown["z, futility"] = [_or_dash(one, 3) for one in frame["z_futility"]]
        shown["Stops for futility"] = [percent(one, 1) for one in frame["futility"]]
    shown["Succeeds"] = [percent(one, 1) for one in frame["efficacy"]]
    shown["Succeeds by now"] = [percent(one, 1) for one in frame["efficacy"].cumsum()]
    return by_column(shown)


def _or_dash(value: float, digits: int) -> str:
    return "–" if np.isnan(value) else number(value, digits)
