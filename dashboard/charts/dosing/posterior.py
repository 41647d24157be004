"""The toxicity probability of each dose against the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import percent
from dashboard.charts.lettering import fitted, literal
from dashboard.charts.theme import ARM_PALETTE, LIGHT, new_figure

_HEIGHT = 400
_NARROW = 300  # pixels of all names on a narrow screen


def draw_dose_posterior(
    table: pd.DataFrame, *, names: Sequence[str], target: float, level: float
) -> go.Figure:
    """Estimate and interval of each dose, and the share observed.

    Parameters
    ----------
    table : DataFrame
        As `Recommendation.table`: `dose`, `patients`, `toxicities`, `estimate`, `lower`, `upper`,
        `above_target`, `admissible`. Doses that are not admissible are hollow.
    names : sequence of str
        Of the doses.
    target, level : float
        Drawn as a line; of the intervals.

    Examples
    --------
    >>> table = pd.DataFrame({"dose": [1], "patients": [3], "toxicities": [1], "estimate": [0.3],
    ...                       "lower": [0.1], "upper": [0.6], "above_target": [0.5],
    ...                       "admissible": [True]})
    >>> figure = draw_dose_posterior(table, names=["10 mg"], target=0.25, level=0.9)
    >>> list(figure.data[0].y), list(figure.data[1].y)
    ([0.3], [0.3333333333333333])
    """
    ticks = [fitted(name, _NARROW / len(names), size=12, most=2) for name in names]
    return new_figure(
        _described(table, names, target, level),
        height=_HEIGHT,
        data=[_estimates(table, names, level), _observed(table), _target(target, len(names))],
        margin={"t": 64},
        xaxis={
            "title": {"text": "Dose"},
            "tickvals": table["dose"].tolist(),
            "ticktext": ticks,
            "range": [0.5, len(table) + 0.5],
        },
        yaxis={
            "title": {"text": "Probability of toxicity"},
            "range": [-0.02, 1.02],
            "tickformat": ".0%",
        },
    )


def _estimates(table: pd.DataFrame, names: Sequence[str], level: float) -> dict[str, Any]:
    colour = LIGHT.accent
    symbols = ["circle" if one else "circle-open" for one in table["admissible"]]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"Estimate, {100 * level:g}% interval",
        "x": table["dose"].tolist(),
        "y": table["estimate"].tolist(),
        "marker": {"color": colour, "size": 11, "symbol": symbols, "line": {"width": 2}},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": (table["upper"] - table["estimate"]).tolist(),
            "arrayminus": (table["estimate"] - table["lower"]).tolist(),
            "color": colour,
            "thickness": 2,
            "width": 5,
        },
        "hovertext": [
            f"{literal(name)}<br>{percent(row.estimate)} ({percent(row.lower)} to "
            f"{percent(row.upper)})<br>above the target with a probability of "
            f"{percent(row.above_target)}"
            for row, name in zip(table.itertuples(), names, strict=True)
        ],
        "hoverinfo": "text",
    }


def _observed(table: pd.DataFrame) -> dict[str, Any]:
    given = table[table["patients"] > 0]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Share observed",
        "x": (given["dose"] + 0.14).tolist(),
        "y": (given["toxicities"] / given["patients"]).tolist(),
        "marker": {"color": ARM_PALETTE[1], "size": 9, "symbol": "diamond"},
        "hovertext": [
            f"{row.toxicities} of {row.patients} patients with a toxicity"
            for row in given.itertuples()
        ],
        "hoverinfo": "text",
    }


def _target(target: float, doses: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"Target {100 * target:g}%",
        "x": [0.5, doses + 0.5],
        "y": [target, target],
        "line": {"color": LIGHT.muted, "width": 1.5, "dash": "6px,4px"},
        "hoverinfo": "skip",
    }


def _described(table: pd.DataFrame, names: Sequence[str], target: float, level: float) -> str:
    parts = [
        f"{name}: {percent(row.estimate)} ({percent(row.lower)} to {percent(row.upper)}), "
        f"{row.toxicities} of {row.patients} seen"
        for row, name in zip(table.itertuples(), names, strict=True)
    ]
    return (
        f"Probability of toxicity by dose with {100 * level:g}% interval, target "
        f"{percent(target)}. {'; '.join(parts)}."
    )
