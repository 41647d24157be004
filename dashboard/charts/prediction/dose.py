"""Risk against dose: a curve with its band, and what was observed at each dose."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.theme import LIGHT, new_figure

_HEIGHT = 420


def draw_dose(curve: pd.DataFrame, observed: pd.DataFrame, *, days: float) -> go.Figure:
    """The fitted risk within the doses given; a point's area grows with the subjects at a dose.

    Parameters
    ----------
    curve : DataFrame
        `dose`, `risk`, `lower`, `upper`.
    observed : DataFrame
        `dose`, `subjects`, `events`, `incidence`.
    days : float
        By which the event is to happen.

    Examples
    --------
    >>> curve = pd.DataFrame({"dose": [0.0, 10.0], "risk": [0.1, 0.3], "lower": [0.05, 0.2],
    ...                       "upper": [0.2, 0.4]})
    >>> observed = pd.DataFrame({"dose": [0.0, 10.0], "subjects": [40, 40], "events": [4, 12],
    ...                          "incidence": [0.1, 0.3]})
    >>> list(draw_dose(curve, observed, days=90).data[1].y)
    [10.0, 30.0]
    """
    x = curve["dose"].tolist()
    band = [*(100 * curve["upper"]), *reversed((100 * curve["lower"]).tolist())]
    most = max(1, int(observed["subjects"].max()))
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [*x, *reversed(x)],
            "y": band,
            "fill": "toself",
            "fillcolor": LIGHT.accent,
            "opacity": 0.18,
            "line": {"width": 0},
            "hoverinfo": "skip",
            "name": "95% band",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": (100 * curve["risk"]).tolist(),
            "line": {"color": LIGHT.accent, "width": 2.5},
            "name": "Fitted risk",
            "hovertemplate": "dose %{x:.3~g}: %{y:.1f}%<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": observed["dose"].tolist(),
            "y": (100 * observed["incidence"]).tolist(),
            "marker": {
                "color": LIGHT.text,
                "size": [6 + 10 * (n / most) ** 0.5 for n in observed["subjects"]],
                "symbol": "diamond",
            },
            "name": "Observed incidence",
            "hovertext": [
                f"dose {row.dose:g}: {row.events:,} of {row.subjects:,} subjects, incidence "
                f"{100 * row.incidence:.1f}%"
                for row in observed.itertuples()
            ],
            "hoverinfo": "text",
        },
    ]
    first, last = curve.iloc[0], curve.iloc[-1]
    return new_figure(
        f"Risk by day {days:g} against dose: {100 * first['risk']:.0f}% at {first['dose']:g}, "
        f"{100 * last['risk']:.0f}% at {last['dose']:g}.",
        height=_HEIGHT,
        data=data,
        xaxis={"title": {"text": "Starting dose, as recorded"}},
        yaxis={"title": {"text": f"Risk by day {days:g}, %"}, "rangemode": "tozero"},
    )
