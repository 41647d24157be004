"""Risk of an adverse event by dose as a study saw it, and the scenarios taken from it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted, percent
from dashboard.charts.dose_response.parts import HEIGHT, band, dose_axis, line, observed
from dashboard.charts.lettering import legend_pixels, literal
from dashboard.charts.theme import ARM_PALETTE, LIGHT, new_figure

_MARKS = (
    ("risk", "Central", "circle", LIGHT.accent),
    ("lower", "Optimistic", "triangle-down", ARM_PALETTE[2]),
    ("upper", "Pessimistic", "triangle-up", ARM_PALETTE[1]),
)
OBSERVED = "Observed, 95% CI"


def draw_seen(
    curve: pd.DataFrame,
    table: pd.DataFrame,
    seen: pd.DataFrame,
    *,
    title: str,
    unit: str,
    given: tuple[float, float],
    target: float,
) -> go.Figure:
    """The fitted curve with its band, what was observed, and the scenarios at the doses to come.

    Parameters
    ----------
    curve, table : DataFrame
        `dose`, `risk`, `lower`, `upper`: along the curve, and at the doses of the trial to come.
    seen : DataFrame
        `dose`, `subjects`, `events`, `incidence`, `lower`, `upper`.
    title, unit : str
        Of the event, and of the doses.
    given : tuple of float
        Lowest and highest dose given: outside, the curve is dotted.
    target : float
        Toxicity that is aimed at.

    Examples
    --------
    >>> curve = pd.DataFrame({"dose": [0.0, 10.0, 20.0], "risk": [0.1, 0.2, 0.3],
    ...     "lower": [0.05, 0.1, 0.1], "upper": [0.2, 0.3, 0.6]})
    >>> seen = pd.DataFrame({"dose": [0.0, 10.0], "subjects": [9, 9], "events": [1, 2],
    ...     "incidence": [0.11, 0.22], "lower": [0.0, 0.1], "upper": [0.4, 0.5]})
    >>> figure = draw_seen(curve, curve.iloc[1:], seen, title="Rash", unit="mg", given=(0, 10),
    ...     target=0.25)
    >>> [trace.name for trace in figure.data][1:4]
    ['Fitted risk', 'Extrapolated', 'Observed, 95% CI']
    """
    inside = curve[curve["dose"] <= given[1] + 1e-9]
    outside = curve[curve["dose"] >= inside["dose"].max()]
    data: list[dict[str, Any]] = [
        band(curve, LIGHT.accent, name="95% band", factor=100.0),
        line(inside, LIGHT.accent, name="Fitted risk", what="risk", factor=100.0),
    ]
    if len(outside) > 1:
        data.append(
            line(outside, LIGHT.accent, name="Extrapolated", what="risk", factor=100.0, dash="dot")
        )
    known = seen.dropna(subset=["incidence"]).assign(estimate=lambda rows: rows["incidence"])
    data.append(observed(known, said=_said(known), name=OBSERVED, factor=100.0))
    data += [_marks(table, given, *mark) for mark in _MARKS]
    names = [one["name"] for one in data if one.get("showlegend", True)]
    top = 16 + legend_pixels(names)
    doses = sorted({*seen["dose"], *table["dose"]})
    goal = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": 100 * target,
        "y1": 100 * target,
        "line": {"color": LIGHT.muted, "width": 1, "dash": "dash"},
    }
    said = {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": 100 * target,
        "yanchor": "bottom",
        "xshift": 8,
        "text": f"target {100 * target:g}%",
        "showarrow": False,
        "font": {"color": LIGHT.muted, "size": 12},
    }
    return new_figure(
        f"{title} by dose: fitted {_listed(table)}; observed "
        + ", ".join(f"{row.dose:g}: {percent(float(row.estimate))}" for row in known.itertuples())
        + ".",
        height=HEIGHT + top,
        data=data,
        margin={"t": top},
        xaxis=dose_axis(unit, doses),
        yaxis={"title": {"text": "Risk, %"}, "rangemode": "tozero"},
        shapes=[goal],
        annotations=[said],
        hovermode="closest",
    )


def _marks(
    table: pd.DataFrame, given: tuple[float, float], what: str, name: str, symbol: str, colour: str
) -> dict[str, Any]:
    inside = table["dose"].between(*given)
    doses = [f"{dose:g}" for dose in table["dose"]]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": table["dose"].tolist(),
        "y": (100 * table[what]).tolist(),
        "marker": {
            "size": 11,
            "symbol": [symbol if one else f"{symbol}-open" for one in inside],
            "color": colour,
            "line": {"color": colour, "width": 2},
        },
        "name": name,
        "meta": {"part": "scenario"},
        "hovertext": [
            f"{name}, dose {dose}: {percent(float(risk))}" + ("" if one else ", extrapolated")
            for dose, risk, one in zip(doses, table[what], inside, strict=True)
        ],
        "hoverinfo": "text",
    }


def _said(known: pd.DataFrame) -> list[str]:
    return [
        literal(
            f"dose {row['dose']:g}: {row['events']:,.0f} of "
            f"{counted(row['subjects'], 'subject')}, incidence {percent(row['incidence'])} "
            f"({percent(row['lower'])} to {percent(row['upper'])})"
        )
        for row in known.to_dict("records")
    ]


def _listed(table: pd.DataFrame) -> str:
    return ", ".join(f"{row.dose:g}: {percent(float(row.risk))}" for row in table.itertuples())
