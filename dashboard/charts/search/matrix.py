"""All objectives of a search against each other, two at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.theme import LIGHT, new_figure

_GAP = 0.06
_ROW = 220


def draw_matrix(
    tried: pd.DataFrame, front: pd.DataFrame, *, titles: Sequence[str], shares: Sequence[bool]
) -> go.Figure:
    """Each objective against each other one: what was tried within the limits, and the front.

    Parameters
    ----------
    tried : DataFrame
        A column per objective; designs that keep the limits.
    front : DataFrame
        The same columns, and `number`, which a click gives.
    titles : sequence of str
        Of the objectives, in the order of the columns of `tried`; 3 or more.
    shares : sequence of bool
        Which of them are probabilities.

    Examples
    --------
    >>> front = pd.DataFrame({"number": [0, 1], "a": [0.8, 0.9], "b": [24, 30], "c": [1, 2]})
    >>> drawn = draw_matrix(front[["a", "b", "c"]], front, titles=["Power", "Months", "Cost"],
    ...                     shares=[True, False, False])
    >>> len(drawn.data)
    6
    """
    names, size = list(tried.columns), len(titles) - 1
    data: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    panels = [(row, column) for row in range(1, size + 1) for column in range(row)]
    for place, (up, across) in enumerate(panels, start=1):
        end = "" if place == 1 else str(place)
        panel = {"xaxis": f"x{end}", "yaxis": f"y{end}"}
        data += [
            _dots(tried, names[across], names[up], LIGHT.accent_soft, 3) | panel,
            _dots(front, names[across], names[up], LIGHT.accent, 7)
            | panel
            | {"customdata": front["number"].tolist()},
        ]
        axes[f"xaxis{end}"] = _axis(
            titles[across] if up == size else "",
            shares[across],
            domain=_domain(across, size),
            anchor=f"y{end}",
        )
        axes[f"yaxis{end}"] = _axis(
            titles[up] if across == 0 else "",
            shares[up],
            domain=_domain(size - up, size),
            anchor=f"x{end}",
        )
    return new_figure(
        f"{', '.join(titles)} against each other: {len(front):,} designs on the front.",
        height=_ROW * size + 60,
        data=data,
        hovermode="closest",
        clickmode="event+select",
        showlegend=False,
        margin={"t": 20},
        **axes,
    )


def _domain(place: int, size: int) -> list[float]:
    width = (1 - _GAP * (size - 1)) / size
    start = place * (width + _GAP)
    return [start, min(start + width, 1.0)]


def _axis(title: str, share: bool, **more: Any) -> dict[str, Any]:
    return {
        "title": {"text": title, "font": {"size": 12}},
        "tickformat": ".0%" if share else ",.4~g",
        "nticks": 5,
        **more,
    }


def _dots(rows: pd.DataFrame, across: str, up: str, colour: str, size: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rows[across].tolist(),
        "y": rows[up].tolist(),
        "marker": {"size": size, "color": colour},
        "hovertemplate": "%{x:.4g}, %{y:.4g}<extra></extra>",
    }
