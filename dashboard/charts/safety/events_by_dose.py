"""Rates of events by the dose in force when they began: dots with intervals, by arm."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.safety.exposure import EventsByDose
from dashboard.charts.axes import amount, counted
from dashboard.charts.lettering import fitted, legend_name, legend_pixels, literal
from dashboard.charts.theme import ArmStyle, empty_figure, new_figure

_ROW_PIXELS, _AXIS_PIXELS, _TOP_PIXELS = 26, 70, 16
_TICK_PIXELS = 150


def draw_events_by_dose(result: EventsByDose, styles: Mapping[str, ArmStyle]) -> go.Figure:
    """Rates at each dose, highest dose on top.

    Parameters
    ----------
    result : EventsByDose
        A dot's `customdata` is the place of its row in the table.
    styles : mapping
        From `theme.arm_styles`.
    """
    rows = result.table.reset_index(drop=True)
    rows = rows[rows["rate"].notna()]
    if rows.empty:
        return empty_figure("Nobody was followed at a dose.")
    arms = list(rows["arm"].unique())
    levels = [name for name in result.levels if (rows["level"] == name).any()]
    places = _places(rows, levels, arms)
    top = _TOP_PIXELS + (legend_pixels(arms) if len(arms) > 1 else 0)
    height = top + _AXIS_PIXELS + int(_ROW_PIXELS * (max(places) + 1.5))
    figure = new_figure(_alt(rows, result), height=height)
    for arm in arms:
        own = rows["arm"] == arm
        _add_arm(figure, arm, rows[own], places[own], styles[arm], result)
    _set_axes(figure, rows, levels, places, result.per)
    figure.update_layout(margin={"t": top}, showlegend=len(arms) > 1, hovermode="closest")
    return figure


def _places(rows: pd.DataFrame, levels: list[str], arms: list[str]) -> pd.Series:
    """Where each row stands: arms of a level close together, levels a row apart."""
    order = rows.assign(
        one=rows["level"].map({name: place for place, name in enumerate(levels)}),
        two=rows["arm"].map({name: place for place, name in enumerate(arms)}),
    ).sort_values(["one", "two"])
    return pd.Series(np.arange(len(order)) + 0.7 * order["one"], index=order.index)[rows.index]


def _add_arm(
    figure: go.Figure,
    arm: str,
    rows: pd.DataFrame,
    places: pd.Series,
    style: ArmStyle,
    result: EventsByDose,
) -> None:
    figure.add_scatter(
        x=rows["rate"].to_numpy(),
        y=places.to_numpy(),
        customdata=rows.index.to_numpy(),
        mode="markers",
        marker={"color": style.colour, "symbol": style.symbol, "size": 10},
        error_x={
            "type": "data",
            "array": (rows["upper"] - rows["rate"]).fillna(0.0).to_numpy(),
            "arrayminus": (rows["rate"] - rows["lower"]).fillna(0.0).to_numpy(),
            "thickness": 2,
            "width": 0,
            "color": style.colour,
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        text=[_hover(row, result) for row in rows.to_dict("records")],
        name=legend_name(arm),
        hovertemplate=(
            f'<span style="color:{style.ink}"><b>{literal(arm)}</b></span>  '
            "%{text}<extra></extra>"
        ),
    )


def _hover(row: Mapping[str, float], result: EventsByDose) -> str:
    limits = ""
    if not np.isnan(row["lower"]):
        level = f"{result.confidence_level:.0%} CI"
        limits = f" ({level} {amount(row['lower'])}–{amount(row['upper'])})"
    return (
        f"{literal(row['level'])}<br>{amount(row['rate'])} per {result.per:g} patient-years"
        f"{limits}<br>{counted(row['events'], 'event')} of {counted(row['subjects'], 'subject')}, "
        f"{amount(row['patient_years'])} patient-years of "
        f"{counted(row['exposed'], 'subject')}"
    )


def _set_axes(
    figure: go.Figure, rows: pd.DataFrame, levels: list[str], places: pd.Series, per: float
) -> None:
    middles = places.groupby(rows["level"]).mean()
    figure.update_layout(
        xaxis={
            "title": {"text": f"Events per {per:g} patient-years"},
            "rangemode": "tozero",
            "nticks": 7,
            "showgrid": True,
        },
        yaxis={
            "tickmode": "array",
            "tickvals": [middles[name] for name in levels],
            "ticktext": [fitted(name, _TICK_PIXELS, size=13) for name in levels],
            "range": [places.max() + 0.8, -0.8],
            "showgrid": False,
        },
    )


def _alt(rows: pd.DataFrame, result: EventsByDose) -> str:
    said = "; ".join(
        f"{row['arm']}, {row['level']}: {amount(row['rate'])} ({counted(row['events'], 'event')})"
        for row in rows.to_dict("records")
    )
    return f"Events per {result.per:g} patient-years by dose at onset. {said}."
