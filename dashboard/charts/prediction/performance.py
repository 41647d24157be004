"""Calibration and decision curves of predicted risks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.lettering import legend_name
from dashboard.charts.theme import LIGHT, ArmStyle, new_figure

_HEIGHT = 430


def draw_calibration(
    curves: pd.DataFrame, risks: pd.Series, *, model: str, style: ArmStyle
) -> go.Figure:
    """Observed incidence against predicted risk, with a band, and how many had which risk.

    Parameters
    ----------
    curves : DataFrame
        As `Validation.curves`.
    risks : Series
        Told for each subject by the model.
    model : str
        Whose curve is drawn.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> curves = pd.DataFrame({"model": "A", "risk": [0.1, 0.9], "incidence": [0.2, 0.8],
    ...                        "lower": [0.1, 0.7], "upper": [0.3, 0.9]})
    >>> style = arm_styles(["A"])["A"]
    >>> len(draw_calibration(curves, pd.Series([0.1, 0.9]), model="A", style=style).data)
    4
    """
    own = curves[curves["model"] == model]
    x, y = (100 * own["risk"]).tolist(), (100 * own["incidence"]).tolist()
    band_x = [*x, *reversed(x)]
    band_y = [*(100 * own["upper"]), *reversed((100 * own["lower"]).tolist())]
    counts, edges = _histogram(risks)
    data: list[dict[str, Any]] = [
        _trace([0, 100], [0, 100], "Perfect", {"color": LIGHT.muted, "dash": "dot", "width": 1}),
        {
            **_trace(band_x, band_y, "95% interval", {"width": 0}),
            "fill": "toself",
            "fillcolor": style.colour,
            "opacity": 0.18,
            "hoverinfo": "skip",
        },
        {
            **_trace(x, y, legend_name(model), {"color": style.colour, "width": 2.5}),
            "hovertemplate": "risk %{x:.0f}%: observed %{y:.0f}%<extra></extra>",
        },
        {
            "type": "bar",
            "x": edges,
            "y": counts,
            "width": 4,
            "marker": {"color": LIGHT.muted},
            "yaxis": "y2",
            "showlegend": False,
            "hovertemplate": "risk %{x:.0f}%: %{y} subjects<extra></extra>",
        },
    ]
    return new_figure(
        f"Calibration of {model}: observed incidence goes from {y[0]:.0f}% at a risk of "
        f"{x[0]:.0f}% to {y[-1]:.0f}% at {x[-1]:.0f}%.",
        height=_HEIGHT,
        data=data,
        bargap=0,
        xaxis={"title": {"text": "Predicted risk, %"}, "range": [0, 100], "anchor": "y2"},
        yaxis={
            "title": {"text": "Observed incidence, %"},
            "range": [0, 100],
            "domain": [0.24, 1],
        },
        yaxis2={"title": {"text": "Subjects"}, "domain": [0, 0.16], "nticks": 3},
    )


def _histogram(risks: pd.Series) -> tuple[list[int], list[float]]:
    """Subjects by risk, in steps of five points; the middles of the steps."""
    steps = (risks.clip(0, 0.9999) * 20).astype(int).value_counts()
    return [int(steps.get(step, 0)) for step in range(20)], [5.0 * step + 2.5 for step in range(20)]


def _trace(x: list[float], y: list[float], name: str, line: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "name": name, "line": {**line}}


def draw_decisions(
    decisions: pd.DataFrame, *, models: Mapping[str, ArmStyle], threshold: float
) -> go.Figure:
    """Net benefit against the threshold from which somebody would act.

    Parameters
    ----------
    decisions : DataFrame
        As `Validation.decisions`.
    models : mapping
        Models that are drawn, and their styles; acting on everybody and on nobody come beside.
    threshold : float
        The one on screen.

    Examples
    --------
    >>> rows = pd.DataFrame({"model": ["treat all", "treat none"] * 2,
    ...     "threshold": [0.1, 0.1, 0.2, 0.2], "net_benefit": [0.3, 0, 0.2, 0]})
    >>> len(draw_decisions(rows, models={}, threshold=0.1).data)
    2
    """
    kept = decisions[decisions["threshold"] <= _furthest(decisions)]
    everybody, nobody = (kept[kept["model"] == name] for name in ("treat all", "treat none"))
    data = [
        _line(everybody, "Act on everybody", {"color": LIGHT.muted, "width": 1.5}),
        _line(nobody, "Act on nobody", {"color": LIGHT.line, "width": 1.5, "dash": "dot"}),
    ]
    for name, style in models.items():
        look = {"color": style.colour, "width": 2.5, "dash": style.dash}
        data.append(_line(kept[kept["model"] == name], legend_name(name), look))
    low = float(kept.loc[kept["model"].isin(models), "net_benefit"].min()) if models else 0.0
    high = float(kept["net_benefit"].max())
    return new_figure(
        f"Decision curves: net benefit by threshold, of {', '.join(models) or 'no model'} and of "
        "acting on everybody or nobody.",
        height=_HEIGHT - 60,
        data=data,
        shapes=[
            {
                "type": "line",
                "x0": 100 * threshold,
                "x1": 100 * threshold,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": LIGHT.line, "width": 1, "dash": "dash"},
            }
        ],
        xaxis={"title": {"text": "Risk from which one would act, %"}},
        yaxis={
            "title": {"text": "Net benefit per subject"},
            "range": [min(low, 0.0) - 0.02, high * 1.08 + 0.01],
        },
    )


def _furthest(decisions: pd.DataFrame) -> float:
    """Where acting on everybody has long done more harm than good."""
    own = decisions[decisions["model"] == "treat all"]
    helps = own.loc[own["net_benefit"] > 0, "threshold"]
    return min(0.99, (float(helps.max()) if len(helps) else 0.3) + 0.3)


def _line(rows: pd.DataFrame, name: str, look: Mapping[str, Any]) -> dict[str, Any]:
    x, y = (100 * rows["threshold"]).tolist(), rows["net_benefit"].tolist()
    return {
        **_trace(x, y, name, look),
        "hovertemplate": "act from %{x:.0f}%: %{y:.3f}<extra></extra>",
    }
