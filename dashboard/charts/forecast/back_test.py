"""Forecasts from earlier days, each beside what came: a miss is an empty mark."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.forecast.lines import across
from dashboard.charts.theme import LIGHT, empty_figure, new_figure

_HIGHEST = 3  # times what came; the bands of the first few subjects go on beyond
_LOOKS = {"constant": (LIGHT.muted, "square", -1), "slowing": (LIGHT.accent, "circle", 1)}


def draw_enrolment_back_test(table: pd.DataFrame) -> go.Figure:
    """The total forecast for the last enrolment, by the day of the forecast, with 90% bands.

    Parameters
    ----------
    table : DataFrame
        `rates` ("constant" or "slowing"), the days `cut_off` and `day`, `lower`, `median`,
        `upper`, `happened` and `inside`; for each cut-off the last day is drawn.

    Examples
    --------
    >>> table = pd.DataFrame({"rates": ["constant"], "cut_off": [date(2026, 1, 1)],
    ...     "day": [date(2026, 9, 1)], "lower": [90], "median": [99], "upper": [108],
    ...     "happened": [88], "inside": [False]})
    >>> draw_enrolment_back_test(table).data[0].marker.symbol
    ('square-open',)
    """
    if table.empty:
        return empty_figure("There is no forecast from the past.")
    last = table[table["day"] == table["day"].max()]
    came = int(last["happened"].iloc[0])
    apart = _apart(last["cut_off"].min(), last["cut_off"].max())
    data = [
        _marks(last[last["rates"] == rates], rates, apart)
        for rates in _LOOKS
        if (last["rates"] == rates).any()
    ]
    ends = [last["cut_off"].min() - 4 * apart, last["cut_off"].max() + 4 * apart]
    data.append(
        {
            "type": "scatter",
            "mode": "lines",
            "x": ends,
            "y": [came, came],
            "name": f"{came:,} came",
            "line": {"color": LIGHT.text, "width": 1.5, "dash": "1.5px,2px"},
            "hoverinfo": "skip",
        }
    )
    return new_figure(
        _described(last, came),
        height=360,
        data=data,
        hovermode="closest",
        margin={"t": 40},
        xaxis={"title": {"text": "Day of the forecast"}, "type": "date", "nticks": 7},
        yaxis={
            "title": {"text": f"Subjects by {last['day'].iloc[0]:%-d %b %Y}"},
            "range": [0, 1.08 * min(float(last["upper"].max()), _HIGHEST * max(came, 1))],
            "tickformat": ",d",
        },
    )


def draw_milestone_back_test(table: pd.DataFrame) -> go.Figure:
    """The day forecast for each milestone that has come, by the day of the forecast.

    Parameters
    ----------
    table : DataFrame
        `milestone`, the days `cut_off`, `actual`, `lower`, `median`, `upper` (None for never) and
        `inside`.

    Examples
    --------
    >>> table = pd.DataFrame({"milestone": [50], "cut_off": [date(2026, 1, 1)],
    ...     "actual": [date(2026, 9, 1)], "lower": [date(2026, 7, 1)],
    ...     "median": [date(2026, 8, 1)], "upper": [None], "inside": [True]})
    >>> draw_milestone_back_test(table).data[1].name
    '50 events'
    """
    came = table[[day is not None for day in table["actual"]]]
    came = came[[day is not None for day in came["median"]]]
    if came.empty:
        return empty_figure("None of the milestones has come: no forecast can be judged.")
    colours = (LIGHT.accent, LIGHT.muted, LIGHT.text, LIGHT.accent_soft)
    far = max([*came["median"], *came["actual"]]) + timedelta(days=365)
    data, shapes = [], []
    for place, (milestone, rows) in enumerate(came.groupby("milestone", sort=True)):
        colour = colours[place % len(colours)]
        data += [_spans(rows, colour, far), _medians(rows, colour, int(str(milestone)))]
        actual = rows["actual"].iloc[0]
        shapes.append(across(actual, colour=colour))
    held = int(came["inside"].astype(bool).sum())
    return new_figure(
        f"Days of milestones as forecast from earlier days: {held} of {len(came)} bands held what "
        "happened.",
        height=380,
        data=data,
        shapes=shapes,
        hovermode="closest",
        margin={"t": 40},
        xaxis={"title": {"text": "Day of the forecast"}, "type": "date", "nticks": 7},
        yaxis={"title": {"text": "Day of the milestone"}, "type": "date", "nticks": 8},
    )


def _apart(first: date, last: date) -> timedelta:
    """By how much the marks of the two kinds of rates stand beside their day."""
    return timedelta(days=max((last - first).days / 150, 0.5))


def _marks(rows: pd.DataFrame, rates: str, apart: timedelta) -> dict[str, Any]:
    colour, symbol, side = _LOOKS[rates]
    inside = rows["inside"].astype(bool)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{rates.capitalize()} rates",
        "x": [pd.Timestamp(day) + side * apart for day in rows["cut_off"]],
        "y": rows["median"].tolist(),
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": (rows["upper"] - rows["median"]).tolist(),
            "arrayminus": (rows["median"] - rows["lower"]).tolist(),
            "color": colour,
            "thickness": 2,
            "width": 0,
        },
        "marker": {
            "size": 10,
            "color": colour,
            "symbol": [symbol if held else f"{symbol}-open" for held in inside],
            "line": {"width": 2, "color": colour},
        },
        "customdata": [
            [
                f"{row.lower:,.0f}–{row.upper:,.0f}",
                "held" if row.inside else "missed",
                str(row.cut_off),
            ]
            for row in rows.itertuples()
        ],
        "hovertemplate": "<b>%{y:,} (%{customdata[0]})</b>, %{customdata[1]}<br>"
        "Forecast of %{customdata[2]}<extra></extra>",
    }


def _spans(rows: pd.DataFrame, colour: str, far: date) -> dict[str, Any]:
    """From the first to the last day of each band; what is later is cut off."""
    x: list[date | None] = []
    y: list[date | None] = []
    for row in rows.itertuples():
        upper = far if row.upper is None or pd.isna(row.upper) else min(row.upper, far)
        x += [row.cut_off, row.cut_off, None]
        y += [row.lower, upper, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 2},
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _medians(rows: pd.DataFrame, colour: str, milestone: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{milestone:,} events",
        "x": rows["cut_off"].tolist(),
        "y": rows["median"].tolist(),
        "marker": {
            "size": 10,
            "color": colour,
            "symbol": ["circle" if held else "circle-open" for held in rows["inside"].astype(bool)],
            "line": {"width": 2, "color": colour},
        },
        "hovertemplate": "<b>%{y|%-d %B %Y}</b><br>Forecast of %{x|%-d %B %Y}<extra></extra>",
    }


def _described(last: pd.DataFrame, came: int) -> str:
    said = "; ".join(
        f"{rates} rates: {int(rows['inside'].astype(bool).sum())} of {len(rows)} bands held it, "
        f"medians from {int(rows['median'].min()):,} to {int(rows['median'].max()):,}"
        for rates, rows in last.groupby("rates", sort=True)
    )
    return (
        f"Totals forecast from earlier days; {came:,} subjects came. {said[:1].upper()}{said[1:]}."
    )
