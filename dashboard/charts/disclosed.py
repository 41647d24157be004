"""Figures of shares, drawn from nothing but what is left after small counts were hidden."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.lettering import legend_name, literal
from dashboard.charts.theme import LIGHT, arm_styles, empty_figure, new_figure

_ROW_PIXELS, _BAR_PIXELS = 26, 17
_HEIGHT = 430


def draw_disclosed_counts(rows: pd.DataFrame, *, arms: Sequence[str]) -> go.Figure:
    """Bars by arm; where a number is hidden a dash stands in place of the bar.

    Parameters
    ----------
    rows : DataFrame
        `row`, `arm`, `value` (missing where hidden), `share` (whether values are shares).
    arms : sequence of str
        Their order.

    Examples
    --------
    >>> rows = pd.DataFrame({"row": ["F", "M"], "arm": "A", "value": [None, 0.5], "share": True})
    >>> draw_disclosed_counts(rows, arms=["A"]).data[0].text
    ('–', '50.0%')
    """
    if rows.empty:
        return empty_figure("Nothing is counted.")
    share = bool(rows["share"].all())
    names, styles = list(dict.fromkeys(rows["row"])), arm_styles(list(arms), list(arms))
    hidden = int(rows["value"].isna().sum())
    what = "Share of the arm" if share else "Subjects"
    said = f"{what} in {len(names)} rows" + (", some of them hidden." if hidden else ".")
    figure = new_figure(said, height=110 + (_ROW_PIXELS + _BAR_PIXELS * len(arms)) * len(names))
    for arm in arms:
        own = rows[rows["arm"] == arm].set_index("row")["value"].reindex(names)
        texts = ["–" if one != one else f"{one:.1%}" if share else f"{one:,.0f}" for one in own]
        figure.add_bar(
            orientation="h",
            x=own.fillna(0).tolist(),
            y=[literal(name) for name in names],
            text=texts,
            textposition="outside",
            cliponaxis=False,
            marker={"color": styles[arm].colour},
            name=legend_name(arm),
            showlegend=len(arms) > 1,
            hovertemplate=f"<b>%{{y}}</b><br>%{{text}} {literal(arm)}<extra></extra>",
        )
    top = rows["value"].max()
    figure.update_layout(
        barmode="group",
        bargap=0.25,
        hovermode="closest",
        legend={"traceorder": "normal"},
        margin={"t": 40, "r": 60},
        xaxis={
            "title": {"text": what},
            "range": [0, 1.12 * top if top == top and top > 0 else 1],
            "tickformat": ".0%" if share else ",d",
        },
        yaxis={"autorange": "reversed", "automargin": True, "showgrid": False},
    )
    return figure


def draw_disclosed_curves(curves: pd.DataFrame, *, unit: str = "") -> go.Figure:
    """Coarse survival curves, straight between their few points, with numbers at risk on hover.

    Parameters
    ----------
    curves : DataFrame
        As `analytics.disclosure.coarsen_curves` gives them.
    unit : str
        Of time.

    Examples
    --------
    >>> curves = pd.DataFrame({"arm": "A", "time": [0.0, 6.0], "survival": [1.0, 0.8],
    ...                        "lower": [1.0, 0.7], "upper": [1.0, 0.9], "at_risk": [60, 40]})
    >>> draw_disclosed_curves(curves).data[0].y
    (1.0, 0.8)
    """
    arms = list(dict.fromkeys(curves["arm"]))
    styles = arm_styles(arms, arms)
    figure = new_figure(f"Coarse survival curves of {len(arms)} arms.", height=_HEIGHT)
    for arm in arms:
        own = curves[curves["arm"] == arm]
        low, high = own["survival"] - own["lower"], own["upper"] - own["survival"]
        figure.add_scatter(
            x=own["time"].tolist(),
            y=own["survival"].tolist(),
            error_y={
                "type": "data",
                "symmetric": False,
                "array": high.round(2).tolist(),
                "arrayminus": low.round(2).tolist(),
                "thickness": 1.25,
                "width": 3,
            },
            text=[f"{n:,} at risk" for n in own["at_risk"]],
            mode="lines+markers",
            line={"color": styles[arm].colour, "width": 2},
            marker={"color": styles[arm].colour, "size": 6},
            name=legend_name(arm),
            showlegend=len(arms) > 1,
            hovertemplate=f"<b>{literal(arm)}</b> %{{y:.0%}} · %{{text}}<extra></extra>",
        )
    figure.update_layout(
        margin={"t": 40},
        legend={"traceorder": "normal"},
        xaxis={"title": {"text": unit.capitalize() or "Time"}, "rangemode": "tozero"},
        yaxis={
            "title": {"text": "Survival, estimate with interval"},
            "range": [0, 1.04],
            "tickformat": ".0%",
            "gridcolor": LIGHT.line,
        },
    )
    return figure
