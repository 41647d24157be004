"""A front and textbook designs under scenarios that the search did not use."""

from __future__ import annotations

from itertools import cycle

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.lettering import legend_name, legend_pixels
from dashboard.charts.theme import LIGHT, new_figure

_HEIGHT = 380
_SYMBOLS = ("diamond", "square", "triangle-up", "cross", "star", "x", "triangle-down")


def draw_held_out(
    front: pd.DataFrame,
    others: pd.DataFrame,
    *,
    chosen: int,
    across: str,
    up: str,
    percent: tuple[bool, bool],
) -> go.Figure:
    """Two objectives of the designs of a front and of named ones.

    Parameters
    ----------
    front : DataFrame
        `design` (its number), `across`, `up`.
    others : DataFrame
        `design` (its name), `across`, `up`; those at the same place share a mark.
    chosen : int
        The design of the front that is drawn large.
    across, up : str
        Titles of the axes.
    percent : (bool, bool)
        Which of them are probabilities.

    Examples
    --------
    >>> front = pd.DataFrame({"design": [3], "across": [20.0], "up": [0.6]})
    >>> others = pd.DataFrame(
    ...     {"design": ["BOIN", "Keyboard"], "across": [24.0, 24.0], "up": [0.5, 0.5]})
    >>> drawn = draw_held_out(front, others, chosen=3, across="Patients", up="Correct selection",
    ...                       percent=(False, True))
    >>> [one.name for one in drawn.data]
    ['Front', 'BOIN, Keyboard']
    """
    known = others.dropna(subset=["across", "up"])
    places = known.assign(x=known["across"].round(6), y=known["up"].round(6))
    named = places.groupby(["x", "y"], sort=False)["design"].agg(", ".join).reset_index()
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "Front",
            "x": front["across"].tolist(),
            "y": front["up"].tolist(),
            "marker": {
                "color": LIGHT.accent,
                "size": [16 if one == chosen else 8 for one in front["design"]],
            },
            "customdata": front["design"].tolist(),
            "hovertemplate": "Design %{customdata}: %{x:.4g}, %{y:.4g}",
        },
        *(
            {
                "type": "scatter",
                "mode": "markers",
                "name": legend_name(row.design),
                "x": [row.x],
                "y": [row.y],
                "marker": {"size": 11, "color": LIGHT.text, "symbol": symbol},
                "hovertemplate": "%{x:.4g}, %{y:.4g}",
            }
            for row, symbol in zip(named.itertuples(), cycle(_SYMBOLS), strict=False)
        ),
    ]
    legend = legend_pixels(["Front", *named["design"]])
    said = "; ".join(f"{row.design} {row.x:.3g} and {row.y:.3g}" for row in named.itertuples())
    return new_figure(
        f"{len(front):,} designs of the front by {across.lower()} and {up.lower()} beside {said}; "
        f"design {chosen} is large.",
        height=_HEIGHT + legend,
        data=data,
        hovermode="closest",
        showlegend=True,
        margin={"t": legend + 12},
        xaxis={"title": {"text": across}, "tickformat": ".0%" if percent[0] else ",.4~g"},
        yaxis={"title": {"text": up}, "tickformat": ".0%" if percent[1] else ",.4~g"},
    )
