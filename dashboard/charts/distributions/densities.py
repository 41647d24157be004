"""A binned number by group as outlines of shares."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.checks import require
from dashboard.charts.axes import amount
from dashboard.charts.contrast import translucent
from dashboard.charts.lettering import fitted, legend_name, legend_pixels, literal
from dashboard.charts.theme import ArmStyle, empty_figure, new_figure

_PLOT_PIXELS, _TOP, _TITLE_PIXELS = 264, 14, 230


def draw_densities(
    bins: pd.DataFrame, *, styles: Mapping[str, ArmStyle], label: str, whole: str = "group"
) -> go.Figure:
    """A binned number by group: outlines of the share of the group in each bin.

    Parameters
    ----------
    bins : DataFrame
        `group`, `low`, `high`, `subjects`; bins of one width on one grid, empty ones may
        be left out.
    styles : mapping
        From `theme.arm_styles`.
    label : str
        The variable with its unit.
    whole : str
        What the shares are of, in the singular: "group", "arm", "cohort".

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> bins = pd.DataFrame({"group": "A", "low": [60, 70], "high": [65, 75], "subjects": [1, 3]})
    >>> draw_densities(bins, styles=arm_styles(["A"]), label="Age (years)").data[0].y.tolist()
    [0.0, 0.25, 0.0, 0.75, 0.0]
    """
    filled = bins[bins["subjects"] > 0].reset_index(drop=True)
    if filled.empty:
        return empty_figure(f"No subject has a value of {literal(label)}.")
    width = _bin_width(bins)
    groups = [group for group in styles if (filled["group"] == group).any()]
    legend = legend_pixels(groups) if len(groups) > 1 else 0
    height = _TOP + legend + _PLOT_PIXELS
    figure = new_figure(_describe(filled, groups, label, whole), height=height)
    edges = np.arange(bins["low"].min(), bins["low"].max() + 1.5 * width, width)
    for group in groups:
        rows = filled[filled["group"] == group]
        _add_outline(figure, rows, edges, styles[group], shaded=len(groups) <= 3)
    figure.update_layout(showlegend=len(groups) > 1, margin={"t": _TOP + legend})
    _set_axes(figure, label, width, whole)
    return figure


def _bin_width(bins: pd.DataFrame) -> float:
    widths = (bins["high"] - bins["low"]).to_numpy(dtype=float)
    width = float(widths[0])
    equal = width > 0 and bool(np.allclose(widths, width, rtol=1e-6))
    require(equal, "bins have one width above 0", low=bins["low"].tolist()[:4], widths=widths[:4])
    steps = ((bins["low"] - bins["low"].min()) / width).to_numpy(dtype=float)
    on_grid = bool(np.allclose(steps, np.round(steps), atol=1e-6))
    require(on_grid, "bins lie on one grid", low=bins["low"].tolist()[:8], width=width)
    return width


def _add_outline(
    figure: go.Figure, rows: pd.DataFrame, edges: np.ndarray, style: ArmStyle, *, shaded: bool
) -> None:
    width = edges[1] - edges[0]
    counts = np.zeros(len(edges))
    np.add.at(counts, np.rint((rows["low"] - edges[0]) / width).astype(int), rows["subjects"])
    size = counts.sum()
    figure.add_scatter(
        # One empty bin on either side, so that the outline stands on the axis.
        x=np.concatenate(([edges[0] - width / 2], edges + width / 2)),
        y=np.concatenate(([0.0], counts / size)),
        customdata=np.concatenate(([0], counts)),
        mode="lines",
        line={"color": style.colour, "dash": style.dash, "width": 2, "shape": "hvh"},
        fill="tozeroy" if shaded else None,
        fillcolor=translucent(style.colour, 0.10),
        name=legend_name(rows["group"].iloc[0]),
        hovertemplate=f"%{{customdata:,}} of {size:,.0f} (%{{y:.1%}})",
        meta={"part": "outline"},
    )


def _set_axes(figure: go.Figure, label: str, width: float, whole: str) -> None:
    figure.update_layout(
        hovermode="x unified",
        xaxis={
            "title": {"text": fitted(label, _TITLE_PIXELS, size=14, most=2)},
            "unifiedhovertitle": {"text": f"{literal(label)}, {width:g} wide around %{{x:.6~r}}"},
            "nticks": 8,
        },
        yaxis={
            "title": {"text": f"Share of the {whole}"},
            "tickformat": ".0%",
            "rangemode": "tozero",
            "nticks": 5,
        },
    )


def _describe(filled: pd.DataFrame, groups: list[str], label: str, whole: str) -> str:
    parts = []
    for group in groups:
        top = filled.loc[filled.loc[filled["group"] == group, "subjects"].idxmax()]
        parts.append(f"{group} most often {amount(top['low'])} to {amount(top['high'])}")
    return f"{label} by {whole}: " + "; ".join(parts) + "."
