"""The designs of a search: all that were tried, the front, the way to it, what it rests on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.theme import LIGHT, new_figure

_HEIGHT = 440


def draw_front(
    tried: pd.DataFrame,
    front: pd.DataFrame,
    *,
    marked: dict[str, tuple[float, float]],
    across: str,
    up: str,
    percent: tuple[bool, bool],
    joined: bool = True,
) -> go.Figure:
    """Two objectives of all designs: tried, on the front, and some by name.

    Parameters
    ----------
    tried : DataFrame
        `across`, `up`, `feasible`.
    front : DataFrame
        `number`, `across`, `up`; a click gives the number.
    marked : dict
        Names of designs, such as the user's own, with their values.
    across, up : str
        Titles of the axes.
    percent : (bool, bool)
        Which of them are probabilities.
    joined : bool
        Whether a line goes through the front: with more objectives than two it is no curve.

    Examples
    --------
    >>> tried = pd.DataFrame({"across": [24.0, 30], "up": [0.8, 0.9], "feasible": [True, False]})
    >>> front = pd.DataFrame({"number": [0], "across": [24.0], "up": [0.8]})
    >>> drawn = draw_front(tried, front, marked={"Own": (26.0, 0.85)}, across="Months", up="Power",
    ...                    percent=(False, True))
    >>> [trace.name for trace in drawn.data]
    ['Breaks a constraint', 'Tried', 'Front', 'Own']
    """
    allowed = tried[tried["feasible"]]
    broken = tried[~tried["feasible"]]
    data = [
        _dots(broken, "Breaks a constraint", LIGHT.line, 4),
        _dots(allowed, "Tried", LIGHT.accent_soft, 5),
        {
            **_dots(front, "Front", LIGHT.accent, 10),
            "mode": "lines+markers" if joined else "markers",
            "line": {"color": LIGHT.accent, "width": 1, "dash": "2px,3px"},
            "customdata": front["number"].tolist(),
        },
    ]
    data += [
        {
            **_dots(pd.DataFrame({"across": [x], "up": [y]}), name, LIGHT.text, 11),
            "mode": "markers+text",
            "marker": {"size": 11, "color": LIGHT.text, "symbol": "diamond"},
            "text": [name],
            "textposition": "bottom right",
            "textfont": {"size": 12, "color": LIGHT.text},
            "cliponaxis": False,
        }
        for name, (x, y) in marked.items()
    ]
    return new_figure(
        f"{len(tried):,} designs tried by {across.lower()} and {up.lower()}; {len(front):,} of "
        "them on the front.",
        height=_HEIGHT,
        data=data,
        hovermode="closest",
        clickmode="event+select",
        margin={"t": 40},
        xaxis={"title": {"text": across}, "tickformat": ".0%" if percent[0] else ",.4~g"},
        yaxis={"title": {"text": up}, "tickformat": ".0%" if percent[1] else ",.4~g"},
    )


def _dots(rows: pd.DataFrame, name: str, colour: str, size: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rows["across"].tolist(),
        "y": rows["up"].tolist(),
        "name": name,
        "marker": {"size": size, "color": colour},
        "hovertemplate": "%{x:.4g}, %{y:.4g}",
    }


def draw_parallel(front: pd.DataFrame, *, chosen: int) -> go.Figure:
    """Variables and objectives of the front side by side, each from its lowest to its highest.

    Parameters
    ----------
    front : DataFrame
        `number`, then numeric columns in the order in which they are drawn.
    chosen : int
        The number of the design that is drawn thick.

    Examples
    --------
    >>> front = pd.DataFrame({"number": [3, 8], "events": [300, 350], "power": [0.88, 0.92]})
    >>> len(draw_parallel(front, chosen=8).data)
    2
    """
    names = [name for name in front.columns if name != "number"]
    low, high = front[names].min(), front[names].max()
    span = (high - low).where(high > low, 1.0)
    scaled = (front[names] - low) / span
    order = [*(n for n in front["number"] if n != chosen), chosen]
    data = []
    for number in order:
        place = front.index[front["number"] == number][0]
        thick = number == chosen
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if thick else "lines",
                "x": names,
                "y": scaled.loc[place].tolist(),
                "name": f"Design {number}",
                "showlegend": False,
                "line": {
                    "color": LIGHT.accent if thick else LIGHT.line,
                    "width": 3 if thick else 1,
                },
                "customdata": front.loc[place, names].tolist(),
                "hovertemplate": f"Design {number}: %{{customdata:.4g}}<extra></extra>",
            }
        )
    ends = [
        {
            "x": name, "y": y, "text": _short(value), "showarrow": False, "yanchor": anchor,
            "font": {"size": 12, "color": LIGHT.muted},
        }
        for name in names
        for y, value, anchor in ((1.03, high[name], "bottom"), (-0.03, low[name], "top"))
    ]  # fmt: skip
    return new_figure(
        f"Parallel coordinates of {len(front):,} designs on the front; design {chosen} is thick.",
        height=_HEIGHT - 40,
        data=data,
        annotations=ends,
        margin={"t": 36, "b": 90},
        hovermode="closest",
        xaxis={"type": "category", "tickangle": -30},
        yaxis={"visible": False, "range": [-0.15, 1.15]},
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def draw_history(history: pd.DataFrame) -> go.Figure:
    """How much of the space of objectives the front dominates, by designs tried.

    Parameters
    ----------
    history : DataFrame
        `evaluations`, `hypervolume`.

    Examples
    --------
    >>> history = pd.DataFrame({"evaluations": [1, 100], "hypervolume": [0.1, 0.8]})
    >>> draw_history(history).data[0].mode
    'lines'
    """
    last = history.iloc[-1]
    return new_figure(
        f"Hypervolume of the front after {last['evaluations']:,.0f} designs: "
        f"{last['hypervolume']:.3f}.",
        height=300,
        data=[
            {
                "type": "scatter",
                "mode": "lines",
                "x": history["evaluations"].tolist(),
                "y": history["hypervolume"].tolist(),
                "line": {"color": LIGHT.accent, "width": 2.5, "shape": "hv"},
                "showlegend": False,
                "hovertemplate": "%{x:,d} designs: %{y:.3f}<extra></extra>",
            }
        ],
        margin={"t": 20},
        xaxis={"title": {"text": "Designs tried"}, "tickformat": ",d"},
        yaxis={"title": {"text": "Hypervolume"}, "rangemode": "tozero"},
    )


def draw_tornado(bars: pd.DataFrame, *, objective: str, percent: bool) -> go.Figure:
    """One objective when an assumption is changed, the longest bar on top.

    Parameters
    ----------
    bars : DataFrame
        `assumption`, `low`, `high`, `assumed`.
    objective : str
        Title of the axis.
    percent : bool
        Whether it is a probability.

    Examples
    --------
    >>> bars = pd.DataFrame({"assumption": ["Effect"], "low": [0.7], "high": [0.95],
    ...                      "assumed": [0.9]})
    >>> len(draw_tornado(bars, objective="Power", percent=True).data)
    2
    """
    rows = bars[np.isfinite(bars["low"]) & np.isfinite(bars["high"])].iloc[::-1]
    own = float(bars["assumed"].iloc[0])
    tones = {"low": LIGHT.accent_soft, "high": LIGHT.accent}
    names = {"low": "10 % less", "high": "10 % more"}
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "y": rows["assumption"].tolist(),
            "x": (rows[end] - own).tolist(),
            "base": own,
            "name": names[end],
            "marker": {"color": tones[end]},
            "customdata": rows[end].tolist(),
            "hovertemplate": "%{customdata:.4g}",
        }
        for end in ("low", "high")
    ]
    said = "; ".join(
        f"{row.assumption} {row.low:.4g} to {row.high:.4g}" for row in rows.itertuples()
    )
    return new_figure(
        f"{objective} when an assumption changes by 10 %: {said}.",
        height=120 + 44 * len(rows),
        data=data,
        barmode="overlay",
        margin={"t": 36},
        xaxis={"title": {"text": objective}, "tickformat": ".0%" if percent else ",.4~g"},
        yaxis={"title": {"text": ""}, "automargin": True},
    )
