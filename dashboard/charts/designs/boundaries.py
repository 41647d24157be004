"""Boundaries of a group-sequential design by information, and what was observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import amount, log_axis
from dashboard.charts.contrast import translucent
from dashboard.charts.theme import LIGHT, new_figure

_HEIGHT = 420
_LOOKS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "efficacy": ("Stop for efficacy", {"color": LIGHT.accent, "dash": "solid"}),
    "futility": ("Stop for futility", {"color": LIGHT.muted, "dash": "6px,4px"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryScale:
    """What a boundary is stated in.

    Parameters
    ----------
    label : str
        Of the axis, with its unit.
    short : str
        In hover texts: "z", "hazard ratio".
    upward : bool
        Whether values that favour the treatment lie high.
    logarithmic : bool
        Whether ratios of values are what matters.
    """

    label: str
    short: str
    upward: bool = True
    logarithmic: bool = False


def draw_boundaries(
    table: pd.DataFrame,
    *,
    scale: BoundaryScale,
    information: str,
    observed: pd.DataFrame | None = None,
) -> go.Figure:
    """Where a trial stops at each look, and between: continue.

    Parameters
    ----------
    table : DataFrame
        One row per look: `look`, `at` (events or subjects), `efficacy`, `futility` on the scale;
        NaN where a look has no such boundary.
    scale : BoundaryScale
    information : str
        What `at` counts: "Events", "Subjects".
    observed : DataFrame, optional
        `look`, `at`, `value`: what was seen so far.

    Examples
    --------
    >>> table = pd.DataFrame({"look": [1, 2], "at": [165.0, 330.0], "efficacy": [2.96, 1.97],
    ...                       "futility": [0.5, np.nan]})
    >>> scale = BoundaryScale(label="Test statistic z", short="z")
    >>> drawn = draw_boundaries(table, scale=scale, information="Events")
    >>> [trace.name for trace in drawn.data if trace.name]
    ['Stop for efficacy', 'Stop for futility']
    """
    low, high = _range(table, scale, observed)
    far, near = (high, low) if scale.upward else (low, high)
    data: list[dict[str, Any]] = []
    for bound, edge in (("efficacy", far), ("futility", near)):
        name, look = _LOOKS[bound]
        rows = table[table[bound].notna()]
        if len(rows):
            data += [_region(rows, bound, edge, look), _line(rows, bound, name, scale, look)]
    if observed is not None and len(observed):
        data.append(_observed(observed, scale))
    return new_figure(
        _describe(table, scale, information),
        height=_HEIGHT,
        data=data,
        hovermode="closest",
        margin={"t": 36},
        xaxis={
            "title": {"text": information},
            "tickvals": table["at"].tolist(),
            "ticktext": [f"{at:,.0f}" for at in table["at"]],
            "range": _padded(table["at"]),
        },
        yaxis={"title": {"text": scale.label}, **_value_axis(low, high, scale)},
    )


def _range(
    table: pd.DataFrame, scale: BoundaryScale, observed: pd.DataFrame | None
) -> tuple[float, float]:
    values = [*table["efficacy"], *table["futility"]]
    values += [] if observed is None else [*observed["value"]]
    seen = [v for v in values if np.isfinite(v)] or [0.0, 1.0]
    if scale.logarithmic:
        return min(seen) / 1.35, max(seen) * 1.35
    room = 0.15 * (max(seen) - min(seen)) or 0.5
    return min(seen) - room, max(seen) + room


def _padded(at: pd.Series) -> list[float]:
    first, last = float(at.min()), float(at.max())
    room = 0.06 * (last - first) or 0.1 * last
    return [first - room, last + room]


def _value_axis(low: float, high: float, scale: BoundaryScale) -> dict[str, Any]:
    if scale.logarithmic:
        return {**log_axis([low, high]), "range": [float(np.log10(low)), float(np.log10(high))]}
    return {"range": [low, high]}


def _region(rows: pd.DataFrame, bound: str, edge: float, look: Mapping[str, str]) -> dict[str, Any]:
    at, values = rows["at"].tolist(), rows[bound].tolist()
    if len(at) == 1:
        width = 0.01 * at[0]
        at, values = [at[0] - width, at[0] + width], values * 2
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*at, *reversed(at)],
        "y": [*values, *([edge] * len(at))],
        "fill": "toself",
        "fillcolor": translucent(look["color"], 0.12),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _line(
    rows: pd.DataFrame, bound: str, name: str, scale: BoundaryScale, look: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers+text",
        "x": rows["at"].tolist(),
        "y": rows[bound].tolist(),
        "name": name,
        "line": {**look, "width": 2.5},
        "marker": {"size": 8, "color": look["color"]},
        "text": [amount(value) for value in rows[bound]],
        "textposition": "top center" if (bound == "efficacy") == scale.upward else "bottom center",
        "textfont": {"size": 12, "color": LIGHT.text},
        "cliponaxis": False,
        "customdata": rows["look"].tolist(),
        "hovertemplate": (
            f"<b>Look %{{customdata}}</b>: {name.lower()}<br>at {scale.short} %{{y:.4g}}"
            "<extra></extra>"
        ),
    }


def _observed(observed: pd.DataFrame, scale: BoundaryScale) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": observed["at"].tolist(),
        "y": observed["value"].tolist(),
        "name": "Observed",
        "line": {"color": LIGHT.text, "width": 1.5, "dash": "2px,3px"},
        "marker": {"size": 11, "color": LIGHT.text, "symbol": "diamond"},
        "customdata": observed["look"].tolist(),
        "hovertemplate": (
            f"<b>Look %{{customdata}}</b>: observed {scale.short} %{{y:.4g}}<extra></extra>"
        ),
    }


def _describe(table: pd.DataFrame, scale: BoundaryScale, information: str) -> str:
    parts = []
    for row in table.itertuples():
        said = [
            f"{name} at {amount(value)}"
            for name, value in (("efficacy", row.efficacy), ("futility", row.futility))
            if np.isfinite(value)
        ]
        parts.append(f"look {row.look}, {row.at:,.0f} {information.lower()}: {', '.join(said)}")
    return f"Boundaries on the scale of the {scale.short}. {'; '.join(parts)}."
