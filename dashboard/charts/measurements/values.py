"""Values by visit and arm: boxes, the values beyond their whiskers, and lines of subjects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from analytics.safety.measurements import VisitSummary
from dashboard.charts.axes import amount, log_axis
from dashboard.charts.contrast import translucent
from dashboard.charts.lettering import fitted, legend_name, literal
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

_SPREAD = 0.8  # of the room between two visits that the boxes of one take


def draw_values(
    summary: VisitSummary,
    *,
    quantity: str,
    styles: Mapping[str, ArmStyle],
    title: str,
    lines: pd.DataFrame | None = None,
    limits: Sequence[float] = (),
    logarithmic: bool = False,
) -> go.Figure:
    """Boxes by visit and arm; the `customdata` of a dot is its subject and visit.

    Parameters
    ----------
    summary : VisitSummary
    quantity : {"value", "change"}
    title : str
        Of the vertical axis.
    lines : DataFrame, optional
        `subject`, `arm`, `visit` and the quantity: a thin line for each subject.
    limits : sequence of float
        Of the normal range, drawn across.
    logarithmic : bool
        For values above 0.

    Examples
    --------
    >>> from analytics.safety.measurements import summarise_visits
    >>> from dashboard.charts.theme import arm_styles
    >>> values = pd.DataFrame(
    ...     {"subject": list("12"), "arm": "A", "visit": "Week 2", "value": [1.0, 3.0],
    ...      "change": [0.0, 1.0]}
    ... )
    >>> summary = summarise_visits(values, arms=["A"], visits=["Week 2"])
    >>> figure = draw_values(summary, quantity="value", styles=arm_styles(["A"]), title="ALT")
    >>> list(figure.data[0].median)
    [2.0]
    """
    table = summary.table[summary.table["quantity"] == quantity]
    if table.empty:
        return empty_figure("There is nothing to show at any visit.")
    visits = [visit for visit in summary.visits if (table["visit"] == visit).any()]
    places = _Places(summary.arms, visits)
    out = summary.outliers[summary.outliers["quantity"] == quantity]
    data: list[go.Box | go.Scatter] = []
    for arm in summary.arms:
        if lines is not None:
            data.append(_threads(lines[lines["arm"] == arm], arm, quantity, styles[arm], places))
        data.append(_boxes(table[table["arm"] == arm], arm, styles[arm], places))
        data.append(_dots(out[out["arm"] == arm], arm, styles[arm], places))
    return new_figure(
        _alt(table, summary, title),
        height=500,
        data=data,
        showlegend=len(summary.arms) > 1,
        hovermode="closest",
        shapes=[*_across([0.0] if quantity == "change" else limits)],
        xaxis={
            "tickvals": list(range(len(visits))),
            "ticktext": [fitted(visit, 170, size=13, most=1) for visit in visits],
            "tickangle": 0 if len(visits) <= 5 else -45,
            "range": [-0.6, len(visits) - 0.4],
            "title": {"text": "Visit"},
        },
        yaxis={
            "title": {"text": literal(title)},
            **(log_axis([*table["min"], *table["max"], *limits]) if logarithmic else {}),
        },
    )


class _Places:
    """Where the box of an arm at a visit stands."""

    def __init__(self, arms: Sequence[str], visits: Sequence[str]) -> None:
        self._visits = {visit: place for place, visit in enumerate(visits)}
        self._arms = {arm: place for place, arm in enumerate(arms)}
        self.width = _SPREAD / len(arms)

    def of(self, arm: str, visits: Sequence[str]) -> list[float]:
        shift = (self._arms[arm] - (len(self._arms) - 1) / 2) * self.width
        return [self._visits[visit] + shift for visit in visits]

    def order(self, visits: pd.Series) -> pd.Series:
        return visits.map(self._visits)


def _boxes(own: pd.DataFrame, arm: str, style: ArmStyle, places: _Places) -> go.Box:
    return go.Box(
        x=places.of(arm, own["visit"].tolist()),
        q1=own["q1"].tolist(),
        median=own["median"].tolist(),
        q3=own["q3"].tolist(),
        mean=own["mean"].tolist(),
        lowerfence=own["lower_whisker"].tolist(),
        upperfence=own["upper_whisker"].tolist(),
        name=legend_name(arm),
        legendgroup=arm,
        width=places.width * 0.8,
        line={"color": style.colour, "width": 1.5},
        fillcolor=translucent(style.colour, 0.25),
        whiskerwidth=0.5,
        hoverinfo="skip",
    )


def _dots(own: pd.DataFrame, arm: str, style: ArmStyle, places: _Places) -> go.Scatter:
    return go.Scatter(
        x=places.of(arm, own["visit"].tolist()),
        y=own["amount"].tolist(),
        mode="markers",
        name=legend_name(arm),
        legendgroup=arm,
        showlegend=False,
        marker={"color": style.colour, "symbol": style.symbol, "size": 5, "opacity": 0.75},
        customdata=[[row.subject, row.visit] for row in own.itertuples()],
        hovertext=[
            f"{literal(row.subject)}, {literal(arm)}<br>{literal(row.visit)}: {amount(row.amount)}"
            for row in own.itertuples()
        ],
        hoverinfo="text",
    )


def _threads(
    own: pd.DataFrame, arm: str, quantity: str, style: ArmStyle, places: _Places
) -> go.Scatter:
    """The subjects' lines as one trace, with a gap after each."""
    x: list[float | None] = []
    y: list[float | None] = []
    for _, one in own.dropna(subset=[quantity]).groupby("subject"):
        ordered = one.iloc[places.order(one["visit"]).argsort()]
        x += [*places.of(arm, ordered["visit"].tolist()), None]
        y += [*ordered[quantity].tolist(), None]
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        name=legend_name(arm),
        legendgroup=arm,
        showlegend=False,
        line={"color": style.colour, "width": 1},
        opacity=0.35,
        hoverinfo="skip",
    )


def _across(levels: Sequence[float]) -> Iterator[dict[str, object]]:
    for level in levels:
        yield {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": level,
            "y1": level,
            "line": {"color": LIGHT.muted, "width": 1, "dash": "4px,3px"},
            "layer": "below",
        }


def _alt(table: pd.DataFrame, summary: VisitSummary, title: str) -> str:
    ends = []
    for arm in summary.arms:
        own = table[table["arm"] == arm]
        if not own.empty:
            first, last = own.iloc[0], own.iloc[-1]
            ends.append(
                f"{arm}: median {amount(first['median'])} at {first['visit']}, "
                f"{amount(last['median'])} at {last['visit']}"
            )
    return f"Box plots of {title} by visit. {'; '.join(ends)}."
