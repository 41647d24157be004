"""Target doses with their intervals, one row per curve."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import amount
from dashboard.charts.dose_response.parts import dose_axis
from dashboard.charts.lettering import literal
from dashboard.charts.theme import LIGHT, empty_figure, new_figure

_ROW, _ROOM = 30, 90


def draw_targets(targets: pd.DataFrame, doses: tuple[float, ...], *, unit: str) -> go.Figure:
    """The dose that has the wanted effect under each curve.

    Parameters
    ----------
    targets : DataFrame
        `family`, `estimate`, `lower`, `upper`; NaN where not estimable, an infinite upper end
        where the effect may not be reached. Rows without an estimate are left out.
    doses : tuple of float
        Of the trial; drawn as lines.
    unit : str

    Examples
    --------
    >>> targets = pd.DataFrame({"family": ["emax"], "estimate": [40.0], "lower": [20.0],
    ...     "upper": [float("inf")]})
    >>> draw_targets(targets, (0.0, 100.0), unit="mg").data[0].error_x.array[0]
    60.0
    """
    rows = targets[targets["estimate"].map(pd.notna) & (targets["estimate"] < float("inf"))]
    if rows.empty:
        return empty_figure("No curve reaches the wanted effect within the doses of the trial.")
    rows = rows.reset_index(drop=True)
    places = list(range(len(rows)))
    highest = doses[-1]
    upper = rows["upper"].clip(upper=highest).fillna(rows["estimate"])
    lower = rows["lower"].fillna(rows["estimate"])
    said = [_said(row) for row in rows.to_dict("records")]
    point: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": rows["estimate"].tolist(),
        "y": places,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": (upper - rows["estimate"]).tolist(),
            "arrayminus": (rows["estimate"] - lower).tolist(),
            "color": LIGHT.accent,
            "thickness": 2,
            "width": 0,
        },
        "marker": {"size": 10, "color": LIGHT.accent},
        "hovertext": [literal(one) for one in said],
        "hoverinfo": "text",
        "showlegend": False,
    }
    return new_figure(
        "Target dose with 95% interval: " + "; ".join(said) + ".",
        height=_ROOM + _ROW * len(rows),
        data=[point],
        xaxis={**dose_axis(unit, doses), "showgrid": True},
        yaxis={
            "tickmode": "array",
            "tickvals": places,
            "ticktext": [literal(name) for name in rows["family"]],
            "range": [len(rows) - 0.4, -0.6],
            "showgrid": False,
        },
        hovermode="closest",
    )


def _said(row: dict[Any, Any]) -> str:
    if pd.isna(row["lower"]):
        return f"{row['family']} {amount(row['estimate'])}, interval not estimable"
    end = amount(row["upper"]) if row["upper"] < float("inf") else "not reached"
    return f"{row['family']} {amount(row['estimate'])} ({amount(row['lower'])} to {end})"
