"""Rates of sites with their intervals, the fastest first."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted
from dashboard.charts.lettering import fitted, literal
from dashboard.charts.theme import LIGHT, empty_figure, new_figure

MOST = 30
_ROW, _NAMES = 22, 96


def draw_site_rates(table: pd.DataFrame) -> go.Figure:
    """Each site's rate with its interval, and its raw rate where it has enough subjects.

    Parameters
    ----------
    table : DataFrame
        One row per site, in the order drawn; at most the first 30 are: `site`, `country`,
        `randomised`, `exposure_months`, `rate`, `lower`, `upper`, `raw_rate` (NaN for none).

    Examples
    --------
    >>> table = pd.DataFrame({"site": ["A", "B"], "country": ["DEU", ""], "randomised": [9, 1],
    ...     "exposure_months": [6.0, 1.0], "rate": [1.4, 0.8], "lower": [0.8, 0.3],
    ...     "upper": [2.1, 1.7], "raw_rate": [1.5, float("nan")]})
    >>> draw_site_rates(table).layout.xaxis.title.text
    'Subjects per month'
    """
    if table.empty:
        return empty_figure("No site is known.")
    rows = table.head(MOST).reset_index(drop=True)
    places = list(range(len(rows)))
    return new_figure(
        _described(table),
        height=84 + _ROW * len(rows),
        data=[_rates(rows, places), _raw(rows, places)],
        hovermode="closest",
        margin={"t": 40},
        xaxis={"title": {"text": "Subjects per month"}, "rangemode": "tozero", "nticks": 7},
        yaxis={
            "tickmode": "array",
            "tickvals": places,
            "ticktext": [
                f"{fitted(row.site, _NAMES, size=13, most=1)} · {row.randomised:,}"
                for row in rows.itertuples()
            ],
            "range": [len(rows) - 0.4, -0.6],
            "title": {"text": "Site · subjects"},
            "showgrid": False,
        },
    )


def _rates(rows: pd.DataFrame, places: list[int]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Estimate, 90% interval",
        "x": rows["rate"].tolist(),
        "y": places,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": (rows["upper"] - rows["rate"]).tolist(),
            "arrayminus": (rows["rate"] - rows["lower"]).tolist(),
            "color": LIGHT.accent,
            "thickness": 2,
            "width": 0,
        },
        "marker": {"size": 9, "color": LIGHT.accent},
        "customdata": [
            [
                literal(row.site) + (f", {literal(row.country)}" if row.country else ""),
                f"{row.lower:.2f}–{row.upper:.2f}",
                counted(row.randomised, "subject"),
                f"{row.exposure_months:.1f}",
            ]
            for row in rows.itertuples()
        ],
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{x:.2f} a month (%{customdata[1]})<br>"
        "%{customdata[2]} in %{customdata[3]} months<extra></extra>",
    }


def _raw(rows: pd.DataFrame, places: list[int]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Raw",
        "x": rows["raw_rate"].where(rows["raw_rate"].notna(), None).tolist(),
        "y": places,
        "marker": {
            "size": 9,
            "symbol": "circle-open",
            "color": LIGHT.muted,
            "line": {"width": 1.5, "color": LIGHT.muted},
        },
        "hovertemplate": "Raw: %{x:.2f} a month<extra></extra>",
    }


def _described(table: pd.DataFrame) -> str:
    first = table.iloc[0]
    return (
        f"Rates of {counted(min(len(table), MOST), 'site')} of {len(table):,}, the fastest first: "
        f"{literal(first['site'])} with {first['rate']:.2f} subjects a month "
        f"({first['lower']:.2f} to {first['upper']:.2f})."
    )
