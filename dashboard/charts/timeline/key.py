"""What the marks mean, above the plot from the left edge of the figure.

Plotly's legend has only the width of the plot, which on a narrow screen is too little
beside the names of the lanes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

import plotly.graph_objects as go

from dashboard.charts.lettering import NARROWEST, text_width
from dashboard.charts.theme import LIGHT
from dashboard.charts.timeline.days import LEFT

_ROW, _SIZE, _EDGE, _BETWEEN = 21, 12, 12, 12  # pixels
_MARK = 18  # from the left of a mark to its name
# Corners around (0, 0), upwards, for a mark that is two wide.
_CORNERS: Mapping[str, Sequence[tuple[float, float]]] = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "diamond": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "triangle-up": ((-1, -0.7), (1, -0.7), (0, 1)),
    "triangle-down": ((-1, 0.7), (1, 0.7), (0, -1)),
    "triangle-right": ((-0.7, -1), (-0.7, 1), (1, 0)),
    "circle": tuple((cos(pi * turn / 8), sin(pi * turn / 8)) for turn in range(16)),
}
_RADIUS = 5.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A mark and its meaning."""

    name: str
    symbol: str
    colour: str
    edge: str = LIGHT.muted
    width: float = 1


def key_rows(keys: Sequence[Key]) -> list[list[tuple[float, Key]]]:
    """Keys in rows that fit the narrowest screen, each with the pixel where it starts.

    Examples
    --------
    >>> keys = [Key(name="Grade 1", symbol="square", colour="#FDEFB8")] * 6
    >>> [len(row) for row in key_rows(keys)]
    [4, 2]
    """
    rows: list[list[tuple[float, Key]]] = []
    at = float(NARROWEST)
    for key in keys:
        wide = _MARK + text_width(key.name, _SIZE)
        if at + wide > NARROWEST - _EDGE:
            rows.append([])
            at = _EDGE
        rows[-1].append((at, key))
        at += wide + _BETWEEN
    return rows


def key_pixels(keys: Sequence[Key]) -> float:
    """Height of the rows.

    Examples
    --------
    >>> key_pixels([])
    0
    """
    return _ROW * len(key_rows(keys))


def add_key(figure: go.Figure, keys: Sequence[Key]) -> None:
    """Draw the rows into the upper margin, just above the plot."""
    rows = key_rows(keys)
    for place, row in enumerate(rows):
        middle = _ROW * (len(rows) - place - 0.5) + 4
        for at, key in row:
            _add_mark(figure, key, at - LEFT + _RADIUS + 1, middle)
            _add_name(figure, key, at - LEFT + _MARK, middle)


def _add_mark(figure: go.Figure, key: Key, x: float, y: float) -> None:
    corners = [(x + _RADIUS * a, y + _RADIUS * b) for a, b in _CORNERS[key.symbol]]
    path = "M" + "L".join(f"{a:.1f},{b:.1f}" for a, b in corners) + "Z"
    figure.add_shape(
        type="path",
        path=path,
        fillcolor=key.colour,
        line={"color": key.edge, "width": key.width},
        xref="paper",
        yref="paper",
        xsizemode="pixel",
        ysizemode="pixel",
        xanchor=0,
        yanchor=1,
        name=f"key: {key.name}",
    )


def _add_name(figure: go.Figure, key: Key, x: float, y: float) -> None:
    figure.add_annotation(
        text=key.name,
        x=0,
        xref="paper",
        xanchor="left",
        xshift=x,
        y=1,
        yref="paper",
        yanchor="middle",
        yshift=y,
        showarrow=False,
        font={"size": _SIZE, "color": LIGHT.text},
    )
