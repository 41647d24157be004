"""Utility over dose: benefit less weighed harm, with a band and the dose where it is highest."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import amount
from dashboard.charts.dose_response.parts import HEIGHT, band, dose_axis, line
from dashboard.charts.lettering import legend_pixels, literal
from dashboard.charts.theme import ARM_PALETTE, LIGHT, new_figure

UTILITY, BENEFIT, HARM = "Utility", "Benefit", "Harm, weighed"


def draw_utility(
    table: pd.DataFrame,
    *,
    best: tuple[float, float, float],
    harm_weight: float,
    unit: str,
    doses: tuple[float, ...],
    response_unit: str,
    share: bool,
) -> go.Figure:
    """The utility curve with its band, what it is made of, and the best dose.

    Parameters
    ----------
    table : DataFrame
        `dose`, `benefit`, `harm`, `utility`, `lower`, `upper`, over placebo.
    best : tuple of float
        The dose with the highest utility, and its interval.
    harm_weight : float
        What a unit of harm takes off.
    unit, response_unit : str
        Of the doses, and of the response.
    doses : tuple of float
        Of the trial.
    share : bool
        Whether the response is a share, drawn in percentage points.

    Examples
    --------
    >>> table = pd.DataFrame({"dose": [0.0, 10.0], "benefit": [0.0, 4.0], "harm": [0.0, 0.1],
    ...     "utility": [0.0, 3.0], "lower": [0.0, 1.0], "upper": [0.0, 5.0]})
    >>> figure = draw_utility(table, best=(10.0, 5.0, 10.0), harm_weight=10.0, unit="mg",
    ...     doses=(0.0, 10.0), response_unit="points", share=False)
    >>> figure.layout.yaxis.title.text
    'Utility over placebo, points'
    """
    factor = 100.0 if share else 1.0
    weighed = table.assign(weighed=harm_weight * table["harm"])
    dose, low, high = best
    top_row = table.loc[(table["dose"] - dose).abs().idxmin()]
    peak = factor * float(top_row["utility"])
    marker = {
        "type": "scatter",
        "mode": "markers",
        "x": [dose],
        "y": [peak],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [high - dose],
            "arrayminus": [dose - low],
            "color": LIGHT.text,
            "thickness": 1.5,
            "width": 5,
        },
        "marker": {"size": 12, "symbol": "star", "color": LIGHT.text},
        "name": "Best dose, 95% interval",
        "meta": {"part": "best"},
        "hovertemplate": f"best dose {amount(dose)} ({amount(low)} to {amount(high)})"
        "<extra></extra>",
    }
    data = [
        band(table, LIGHT.accent, name="95% band", factor=factor),
        line(weighed, ARM_PALETTE[0], name=BENEFIT, what="benefit", dash="7px,2px", factor=factor,
             width=1.8),
        line(weighed, ARM_PALETTE[1], name=HARM, what="weighed", dash="2px,2px", factor=factor,
             width=1.8),
        line(table, LIGHT.accent, name=UTILITY, what="utility", factor=factor, width=3.5),
        marker,
    ]  # fmt: skip
    title = "Utility over placebo, percentage points" if share else "Utility over placebo"
    if response_unit and not share:
        title += f", {response_unit}"
    top = 16 + legend_pixels([BENEFIT, HARM, UTILITY, "Best dose, 95% interval"])
    return new_figure(
        f"Utility by dose: highest at {amount(dose)} ({amount(low)} to {amount(high)}), where it "
        f"is {amount(peak)}.",
        height=HEIGHT + top,
        data=data,
        margin={"t": top},
        xaxis=dose_axis(unit, doses),
        yaxis={"title": {"text": literal(title)}, "zeroline": True, "zerolinecolor": LIGHT.line},
        hovermode="closest",
    )
