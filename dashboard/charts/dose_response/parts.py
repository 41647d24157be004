"""What charts over dose share: bands, lines, observed points with intervals, and the dose axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboard.charts.lettering import literal
from dashboard.charts.theme import LIGHT

HEIGHT = 420


def dose_axis(unit: str, doses: Sequence[float]) -> dict[str, Any]:
    """An axis of doses from 0, with its unit and a tick for each dose of the trial.

    Examples
    --------
    >>> dose_axis("mg", [0.0, 10.0])["title"]["text"]
    'Dose, mg'
    """
    highest = max(doses)
    room = 0.03 * highest
    apart = [doses[0]]
    for dose in doses[1:]:  # labels of doses closer than this would overlap on a narrow screen
        if dose - apart[-1] >= 0.07 * highest:
            apart.append(dose)
    return {
        "title": {"text": f"Dose, {literal(unit)}" if unit else "Dose"},
        "range": [-room, highest + room],
        "tickmode": "array",
        "tickvals": apart,
        "ticktext": [f"{dose:g}" for dose in apart],
    }


def band(curve: pd.DataFrame, colour: str, *, name: str, factor: float = 1.0) -> dict[str, Any]:
    """An area between `lower` and `upper` over `dose`."""
    known = curve.dropna(subset=["lower", "upper"])
    doses = known["dose"].tolist()
    upper, lower = (factor * known["upper"]).tolist(), (factor * known["lower"]).tolist()
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*doses, *reversed(doses)],
        "y": [*upper, *reversed(lower)],
        "fill": "toself",
        "fillcolor": colour,
        "opacity": 0.16,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "name": name,
        "showlegend": False,
        "meta": {"part": "band"},
    }


def line(
    curve: pd.DataFrame,
    colour: str,
    *,
    name: str,
    what: str = "estimate",
    dash: str = "solid",
    factor: float = 1.0,
    width: float = 2.5,
) -> dict[str, Any]:
    """A curve over `dose`."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": curve["dose"].tolist(),
        "y": (factor * curve[what]).tolist(),
        "line": {"color": colour, "width": width, "dash": dash},
        "name": literal(name),
        "meta": {"part": "curve"},
        "hovertemplate": f"{literal(name)}, dose %{{x:.3~g}}: %{{y:.3~g}}<extra></extra>",
    }


def observed(
    table: pd.DataFrame, *, said: Sequence[str], name: str, factor: float = 1.0
) -> dict[str, Any]:
    """Estimates at the doses of the trial with their intervals; `said` is shown for each."""
    lower = (factor * (table["estimate"] - table["lower"])).fillna(0.0)
    upper = (factor * (table["upper"] - table["estimate"])).fillna(0.0)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": table["dose"].tolist(),
        "y": (factor * table["estimate"]).tolist(),
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": upper.tolist(),
            "arrayminus": lower.tolist(),
            "color": LIGHT.text,
            "thickness": 1.5,
            "width": 0,
        },
        "marker": {"color": LIGHT.text, "size": 9, "symbol": "diamond"},
        "name": name,
        "meta": {"part": "observed"},
        "hovertext": [literal(one) for one in said],
        "hoverinfo": "text",
    }
