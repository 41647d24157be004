"""Butterfly of adverse events: the reference on the left, one arm on the right, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted, percent
from dashboard.charts.contrast import mixed
from dashboard.charts.lettering import fitted, literal
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
)
from dashboard.charts.theme import LIGHT, NEUTRAL, ArmStyle, empty_figure, new_figure

_HEAD, _LEGEND, _BELOW = 80, 34, 12  # pixels
_NARROW = 130  # pixels for the name of an arm
_SHADES = {0: 0.86, 1: 0.7, 2: 0.42, 3: 0.0, 4: -0.3, 5: -0.58}
"""By grade, how far its shade is from the arm's colour: towards white, or (below 0) black."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ButterflyOptions:
    """What a butterfly shows.

    Parameters
    ----------
    terms : tuple of (class, term)
        The rows, from the top.
    reference, arm : str
        On the left and on the right.
    grades : mapping
        Names of the grades that bars are stacked by, from the least; empty: not stacked.
    """

    terms: tuple[Term, ...]
    reference: str
    arm: str
    grades: Mapping[int, str] = field(default_factory=dict)


def shade(colour: str, grade: int) -> str:
    """The shade of an arm's colour that stands for a grade: the darker the worse.

    Examples
    --------
    >>> shade("#0072B2", 3), shade("#0072B2", 1)
    ('#0072B2', '#B2D5E8')
    """
    share = _SHADES[grade]
    return mixed(colour, "#FFFFFF" if share >= 0 else "#000000", abs(share))


