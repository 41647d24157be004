"""Dot plot of adverse events: how many have them on the left, how arms differ on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted
from dashboard.charts.lettering import legend_name, legend_pixels
from dashboard.charts.safety.effects import EffectAxis
from dashboard.charts.safety.rows import (
    NAMES,
    SIZE,
    Term,
    full_name,
    name_of,
    places_of,
    row_axis,
    row_pixels,
    said_of_arm,
    said_of_pair,
)
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

_AXIS, _BELOW = 74, 12  # pixels above and below the rows
_TITLE = 130  # pixels of a title of an axis, on a narrow screen
_APART = 11  # pixels from the interval of one arm to that of the other
_DOT_APART, _DOTS_APART = 4.5, 16  # pixels from a dot to the next arm's, and to the last arm's
_LEFT, _RIGHT = (0.0, 0.46), (0.54, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DotOptions:
    """What a dot plot shows.

    Parameters
    ----------
    terms : tuple of (class, term)
        The rows, from the top.
    arms : tuple of str
        Reference first.
    compared : tuple of str
        Arms whose difference from the reference is on the right; empty leaves that panel out.
    measure : str
    confidence_level : float
    """

    terms: tuple[Term, ...]
    arms: tuple[str, ...]
    compared: tuple[str, ...]
    measure: str = "risk difference"
    confidence_level: float = 0.95


def draw_dots(
    incidence: pd.DataFrame,
    contrasts: pd.DataFrame,
    *,
    options: DotOptions,
    styles: Mapping[str, ArmStyle],
) -> go.Figure:
    """Share of subjects with each term by arm, and each arm against the reference.

    A point's `customdata` is (class, term, arm).

    Parameters
    ----------
    incidence : DataFrame
        `class`, `term`, `arm`, `with_event`, `subjects`, `proportion`; of the terms shown.
    contrasts : DataFrame
        `class`, `term`, `arm`, `reference`, their counts, `estimate`, `lower`, `upper`,
        `fisher`; of the terms shown.
    options : DotOptions
    styles : mapping
        Of the arms.

    Examples
    --------
    >>> incidence = pd.DataFrame(
    ...     {"class": ["Skin"], "term": ["Rash"], "arm": ["A"], "with_event": [1],
    ...      "subjects": [4], "proportion": [0.25]}
    ... )
    >>> from dashboard.charts.theme import arm_styles
    >>> options = DotOptions(terms=(("Skin", "Rash"),), arms=("A",), compared=())
    >>> figure = draw_dots(incidence, pd.DataFrame(), options=options, styles=arm_styles(["A"]))
    >>> list(figure.data[-1].x), list(figure.data[-1].customdata[0])
    ([25.0], ['Skin', 'Rash', 'A'])
    """
    if not options.terms:
        return empty_figure("No term is left to show.")
    pairs = contrasts[contrasts["arm"].isin(options.compared)] if options.compared else contrasts
    data = [_between(incidence, options)]
    data += [_dots(incidence, arm, options, styles[arm]) for arm in options.arms]
    shapes: list[dict[str, Any]] = []
    axes: dict[str, Any] = {"xaxis": _percentages(incidence, options)}
    if options.compared:
        values = [value for name in ("estimate", "lower", "upper") for value in pairs[name]]
        axis = EffectAxis.holding(values, measure=options.measure)
        for arm in options.compared:
            data += _effects(pairs[pairs["arm"] == arm], axis, options, styles[arm])
        title = axis.title(options.arms[0], pixels=_TITLE, size=SIZE)
        axes["xaxis2"] = axis.layout(domain=list(_RIGHT), anchor="y", **_on_top(title))
        shapes = [_no_effect()]
    legend = legend_pixels(options.arms) if len(options.arms) > 1 else 0
    rows = _row(options)
    top = legend + _AXIS
    return new_figure(
        _described(incidence, pairs, options),
        height=top + len(options.terms) * rows + _BELOW,
        data=data,
        shapes=shapes,
        showlegend=len(options.arms) > 1,
        legend={"y": 1, "yref": "container", "yanchor": "top", "itemclick": False},
        hovermode="closest",
        margin={"l": NAMES + 14, "r": 14, "t": top, "b": _BELOW, "autoexpand": False},
        yaxis=row_axis(options.terms),
        **axes,
    )


def _row(options: DotOptions) -> int:
    """Pixels of a row."""
    return max(row_pixels(options.terms), 31 if len(options.compared) > 1 else 0)


# The left panel ------------------------------------------------------------------------


def _percentages(incidence: pd.DataFrame, options: DotOptions) -> dict[str, Any]:
    most = 100 * float(incidence["proportion"].max())
    return {
        "domain": list(_LEFT) if options.compared else [0.0, 1.0],
        "range": [-0.03 * most, max(1.0, 1.06 * most)],
        "nticks": 6,
        **_on_top("Subjects with the event, %"),
    }


def _on_top(title: str) -> dict[str, Any]:
    """The axis stands above the rows: with many of them its other end is out of sight."""
    return {
        "side": "top",
        "title": {"text": title, "font": {"size": SIZE}, "standoff": 4},
        "tickfont": {"size": SIZE, "color": LIGHT.muted},
        "automargin": False,
        "showgrid": True,
    }


def _between(incidence: pd.DataFrame, options: DotOptions) -> dict[str, Any]:
    """A line from the arm with the fewest to the one with the most."""
    ends = incidence.groupby(["class", "term"])["proportion"].agg(["min", "max"]).reset_index()
    x: list[float | None] = []
    y: list[float | None] = []
    for place, row in zip(places_of(ends, options.terms), ends.itertuples(), strict=True):
        x += [100 * float(row.min), 100 * float(row.max), None]
        y += [place, place, None]
    line = {"color": LIGHT.line, "width": 2}
    return {**_plain("between"), "x": x, "y": y, "mode": "lines", "line": line}


def _plain(part: str, axis: str = "x") -> dict[str, Any]:
    return {
        "type": "scatter",
        "xaxis": axis,
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
        "meta": {"part": part},
    }


def _dots(
    incidence: pd.DataFrame, arm: str, options: DotOptions, style: ArmStyle
) -> dict[str, Any]:
    own = incidence[incidence["arm"] == arm]
    apart = min(_DOTS_APART, _DOT_APART * (len(options.arms) - 1))
    shift = _shift(arm, options.arms, apart / _row(options))
    hover = [
        f"{full_name((row['class'], row['term']))}<br>{said_of_arm(row)}"
        for row in own.to_dict("records")
    ]
    return {
        **_clickable(own, hover, "incidence"),
        "x": [100 * share for share in own["proportion"]],
        "y": [place + shift for place in places_of(own, options.terms)],
        "name": legend_name(arm),
        "showlegend": True,
        "marker": _marker(style, 9),
    }


def _clickable(own: pd.DataFrame, hover: list[str], part: str) -> dict[str, Any]:
    """Points that stay as they are when one of them is clicked."""
    return {
        "type": "scatter",
        "mode": "markers",
        "customdata": [
            list(key) for key in zip(own["class"], own["term"], own["arm"], strict=True)
        ],
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        "cliponaxis": False,
        "meta": {"part": part},
    }


def _marker(style: ArmStyle, size: float, symbol: str | list[str] | None = None) -> dict[str, Any]:
    return {
        "symbol": symbol or style.symbol,
        "color": style.colour,
        "size": size,
        "opacity": 1,
        "line": {"color": LIGHT.background, "width": 1},
    }


# The right panel -----------------------------------------------------------------------


def _shift(arm: str, arms: Sequence[str], apart: float) -> float:
    """How far from the middle of a row; no mark hides another of the same value."""
    return 0.0 if len(arms) == 1 else apart * (arms.index(arm) / (len(arms) - 1) - 0.5)


def _effects(
    own: pd.DataFrame, axis: EffectAxis, options: DotOptions, style: ArmStyle
) -> list[dict[str, Any]]:
    """Intervals, arrows where they leave the axis, estimates, and where there is none."""
    if own.empty:
        return []
    shift = _shift(own["arm"].iloc[0], options.compared, _APART / _row(options))
    y = [place + shift for place in places_of(own, options.terms)]
    known = [not isnan(value) for value in own["estimate"]]
    shown = own[known]
    at = [place for place, fits in zip(y, known, strict=True) if fits]
    hover = [said_of_pair(row, axis, options.confidence_level) for row in shown.to_dict("records")]
    ends = {"left": "triangle-left", "right": "triangle-right", None: style.symbol}
    symbols = [ends[axis.beyond(value)] for value in shown["estimate"]]
    estimates = {
        **_clickable(shown, hover, "estimate"),
        "x": [axis.at(value) for value in shown["estimate"]],
        "y": at,
        "xaxis": "x2",
        "showlegend": False,
        "marker": _marker(style, 9, symbols),
    }
    none = [place for place, fits in zip(y, known, strict=True) if not fits]
    return [*_intervals(shown, at, axis, style), estimates, _not_estimable(none, axis)]


def _intervals(
    own: pd.DataFrame, y: Sequence[float], axis: EffectAxis, style: ArmStyle
) -> list[dict[str, Any]]:
    x: list[float | None] = []
    rows: list[float | None] = []
    arrows: list[tuple[float, float, str]] = []
    for place, low, high in zip(y, own["lower"], own["upper"], strict=True):
        x += [axis.at(low), axis.at(high), None]
        rows += [place, place, None]
        for end in (low, high):
            side = axis.beyond(end)
            arrows += [(axis.at(end), place, f"triangle-{side}")] if side else []
    line = {"color": style.colour, "width": 2}
    marker = {
        "color": style.colour,
        "size": 8,
        "symbol": [arrow[2] for arrow in arrows],
        "opacity": 1,
    }
    return [
        {**_plain("interval", "x2"), "x": x, "y": rows, "mode": "lines", "line": line},
        {
            **_plain("beyond", "x2"),
            "x": [arrow[0] for arrow in arrows],
            "y": [arrow[1] for arrow in arrows],
            "mode": "markers",
            "marker": marker,
        },
    ]


def _not_estimable(y: Sequence[float], axis: EffectAxis) -> dict[str, Any]:
    return {
        **_plain("not estimable", "x2"),
        "x": [0.0 if axis.is_ratio or axis.low < 0 else axis.low] * len(y),
        "y": list(y),
        "mode": "text",
        "text": ["NE"] * len(y),
        "textposition": "middle right",
        "textfont": {"size": 11, "color": LIGHT.muted},
    }


def _no_effect() -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x2",
        "yref": "paper",
        "x0": 0,
        "x1": 0,
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": LIGHT.muted, "width": 1.4},
    }


def _described(incidence: pd.DataFrame, pairs: pd.DataFrame, options: DotOptions) -> str:
    parts = [f"Dot plot of {counted(len(options.terms), 'row')}, subjects with adverse events"]
    for term in options.terms[:5]:
        own = incidence[(incidence["class"] == term[0]) & (incidence["term"] == term[1])]
        arms = ", ".join(f"{row.arm} {100 * row.proportion:.1f}%" for row in own.itertuples())
        parts.append(f"{name_of(term)}: {arms}")
    if options.compared and pairs["fisher"].notna().any():
        least = pairs.sort_values("fisher", kind="stable").iloc[0]
        parts.append(
            f"smallest p {least['fisher']:.2g}, {name_of((least['class'], least['term']))}, "
            f"{least['arm']}"
        )
    return "; ".join(parts) + "."
