"""The interval of a curve that goes in steps, as a band beneath it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.contrast import translucent
from dashboard.charts.lettering import literal
from dashboard.charts.theme import ArmStyle


def add_step_band(figure: go.Figure, arm: str, rows: pd.DataFrame, style: ArmStyle) -> None:
    """Fill between the limits.

    Parameters
    ----------
    rows : DataFrame
        `time`, `lower` and `upper`, where both limits are known.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> figure, rows = go.Figure(), pd.DataFrame({"time": [0, 1], "lower": 0.5, "upper": 0.9})
    >>> add_step_band(figure, "Placebo", rows, arm_styles(["Placebo"])["Placebo"])
    >>> [(one.meta["part"], one.fill) for one in figure.data]
    [('lower', None), ('upper', 'tonexty')]
    """
    for edge, fill in (("lower", None), ("upper", "tonexty")):
        figure.add_scatter(
            x=rows["time"].to_numpy(),
            y=rows[edge].to_numpy(),
            mode="lines",
            line={"width": 0, "shape": "hv", "color": style.colour},
            fill=fill,
            fillcolor=translucent(style.colour, 0.13),
            name=literal(arm),
            legendgroup=arm,
            showlegend=False,
            hoverinfo="skip",
            meta={"part": edge},
        )
