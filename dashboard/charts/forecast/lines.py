"""Lines across a figure with what they say: a day, a target, what came."""

from __future__ import annotations

from datetime import date
from typing import Any

from dashboard.charts.theme import LIGHT


def upright(day: date, *, colour: str = LIGHT.line) -> dict[str, Any]:
    """A thin line at a day.

    Examples
    --------
    >>> upright(date(2026, 1, 1))["yref"]
    'paper'
    """
    return {
        "type": "line",
        "x0": day,
        "x1": day,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        **_thin(colour),
    }


def across(value: object, *, colour: str = LIGHT.muted) -> dict[str, Any]:
    """A thin line at a value, which may be a day too.

    Examples
    --------
    >>> across(300)["y0"]
    300
    """
    return {
        "type": "line",
        "x0": 0,
        "x1": 1,
        "xref": "paper",
        "y0": value,
        "y1": value,
        **_thin(colour),
    }


def said_at_day(text: str, day: date) -> dict[str, Any]:
    """Words to the left of a line at a day, at its upper end.

    Examples
    --------
    >>> said_at_day("Data cut", date(2026, 1, 1))["text"]
    'Data cut '
    """
    return {
        "text": f"{text} ",
        "x": day,
        "xanchor": "right",
        "y": 0.98,
        "yref": "paper",
        "yanchor": "top",
        **_WORDS,
    }


def said_at_value(text: str, value: float) -> dict[str, Any]:
    """Words above the left end of a line across.

    Examples
    --------
    >>> said_at_value("Target 300", 300)["yanchor"]
    'bottom'
    """
    return {
        "text": text,
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": value,
        "yanchor": "bottom",
        **_WORDS,
    }


_WORDS: dict[str, Any] = {"showarrow": False, "font": {"size": 13, "color": LIGHT.muted}}


def _thin(colour: str) -> dict[str, Any]:
    return {"line": {"color": colour, "width": 1, "dash": "2px,3px"}}
