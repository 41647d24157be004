"""Power of a planned trial under each candidate."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.lettering import fitted, literal
from dashboard.charts.theme import LIGHT, new_figure

_ROW, _ROOM, _NAMES = 34, 90, 170


def draw_power(table: pd.DataFrame, *, goal: float | None = None) -> go.Figure:
    """A bar for each truth, and the power that is wanted.

    Parameters
    ----------
    table : DataFrame
        `truth`, `power`.
    goal : float, optional

    Examples
    --------
    >>> table = pd.DataFrame({"truth": ["linear"], "power": [0.81]})
    >>> list(draw_power(table, goal=0.8).data[0].x)
    [81.0]
    """
    places = list(range(len(table)))
    percents = (100 * table["power"]).tolist()
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": percents,
        "y": places,
        "marker": {"color": LIGHT.accent},
        "text": [f"{one:.1f}%" for one in percents],
        "textposition": "inside",
        "insidetextanchor": "start",
        "insidetextfont": {"color": LIGHT.background},
        "hovertext": [
            f"{literal(name)}: {one:.1f}%"
            for name, one in zip(table["truth"], percents, strict=True)
        ],
        "hoverinfo": "text",
    }
    said = ", ".join(
        f"{name} {one:.1f}%" for name, one in zip(table["truth"], percents, strict=True)
    )
    lines = [] if goal is None else [
        {"type": "line", "x0": 100 * goal, "x1": 100 * goal, "yref": "paper", "y0": 0, "y1": 1,
         "line": {"color": LIGHT.text, "dash": "dot", "width": 1.5}}
    ]  # fmt: skip
    return new_figure(
        f"Power by true curve: {said}.",
        height=_ROOM + _ROW * len(table),
        data=[bars],
        shapes=lines,
        xaxis={"title": {"text": "Power, %"}, "range": [0, 100], "showgrid": True},
        yaxis={
            "tickmode": "array",
            "tickvals": places,
            "ticktext": [fitted(name, _NAMES, size=13) for name in table["truth"]],
            "range": [len(table) - 0.4, -0.6],
            "showgrid": False,
        },
    )
