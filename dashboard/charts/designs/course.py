"""The course of a trial in calendar time: subjects, events, looks, money."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import time_ticks
from dashboard.charts.theme import LIGHT, new_figure


def draw_course(course: pd.DataFrame, looks: pd.DataFrame, *, unit: str) -> go.Figure:
    """Subjects randomised and events by calendar time, with the looks.

    Parameters
    ----------
    course : DataFrame
        `time`, `enrolled`, `events` (under the assumed effect), `events_null` (under the null
        hypothesis).
    looks : DataFrame
        `look`, `time`, `events`.
    unit : str
        Of the times.

    Examples
    --------
    >>> course = pd.DataFrame({"time": [0.0, 30], "enrolled": [0.0, 500], "events": [0.0, 300],
    ...                        "events_null": [0.0, 330]})
    >>> looks = pd.DataFrame({"look": [1], "time": [18.1], "events": [165.0]})
    >>> draw_course(course, looks, unit="months").layout.xaxis.title.text
    'Months since the first subject was randomised'
    """
    last = float(course["time"].max())
    data = [
        _line(course, "enrolled", "Randomised", {"color": LIGHT.muted, "width": 2.5}),
        _line(course, "events", "Events", {"color": LIGHT.accent, "width": 2.5}),
        _line(
            course,
            "events_null",
            "Events under the null hypothesis",
            {"color": LIGHT.accent_soft, "width": 1.75, "dash": "6px,4px"},
        ),
        _looks(looks, unit),
    ]
    top = float(course[["enrolled", "events", "events_null"]].max().max())
    return new_figure(
        _describe(course, looks, unit),
        height=420,
        data=data,
        hovermode="x unified",
        margin={"t": 36},
        shapes=[_drop(row.time, row.events) for row in looks.itertuples()],
        xaxis={
            "title": {"text": f"{unit.capitalize()} since the first subject was randomised"},
            "tickvals": time_ticks(last, unit=unit),
            "range": [0, last],
        },
        yaxis={"title": {"text": "Subjects, events"}, "range": [0, 1.1 * top], "tickformat": ",d"},
    )


def _line(course: pd.DataFrame, column: str, name: str, look: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": course["time"].tolist(),
        "y": course[column].tolist(),
        "name": name,
        "line": look,
        "hovertemplate": "%{y:,.0f}",
    }


def _looks(looks: pd.DataFrame, unit: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": looks["time"].tolist(),
        "y": looks["events"].tolist(),
        "name": "Looks",
        "marker": {
            "size": 11,
            "color": LIGHT.accent,
            "symbol": "diamond",
            "line": {"color": LIGHT.background, "width": 1.5},
        },
        "text": [f"Look {look}" for look in looks["look"]],
        "textposition": "top left",
        "textfont": {"size": 12, "color": LIGHT.text},
        "customdata": looks["time"].tolist(),
        "hovertemplate": f"%{{text}} at %{{y:,.0f}} events, {unit[:-1]} %{{customdata:.1f}}",
    }


def _drop(time: float, events: float) -> dict[str, Any]:
    line = {"color": LIGHT.line, "width": 1, "dash": "2px,3px"}
    return {"type": "line", "x0": time, "x1": time, "y0": 0, "y1": events, "line": line}


def _describe(course: pd.DataFrame, looks: pd.DataFrame, unit: str) -> str:
    end = course.iloc[-1]
    said = "; ".join(
        f"look {row.look} at {row.events:,.0f} events in {unit[:-1]} {row.time:.1f}"
        for row in looks.itertuples()
    )
    return (
        f"{end['enrolled']:,.0f} subjects are randomised; {end['events']:,.0f} events by "
        f"{unit[:-1]} {end['time']:.0f}. {said[:1].upper()}{said[1:]}."
    )


def draw_cost(cost: pd.DataFrame, *, currency: str) -> go.Figure:
    """What the trial has cost if it stops at each look, by kind of cost.

    Parameters
    ----------
    cost : DataFrame
        One row per look and kind: `look`, `month`, `kind`, `cost`, `probability` of stopping
        there.
    currency : str

    Examples
    --------
    >>> cost = pd.DataFrame({"look": [1, 2], "month": [18.0, 30], "kind": ["Sites"] * 2,
    ...                      "cost": [1e6, 1.5e6], "probability": [0.3, 0.7]})
    >>> len(draw_cost(cost, currency="EUR").data)
    1
    """
    kinds = list(dict.fromkeys(cost["kind"]))
    # Six shades would not be told apart as lines; as stacked bars in this order they are.
    tones = (LIGHT.accent, LIGHT.accent_soft, LIGHT.muted, LIGHT.line, LIGHT.track, LIGHT.text)
    names = [
        f"Look {row.look}<br>{row.probability:.0%} stop here"
        for row in cost.drop_duplicates("look").itertuples()
    ]
    data = [
        {
            "type": "bar",
            "x": names,
            "y": cost.loc[cost["kind"] == kind, "cost"].tolist(),
            "name": kind,
            "marker": {
                "color": tones[place % len(tones)],
                "line": {"color": LIGHT.background, "width": 1},
            },
            "hovertemplate": f"%{{y:,.0f}} {currency}",
        }
        for place, kind in enumerate(kinds)
    ]
    totals = cost.groupby("look")["cost"].sum()
    said = "; ".join(f"look {look}: {total:,.0f} {currency}" for look, total in totals.items())
    return new_figure(
        f"Cost of the trial if it stops at each look. {said}.",
        height=400,
        data=data,
        barmode="stack",
        bargap=0.45,
        hovermode="x unified",
        margin={"t": 36},
        xaxis={"title": {"text": ""}},
        yaxis={"title": {"text": f"Cost, {currency}"}, "tickformat": "~s"},
    )


def draw_value(curve: pd.DataFrame, looks: pd.DataFrame, *, currency: str) -> go.Figure:
    """What finishing by a month is worth, and where the looks are on that curve.

    Parameters
    ----------
    curve : DataFrame
        `month`, `value`: straight lines between them.
    looks : DataFrame
        `look`, `month`, `value`.
    currency : str

    Examples
    --------
    >>> curve = pd.DataFrame({"month": [0.0, 24, 48], "value": [1e8, 1e8, 4e7]})
    >>> looks = pd.DataFrame({"look": [1], "month": [30.0], "value": [8.5e7]})
    >>> draw_value(curve, looks, currency="EUR").layout.yaxis.title.text
    'Value, EUR'
    """
    last = float(curve["month"].max())
    low, high = min(0.0, float(curve["value"].min())), float(curve["value"].max())
    said = "; ".join(
        f"look {row.look} in month {row.month:.1f}: {row.value:,.0f} {currency}"
        for row in looks.itertuples()
    )
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": curve["month"].tolist(),
        "y": curve["value"].tolist(),
        "line": {"color": LIGHT.accent, "width": 2.5},
        "showlegend": False,
        "hovertemplate": f"%{{y:,.0f}} {currency}<extra></extra>",
    }
    marks = {
        "type": "scatter",
        "mode": "markers+text",
        "x": looks["month"].tolist(),
        "y": looks["value"].tolist(),
        "marker": {"size": 11, "color": LIGHT.accent, "symbol": "diamond"},
        "text": [f"Look {look}" for look in looks["look"]],
        "textposition": "top right",
        "textfont": {"size": 12, "color": LIGHT.text},
        "showlegend": False,
        "hovertemplate": f"%{{text}}, month %{{x:.1f}}: %{{y:,.0f}} {currency}<extra></extra>",
    }
    return new_figure(
        f"Value of finishing by month. {said}.",
        height=340,
        data=[line, marks],
        margin={"t": 24},
        xaxis={
            "title": {"text": "Months since the first subject was randomised"},
            "tickvals": time_ticks(last, unit="months"),
            "range": [0, last],
        },
        yaxis={
            "title": {"text": f"Value, {currency}"},
            "tickformat": "~s",
            "range": [1.1 * low, 1.15 * high],
        },
    )
