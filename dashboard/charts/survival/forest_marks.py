"""What a forest plot draws between its columns: intervals, squares, the diamond and the bands."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, log, sqrt
from typing import Any

from dashboard.charts.lettering import literal
from dashboard.charts.survival.forest_rows import RIGHT, ForestOptions, ForestRow, ratio_text
from dashboard.charts.theme import LIGHT

_ARROW = 9
_UP = 8  # pixels from the middle of the diamond to its tip


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
        if row.kind == "factor" or not isfinite(row.ratio):
            continue
        y_at = middle(places, place)
        ends = [_logarithm(row.lower), _logarithm(row.upper)]
        if row.kind == "level":
            x += [*(_within(end, low, high) for end in ends), None]
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
    marker = {"color": LIGHT.text, "size": _ARROW, "symbol": arrows.pop("symbol")}
    return [
        {**plain, "x": x, "y": y, "mode": "lines", "line": line, "meta": {"part": "interval"}},
        {**plain, **arrows, "mode": "markers", "marker": marker, "meta": {"part": "beyond"}},
    ]


def marks(
    rows: Sequence[ForestRow],
    places: Sequence[float],
    options: ForestOptions,
    low: float,
    high: float,
) -> dict[str, Any]:
    """Squares whose area is the number of events; an arrow where the ratio is off the axis."""
    shown = [
        (place, row)
        for place, row in enumerate(rows)
        if row.kind != "factor" and isfinite(row.ratio)
    ]
    most = max((row.events for _, row in shown if row.kind == "level"), default=1) or 1
    looks = [_look(row, most, low, high) for _, row in shown]
    return {
        "type": "scatter",
        "x": [_within(_logarithm(row.ratio), low, high) for _, row in shown],
        "y": [middle(places, place) for place, _ in shown],
        "mode": "markers",
        "marker": {
            "symbol": [symbol for symbol, _ in looks],
            "color": LIGHT.accent,
            "opacity": 1,
            "size": [size for _, size in looks],
        },
        "hovertext": [_hover(row, options) for _, row in shown],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
        "meta": {"part": "hazard ratio"},
    }


def _look(row: ForestRow, most: int, low: float, high: float) -> tuple[str, float]:
    """Symbol and size of a mark."""
    at = _logarithm(row.ratio)
    if not low <= at <= high:
        return "triangle-left" if at < low else "triangle-right", _ARROW
    return "square", 1 if row.kind == "overall" else 4.5 + 6.5 * sqrt(row.events / most)


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
    """The diamond of all subjects, as wide as their interval, cut where the axis ends."""
    row = rows[0]
    if not isfinite(row.ratio) or row.ratio <= 0:
        return []
    y, x = middle(places, 0), _within(log(row.ratio), low, high)
    (left, up_left), (right, up_right) = (
        _corner(_logarithm(end), x, low, high) for end in (row.lower, row.upper)
    )
    path = (
        f"M {left},{y - up_left} L {x},{y - _UP} L {right},{y - up_right} "
        f"L {right},{y + up_right} L {x},{y + _UP} L {left},{y + up_left} Z"
    )
    return [{"type": "path", "path": path, "fillcolor": LIGHT.accent, "line": {"width": 0}}]


def _corner(end: float, middle_: float, low: float, high: float) -> tuple[float, float]:
    """Where a side of the diamond ends, and how high it is there."""
    at = _within(end, low, high)
    if at == end or end == middle_:
        return at, 0.0
    return at, _UP if not isfinite(end) else _UP * (end - at) / (end - middle_)


def _within(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def _logarithm(ratio: float) -> float:
    if not isfinite(ratio):
        return float("inf")
    return log(ratio) if ratio > 0 else float("-inf")
