"""What a forest plot draws between its columns: intervals, squares, the diamond and the bands."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, log, sqrt
from typing import Any

from dashboard.charts.lettering import literal
from dashboard.charts.survival.forest_rows import (
    LARGEST,
    RIGHT,
    SMALLEST,
    ForestOptions,
    ForestRow,
    ratio_text,
)
from dashboard.charts.theme import LIGHT


def middle(places: Sequence[float], place: int) -> float:
    """The middle of a row, given the upper edges of all.

    Examples
    --------
    >>> middle([0.0, 26.0, 60.0], 1)
    43.0
    """
    return (places[place] + places[place + 1]) / 2


def intervals(
    rows: Sequence[ForestRow], places: Sequence[float], low: float, high: float
) -> list[dict[str, Any]]:
    """Lines of the intervals, and arrows where one runs out of the axis."""
    x: list[float | None] = []
    y: list[float | None] = []
    arrows: dict[str, list[Any]] = {"x": [], "y": [], "symbol": []}
    for place, row in enumerate(rows):
        if row.kind != "level" or not isfinite(row.ratio):
            continue
        y_at = middle(places, place)
        ends = [_logarithm(row.lower), _logarithm(row.upper)]
        x += [max(ends[0], low), min(ends[1], high), None]
        y += [y_at, y_at, None]
        for beyond, at, symbol in (
            (ends[0] < low, low, "triangle-left"),
            (ends[1] > high, high, "triangle-right"),
        ):
            if beyond:
                arrows["x"].append(at)
                arrows["y"].append(y_at)
                arrows["symbol"].append(symbol)
    plain = {"type": "scatter", "hoverinfo": "skip", "cliponaxis": False}
    line = {"color": LIGHT.text, "width": 1.4}
    marker = {"color": LIGHT.text, "size": 9, "symbol": arrows.pop("symbol")}
    return [
        {**plain, "x": x, "y": y, "mode": "lines", "line": line, "meta": {"part": "interval"}},
        {**plain, **arrows, "mode": "markers", "marker": marker, "meta": {"part": "beyond"}},
    ]


def marks(
    rows: Sequence[ForestRow], places: Sequence[float], options: ForestOptions
) -> dict[str, Any]:
    """Squares whose area is the number of events."""
    shown = [
        (place, row)
        for place, row in enumerate(rows)
        if row.kind != "factor" and isfinite(row.ratio)
    ]
    most = max((row.events for _, row in shown if row.kind == "level"), default=1) or 1
    return {
        "type": "scatter",
        "x": [
            min(max(log(row.ratio), log(SMALLEST)), log(LARGEST)) if row.ratio > 0 else 0.0
            for _, row in shown
        ],
        "y": [middle(places, place) for place, _ in shown],
        "mode": "markers",
        "marker": {
            "symbol": "square",
            "color": LIGHT.accent,
            "opacity": 1,
            "size": [
                1 if row.kind == "overall" else 5 + 8 * sqrt(row.events / most) for _, row in shown
            ],
        },
        "hovertext": [_hover(row, options) for _, row in shown],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
        "meta": {"part": "hazard ratio"},
    }


def _hover(row: ForestRow, options: ForestOptions) -> str:
    arm, reference = literal(options.arm), literal(options.reference)
    return (
        f"<b>{row.said}</b><br>hazard ratio {ratio_text(row)}<br>"
        f"{arm} {row.of_arm}, {reference} {row.of_reference} (events/n)"
    )


def bands(rows: Sequence[ForestRow], places: Sequence[float], margin: int) -> list[dict[str, Any]]:
    """A shade behind every other factor, from edge to edge of the figure."""
    shapes: list[dict[str, Any]] = []
    starts = [n for n, row in enumerate(rows) if row.kind != "level"]
    for number, start in enumerate(starts):
        if number % 2 == 0:
            continue
        end = starts[number + 1] if number + 1 < len(starts) else len(rows)
        band = {
            "type": "rect",
            "xref": "paper",
            "y0": places[start],
            "y1": places[end],
            "fillcolor": LIGHT.surface,
            "line": {"width": 0},
            "layer": "below",
        }
        shapes += [
            {**band, "x0": 0, "x1": 1},
            {**band, "xsizemode": "pixel", "xanchor": 0, "x0": -margin, "x1": 0},
            {**band, "xsizemode": "pixel", "xanchor": 1, "x0": 0, "x1": RIGHT},
        ]
    return shapes


def lines(rows: Sequence[ForestRow], places: Sequence[float]) -> list[dict[str, Any]]:
    """No effect, and the effect in all subjects."""
    down = {"type": "line", "y0": 0, "y1": places[-1], "layer": "below"}
    shapes = [{**down, "x0": 0, "x1": 0, "line": {"color": LIGHT.muted, "width": 1}}]
    overall = rows[0].ratio
    if isfinite(overall) and overall > 0:
        dashed = {"color": LIGHT.accent, "width": 1, "dash": "3px,3px"}
        shapes.append({**down, "x0": log(overall), "x1": log(overall), "line": dashed})
    return shapes


def diamonds(
    rows: Sequence[ForestRow], places: Sequence[float], low: float, high: float
) -> list[dict[str, Any]]:
    """The diamond of all subjects, as wide as their interval."""
    row = rows[0]
    if not isfinite(row.ratio) or row.ratio <= 0:
        return []
    y = middle(places, 0)
    left, right = max(_logarithm(row.lower), low), min(_logarithm(row.upper), high)
    x = min(max(log(row.ratio), left), right)
    path = f"M {left},{y} L {x},{y - 8} L {right},{y} L {x},{y + 8} Z"
    return [{"type": "path", "path": path, "fillcolor": LIGHT.accent, "line": {"width": 0}}]


def _logarithm(ratio: float) -> float:
    if not isfinite(ratio):
        return float("inf")
    return log(ratio) if ratio > 0 else float("-inf")
