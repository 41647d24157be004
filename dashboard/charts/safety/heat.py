"""Heat map of adverse events over time: a panel an arm, a row a term, a column a period.

Cells are bars, because Plotly tells of no click on the cells of its own heat maps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted, percent
from dashboard.charts.lettering import lines_within, literal, text_width
from dashboard.charts.safety.rows import (
    NAMES,
    Term,
    full_name,
    name_of,
    places_of,
    row_axis,
    row_pixels,
)
from dashboard.charts.safety.rows import SIZE as NAME_SIZE
from dashboard.charts.theme import LIGHT, RAMPS, ArmStyle, empty_figure, new_figure

MOST_BESIDE = 3
"""Panels that stand side by side; further arms follow beneath."""

_HEAD, _FOOT, _BAR = 40, 72, 62  # pixels
_NARROW = 300  # pixels of all panels of a row on a narrow screen
_GAP = 0.03
_SIZE = 11.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatOptions:
    """What a heat map shows.

    Parameters
    ----------
    terms : tuple of (class, term)
        The rows, from the top.
    arms : tuple of str
        A panel each.
    starts : tuple of float
        When each period begins, and the end of the last, in the unit of the axis.
    unit : str
        "weeks" or "months" after first dose.
    periods : tuple of str
        What each period is called at the pointer.
    """

    terms: tuple[Term, ...]
    arms: tuple[str, ...]
    starts: tuple[float, ...]
    unit: str
    periods: tuple[str, ...]


def draw_heat(
    table: pd.DataFrame,
    followed: pd.DataFrame,
    *,
    options: HeatOptions,
    styles: Mapping[str, ArmStyle],
) -> go.Figure:
    """Share of those still followed who have an event that starts in each period.

    A cell's `customdata` is (class, term, arm, period).

    Parameters
    ----------
    table : DataFrame
        `class`, `term`, `arm`, `period`, `with_event`, `at_risk`, `share`; of the terms shown.
    followed : DataFrame
        `arm`, `period`, `at_risk`: drawn under the columns.
    options : HeatOptions
    styles : mapping
        Of the arms: their names stand in their colours.

    Examples
    --------
    >>> table = pd.DataFrame({"class": ["Skin"], "term": ["Rash"], "arm": ["A"], "period": [0],
    ...                       "with_event": [2], "at_risk": [8], "share": [0.25]})
    >>> followed = pd.DataFrame({"arm": ["A"], "period": [0], "at_risk": [8]})
    >>> options = HeatOptions(terms=(("Skin", "Rash"),), arms=("A",), starts=(0, 4),
    ...                       unit="weeks", periods=("Weeks 0 to 4",))
    >>> from dashboard.charts.theme import arm_styles
    >>> figure = draw_heat(table, followed, options=options, styles=arm_styles(["A"]))
    >>> list(figure.data[0].marker.color), list(figure.data[0].customdata[0])
    ([25.0], ['Skin', 'Rash', 'A', '0'])
    """
    if not options.terms or not options.arms or not options.periods:
        return empty_figure("Nobody is followed, or no term is left to show.")
    beside = min(MOST_BESIDE, len(options.arms))
    bands = -(-len(options.arms) // beside)
    panel = _HEAD + row_pixels(options.terms) * len(options.terms) + _FOOT
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "shapes": []}
    for place, arm in enumerate(options.arms):
        at = _At(place=place, beside=beside, bands=bands, panel=panel, options=options)
        own, size = table[table["arm"] == arm], followed[followed["arm"] == arm]
        data += [_cells(own, at), _sizes(size, at)]
        layout |= at.axes()
        layout["annotations"] += [_head(arm, styles[arm], at), *_below(at)]
        layout["shapes"].append(_none(size, at))
    most = 100 * float(table["share"].max()) if len(table) else 1.0
    return new_figure(
        _described(table, options),
        height=_BAR + bands * panel,
        data=data,
        barmode="overlay",
        bargap=0,
        showlegend=False,
        hovermode="closest",
        margin={"l": NAMES + 14, "r": 14, "t": _BAR, "b": 0, "autoexpand": False},
        coloraxis=_colours(most),
        **layout,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _At:
    """Where a panel stands: so many beside one another, in bands of so many pixels."""

    place: int
    beside: int
    bands: int
    panel: int
    options: HeatOptions

    @property
    def suffix(self) -> str:
        return "" if self.place == 0 else str(self.place + 1)

    @property
    def across(self) -> tuple[float, float]:
        wide = (1 - _GAP * (self.beside - 1)) / self.beside
        start = (self.place % self.beside) * (wide + _GAP)
        return start, min(1.0, start + wide)

    @property
    def down(self) -> tuple[float, float]:
        whole = self.bands * self.panel
        top = whole - (self.place // self.beside) * self.panel
        return (top - self.panel + _FOOT) / whole, (top - _HEAD) / whole

    @property
    def pixels(self) -> float:
        """Of a column on a narrow screen."""
        return _NARROW / self.beside / len(self.options.periods)

    def axes(self) -> dict[str, Any]:
        starts, first = self.options.starts, self.place % self.beside == 0
        rows = row_axis(self.options.terms, showgrid=False, showticklabels=first)
        return {
            f"xaxis{self.suffix}": {
                "domain": list(self.across),
                "anchor": f"y{self.suffix}",
                "range": [starts[0], starts[-1]],
                "tickvals": _ticks(starts, _NARROW / self.beside),
                "tickangle": 0,
                "tickfont": {"size": _SIZE, "color": LIGHT.muted},
                "automargin": False,
            },
            f"yaxis{self.suffix}": {**rows, "domain": list(self.down), "anchor": f"x{self.suffix}"},
        }


def _ticks(starts: Sequence[float], pixels: float) -> list[float]:
    """Every so many-th start, as far apart as their numbers need on a narrow screen."""
    fits = max(2, int(pixels // 26))
    step = -(-len(starts) // fits)
    return [round(start, 6) for start in starts[::step]]


def _cells(own: pd.DataFrame, at: _At) -> dict[str, Any]:
    starts = at.options.starts
    periods = own["period"].astype(int).tolist()
    return {
        "type": "bar",
        "xaxis": f"x{at.suffix}",
        "yaxis": f"y{at.suffix}",
        "x": [(starts[p] + starts[p + 1]) / 2 for p in periods],
        "width": [starts[p + 1] - starts[p] for p in periods],
        "base": [place - 0.5 for place in places_of(own, at.options.terms)],
        "y": [1.0] * len(own),
        "marker": {
            "color": [100 * share for share in own["share"]],
            "coloraxis": "coloraxis",
            "line": {"color": LIGHT.background, "width": 0.6},
        },
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        "customdata": [
            [str(part) for part in key]
            for key in zip(own["class"], own["term"], own["arm"], periods, strict=True)
        ],
        "hovertext": [
            f"{full_name((row['class'], row['term']))}<br>{literal(row['arm'])}, "
            f"{at.options.periods[int(row['period'])]}<br>{int(row['with_event']):,} of "
            f"{int(row['at_risk']):,} still followed ({percent(row['share'])})"
            for row in own.to_dict("records")
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "meta": {"part": "cells"},
    }


def _sizes(size: pd.DataFrame, at: _At) -> dict[str, Any]:
    """Subjects still followed, under as many columns as have room for the number."""
    starts = at.options.starts
    widest = max((text_width(f"{n:,}", _SIZE) for n in size["at_risk"]), default=0.0)
    step = max(1, -(-int(widest + 6) // max(1, int(at.pixels))))
    shown = [row for row in size.itertuples() if row.period % step == 0]
    return {
        "type": "scatter",
        "mode": "text",
        "xaxis": f"x{at.suffix}",
        "yaxis": f"y{at.suffix}",
        "x": [(starts[row.period] + starts[row.period + 1]) / 2 for row in shown],
        "y": [len(at.options.terms) - 0.5] * len(shown),
        # Below the numbers of the axis: a line of text, and one to keep clear of them.
        "text": [f"<br><br>{row.at_risk:,}" for row in shown],
        "textposition": "bottom center",
        "textfont": {"size": _SIZE, "color": LIGHT.text},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "meta": {"part": "followed"},
    }


def _none(size: pd.DataFrame, at: _At) -> dict[str, Any]:
    """The ground of the cells in which nobody has an event, as far as anybody is followed."""
    still = size.loc[size["at_risk"] > 0, "period"]
    end = at.options.starts[int(still.max()) + 1] if len(still) else at.options.starts[0]
    return {
        "type": "rect",
        "xref": f"x{at.suffix}",
        "yref": f"y{at.suffix}",
        "x0": at.options.starts[0],
        "x1": end,
        "y0": -0.5,
        "y1": len(at.options.terms) - 0.5,
        "fillcolor": RAMPS["light"][0],
        "line": {"width": 0},
        "layer": "below",
    }


def _head(arm: str, style: ArmStyle, at: _At) -> dict[str, Any]:
    wide = 0.94 * _NARROW / at.beside
    lines = lines_within(arm, wide, size=NAME_SIZE, bold=True, most=2)
    return {
        "text": f"<b>{'<br>'.join(map(literal, lines))}</b>",
        "x": at.across[0],
        "xref": "paper",
        "xanchor": "left",
        "y": at.down[1],
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": 4,
        "align": "left",
        "showarrow": False,
        "font": {"size": NAME_SIZE, "color": style.ink},
    }


def _below(at: _At) -> list[dict[str, Any]]:
    """What the numbers under the columns are: once for the panels beside one another."""
    if at.place % at.beside:
        return []
    under = {
        "xref": "paper",
        "x": 0,
        "yref": "paper",
        "y": at.down[0],
        "yanchor": "top",
        "showarrow": False,
    }
    beside = {"xanchor": "right", "xshift": -8}
    small = {"size": _SIZE, "color": LIGHT.text}
    title = f"{at.options.unit.capitalize()} after first dose"
    return [
        {**under, **beside, "text": "Still followed", "yshift": -27, "font": small},
        {
            **under,
            "x": 0.5,
            "xanchor": "center",
            "yshift": -49,
            "text": title,
            "font": {"size": NAME_SIZE, "color": LIGHT.text},
        },
    ]


def _colours(most: float) -> dict[str, Any]:
    ramp = RAMPS["light"]
    return {
        "cmin": 0,
        "cmax": max(most, 1.0),
        "colorscale": [[place / (len(ramp) - 1), tone] for place, tone in enumerate(ramp)],
        "colorbar": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "len": 220,
            "lenmode": "pixels",
            "thickness": 10,
            "outlinewidth": 0,
            "ticksuffix": "%",
            "nticks": 5,
            "tickfont": {"size": _SIZE, "color": LIGHT.muted},
            "title": {
                "text": "Subjects with an event that starts, of those still followed",
                "side": "top",
                "font": {"size": NAME_SIZE, "color": LIGHT.text},
            },
        },
    }


def _described(table: pd.DataFrame, options: HeatOptions) -> str:
    parts = [
        f"Heat map of {counted(len(options.terms), 'row')} and "
        f"{counted(len(options.periods), 'period')} for {', '.join(options.arms)}"
    ]
    for arm in options.arms:
        own = table[table["arm"] == arm]
        if own["share"].notna().any():
            most = own.sort_values("share", ascending=False, kind="stable").iloc[0]
            parts.append(
                f"most in {arm}: {name_of((most['class'], most['term']))}, "
                f"{options.periods[int(most['period'])]}, {percent(most['share'])} of those "
                "followed"
            )
    return "; ".join(parts) + "."
