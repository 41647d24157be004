"""What predicted risks rest on: the importance of predictors, and risk as one of them changes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.lettering import fitted, literal
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

_ROW, _FRAME, _NAME = 30, 90, 210


def draw_importance(table: pd.DataFrame, *, style: ArmStyle) -> go.Figure:
    """How much worse the error becomes when a predictor is shuffled, most first.

    Parameters
    ----------
    table : DataFrame
        As `PermutationImportance.table`.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> table = pd.DataFrame({"predictor": ["AGE"], "importance": [0.01], "lower": [0.0],
    ...                       "upper": [0.02]})
    >>> list(draw_importance(table, style=arm_styles(["A"])["A"]).data[0].x)
    [0.01]
    """
    if table.empty:
        return empty_figure("No predictor is in the model.")
    places = list(range(len(table)))
    middle = table["importance"]
    marks: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": middle.tolist(),
        "y": places,
        "marker": {"color": style.colour, "symbol": style.symbol, "size": 9},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": (table["upper"] - middle).tolist(),
            "arrayminus": (middle - table["lower"]).tolist(),
            "color": style.colour,
            "thickness": 1.6,
            "width": 0,
        },
        "hovertext": [
            f"{literal(row.predictor)}: {row.importance:.4f} ({row.lower:.4f} to {row.upper:.4f})"
            for row in table.itertuples()
        ],
        "hoverinfo": "text",
    }
    first = table.iloc[0]
    return new_figure(
        f"Importance of {len(table)} predictors; {first['predictor']} first, "
        f"{first['importance']:.4f}.",
        height=_FRAME + _ROW * len(table),
        data=[marks],
        showlegend=False,
        shapes=[
            {
                "type": "line",
                "x0": 0,
                "x1": 0,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": LIGHT.line, "width": 1, "dash": "dot"},
            }
        ],
        xaxis={"title": {"text": "Brier score lost when shuffled"}},
        yaxis={
            "tickvals": places,
            "ticktext": [fitted(name, _NAME, size=13, most=1) for name in table["predictor"]],
            "range": [len(table) - 0.5, -0.5],
        },
    )


def draw_dependence(table: pd.DataFrame, *, predictor: str, style: ArmStyle) -> go.Figure:
    """Mean risk as one predictor goes through its values, with the spread over subjects.

    Parameters
    ----------
    table : DataFrame
        `predictor`, `value`, `risk`, `lower`, `upper`.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> table = pd.DataFrame({"predictor": "AGE", "value": ["40", "80"], "risk": [0.2, 0.4],
    ...                       "lower": [0.1, 0.3], "upper": [0.3, 0.5]})
    >>> figure = draw_dependence(table, predictor="AGE", style=arm_styles(["A"])["A"])
    >>> list(figure.data[-1].y)
    [20.0, 40.0]
    """
    own = table[table["predictor"] == predictor]
    numbers = pd.to_numeric(own["value"], errors="coerce")
    is_number = bool(numbers.notna().all())
    x = numbers.tolist() if is_number else [literal(value) for value in own["value"]]
    risk = (100 * own["risk"]).tolist()
    data: list[dict[str, Any]] = []
    if is_number:
        band = [*(100 * own["upper"]), *reversed((100 * own["lower"]).tolist())]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [*x, *reversed(x)],
                "y": band,
                "fill": "toself",
                "fillcolor": style.colour,
                "opacity": 0.18,
                "line": {"width": 0},
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
    data.append(
        {
            "type": "scatter",
            "mode": "lines+markers" if is_number else "markers",
            "x": x,
            "y": risk,
            "marker": {"color": style.colour, "symbol": style.symbol, "size": 8},
            "line": {"color": style.colour, "width": 2},
            "showlegend": False,
            "hovertemplate": "%{x}: %{y:.1f}%<extra></extra>",
        }
    )
    return new_figure(
        f"Mean predicted risk by {predictor}: {risk[0]:.0f}% at {own['value'].iloc[0]}, "
        f"{risk[-1]:.0f}% at {own['value'].iloc[-1]}.",
        height=340,
        data=data,
        xaxis={"title": {"text": literal(predictor)}},
        yaxis={"title": {"text": "Mean predicted risk, %"}, "rangemode": "tozero"},
    )
