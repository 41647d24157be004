"""How far each endpoint is: events observed against events planned, and the looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted
from dashboard.charts.lettering import literal
from dashboard.charts.theme import LIGHT, empty_figure, new_figure

_ROW_PIXELS = 64
_BAR = 0.24  # share of a row
_LINE, _LINE_PIXELS = 50, 17  # characters on a narrow screen, height


class Planned(Protocol):
    """What the plan says of one endpoint, as `queries.workspace.PlannedEndpoint` does."""

    @property
    def code(self) -> str: ...
    @property
    def events(self) -> int | None: ...
    @property
    def looks(self) -> tuple[float, ...]: ...


def draw_maturity(endpoints: pd.DataFrame, *, planned: Sequence[Planned] = ()) -> go.Figure:
    """One bar per endpoint, filled as far as its events have come.

    Where no endpoint has a planned number, bars count events among subjects instead.

    Parameters
    ----------
    endpoints : DataFrame
        The answer to `endpoints`: `endpoint`, `label`, `subjects`, `events` at least,
        by arm; arms are added up.
    planned : sequence of PlannedEndpoint
        The endpoints of the plan; those without a number of events are left out.

    Examples
    --------
    >>> from queries.workspace import PlannedEndpoint
    >>> rows = pd.DataFrame({"endpoint": ["OS"], "label": ["Overall survival"],
    ...                      "subjects": [720], "events": [315]})
    >>> figure = draw_maturity(rows, planned=[PlannedEndpoint(code="OS", events=420)])
    >>> figure.data[1].x[0]
    0.75
    """
    if endpoints.empty:
        return empty_figure("This study has no time-to-event endpoint.")
    columns = {"label": "first", "subjects": "sum", "events": "sum"}
    rows = endpoints.groupby("endpoint", sort=False).agg(columns)
    known = {plan.code: plan for plan in planned if plan.events and plan.code in rows.index}
    figure = new_figure("", height=58 + _ROW_PIXELS * len(rows))
    if known:
        _draw_fractions(figure, rows, known)
    else:
        _draw_counts(figure, rows)
    sentences = [_sentence(row, known.get(str(code))) for code, row in rows.iterrows()]
    _add_headings(figure, list(rows["label"]), sentences)
    named = zip(rows["label"], sentences, strict=True)
    alt = "Events by endpoint. " + "; ".join(f"{label}: {said}" for label, said in named) + "."
    figure.update_layout(meta={"alt": alt})
    return figure


def _draw_fractions(figure: go.Figure, rows: pd.DataFrame, known: Mapping[str, Planned]) -> None:
    places = {str(code): place for place, code in enumerate(rows.index)}
    shares = [float(rows.loc[code, "events"]) / (plan.events or 1) for code, plan in known.items()]
    _add_bars(figure, [places[c] for c in known], [1.0] * len(known), shares, list(known), ".0%")
    for code, plan in known.items():
        for look in plan.looks:
            _add_look(figure, look, places[code], reached=shares[list(known).index(code)] >= look)
    axis = {"range": [0, max(1.0, *shares) * 1.02], "tickformat": ".0%"}
    _set_axes(figure, len(rows), axis, "Information fraction, looks marked")


def _draw_counts(figure: go.Figure, rows: pd.DataFrame) -> None:
    places = list(range(len(rows)))
    _add_bars(figure, places, list(rows["subjects"]), list(rows["events"]), list(rows.index), ",d")
    axis = {"range": [0, max(float(rows["subjects"].max()), 1.0) * 1.02], "tickformat": ",d"}
    _set_axes(figure, len(rows), axis, "Subjects with an event")


def _add_bars(
    figure: go.Figure,
    places: list[int],
    tracks: list[float],
    values: list[float],
    names: list[str],
    digits: str,
) -> None:
    for part, lengths, colour in (("track", tracks, LIGHT.track), ("bar", values, LIGHT.accent)):
        figure.add_bar(
            orientation="h",
            x=lengths,
            y=places,
            width=_BAR,
            marker={"color": colour, "line": {"width": 0}, "cornerradius": 3},
            text=[literal(name) for name in names],
            textposition="none",
            hovertemplate=f"<b>%{{text}}</b> %{{x:{digits}}}<extra></extra>",
            hoverinfo="skip" if part == "track" else None,
            showlegend=False,
            meta={"part": part},
        )
    figure.data[0].hovertemplate = None


def _add_look(figure: go.Figure, look: float, place: int, *, reached: bool) -> None:
    colour = LIGHT.background if reached else LIGHT.muted
    figure.add_scatter(
        x=[look, look],
        y=[place - _BAR / 2, place + _BAR / 2],
        mode="lines",
        line={"color": colour, "width": 2},
        hovertemplate=f"Look at {look:.0%}: {'' if reached else 'not yet '}reached<extra></extra>",
        showlegend=False,
        meta={"part": "look"},
    )


def _sentence(row: pd.Series, plan: Planned | None) -> str:
    if plan is None or not plan.events:
        return f"{counted(row['events'], 'event')} in {counted(row['subjects'], 'subject')}"
    share = row["events"] / plan.events
    return f"{row['events']:,} of {counted(plan.events, 'event')} · {share:.0%}"


def _add_headings(figure: go.Figure, labels: list[str], sentences: list[str]) -> None:
    for place, (label, sentence) in enumerate(zip(labels, sentences, strict=True)):
        common = {"y": place - _BAR / 2, "yanchor": "bottom", "showarrow": False}
        muted = {"color": LIGHT.muted, "size": 13}
        # On a phone both do not fit on one line: the label then stands a line higher.
        is_long = len(label) + len(sentence) > _LINE
        lift = {"yshift": _LINE_PIXELS} if is_long else {}
        figure.add_annotation(
            text=literal(label), x=0, xref="x domain", xanchor="left", **common, **lift
        )
        side = {"x": 0, "xanchor": "left"} if is_long else {"x": 1, "xanchor": "right"}
        figure.add_annotation(text=sentence, xref="x domain", font=muted, **common, **side)


def _set_axes(figure: go.Figure, rows: int, axis: Mapping[str, object], title: str) -> None:
    figure.update_layout(
        barmode="overlay",
        hovermode="closest",
        margin={"l": 12, "r": 20, "t": 8},
        xaxis={**axis, "title": {"text": title}, "nticks": 7},
        yaxis={"range": [rows - 0.7, -0.75], "visible": False},
    )
