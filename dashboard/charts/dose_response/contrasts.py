"""Optimal contrasts by dose: what each candidate weighs against what."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.dose_response.parts import HEIGHT, dose_axis
from dashboard.charts.lettering import legend_name, legend_pixels, literal
from dashboard.charts.theme import LIGHT, arm_styles, new_figure


def draw_contrasts(contrasts: pd.DataFrame, doses: tuple[float, ...], *, unit: str) -> go.Figure:
    """One line per candidate: the weights of the responses in a sum that is above 0 for a benefit.

    Parameters
    ----------
    contrasts : DataFrame
        `shape`, then a coefficient for each dose.
    doses : tuple of float
    unit : str

    Examples
    --------
    >>> table = pd.DataFrame({"shape": ["linear"], "dose 0": [-0.7], "dose 1": [0.7]})
    >>> list(draw_contrasts(table, (0.0, 1.0), unit="mg").data[0].y)
    [-0.7, 0.7]
    """
    names = contrasts["shape"].tolist()
    styles = arm_styles(names)
    rows = contrasts.drop(columns="shape").to_numpy(dtype=float)
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": list(doses),
            "y": values.tolist(),
            "name": legend_name(name),
            "line": {"color": styles[name].colour, "dash": styles[name].dash, "width": 2},
            "marker": {"color": styles[name].colour, "symbol": styles[name].symbol, "size": 9},
            "hovertemplate": f"{literal(name)}, dose %{{x:g}}: %{{y:.3f}}<extra></extra>",
        }
        for name, values in zip(names, rows, strict=True)
    ]
    top = 16 + legend_pixels(names)
    return new_figure(
        f"Optimal contrast coefficients by dose of {len(names)} candidates: {', '.join(names)}.",
        height=HEIGHT + top - 60,
        data=data,
        margin={"t": top},
        xaxis=dose_axis(unit, doses),
        yaxis={
            "title": {"text": "Contrast coefficient"},
            "zeroline": True,
            "zerolinecolor": LIGHT.line,
        },
        showlegend=True,
        hovermode="closest",
    )
