"""What a design does over true effects: power by look, and the size that is to be expected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.theme import LIGHT, RAMPS, new_figure

_HEIGHT = 420
_RATIOS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 4, 5)


def draw_power(
    curve: pd.DataFrame,
    *,
    effect: str,
    assumed: float,
    logarithmic: bool,
    target: float | None,
    assurance: pd.DataFrame | None = None,
) -> go.Figure:
    """The probability to have succeeded by each look, over the true effect.

    Parameters
    ----------
    curve : DataFrame
        One row per effect and look: `effect`, `look`, `succeeded` (cumulative probability).
    effect : str
        Title of the axis: "True hazard ratio".
    assumed : float
        The effect of the design, marked.
    logarithmic : bool
        Whether the effect is a ratio.
    target : float or None
        The power asked for, marked.
    assurance : DataFrame, optional
        `effect`, `assurance`: the power averaged over the uncertainty about each effect.

    Examples
    --------
    >>> curve = pd.DataFrame({"effect": [0.6, 1.0], "look": [1, 1], "succeeded": [0.99, 0.025]})
    >>> drawn = draw_power(curve, effect="True hazard ratio", assumed=0.7, logarithmic=True,
    ...                    target=None)
    >>> drawn.data[0].name
    'By look 1'
    """
    looks = sorted(set(curve["look"]))
    shades = RAMPS["light"][-len(looks) - 1 :] if len(looks) < 6 else RAMPS["light"]
    data = []
    for place, look in enumerate(looks):
        rows = curve[curve["look"] == look]
        last = place == len(looks) - 1
        colour = LIGHT.accent if last else shades[min(place + 1, len(shades) - 1)]
        data.append(_curve(rows, look, colour, last=last))
    if assurance is not None:
        data.append(_averaged(assurance))
    shapes = [_mark(x=assumed)] + ([] if target is None else [_mark(y=target)])
    return new_figure(
        _describe(curve, looks[-1], assumed),
        height=_HEIGHT,
        data=data,
        shapes=shapes,
        hovermode="x unified",
        margin={"t": 36},
        annotations=[_note("Assumed", assumed, logarithmic)],
        xaxis={"title": {"text": effect}, **_effect_axis(curve["effect"], logarithmic)},
        yaxis={
            "title": {"text": "Probability of success"},
            "range": [0, 1.02],
            "tickformat": ".0%",
        },
    )


def _curve(rows: pd.DataFrame, look: int, colour: str, *, last: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": rows["effect"].tolist(),
        "y": rows["succeeded"].tolist(),
        "name": "Power" if last and look > 1 else f"By look {look}",
        "line": {"color": colour, "width": 3 if last else 1.75},
        "hovertemplate": "%{y:.1%}",
    }


def _averaged(assurance: pd.DataFrame) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": assurance["effect"].tolist(),
        "y": assurance["assurance"].tolist(),
        "name": "Assurance",
        "line": {"color": LIGHT.muted, "width": 2.5, "dash": "6px,4px"},
        "hovertemplate": "%{y:.1%}",
    }


def _mark(*, x: float | None = None, y: float | None = None) -> dict[str, Any]:
    line = {"color": LIGHT.line, "width": 1.25, "dash": "2px,3px"}
    if x is not None:
        return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def _note(text: str, x: float, logarithmic: bool) -> dict[str, Any]:
    return {
        "text": text,
        "x": float(np.log10(x)) if logarithmic else x,
        "y": 1,
        "yref": "paper",
        "yanchor": "top",
        "xanchor": "left",
        "xshift": 4,
        "showarrow": False,
        "font": {"size": 13, "color": LIGHT.muted},
    }


def _effect_axis(effects: pd.Series, logarithmic: bool) -> dict[str, Any]:
    low, high = float(effects.min()), float(effects.max())
    if not logarithmic:
        return {"range": [low, high]}
    ticks = [tick for tick in _RATIOS if low <= tick <= high]
    return {
        "type": "log",
        "range": [float(np.log10(low)), float(np.log10(high))],
        "tickvals": ticks,
        "ticktext": [f"{tick:g}" for tick in ticks],
    }


def _describe(curve: pd.DataFrame, last: int, assumed: float) -> str:
    rows = curve[curve["look"] == last]
    power = float(np.interp(assumed, rows["effect"], rows["succeeded"]))
    return (
        f"Probability of success by each look over the true effect, from {rows['effect'].min():g} "
        f"to {rows['effect'].max():g}; {power:.1%} at the assumed effect of {assumed:g}."
    )


def draw_expected_size(
    curve: pd.DataFrame, *, effect: str, size: str, assumed: float, logarithmic: bool, most: float
) -> go.Figure:
    """The expected number of events or subjects over the true effect.

    Parameters
    ----------
    curve : DataFrame
        `effect`, `expected`.
    size : str
        Title of the axis: "Expected events".
    most : float
        The number at the last look.

    Examples
    --------
    >>> curve = pd.DataFrame({"effect": [0.6, 1.0], "expected": [220.0, 329.0]})
    >>> draw_expected_size(curve, effect="True hazard ratio", size="Expected events", assumed=0.7,
    ...                    logarithmic=True, most=330).layout.yaxis.title.text
    'Expected events'
    """
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": curve["effect"].tolist(),
            "y": curve["expected"].tolist(),
            "line": {"color": LIGHT.accent, "width": 3},
            "showlegend": False,
            "hovertemplate": "%{y:,.0f}<extra></extra>",
        }
    ]
    found = float(np.interp(assumed, curve["effect"], curve["expected"]))
    return new_figure(
        f"{size} over the true effect: {found:,.0f} at the assumed {assumed:g}, at most "
        f"{most:,.0f}.",
        height=_HEIGHT - 80,
        data=data,
        shapes=[_mark(x=assumed), _mark(y=most)],
        hovermode="x unified",
        annotations=[_note("Assumed", assumed, logarithmic)],
        xaxis={"title": {"text": effect}, **_effect_axis(curve["effect"], logarithmic)},
        yaxis={"title": {"text": size}, "range": [0, 1.12 * most], "tickformat": ",d"},
    )
