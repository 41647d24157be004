"""Rising step curves by arm, with their bands, above the numbers at risk on the same ticks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import time_ticks
from dashboard.charts.lettering import fitted, legend_name, legend_pixels, literal
from dashboard.charts.risk_table import RiskTable, add_risk_table, risk_table
from dashboard.charts.steps import step_index, thinned
from dashboard.charts.survival.bands import add_step_band
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

_CURVE_PIXELS = 360
_AXIS_PIXELS = 66  # tick labels and title between the curve and the numbers at risk
_TOP_PIXELS, _BOTTOM_PIXELS = 23, 12
_HOVER_POINTS = 240
_MOST_BANDS = 4
_HEADROOM = 1.08


class Counted(Protocol):
    """What knows how many subjects of each arm are at risk at some times."""

    def at_risk(self, times: np.ndarray) -> pd.DataFrame:
        """`arm`, `time`, `at_risk`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOptions:
    """What step curves are called and where their axes end.

    Parameters
    ----------
    alt : str
        The finding, for those who cannot see the figure.
    estimate : str
        Title of the vertical axis, with its unit.
    unit, origin : str
        Of the horizontal axis: "months", and since when.
    shares : bool
        Whether the values are shares of 1, written as percentages.
    confidence_level : float
        Named in the hover text.
    """

    alt: str
    estimate: str
    unit: str = "months"
    origin: str = "randomisation"
    shares: bool = False
    confidence_level: float = 0.95


def draw_step_curves(
    rows: pd.DataFrame,
    counted: Counted,
    *,
    styles: Mapping[str, ArmStyle],
    options: StepOptions,
) -> go.Figure:
    """Step curves that start at 0 and rise.

    Parameters
    ----------
    rows : DataFrame
        `arm`, `time`, `value`, `lower`, `upper`, in order of time within an arm. An arm's curve
        ends at its last time. Up to four arms have a band; limits always stand in the hover text.
    counted : Counted
        Whose numbers at risk stand under the axis.
    styles : mapping
        From `theme.arm_styles`.
    options : StepOptions
    """
    if rows.empty:
        return empty_figure("There is nothing to draw.")
    arms = list(rows["arm"].unique())
    last = float(rows["time"].max()) or 1.0
    ticks = time_ticks(last, unit=options.unit)
    table = risk_table(counted, ticks, styles)
    figure = _blank(arms, options, table)
    for arm in arms:
        own = rows[rows["arm"] == arm]
        if len(arms) <= _MOST_BANDS:
            _add_band(figure, arm, own, styles[arm])
        _add_curve(figure, arm, own, styles[arm])
    _add_hover(figure, rows, counted, styles, options)
    add_risk_table(figure, table)
    _set_axes(figure, rows, table, options)
    return figure


def _blank(arms: list[str], options: StepOptions, table: RiskTable) -> go.Figure:
    top = _TOP_PIXELS + (legend_pixels(arms) if len(arms) > 1 else 0)
    plot = _CURVE_PIXELS + _AXIS_PIXELS + table.pixels
    figure = new_figure(options.alt, height=plot + top + _BOTTOM_PIXELS)
    figure.update_layout(
        margin={"t": top, "b": _BOTTOM_PIXELS},
        hovermode="x unified",
        showlegend=len(arms) > 1,
        yaxis={"domain": [1 - _CURVE_PIXELS / plot, 1]},
        yaxis2={"domain": [0, table.pixels / plot]},
    )
    return figure


def _add_curve(figure: go.Figure, arm: str, rows: pd.DataFrame, style: ArmStyle) -> None:
    shown = _moving(rows)
    figure.add_scatter(
        x=shown["time"].to_numpy(),
        y=shown["value"].to_numpy(),
        mode="lines",
        line={"color": style.colour, "dash": style.dash, "width": 2.25, "shape": "hv"},
        name=legend_name(arm),
        legendgroup=arm,
        hoverinfo="skip",
        meta={"part": "curve"},
    )


