"""Forest plot: hazard ratios by subgroup between aligned columns of numbers.

Positions down the figure are pixels, so that a row is as high as its name needs; positions
across are logarithms of the hazard ratio.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, log
from typing import Any

import plotly.graph_objects as go

from analytics.survival.regression import SubgroupHazardRatios
from dashboard.charts.axes import counted
from dashboard.charts.lettering import fitted, lines_within, literal
from dashboard.charts.survival.forest_marks import bands, diamonds, intervals, lines, marks, middle
from dashboard.charts.survival.forest_rows import (
    GAP,
    HEAD,
    LARGEST,
    NAMES,
    RIGHT,
    SIZE,
    SMALLEST,
    ForestOptions,
    ForestRow,
    forest_rows,
    ratio_text,
)
from dashboard.charts.theme import LIGHT, ArmStyle, new_figure

_LINE = 17  # pixels of a line of text
_AROUND, _HEAD_GAP = 9, 8
_FAVOURS = 130  # room on either side of 1 on a narrow screen
_FIRM = 10  # events that make an interval worth the room
_TICKS = {log(5): (0.5, 0.7, 1, 1.4, 2), log(16): (0.1, 0.25, 0.5, 1, 2, 4, 10)}
"""Ticks by the longest axis on which they stand apart on a narrow screen."""

_FAR_TICKS = (0.1, 0.3, 1, 3, 10)


def draw_forest(
    result: SubgroupHazardRatios,
    *,
    options: ForestOptions,
    styles: Mapping[str, ArmStyle],
) -> go.Figure:
    """Hazard ratios of one arm against the reference, by subgroup.

    Parameters
    ----------
    result : SubgroupHazardRatios
        Of two arms.
    options : ForestOptions
    styles : mapping
        From `theme.arm_styles`: the names of the arms stand in their colours.

    Examples
    --------
    >>> import pandas as pd
    >>> from analytics.survival.regression import Factor, FollowUp, subgroup_hazard_ratios
    >>> from dashboard.charts.theme import arm_styles
    >>> frame = pd.DataFrame({"days": [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20],
    ...     "died": [1] * 12, "arm": ["A"] * 6 + ["B"] * 6, "sex": ["F", "M"] * 6})
    >>> follow_up = FollowUp(frame=frame, time="days", event="died")
    >>> found = subgroup_hazard_ratios(follow_up, arm=Factor("arm"), subgroups=["sex"])
    >>> options = ForestOptions(arm="B", reference="A")
    >>> figure = draw_forest(found, options=options, styles=arm_styles(["A", "B"]))
    >>> figure.layout.xaxis.title.text
    'Hazard ratio (log scale)'
    """
    rows = forest_rows(result, labels=options.labels or {}, planned=options.planned, width=NAMES)
    heads = _heads(options, styles, result.confidence_level)
    top = _HEAD_GAP + _LINE * max(text.count("<br>") + 1 for _, text, _ in heads)
    places = _places(rows)
    below = _below(options)
    low, high = _span(rows)
    return new_figure(
        _described(result, rows, options),
        height=top + int(places[-1]) + below,
        data=[*intervals(rows, places, low, high), marks(rows, places, options, low, high)],
        margin={"l": options.left, "r": RIGHT, "t": top, "b": below, "autoexpand": False},
        showlegend=False,
        hovermode="closest",
        annotations=[
            *_head_notes(heads),
            *_texts(rows, places, options),
            *_favours(options, styles, places[-1]),
        ],
        shapes=[
            *bands(rows, places, options.left),
            *lines(rows, places),
            *diamonds(rows, places, low, high),
        ],
        xaxis=_axis(low, high),
        yaxis={"range": [places[-1], 0], "visible": False, "automargin": False},
    )


# Where things stand ------------------------------------------------------------------------


def _height(row: ForestRow) -> int:
    return _AROUND + _LINE * row.lines


def _places(rows: Sequence[ForestRow]) -> list[float]:
    """The upper edge of each row, and the lower edge of the last."""
    places = [0.0]
    for row in rows:
        places.append(places[-1] + _height(row))
    return places


def _span(rows: Sequence[ForestRow]) -> tuple[float, float]:
    """The ends of the axis, as logarithms.

    The hazard ratios are on it, and the intervals of all rows that have some events: those of
    the others are so wide that they would leave no room to tell the rest apart. What lies
    beyond `SMALLEST` and `LARGEST` is an arrow.
    """
    known = [row for row in rows if isfinite(row.ratio)]
    ends = [log(row.ratio) for row in known if row.ratio > 0]
    firm = [row for row in known if row.events >= _FIRM]
    ends += [log(x) for row in firm for x in (row.lower, row.upper) if isfinite(x) and x > 0]
    low = max(min([*ends, log(0.5)]), log(SMALLEST))
    high = min(max([*ends, log(2)]), log(LARGEST))
    room = 0.05 * (high - low)
    return low - room, high + room


def _axis(low: float, high: float) -> dict[str, Any]:
    ticks = next((t for most, t in _TICKS.items() if high - low < most), _FAR_TICKS)
    shown = [x for x in ticks if low <= log(x) <= high]
    return {
        "range": [low, high],
        "tickmode": "array",
        "tickvals": [log(x) for x in shown],
        "ticktext": [f"{x:g}" for x in shown],
        "title": {"text": "Hazard ratio (log scale)", "standoff": 4, "font": {"size": SIZE}},
        "tickangle": 0,
        "automargin": False,
    }


# Columns of text ---------------------------------------------------------------------------


def _note(text: str, x: float, shift: float, anchor: str, **more: Any) -> dict[str, Any]:
    return {
        "text": text,
        "x": x,
        "xref": "paper",
        "xanchor": anchor,
        "xshift": shift,
        "showarrow": False,
        "align": anchor,
        "font": {"size": SIZE, "color": LIGHT.text},
        **more,
    }


def _heads(
    options: ForestOptions, styles: Mapping[str, ArmStyle], level: float
) -> list[tuple[float, str, str]]:
    """Heads of the columns: pixels from the plot (negative: to its left), text, colour."""
    arms = [
        (
            -(place * options.count + GAP),
            f"<b>{_head(name, options.count)}</b><br>events/n",
            styles[name].ink,
        )
        for name, place in ((options.arm, 1), (options.reference, 0))
    ]
    muted = f'<span style="color:{LIGHT.muted}">p of interaction</span>'
    return [
        *arms,
        (GAP, f"<b>Hazard ratio</b><br>({level:.0%} CI)<br>{muted}", LIGHT.text),
    ]


def _head(name: str, width: int) -> str:
    lines = lines_within(name, width - 1, size=HEAD, most=4)
    return "<br>".join(map(literal, lines))


def _head_notes(heads: list[tuple[float, str, str]]) -> list[dict[str, Any]]:
    above = {"y": 0, "yref": "y", "yanchor": "bottom", "yshift": _HEAD_GAP / 2}
    return [
        _note(
            text,
            0.0 if shift < 0 else 1.0,
            shift,
            "left" if shift == GAP else "right",
            font={"size": HEAD, "color": colour},
            **above,
        )
        for shift, text, colour in heads
    ]


def _texts(
    rows: Sequence[ForestRow], places: Sequence[float], options: ForestOptions
) -> list[dict[str, Any]]:
    notes = []
    for place, row in enumerate(rows):
        at = {"y": middle(places, place), "yref": "y", "yanchor": "middle"}
        indent = 12 if row.kind == "level" else 0
        notes.append(_note(row.name, 0, indent - options.left + 4, "left", **at))
        if row.kind == "factor":
            why = {"hovertext": row.hover} if row.hover else {}
            muted = {"font": {"size": SIZE, "color": LIGHT.muted}}
            notes.append(_note(row.test, 1, GAP, "left", **at, **why, **muted))
            continue
        notes.append(_note(row.of_arm, 0, -(options.count + GAP), "right", **at))
        notes.append(_note(row.of_reference, 0, -GAP, "right", **at))
        why = {} if isfinite(row.ratio) else {"hovertext": row.hover}
        notes.append(_note(ratio_text(row), 1, GAP, "left", **at, **why))
    return notes


def _favours(
    options: ForestOptions, styles: Mapping[str, ArmStyle], bottom: float
) -> list[dict[str, Any]]:
    notes = []
    for arm, text, anchor, shift in _sides(options):
        notes.append(
            {
                **_note(text, 0, shift, anchor),
                "xref": "x",
                "y": bottom,
                "yref": "y",
                "yanchor": "top",
                "yshift": -44,
                "font": {"size": 12, "color": styles[arm].ink},
            }
        )
    return notes


def _sides(options: ForestOptions) -> list[tuple[str, str, str, int]]:
    left = fitted(f"← Favours {options.arm}", _FAVOURS, size=12, most=4)
    right = fitted(f"Favours {options.reference} →", _FAVOURS, size=12, most=4)
    return [(options.arm, left, "right", -6), (options.reference, right, "left", 6)]


def _below(options: ForestOptions) -> int:
    lines = max(text.count("<br>") + 1 for _, text, _, _ in _sides(options))
    return 50 + 16 * lines


def _described(
    result: SubgroupHazardRatios, rows: Sequence[ForestRow], options: ForestOptions
) -> str:
    what = f" of {options.endpoint}" if options.endpoint else ""
    factors = [row for row in rows if row.kind == "factor"]
    parts = [
        f"Forest plot{what}: hazard ratio of {options.arm} against {options.reference} in all "
        f"subjects {ratio_text(rows[0])} and by {counted(len(factors), 'factor')}"
    ]
    known = result.interactions[result.interactions["p_value"].notna()]
    if len(known):
        least = known.loc[known["p_value"].idxmin()]
        label = (options.labels or {}).get(least["subgroup"], least["subgroup"])
        parts.append(f"smallest interaction p {least['p_value']:.3f}, for {label}")
    levels = [row for row in rows if row.kind == "level" and isfinite(row.ratio)]
    if levels:
        low, high = (f(levels, key=lambda row: row.ratio) for f in (min, max))
        parts.append(
            f"hazard ratios from {low.ratio:.2f} ({low.spoken}) to {high.ratio:.2f} ({high.spoken})"
        )
    return "; ".join(parts) + "."