def draw_butterfly(
    incidence: pd.DataFrame,
    grades: pd.DataFrame,
    *,
    options: ButterflyOptions,
    styles: Mapping[str, ArmStyle],
) -> go.Figure:
    """Share of subjects with each term, back to back; a bar's `customdata` is (class, term, arm).

    Parameters
    ----------
    incidence : DataFrame
        `class`, `term`, `arm`, `with_event`, `subjects`, `proportion`; of the terms shown.
    grades : DataFrame
        `class`, `term`, `arm`, `grade`, `subjects`: those whose worst grade it was. Used where
        bars are stacked.
    options : ButterflyOptions
    styles : mapping
        Of the two arms.

    Examples
    --------
    >>> incidence = pd.DataFrame(
    ...     {"class": ["Skin"] * 2, "term": ["Rash"] * 2, "arm": ["A", "B"],
    ...      "with_event": [1, 2], "subjects": [4, 4], "proportion": [0.25, 0.5]}
    ... )
    >>> from dashboard.charts.theme import arm_styles
    >>> options = ButterflyOptions(terms=(("Skin", "Rash"),), reference="A", arm="B")
    >>> styles = arm_styles(["A", "B"])
    >>> figure = draw_butterfly(incidence, pd.DataFrame(), options=options, styles=styles)
    >>> list(figure.data[0].x), list(figure.data[2].x)
    ([-25.0], [50.0])
    """
    if not options.terms:
        return empty_figure("No term is left to show.")
    data: list[dict[str, Any]] = []
    for arm, side in ((options.reference, -1), (options.arm, 1)):
        own = incidence[incidence["arm"] == arm]
        if options.grades:
            data += _stacked(own, grades[grades["arm"] == arm], side, options, styles[arm])
        else:
            data.append(_bars(own, side, options, styles[arm]))
        data.append(_ends(own, side, options))
    top = _HEAD + (_LEGEND if options.grades else 0)
    most = max(1.0, 100 * float(incidence["proportion"].max()))
    return new_figure(
        _described(incidence, options),
        height=top + row_pixels(options.terms) * len(options.terms) + _BELOW,
        data=[*data, *_legend(options)],
        barmode="relative",
        bargap=0.28,
        showlegend=bool(options.grades),
        legend={
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "traceorder": "normal",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        hovermode="closest",
        margin={"l": NAMES + 14, "r": 14, "t": top, "b": _BELOW, "autoexpand": False},
        annotations=[_side(arm, styles[arm], options) for arm in (options.reference, options.arm)],
        xaxis=_axis(most),
        yaxis=row_axis(options.terms, showgrid=False),
    )


def _axis(most: float) -> dict[str, Any]:
    step = next(step for step in (1, 2, 5, 10, 20, 25, 50) if most / step <= 3 or step == 50)
    ticks = [step * place for place in range(-int(most // step), int(most // step) + 1)]
    return {
        "range": [-1.22 * most, 1.22 * most],
        "side": "top",
        "tickvals": ticks,
        "ticktext": [f"{abs(tick):g}" for tick in ticks],
        "tickfont": {"size": SIZE, "color": LIGHT.muted},
        "title": {
            "text": "Subjects with the event, %",
            "font": {"size": SIZE},
            "standoff": 4,
        },
        "showgrid": True,
        "zeroline": True,
        "zerolinecolor": LIGHT.muted,
        "zerolinewidth": 1,
        "automargin": False,
    }


# Bars ----------------------------------------------------------------------------------


def _bars(
    own: pd.DataFrame, side: int, options: ButterflyOptions, style: ArmStyle
) -> dict[str, Any]:
    hover = [
        f"{full_name((row['class'], row['term']))}<br>{said_of_arm(row)}"
        for row in own.to_dict("records")
    ]
    return {
        **_bar(own, hover, options),
        "x": [side * 100 * share for share in own["proportion"]],
        "marker": {"color": style.colour},
    }


def _bar(own: pd.DataFrame, hover: list[str], options: ButterflyOptions) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "y": places_of(own, options.terms),
        "customdata": [
            list(key) for key in zip(own["class"], own["term"], own["arm"], strict=True)
        ],
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        "showlegend": False,
        "meta": {"part": "bars"},
    }


def _stacked(
    own: pd.DataFrame,
    grades: pd.DataFrame,
    side: int,
    options: ButterflyOptions,
    style: ArmStyle,
) -> list[dict[str, Any]]:
    """A trace a grade, from the middle outwards the worst first."""
    keys = ["class", "term", "arm"]
    traces = []
    for grade, name in reversed(list(options.grades.items())):
        of_grade = grades.loc[grades["grade"] == grade, [*keys, "subjects"]]
        shown = own.merge(of_grade.rename(columns={"subjects": "worst"}), on=keys)
        hover = [
            f"{full_name((row['class'], row['term']))}<br>{said_of_arm(row)}<br>worst "
            f"{literal(name).lower()}: {int(row['worst']):,} "
            f"({percent(row['worst'] / row['subjects'])})"
            for row in shown.to_dict("records")
        ]
        traces.append(
            {
                **_bar(shown, hover, options),
                "x": [
                    side * 100 * n / of
                    for n, of in zip(shown["worst"], shown["subjects"], strict=True)
                ],
                "marker": {
                    "color": shade(style.colour, grade),
                    "line": {"color": style.colour, "width": 0.8},
                },
            }
        )
    return traces


def _ends(own: pd.DataFrame, side: int, options: ButterflyOptions) -> dict[str, Any]:
    """How many, at the ends of the bars."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [side * 100 * share for share in own["proportion"]],
        "y": places_of(own, options.terms),
        "text": [f" {n:,} " for n in own["with_event"]],
        "textposition": "middle left" if side < 0 else "middle right",
        "textfont": {"size": 11, "color": LIGHT.muted},
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
        "meta": {"part": "numbers"},
    }


def _legend(options: ButterflyOptions) -> list[dict[str, Any]]:
    """The shades in grey: they mean the same on both sides."""
    return [
        {
            "type": "bar",
            "orientation": "h",
            "x": [None],
            "y": [None],
            "name": literal(name),
            "marker": {
                "color": shade(NEUTRAL, grade),
                "line": {"color": NEUTRAL, "width": 0.8},
            },
            "hoverinfo": "skip",
            "meta": {"part": "legend"},
        }
        for grade, name in options.grades.items()
    ]


def _side(arm: str, style: ArmStyle, options: ButterflyOptions) -> dict[str, Any]:
    left = arm == options.reference
    name = fitted(arm, _NARROW, size=13, most=2)
    return {
        "text": f"<b>{name}</b>",
        "x": 0 if left else 1,
        "xref": "paper",
        "xanchor": "left" if left else "right",
        "align": "left" if left else "right",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 40,
        "showarrow": False,
        "font": {"size": 13, "color": style.ink},
    }


def _described(incidence: pd.DataFrame, options: ButterflyOptions) -> str:
    parts = [
        f"Butterfly of {counted(len(options.terms), 'row')}: subjects with adverse events, "
        f"{options.reference} on the left, {options.arm} on the right"
    ]
    for term in options.terms[:5]:
        own = incidence[(incidence["class"] == term[0]) & (incidence["term"] == term[1])]
        shares = own.set_index("arm")["proportion"]
        parts.append(
            f"{name_of(term)} {percent(float(shares[options.reference]))} and "
            f"{percent(float(shares[options.arm]))}"
        )
    return "; ".join(parts) + "."
