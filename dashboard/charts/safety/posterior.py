"""What a hierarchical model makes of terms: the probability of more harm, and the odds ratio."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.lettering import fitted, literal
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

_ROW_PIXELS, _FRAME, _NAME_PIXELS = 26, 90, 230
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
_WIDEST = (0.05, 60.0)  # odds ratios that are drawn; beyond, an interval is cut


def draw_posterior(table: pd.DataFrame, *, style: ArmStyle) -> go.Figure:
    """One row a term, the most probably harmed first; `customdata` is (class, term, arm).

    Parameters
    ----------
    table : DataFrame
        As `BerryBerry.table`: `class`, `term`, `arm`, `reference`, `with_event`, `subjects`,
        `reference_with_event`, `reference_subjects`, `probability_higher`, `odds_ratio`, `lower`,
        `upper`. In the order in which it is drawn, from the top.
    style : ArmStyle
        Of the arm.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> table = pd.DataFrame(
    ...     {"class": ["Skin"], "term": ["Rash"], "arm": ["B"], "reference": ["A"],
    ...      "with_event": [13], "subjects": [148], "reference_with_event": [3],
    ...      "reference_subjects": [132], "probability_higher": [0.98], "odds_ratio": [3.1],
    ...      "lower": [1.0], "upper": [9.2]}
    ... )
    >>> figure = draw_posterior(table, style=arm_styles(["A", "B"])["B"])
    >>> list(figure.data[0].x), list(figure.data[0].customdata[0])
    ([98.0], ['Skin', 'Rash', 'B'])
    """
    if table.empty:
        return empty_figure("No term is there to be modelled.")
    places = list(range(len(table)))
    names = [fitted(term, _NAME_PIXELS, size=13, most=1) for term in table["term"]]
    return new_figure(
        _described(table),
        height=_FRAME + _ROW_PIXELS * len(table),
        data=[_probabilities(table, places, style), _ratios(table, places, style)],
        showlegend=False,
        shapes=[_line("x", 95.0), _line("x2", 1.0)],
        xaxis={
            "title": {"text": "Probability of more events, %"},
            "domain": [0, 0.46],
            "range": [-3, 103],
        },
        xaxis2={
            "title": {"text": "Odds ratio"},
            "domain": [0.54, 1],
            "anchor": "y",
            "type": "log",
            "range": [math.log10(end) for end in _span(table)],
            "tickvals": list(_TICKS),
            "ticktext": [f"{tick:g}" for tick in _TICKS],
            "showline": True,
            "ticks": "outside",
        },
        yaxis={
            "tickvals": places,
            "ticktext": names,
            "range": [len(table) - 0.4, -0.6],
            "showgrid": True,
        },
    )


def _probabilities(table: pd.DataFrame, places: list[int], style: ArmStyle) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": (100 * table["probability_higher"]).tolist(),
        "y": places,
        "mode": "markers",
        "marker": {"color": style.colour, "symbol": style.symbol, "size": 10},
        "customdata": table[["class", "term", "arm"]].to_numpy().tolist(),
        "hovertext": _hover(table),
        "hoverinfo": "text",
    }


def _ratios(table: pd.DataFrame, places: list[int], style: ArmStyle) -> dict[str, Any]:
    low, high = (table[side].clip(*_WIDEST) for side in ("lower", "upper"))
    middle = table["odds_ratio"].clip(*_WIDEST)
    return {
        "type": "scatter",
        "x": middle.tolist(),
        "y": places,
        "xaxis": "x2",
        "mode": "markers",
        "marker": {"color": style.colour, "symbol": style.symbol, "size": 8},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": (high - middle).tolist(),
            "arrayminus": (middle - low).tolist(),
            "color": style.colour,
            "thickness": 1.6,
            "width": 0,
        },
        "customdata": table[["class", "term", "arm"]].to_numpy().tolist(),
        "hovertext": _hover(table),
        "hoverinfo": "text",
    }


def _hover(table: pd.DataFrame) -> list[str]:
    return [
        f"{literal(row.term)} ({literal(row.class_)})<br>"
        f"{literal(row.arm)} {row.with_event:,}/{row.subjects:,}, {literal(row.reference)} "
        f"{row.reference_with_event:,}/{row.reference_subjects:,}<br>"
        f"P(more) {row.probability_higher:.3f}, odds ratio {row.odds_ratio:.2f} "
        f"({row.lower:.2f}–{row.upper:.2f})"
        for row in table.rename(columns={"class": "class_"}).itertuples()
    ]


def _line(axis: str, at: float) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": axis,
        "yref": "paper",
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 1,
        "line": {"color": LIGHT.line, "width": 1, "dash": "dot"},
        "layer": "below",
    }


def _span(table: pd.DataFrame) -> tuple[float, float]:
    low, high = max(table["lower"].min(), _WIDEST[0]), min(table["upper"].max(), _WIDEST[1])
    return min(low, 0.5) / 1.15, max(high, 2.0) * 1.15


def _described(table: pd.DataFrame) -> str:
    first = table.iloc[0]
    return (
        f"{len(table)} terms by the probability that {first['arm']} has more than "
        f"{first['reference']}; highest {first['term']}, {first['probability_higher']:.2f}, odds "
        f"ratio {first['odds_ratio']:.2f}."
    )
