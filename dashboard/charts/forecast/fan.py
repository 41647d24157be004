"""Enrolment so far and how it goes on: a fan of bands, or two forecasts beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted
from dashboard.charts.contrast import translucent
from dashboard.charts.forecast.lines import across, said_at_day, said_at_value, upright
from dashboard.charts.lettering import legend_name, legend_pixels
from dashboard.charts.theme import LIGHT, empty_figure, new_figure

HEIGHT = 440
_BANDS = ((90, 0.14), (80, 0.16), (50, 0.22))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """One of several forecasts.

    Parameters
    ----------
    name : str
    bands : DataFrame
        `day`, `lower_90`, `median`, `upper_90`.
    """

    name: str
    bands: pd.DataFrame


def draw_fan(
    course: pd.DataFrame, bands: pd.DataFrame, *, known_on: date, target: int | None = None
) -> go.Figure:
    """What was enrolled, then the median and the bands of 50, 80 and 90 %.

    Parameters
    ----------
    course : DataFrame
        What came: `day`, `subjects` so far, `known` to the forecast.
    bands : DataFrame
        `day`, `median` and `lower_90`, `lower_80`, `lower_50`, `upper_50`, `upper_80`,
        `upper_90`.
    known_on : date
        The forecast knows nothing after this day.
    target : int, optional
        Subjects.

    Examples
    --------
    >>> first, last = date(2026, 1, 1), date(2026, 6, 30)
    >>> course = pd.DataFrame({"day": [first], "subjects": [8], "known": [True]})
    >>> bands = pd.DataFrame({"day": [first, last], "median": [8, 20], "lower_90": [8, 12],
    ...     "lower_80": [8, 14], "lower_50": [8, 17], "upper_50": [8, 23], "upper_80": [8, 26],
    ...     "upper_90": [8, 29]})
    >>> draw_fan(course, bands, known_on=first, target=25).layout.yaxis.title.text
    'Subjects enrolled'
    """
    if course.empty:
        return empty_figure("Nobody is enrolled.")
    data = [
        *(part for level, dense in _BANDS for part in _band(bands, level, LIGHT.accent, dense)),
        _line(bands, "Median", {"color": LIGHT.accent, "width": 2, "dash": "6px,4px"}),
        *_courses(course, known_on),
    ]
    tops = [bands["upper_90"].max(), course["subjects"].max(), target or 0]
    return _figure(
        _described(course, bands, known_on, target),
        data,
        known_on=known_on,
        target=target,
        top=float(max(tops)),
    )


def draw_forecasts(
    course: pd.DataFrame,
    forecasts: Sequence[Forecast],
    *,
    known_on: date,
    target: int | None = None,
) -> go.Figure:
    """Two forecasts with their medians and bands of 90 %, and what came.

    Parameters
    ----------
    course, known_on, target
        As of `draw_fan`.
    forecasts : sequence of Forecast
        Two; the second one stands out.

    Examples
    --------
    >>> first, last = date(2026, 1, 1), date(2026, 6, 30)
    >>> course = pd.DataFrame({"day": [first], "subjects": [8], "known": [True]})
    >>> bands = pd.DataFrame({"day": [first, last], "median": [8, 20], "lower_90": [8, 12],
    ...                       "upper_90": [8, 29]})
    >>> both = [Forecast(name="Before", bands=bands), Forecast(name="After", bands=bands)]
    >>> len(draw_forecasts(course, both, known_on=first).data)
    7
    """
    if course.empty:
        return empty_figure("Nobody is enrolled.")
    looks = ((LIGHT.muted, "solid"), (LIGHT.accent, "6px,4px"))
    data = []
    for one, (colour, dash) in zip(forecasts, looks, strict=True):
        data += [
            *_band(one.bands, 90, colour, 0.16, named=False),
            _line(
                one.bands,
                one.name,
                {"color": colour, "width": 2.25, "dash": dash},
            ),
        ]
    data += _courses(course, known_on)
    said = "; ".join(
        f"{one.name} {one.bands['median'].iloc[-1]:,} by {one.bands['day'].iloc[-1]}"
        for one in forecasts
    )
    tops = [one.bands["upper_90"].max() for one in forecasts]
    return _figure(
        f"{_so_far(course, known_on)} Medians: {said}.",
        data,
        known_on=known_on,
        target=target,
        top=float(max([*tops, course["subjects"].max(), target or 0])),
    )


def _band(
    bands: pd.DataFrame, level: int, colour: str, dense: float, *, named: bool = True
) -> list[dict[str, Any]]:
    """The lower edge, which is not seen, and the area up to the upper one."""
    shared = {
        "type": "scatter",
        "mode": "lines",
        "x": bands["day"].tolist(),
        "line": {"width": 0, "color": colour},
    }
    hover = "%{customdata[0]:,}–%{y:,}<extra></extra>"
    return [
        {
            **shared,
            "y": bands[f"lower_{level}"].tolist(),
            "showlegend": False,
            "hoverinfo": "skip",
        },
        {
            **shared,
            "y": bands[f"upper_{level}"].tolist(),
            "fill": "tonexty",
            "fillcolor": translucent(colour, dense),
            "name": "50, 80, 90%",
            "showlegend": named and level == 50,
            "customdata": bands[[f"lower_{level}"]].to_numpy().tolist(),
            "hovertemplate": f"{level}%: {hover}",
            "meta": {"part": f"band {level}"},
        },
    ]


def _line(bands: pd.DataFrame, name: str, look: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": bands["day"].tolist(),
        "y": bands["median"].tolist(),
        "name": legend_name(name),
        "line": look,
        "hovertemplate": "<b>%{y:,} expected</b>, %{x|%-d %B %Y}<extra></extra>",
        "meta": {"part": "median"},
    }


def _courses(course: pd.DataFrame, known_on: date) -> list[dict[str, Any]]:
    """What the forecast knew, and what came since."""
    known, since = course[course["known"]], course[~course["known"]]
    so_far = int(known["subjects"].iloc[-1]) if len(known) else 0
    first = course["day"].iloc[0]
    before = {"x": [first, *known["day"], known_on], "y": [0, *known["subjects"], so_far]}
    steps = {"type": "scatter", "mode": "lines"}
    hover = "<b>%{y:,} enrolled</b>, %{x|%-d %B %Y}<extra></extra>"
    found = [
        {
            **steps,
            **before,
            "name": "Enrolled",
            "line": {"color": LIGHT.text, "width": 2.5, "shape": "hv"},
            "hovertemplate": hover,
            "meta": {"part": "enrolled"},
        }
    ]
    if len(since):
        found.append(
            {
                **steps,
                "x": [known_on, *since["day"]],
                "y": [so_far, *since["subjects"]],
                "name": "What came",
                "line": {"color": LIGHT.text, "width": 1.75, "shape": "hv", "dash": "1.5px,2px"},
                "hovertemplate": hover,
                "meta": {"part": "happened"},
            }
        )
    return found


def _figure(
    alt: str, data: list[dict[str, Any]], *, known_on: date, target: int | None, top: float
) -> go.Figure:
    names = [one["name"] for one in data if one.get("name") and one.get("showlegend", True)]
    shapes = [upright(known_on)]
    notes = [said_at_day(f"Known on {known_on:%-d %b %Y}", known_on)]
    if target:
        shapes.append(across(target))
        notes.append(said_at_value(f"Target {target:,}", target))
    return new_figure(
        alt,
        height=HEIGHT,
        data=data,
        hovermode="closest",
        margin={"t": 16 + legend_pixels(names)},
        legend={"traceorder": "normal"},
        shapes=shapes,
        annotations=notes,
        xaxis={"title": {"text": "Date"}, "type": "date", "nticks": 7},
        yaxis={
            "title": {"text": "Subjects enrolled"},
            "range": [0, 1.1 * top],
            "tickformat": ",d",
        },
    )


def _so_far(course: pd.DataFrame, known_on: date) -> str:
    known = course[course["known"]]
    so_far = int(known["subjects"].iloc[-1]) if len(known) else 0
    said = f"{counted(so_far, 'subject')} enrolled by {known_on}"
    if len(known) == len(course):
        return f"{said}."
    return f"{said}, {int(course['subjects'].iloc[-1]):,} by {course['day'].iloc[-1]}."


def _described(
    course: pd.DataFrame, bands: pd.DataFrame, known_on: date, target: int | None
) -> str:
    last = bands.iloc[-1]
    aim = f" Target {target:,}." if target else ""
    return (
        f"{_so_far(course, known_on)} Forecast by {last['day']}: median {last['median']:,}, 90% "
        f"band {last['lower_90']:,} to {last['upper_90']:,}.{aim}"
    )
