"""What designs do under scenarios: bars beside the benchmark, and a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.lettering import fitted, legend_name, legend_pixels, literal
from dashboard.charts.theme import ARM_PALETTE, LIGHT, NEUTRAL, RAMPS, new_figure

_BAR, _GAP, _FRAME, _CELL = 13, 16, 96, 30  # pixels
_NAMES = 110
_ERRORS = 1.96
_COLOURS = (*ARM_PALETTE, NEUTRAL)


def draw_designs(
    table: pd.DataFrame,
    *,
    measure: str,
    share: bool,
    order: Sequence[str],
    benchmark: pd.DataFrame | None = None,
) -> go.Figure:
    """One figure of several designs under each scenario.

    Parameters
    ----------
    table : DataFrame
        `design`, `scenario`, `value`, `se`; Monte-Carlo errors are 0 where exact.
    measure : str
        Title of the axis.
    share : bool
        Whether values are probabilities.
    order : sequence of str
        All families, which fixes the colour of each.
    benchmark : DataFrame, optional
        `scenario`, `value`: the bound, marked by a line across the bars.

    Examples
    --------
    >>> table = pd.DataFrame({"design": ["BOIN"], "scenario": ["A"], "value": [0.6], "se": [0.0]})
    >>> figure = draw_designs(table, measure="Correct selection", share=True, order=["BOIN"])
    >>> list(figure.data[0].x)
    [60.0]
    """
    factor = 100 if share else 1
    designs = [one for one in order if one in set(table["design"])]
    scenarios = list(dict.fromkeys(table["scenario"]))
    rows = {name: place for place, name in enumerate(scenarios)}
    data = [
        _bars(table[table["design"] == one], one, _COLOURS[order.index(one)], rows, factor)
        for one in designs
    ]
    if benchmark is not None:
        data.append(_bound(benchmark, rows, factor))
    legend = legend_pixels([*designs, "Benchmark"])
    return new_figure(
        _described(table, measure, factor, benchmark),
        height=_FRAME + legend + len(scenarios) * (len(designs) * _BAR + _GAP),
        data=data,
        barmode="group",
        bargap=0.25,
        margin={"t": legend + 12},
        showlegend=True,
        xaxis={
            "title": {"text": f"{measure}, %" if share else measure},
            "range": [0, 100 if share else _most(table, benchmark)],
            "showgrid": True,
        },
        yaxis={
            "tickvals": list(rows.values()),
            "ticktext": [fitted(name, _NAMES, size=13, most=2) for name in scenarios],
            "range": [len(scenarios) - 0.5, -0.5],
            "ticks": "",
            "showgrid": False,
        },
    )


def _bars(
    own: pd.DataFrame, name: str, colour: str, rows: dict[str, int], factor: int
) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": legend_name(name),
        "y": [rows[one] for one in own["scenario"]],
        "x": (factor * own["value"]).tolist(),
        "marker": {"color": colour},
        "error_x": {
            "type": "data",
            "array": (_ERRORS * factor * own["se"]).tolist(),
            "visible": bool((own["se"] > 0).any()),
            "color": LIGHT.text,
            "thickness": 1.2,
            "width": 3,
        },
        "hovertext": [
            f"{literal(name)}, {literal(row.scenario)}: {_said(factor * row.value, factor)}"
            + (f" ± {_ERRORS * factor * row.se:.1f}" if row.se > 0 else ", exact")
            for row in own.itertuples()
        ],
        "hoverinfo": "text",
    }


def _bound(benchmark: pd.DataFrame, rows: dict[str, int], factor: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Benchmark",
        "y": [rows[one] for one in benchmark["scenario"]],
        "x": (factor * benchmark["value"]).tolist(),
        "marker": {
            "symbol": "line-ns",
            "size": 30,
            "color": LIGHT.text,
            "line": {"color": LIGHT.text, "width": 2.5},
        },
        "hovertext": [
            f"Benchmark, {literal(row.scenario)}: {_said(factor * row.value, factor)}"
            for row in benchmark.itertuples()
        ],
        "hoverinfo": "text",
    }


def draw_scenario_heat(table: pd.DataFrame, *, measure: str, share: bool) -> go.Figure:
    """One figure as cells: a row a scenario, a column a design.

    Parameters
    ----------
    table : DataFrame
        `design`, `scenario`, `value`; columns and rows in their first order.
    measure : str
    share : bool
        Whether values are probabilities.

    Examples
    --------
    >>> table = pd.DataFrame({"design": ["BOIN"], "scenario": ["A"], "value": [0.6]})
    >>> draw_scenario_heat(table, measure="Correct selection", share=True).data[0].z
    ([60.0],)
    """
    factor = 100 if share else 1
    designs = list(dict.fromkeys(table["design"]))
    scenarios = list(dict.fromkeys(table["scenario"]))
    known = {(row.scenario, row.design): factor * row.value for row in table.itertuples()}
    z = [[float(known.get((s, d), np.nan)) for d in designs] for s in scenarios]
    size = 11 if len(designs) < 5 else 9
    ramp = RAMPS["light"][:4]  # so that one ink can be read on all cells
    cells = {
        "type": "heatmap",
        "z": z,
        "x": list(range(len(designs))),
        "y": list(range(len(scenarios))),
        "zmin": 0,
        "zmax": 100 if share else None,
        "colorscale": [[i / (len(ramp) - 1), one] for i, one in enumerate(ramp)],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "text": [["" if one != one else f"{one:.1f}" for one in row] for row in z],
        "texttemplate": "%{text}",
        "textfont": {"color": LIGHT.text, "size": 13},
        "hovertext": [
            [
                f"{literal(d)}, {literal(s)}: {_said(known.get((s, d), np.nan), factor)}"
                for d in designs
            ]
            for s in scenarios
        ],
        "hoverinfo": "text",
    }
    return new_figure(
        _described(table, measure, factor, None),
        height=_FRAME + 20 + _CELL * len(scenarios),
        data=[cells],
        xaxis={
            "tickvals": list(range(len(designs))),
            "ticktext": [fitted(one, 280 / len(designs), size=size, most=3) for one in designs],
            "side": "top",
            "tickfont": {"size": size},
            "showline": False,
            "ticks": "",
        },
        yaxis={
            "tickvals": list(range(len(scenarios))),
            "ticktext": [fitted(one, _NAMES, size=13, most=1) for one in scenarios],
            "range": [len(scenarios) - 0.5, -0.5],
            "ticks": "",
            "showgrid": False,
        },
    )


def _most(table: pd.DataFrame, benchmark: pd.DataFrame | None) -> float:
    values = table["value"] + _ERRORS * table["se"]
    most = float(values.max())
    if benchmark is not None and len(benchmark):
        most = max(most, float(benchmark["value"].max()))
    return 1.06 * most if most > 0 else 1.0


def _said(value: float, factor: int) -> str:
    if np.isnan(value):
        return "not estimable"
    return f"{value:.1f}%" if factor == 100 else f"{value:.1f}"


def _described(
    table: pd.DataFrame, measure: str, factor: int, benchmark: pd.DataFrame | None
) -> str:
    parts = [
        f"{row.design}, {row.scenario}: {_said(factor * row.value, factor)}"
        for row in table.itertuples()
    ]
    if benchmark is not None:
        parts += [
            f"benchmark, {row.scenario}: {_said(factor * row.value, factor)}"
            for row in benchmark.itertuples()
        ]
    return f"{measure} by scenario and design. {'; '.join(parts)}."
