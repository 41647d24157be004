"""Events of a trial so far and to come, and the days of its milestones with their bands."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.contrast import translucent
from dashboard.charts.forecast.lines import said_at_day, upright
from dashboard.charts.theme import LIGHT, empty_figure, new_figure


def draw_milestones(
    course: pd.DataFrame, curve: pd.DataFrame, table: pd.DataFrame, *, cut_on: date, level: float
) -> go.Figure:
    """Events by day with the band of the forecast, and each milestone with its interval.

    Parameters
    ----------
    course : DataFrame
        Events so far: `day`, `events`.
    curve : DataFrame
        The forecast: `day`, `lower`, `median`, `upper`.
    table : DataFrame
        One row per milestone: `milestone`, `reached`, and the days `lower`, `median`, `upper`,
        None for never.
    cut_on : date
        The data cut.
    level : float
        Of the bands.

    Examples
    --------
    >>> cut, end = date(2026, 6, 30), date(2026, 12, 31)
    >>> course = pd.DataFrame({"day": [cut], "events": [8]})
    >>> curve = pd.DataFrame({"day": [cut, end], "lower": [8, 9], "median": [8, 12],
    ...                       "upper": [8, 16]})
    >>> table = pd.DataFrame({"milestone": [10], "reached": [False], "lower": [cut],
    ...                       "median": [end], "upper": [None]})
    >>> draw_milestones(course, curve, table, cut_on=cut, level=0.9).layout.yaxis.title.text
    'Events'
    """
    if course.empty and curve.empty:
        return empty_figure("There are no events.")
    last = _last_day(table, curve, cut_on)
    shown = curve[[day is not None and day <= last for day in curve["day"]]]
    tops = [course["events"].max(), table["milestone"].max()]
    top = 1.08 * float(max(one for one in tops if pd.notna(one)))
    return new_figure(
        _described(table),
        height=420,
        data=[*_band(shown, level), _so_far(course, cut_on), *_marks(table, last)],
        hovermode="closest",
        margin={"t": 40},
        legend={"traceorder": "normal"},
        shapes=[upright(cut_on)],
        annotations=[said_at_day(f"Data cut {cut_on:%-d %b %Y}", cut_on)],
        xaxis={"title": {"text": "Date"}, "type": "date", "nticks": 7},
        yaxis={"title": {"text": "Events"}, "range": [0, top], "tickformat": ",d"},
    )


def _last_day(table: pd.DataFrame, curve: pd.DataFrame, cut_on: date) -> date:
    """Of the milestones; of the whole forecast when one of them may never come."""
    days = [day for name in ("median", "upper") for day in table[name] if day is not None]
    if len(table) and table["median"].isna().any():
        days += [day for day in curve["day"] if day is not None]
    last: date = max([*days, cut_on + timedelta(days=90)])
    return last


def _band(curve: pd.DataFrame, level: float) -> list[dict[str, Any]]:
    shared = {"type": "scatter", "mode": "lines", "x": curve["day"].tolist()}
    empty = {"width": 0, "color": LIGHT.accent}
    return [
        {
            **shared,
            "y": curve["lower"].tolist(),
            "line": empty,
            "showlegend": False,
            "hoverinfo": "skip",
        },
        {
            **shared,
            "y": curve["upper"].tolist(),
            "line": empty,
            "fill": "tonexty",
            "fillcolor": translucent(LIGHT.accent, 0.18),
            "name": f"{level:.0%} band",
            "customdata": curve[["lower"]].to_numpy().tolist(),
            "hovertemplate": f"{level:.0%}: %{{customdata[0]:,}}–%{{y:,}}<extra></extra>",
        },
        {
            **shared,
            "y": curve["median"].tolist(),
            "line": {"color": LIGHT.accent, "width": 2, "dash": "6px,4px"},
            "name": "Forecast, median",
            "hovertemplate": "<b>%{y:,} events</b>, %{x|%-d %B %Y}<extra></extra>",
        },
    ]


def _so_far(course: pd.DataFrame, cut_on: date) -> dict[str, Any]:
    last = [int(course["events"].iloc[-1])] if len(course) else []
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*course["day"], *([cut_on] if last else [])],
        "y": [*course["events"], *last],
        "name": "Events",
        "line": {"color": LIGHT.text, "width": 2.5, "shape": "hv"},
        "hovertemplate": "<b>%{y:,} events</b>, %{x|%-d %B %Y}<extra></extra>",
    }


def _marks(table: pd.DataFrame, last: date) -> list[dict[str, Any]]:
    """Each milestone on its day, with a line from the first to the last day of its band."""
    lines = []
    for row in table.itertuples():
        if row.lower is not None and not row.reached:
            lines.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": [row.lower, row.upper or last],
                    "y": [row.milestone, row.milestone],
                    "line": {"color": LIGHT.text, "width": 2},
                    "showlegend": False,
                    "hoverinfo": "skip",
                }
            )
    placed = table[[day is not None for day in table["median"]]]
    marks = {
        "type": "scatter",
        "mode": "markers+text",
        "x": placed["median"].tolist(),
        "y": placed["milestone"].tolist(),
        "text": [f"{one:,}" for one in placed["milestone"]],
        "textposition": "top left",
        "textfont": {"size": 12, "color": LIGHT.text},
        "marker": {
            "size": 10,
            "symbol": ["circle" if one else "diamond" for one in placed["reached"]],
            "color": LIGHT.text,
            "line": {"color": LIGHT.background, "width": 1.5},
        },
        "name": "Milestone",
        "hovertemplate": "<b>%{y:,} events</b>, %{x|%-d %B %Y}<extra></extra>",
    }
    return [*lines, marks]


def _described(table: pd.DataFrame) -> str:
    said = []
    for row in table.itertuples():
        if row.reached:
            said.append(f"{row.milestone:,} events were reached on {row.median}")
        elif row.median is None:
            said.append(f"{row.milestone:,} events may never be reached")
        else:
            said.append(
                f"{row.milestone:,} events expected on {row.median} ({row.lower} to "
                f"{row.upper or 'never'})"
            )
    return "; ".join(said) + "."
