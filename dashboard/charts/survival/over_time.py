"""An estimate over time by arm: cumulative hazard, difference, smoothed hazard, log(-log S)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.survival.kaplan_meier import KaplanMeier
from dashboard.charts.axes import time_ticks
from dashboard.charts.contrast import translucent
from dashboard.charts.lettering import legend_name, literal
from dashboard.charts.risk_table import RiskTable, add_risk_table, risk_table
from dashboard.charts.steps import thinned
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

_CURVE_PIXELS = 340
_AXIS_PIXELS = 66
_TOP_PIXELS, _BOTTOM_PIXELS = 44, 12
_MOST_BANDS = 4
_TALLEST_BAND = 2.0  # of a smooth estimate, in heights of its highest point


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTimeOptions:
    """How an estimate is drawn and what it is called.

    Parameters
    ----------
    what : str
        Said in the description for those who cannot see the figure.
    estimate : str
        Title of the vertical axis, with its unit.
    unit, origin : str
        Of the horizontal axis: "months", and from when.
    steps : bool
        Whether the estimate holds from each time to the next; else it is a smooth line.
    level : float, optional
        A value to compare with, as a line: 0 for a difference.
    log_time : bool
        Whether time is drawn on a logarithmic scale.
    format : str
        Of the ticks and the hover text, as d3 writes it.
    """

    what: str
    estimate: str
    unit: str = "months"
    origin: str = "randomisation"
    steps: bool = True
    level: float | None = None
    log_time: bool = False
    format: str = ".3~g"

    @property
    def shape(self) -> str:
        """How Plotly joins the points."""
        return "hv" if self.steps else "linear"


def draw_over_time(
    rows: pd.DataFrame,
    *,
    styles: Mapping[str, ArmStyle],
    options: OverTimeOptions,
    curves: KaplanMeier | None = None,
) -> go.Figure:
    """Lines by arm, with their limits where there are some.

    Parameters
    ----------
    rows : DataFrame
        `arm`, `time`, `value`, and `lower` and `upper` (all or none), in order of time.
    styles : mapping
        From `theme.arm_styles`.
    options : OverTimeOptions
    curves : KaplanMeier, optional
        Whose numbers at risk stand under the axis.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> rows = pd.DataFrame({"arm": ["A", "A"], "time": [0.0, 5.0], "value": [0.0, 0.2]})
    >>> options = OverTimeOptions(what="Cumulative hazard", estimate="Cumulative hazard")
    >>> draw_over_time(rows, styles=arm_styles(["A"]), options=options).layout.yaxis.title.text
    'Cumulative hazard'
    """
    rows = rows[np.isfinite(rows["value"])]
    if rows.empty:
        return empty_figure("There is nothing to draw: no arm has an estimate.")
    last = float(rows["time"].max())
    ticks = time_ticks(last, unit=options.unit)
    table = risk_table(curves, ticks, styles) if curves and not options.log_time else None
    figure = _blank(rows, options, table)
    arms = rows["arm"].unique()
    for arm in arms:
        own = rows[rows["arm"] == arm]
        if "lower" in own and len(arms) <= _MOST_BANDS:
            _add_band(figure, own, styles[arm], options)
        _add_line(figure, own, styles[arm], options)
    if options.level is not None:
        figure.add_hline(y=options.level, line={"color": LIGHT.muted, "width": 1})
    if table is not None:
        add_risk_table(figure, table)
    _set_axes(figure, options, ticks, rows["time"])
    if not options.steps:
        figure.layout.yaxis.range = _span(rows)
    return figure


def _span(rows: pd.DataFrame) -> list[float]:
    """Heights shown: limits may run far beyond the estimates where few are left."""
    highest = float(rows["value"].max()) or 1.0
    limit = float(rows["upper"].max()) if "upper" in rows else highest
    return [0.0, 1.05 * max(highest, min(limit, _TALLEST_BAND * highest))]


def _blank(rows: pd.DataFrame, options: OverTimeOptions, table: RiskTable | None) -> go.Figure:
    below = table.pixels if table else 0
    plot = _CURVE_PIXELS + _AXIS_PIXELS + below
    figure = new_figure(_describe(rows, options), height=plot + _TOP_PIXELS + _BOTTOM_PIXELS)
    figure.update_layout(
        margin={"t": _TOP_PIXELS, "b": _BOTTOM_PIXELS},
        hovermode="x unified",
        showlegend=True,
    )
    if table:
        figure.update_layout(
            yaxis={"domain": [1 - _CURVE_PIXELS / plot, 1]}, yaxis2={"domain": [0, below / plot]}
        )
    return figure


def _add_line(
    figure: go.Figure, rows: pd.DataFrame, style: ArmStyle, options: OverTimeOptions
) -> None:
    rows = rows.iloc[thinned(rows["time"].to_numpy(dtype=float))]
    arm = str(rows["arm"].iloc[0])
    figure.add_scatter(
        x=rows["time"].to_numpy(),
        y=rows["value"].to_numpy(),
        text=_limits(rows, options),
        mode="lines",
        line={"color": style.colour, "dash": style.dash, "width": 2.25, "shape": options.shape},
        name=legend_name(arm),
        legendgroup=arm,
        hovertemplate=(
            f'<span style="color:{style.ink}"><b>{literal(arm)}</b></span>  '
            f"%{{y:{options.format}}}%{{text}}<extra></extra>"
        ),
        meta={"part": "estimate"},
    )


def _add_band(
    figure: go.Figure, rows: pd.DataFrame, style: ArmStyle, options: OverTimeOptions
) -> None:
    rows = rows.iloc[thinned(rows["time"].to_numpy(dtype=float))]
    known = rows[rows["lower"].notna() & rows["upper"].notna()]
    for edge, fill in (("lower", None), ("upper", "tonexty")):
        figure.add_scatter(
            x=known["time"].to_numpy(),
            y=known[edge].to_numpy(),
            mode="lines",
            line={"width": 0, "shape": options.shape, "color": style.colour},
            fill=fill,
            fillcolor=translucent(style.colour, 0.13),
            legendgroup=str(rows["arm"].iloc[0]),
            showlegend=False,
            hoverinfo="skip",
            meta={"part": edge},
        )


def _limits(rows: pd.DataFrame, options: OverTimeOptions) -> list[str]:
    if "lower" not in rows:
        return [""] * len(rows)
    shares = "%" in options.format
    return [
        "" if np.isnan(low) or np.isnan(high) else f" ({_written(low, high, shares=shares)})"
        for low, high in zip(rows["lower"], rows["upper"], strict=True)
    ]


def _written(low: float, high: float, *, shares: bool) -> str:
    return f"{100 * low:.1f} to {100 * high:.1f}" if shares else f"{low:.3g} to {high:.3g}"


def _log_ticks(first: float, last: float) -> list[float]:
    """1, 2 and 5 of every power of ten from the first time to the last."""
    powers = range(int(np.floor(np.log10(first))), int(np.ceil(np.log10(last))) + 1)
    ticks = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    return [tick for tick in ticks if first <= tick <= last]


def _set_axes(
    figure: go.Figure, options: OverTimeOptions, ticks: list[float], times: pd.Series[float]
) -> None:
    first, last = float(times.min()), float(times.max())
    unit = options.unit.capitalize()
    time: dict[str, object] = {
        "anchor": "y",
        "title": {"text": literal(f"{unit} since {options.origin}")},
    }
    if options.log_time:
        time |= {"type": "log", "tickmode": "array", "tickvals": _log_ticks(first, last)}
    else:
        span = (0.0, max(last, ticks[-1]) * 1.02)
        time |= {"range": span, "tickmode": "array", "tickvals": ticks}
    singular = unit.removesuffix("s")
    figure.update_layout(
        xaxis={**time, "unifiedhovertitle": {"text": f"{singular} %{{x:.1f}}"}},
        yaxis={"tickformat": options.format, "title": {"text": literal(options.estimate)}},
    )


def _describe(rows: pd.DataFrame, options: OverTimeOptions) -> str:
    last = rows.groupby("arm", sort=False).last()
    parts = [
        f"{arm} {row['value']:.3g} at {row['time']:.1f} {options.unit}"
        for arm, row in last.iterrows()
    ]
    return f"{options.what} over time, at its end: {'; '.join(parts)}."
