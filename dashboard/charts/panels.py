"""Panels that filter: a variable's levels or bins, now and in total, to be clicked or brushed.

Small on purpose: a page shows many of them and redraws them all at every change. What is
clicked comes back as the place of a bar, in `customdata`.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted
from dashboard.charts.lettering import fitted, literal, text_width
from dashboard.charts.theme import LIGHT, empty_figure, new_figure

MOST_LEVELS = 7
HISTOGRAM = 176  # pixels
_ROW = 30
_DIGIT_WIDE = "\u2007"  # a space as wide as a digit
_SIZE = 11.5
_LABEL = 118  # pixels for the names of levels


def level_height(levels: int) -> int:
    """Pixels that a panel of so many levels takes.

    Examples
    --------
    >>> level_height(2)
    72
    """
    return 12 + _ROW * max(1, min(levels, MOST_LEVELS))


def draw_level_panel(levels: pd.DataFrame, *, label: str) -> go.Figure:
    """The levels of a variable as bars, most frequent first.

    Parameters
    ----------
    levels : DataFrame
        One row per bar, at most `MOST_LEVELS`: `level` (its name), `now` (subjects under all
        other criteria), `total` (subjects in the snapshot) and `chosen` (whether this panel's
        own criterion asks for it).
    label : str
        The variable.

    Examples
    --------
    >>> levels = pd.DataFrame({"level": ["F", "M"], "now": [3, 1], "total": [4, 4],
    ...                        "chosen": [True, False]})
    >>> draw_level_panel(levels, label="Sex").data[1].x
    (3, 1)
    """
    if levels.empty:
        return empty_figure("No subject has a value.")
    places = list(range(len(levels)))
    texts = _numbers(levels["now"], levels["total"])
    names = [fitted(name, _LABEL, size=_SIZE, most=2) for name in levels["level"]]
    end = max(1, int(levels["total"].max()))
    hover = _hover(levels["level"], texts)
    inks = _inks(levels["chosen"].tolist())
    sideways = {"orientation": "h", "y": places, "width": 0.72}
    return new_figure(
        _describe(levels["level"], texts, label),
        height=level_height(len(levels)),
        data=[
            _bars([LIGHT.track] * len(places), hover, x=levels["total"].tolist(), **sideways),
            _bars(inks, hover, x=levels["now"].tolist(), **sideways),
            _numbers_at(end, places, texts),
        ],
        barmode="overlay",
        showlegend=False,
        hovermode="closest",
        # Margins that Plotly finds by itself make it draw everything twice.
        margin={"l": _widest(names) + 12, "r": _widest(texts) + 4, "t": 4, "b": 4},
        xaxis={"visible": False, "range": [0, end]},
        yaxis={
            "range": [len(places) - 0.5, -0.5],
            "tickmode": "array",
            "tickvals": places,
            "ticktext": names,
            "automargin": False,
            "tickfont": {"size": _SIZE, "color": LIGHT.text},
            "ticklabelstandoff": 6,
            "showgrid": False,
        },
    )


def _bars(colours: list[str], hover: list[str], **places: Any) -> dict[str, Any]:
    """Bars that stay as they are when some of them are clicked: the cohort says what is chosen."""
    return {
        "type": "bar",
        "marker": {"color": colours},
        "customdata": list(range(len(colours))),
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        **places,
    }


def _hover(names: pd.Series, texts: Sequence[str]) -> list[str]:
    return [
        f"<b>{literal(name)}</b><br>{text} subjects"
        for name, text in zip(names, texts, strict=True)
    ]


def _inks(chosen: Sequence[bool]) -> list[str]:
    return [LIGHT.accent if one or not any(chosen) else LIGHT.accent_soft for one in chosen]


def _numbers(now: pd.Series, total: pd.Series) -> list[str]:
    return [f"{n:,} / {of:,}" for n, of in zip(now, total, strict=True)]


def _numbers_at(end: float, places: Sequence[int], texts: Sequence[str]) -> dict[str, Any]:
    """The numbers in the right margin, as a trace: annotations take Plotly ten times as long."""
    longest = max(map(len, texts))
    return {
        "type": "scatter",
        "mode": "text",
        "x": [end] * len(places),
        "y": places,
        "text": [text.rjust(longest + 1, _DIGIT_WIDE) for text in texts],
        "textposition": "middle right",
        "textfont": {"size": _SIZE, "color": LIGHT.muted},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _widest(names: Sequence[str]) -> float:
    lines = (line for name in names for line in name.split("<br>"))
    return max(text_width(unescape(line), _SIZE) for line in lines)


def draw_histogram_panel(
    bins: pd.DataFrame, *, label: str, width: float, chosen: tuple[float, float] | None = None
) -> go.Figure:
    """Numbers or calendar days in bins, to be brushed.

    Parameters
    ----------
    bins : DataFrame
        One row per bin in order: `low` (its lower end: a number, or milliseconds since 1970
        for days), `name` (what the bin is called), `now` and `total`.
    label : str
        The variable, with its unit where it has one.
    width : float
        Of a bin, in the same unit as `low`; days may differ a little from it.
    chosen : tuple of float, optional
        The range of this panel's own criterion, in the same unit.

    Examples
    --------
    >>> bins = pd.DataFrame({"low": [60.0, 65.0], "name": ["60 to 64", "65 to 69"],
    ...                      "now": [1, 2], "total": [3, 4]})
    >>> draw_histogram_panel(bins, label="Age", width=5).data[1].y
    (1, 2)
    """
    if bins.empty:
        return empty_figure("No subject has a value.")
    texts = _numbers(bins["now"], bins["total"])
    hover = _hover(bins["name"], texts)
    inside = [chosen is None or chosen[0] <= low <= chosen[1] for low in bins["low"]]
    inks = [LIGHT.accent if one else LIGHT.accent_soft for one in inside]
    upright = {"x": (bins["low"] + width / 2).tolist(), "width": width * 0.94}
    return new_figure(
        _describe(bins["name"], texts, label),
        height=HISTOGRAM,
        data=[
            _bars([LIGHT.track] * len(bins), hover, y=bins["total"].tolist(), **upright),
            _bars(inks, hover, y=bins["now"].tolist(), **upright),
        ],
        barmode="overlay",
        showlegend=False,
        hovermode="x",
        dragmode="select",
        selectdirection="h",
        margin={"l": 44, "r": 10, "t": 8, "b": 26},
        xaxis={
            "range": [float(bins["low"].min()), float(bins["low"].max() + width)],
            "type": "date" if bins.attrs.get("days") else "linear",
            "nticks": 6,
            "tickfont": {"size": 12},
            "automargin": False,
        },
        yaxis={
            "automargin": False,
            "nticks": 4,
            "rangemode": "tozero",
            "tickfont": {"size": 12},
            "tickformat": ",",
        },
    )


def _describe(names: pd.Series, texts: Sequence[str], label: str) -> str:
    parts = [f"{name} {text}" for name, text in zip(names, texts, strict=True)]
    more = f"; and {counted(len(parts) - 12, 'more')}" if len(parts) > 12 else ""
    return f"{label}, subjects now / in total: {'; '.join(parts[:12])}{more}."
