"""The Boundaries tab: where the trial stops, on any scale, and how probable that is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.charts.designs.boundaries import BoundaryScale, draw_boundaries
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


def show(answer: DesignAnswer) -> None:
    """The plot and its table."""
    chosen = st.segmented_control(
        "Scale",
        list(SCALES),
        key=state.choice("design_scale", list(SCALES), "z"),
        persist_state="session",
        required=True,
    )
    scale = SCALES[chosen]
    table = bounds_on(answer, chosen)
    results.figure(
        draw_boundaries(table, scale=scale, information="Events"),
        name=f"{answer.name} boundaries {chosen}",
        notes=answer.notes(*_said(answer)),
        data=answer.evaluation.to_frame(),
        code=answer.code,
    )
    st.subheader("At each look", anchor=False)
    results.table(
        _table(answer),
        raw=answer.evaluation.to_frame(),
        name=f"{answer.name} looks",
        notes=answer.notes(*_said(answer)),
        code=answer.code,
    )


def bounds_on(answer: DesignAnswer, scale: str) -> pd.DataFrame:
    """`look`, `at`, `efficacy` and `futility` on a scale."""
    found = answer.evaluation
    z = found.to_frame()[["z_efficacy", "z_futility"]].to_numpy()
    t = np.array(found.boundaries.information_fractions)
    turned = _on(answer, scale, z, t)
    return pd.DataFrame(
        {
            "look": np.arange(1, t.size + 1),
            "at": found.events,
            "efficacy": turned[:, 0],
            "futility": turned[:, 1],
        }
    )


def _on(answer: DesignAnswer, scale: str, z: np.ndarray, t: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    if scale == "z":
        return z
    if scale == "p-value":
        return np.where(np.isnan(z), np.nan, ndtr(-z))
    if scale == "B-value":
        return z * np.sqrt(t)[:, None]
    if scale == "Hazard ratio":
        share = answer.design.assumptions.control_share
        root = np.sqrt(np.array(answer.evaluation.events) * share * (1 - share))
        return answer.design.margin * np.exp(-z / root[:, None])
    return _conditional(answer, z, t)


def _conditional(answer: DesignAnswer, z: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Of success at the final analysis under the assumed effect, other looks left out."""
    from scipy.special import ndtr

    found = answer.evaluation
    ratio, share = found.average_hazard_ratios[-1], answer.design.assumptions.control_share
    drift = -np.log(ratio / answer.design.margin) * np.sqrt(found.events[-1] * share * (1 - share))
    last = found.boundaries.z_efficacy[-1] or np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = z * np.sqrt(t)[:, None] + drift * (1 - t)[:, None] - last
        shown = ndtr(mean / np.sqrt(1 - t)[:, None])
    shown[-1] = np.where(np.isnan(z[-1]), np.nan, 1.0)
    return shown


def _said(answer: DesignAnswer) -> list[str]:
    plan = answer.design.monitoring
    said = [f"Boundaries keep α = {plan.alpha:g} exactly, by recursive numerical integration."]
    if plan.futility is not None:
        binding = "binding: efficacy boundaries count on it" if plan.binding else (
            "not binding: α holds when it is overruled; stopping probabilities act on it"
        )  # fmt: skip
        said.append(f"Futility is {binding}.")
    if not answer.design.assumptions.proportional:
        said.append("Hazards are not proportional: means rest on the average hazard ratio.")
    return said


def _table(answer: DesignAnswer) -> pd.DataFrame:
    found = answer.evaluation
    frame = found.to_frame()
    shown = pd.DataFrame({"Look": frame["look"].astype(str)})
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
    return shown


def _or_dash(value: float, digits: int) -> str:
    return "–" if np.isnan(value) else number(value, digits)