def _moving(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that a curve and its band need: where they move, the first and the last."""
    values = rows[["value", "lower", "upper"]]
    same = (values == values.shift()) | (values.isna() & values.shift().isna())
    kept = ~same.all(axis=1).to_numpy()
    kept[[0, -1]] = True
    shown = rows[kept]
    return shown.iloc[thinned(shown["time"].to_numpy(dtype=float))]


def _add_band(figure: go.Figure, arm: str, rows: pd.DataFrame, style: ArmStyle) -> None:
    shown = _moving(rows)
    known = shown[shown["lower"].notna() & shown["upper"].notna()]
    add_step_band(figure, arm, known, style)


def _add_hover(
    figure: go.Figure,
    rows: pd.DataFrame,
    counted: Counted,
    styles: Mapping[str, ArmStyle],
    options: StepOptions,
) -> None:
    # All arms answer at the same times; nearest steps would differ from arm to arm.
    grid = np.linspace(0, float(rows["time"].max()), _HOVER_POINTS + 1)
    at_risk = counted.at_risk(grid)
    for arm in rows["arm"].unique():
        own = rows[rows["arm"] == arm]
        seen = grid <= float(own["time"].iloc[-1])
        held = own.iloc[step_index(own["time"].to_numpy(dtype=float), grid[seen])]
        numbers = at_risk.loc[at_risk["arm"] == arm, "at_risk"].to_numpy()[seen]
        figure.add_scatter(
            x=grid[seen],
            y=held["value"].to_numpy(),
            text=_hover_texts(held, numbers, shares=options.shares),
            mode="markers",
            marker={"color": styles[arm].colour, "size": 1, "opacity": 0},
            name=literal(arm),
            legendgroup=arm,
            showlegend=False,
            hovertemplate=(
                f'<span style="color:{styles[arm].ink}"><b>{literal(arm)}</b></span>  '
                "%{text}<extra></extra>"
            ),
            meta={"part": "hover"},
        )


def _hover_texts(rows: pd.DataFrame, at_risk: np.ndarray, *, shares: bool) -> list[str]:
    times, sign, digits = (100, "%", 1) if shares else (1, "", 2)
    texts = []
    columns = (rows["value"], rows["lower"], rows["upper"], at_risk)
    for value, lower, upper, number in zip(*columns, strict=True):
        known = not (np.isnan(lower) or np.isnan(upper))
        limits = f" ({times * lower:.{digits}f}–{times * upper:.{digits}f})" if known else ""
        texts.append(f"{times * value:.{digits}f}{sign}{limits} · {number:,.0f} at risk")
    return texts


def _set_axes(
    figure: go.Figure, rows: pd.DataFrame, table: RiskTable, options: StepOptions
) -> None:
    unit = options.unit.capitalize()
    confidence = f"estimate ({options.confidence_level:.0%} CI)"
    shown = rows["upper"] if rows["arm"].nunique() <= _MOST_BANDS else rows["value"]
    top = _HEADROOM * float(np.nanmax([rows["value"].max(), shown.max()]))
    if options.shares:
        top = min(max(top, 0.05), 1.02)
    figure.update_layout(
        xaxis={
            "anchor": "y",
            "range": (0.0, max(float(rows["time"].max()), table.ticks[-1]) * 1.02),
            "tickmode": "array",
            "tickvals": list(table.ticks),
            "title": {"text": literal(f"{unit} since {options.origin}")},
            "unifiedhovertitle": {"text": f"{unit.removesuffix('s')} %{{x:.1f}} · {confidence}"},
            "showspikes": True,
            "spikemode": "across",
            "spikethickness": 1,
            "spikedash": "solid",
            "spikecolor": LIGHT.line,
        },
        yaxis={
            "range": [0, top or 1.0],
            "tickformat": ".0%" if options.shares else "",
            "nticks": 7,
            "title": {"text": fitted(options.estimate, _CURVE_PIXELS, size=14, most=2)},
        },
    )
