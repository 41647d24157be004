"""Laboratory values of one subject over study days, each test in a panel of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import log10
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.checks import require
from dashboard.charts.axes import amount
from dashboard.charts.lettering import NARROWEST, lines_within, literal
from dashboard.charts.theme import LIGHT, empty_figure, new_figure
from dashboard.charts.timeline.canvas import (
    AXIS,
    NAME_SIZE,
    NOTE_LINE,
    TOP,
    margins,
    write,
)
from dashboard.charts.timeline.days import DayAxis, checked_days
from dashboard.charts.timeline.key import Key, add_key, key_pixels

_MOST_TESTS = 6
_PANEL, _HEADING, _GAP = 112, 26, 12  # pixels
_MULTIPLES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_ABOVE, _BELOW = "Above the normal range", "Below the normal range"
_WITHIN, _NO_RANGE = "Within the normal range", "No normal range"
# The same in both modes, and apart by shape as well.
_MARKS: Mapping[str, Mapping[str, object]] = {
    _WITHIN: {"symbol": "circle", "size": 7, "color": LIGHT.accent},
    _ABOVE: {"symbol": "triangle-up", "size": 11, "color": "#D55E00"},
    _BELOW: {"symbol": "triangle-down", "size": 11, "color": "#2A82C8"},
    _NO_RANGE: {"symbol": "circle-open", "size": 8, "color": LIGHT.muted},
}
_BAND = "Normal range"
_KEYS: Mapping[str, Key] = {
    _WITHIN: Key(name=_WITHIN, symbol="circle", colour=LIGHT.accent, width=0),
    _ABOVE: Key(name=_ABOVE, symbol="triangle-up", colour="#D55E00", width=0),
    _BELOW: Key(name=_BELOW, symbol="triangle-down", colour="#2A82C8", width=0),
    _NO_RANGE: Key(name=_NO_RANGE, symbol="circle", colour=LIGHT.background),
    _BAND: Key(name=_BAND, symbol="square", colour=LIGHT.grid, width=0),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Panel:
    """One test: its rows that can be drawn, in the scale they are drawn in."""

    name: str
    rows: pd.DataFrame
    multiples: bool
    place: int

    @property
    def axis(self) -> str:
        return "y" if self.place == 0 else f"y{self.place + 1}"

    @property
    def range(self) -> tuple[float, float]:
        columns = ["shown", "shown_low", "shown_high"]
        known = self.rows[columns].to_numpy(dtype=float)
        known = known[np.isfinite(known)]
        if self.multiples:
            low, high = log10(min(known.min(), 0.5)), log10(max(known.max(), 2))
            return low - 0.12, high + 0.12
        low, high = float(known.min()), float(known.max())
        room = 0.12 * (high - low) or max(abs(high), 1) * 0.12
        return low - room, high + room

    @property
    def bounds(self) -> tuple[float, float]:
        low, high = self.range
        return (10**low, 10**high) if self.multiples else (low, high)


def draw_labs(
    labs: pd.DataFrame,
    *,
    multiples: bool = False,
    subject: str = "",
    first_dose: date | None = None,
    span: tuple[int, int] | None = None,
) -> go.Figure:
    """Laboratory values over study days, one panel for each test and unit.

    Parameters
    ----------
    labs : DataFrame
        `test`, `unit`, `day` (study day), `value`, `low` and `high` (limits of the normal
        range, missing where there is none). Up to six tests. Rows without a day or value
        are counted in a note.
    multiples : bool
        Whether values are drawn as multiples of the upper limit on a log scale; rows
        without a limit, or not above 0, are then counted in the note.
    subject : str
        For the description.
    first_dose : date, optional
        Date of day 1; texts at the pointer then name dates.
    span : (int, int), optional
        First and last day to show at least, so that figures of one subject line up.

    Examples
    --------
    >>> labs = pd.DataFrame({"test": "ALT", "unit": "U/L", "day": [1, 15], "value": [30, 120],
    ...     "low": 7, "high": 55})
    >>> [t.name for t in draw_labs(labs).data if t.meta["part"] == "values"]
    ['Within the normal range', 'Above the normal range']
    """
    rows = _prepared(labs, multiples)
    tests = list(dict.fromkeys(rows["panel"]))
    require(len(tests) <= _MOST_TESTS, f"at most {_MOST_TESTS} tests", tests=tests)
    drawn = rows[rows["why"] == ""]
    if drawn.empty:
        return empty_figure("No laboratory value of this subject can be drawn.")
    days = DayAxis.around(drawn["day"], span=span, first_dose=first_dose)
    names = [test for test in tests if (drawn["panel"] == test).any()]
    panels = [
        _Panel(name=name, rows=drawn[drawn["panel"] == name], multiples=multiples, place=place)
        for place, name in enumerate(names)
    ]
    notes = lines_within(_note(rows), NARROWEST - 30, size=NAME_SIZE) if _note(rows) else []
    figure = new_figure(_describe(subject, panels, days, rows), height=200)
    for panel in panels:
        _add_band(figure, panel, days)
        _add_values(figure, panel, days)
    _set_layout(figure, panels, days, notes)
    return figure


def _prepared(labs: pd.DataFrame, multiples: bool) -> pd.DataFrame:
    rows = checked_days(labs, ["day"])
    numbers = rows[["value", "low", "high"]].astype(float)
    require(not np.isinf(numbers).to_numpy().any(), "values and limits are finite", labs="inf")
    units = [f" ({unit})" if pd.notna(unit) else "" for unit in rows["unit"]]
    rows = rows.assign(**numbers, panel=rows["test"].map(str) + pd.Series(units, dtype=object))
    scale = numbers["high"].where(numbers["high"] > 0) if multiples else 1.0
    shown = {f"shown_{limit}": numbers[limit] / scale for limit in ("low", "high")}
    rows = rows.assign(shown=numbers["value"] / scale, **shown)
    if multiples:
        rows["shown_low"] = rows["shown_low"].where(rows["shown_low"] > 0)
    rows["state"] = [_state(*row) for row in numbers.itertuples(index=False)]
    return rows.assign(why=_why_left(rows, multiples)).sort_values("day", kind="stable")


def _state(value: float, low: float, high: float) -> str:
    if np.isnan(low) and np.isnan(high):
        return _NO_RANGE
    return _ABOVE if value > high else _BELOW if value < low else _WITHIN


def _why_left(rows: pd.DataFrame, multiples: bool) -> list[str]:
    def why(row: pd.Series) -> str:
        if np.isnan(row["value"]):
            return "no value"
        if np.isnan(row["day"]):
            return "no day"
        if multiples and not row["shown"] > 0:
            return "no upper limit" if np.isnan(row["shown"]) else "a value not above 0"
        return ""

    return [why(row) for _, row in rows.iterrows()]


def _note(rows: pd.DataFrame) -> str:
    left = rows[rows["why"] != ""].groupby(["panel", "why"], sort=True).size()
    said = [f"{panel}: {n:,} with {why}" for (panel, why), n in left.items()]
    return f"Not drawn: {'; '.join(said)}." if said else ""


def _add_band(figure: go.Figure, panel: _Panel, days: DayAxis) -> None:
    """The range of each value holds until the next value, the first also before it."""
    bottom, top = panel.bounds
    rows = panel.rows
    edges = [days.range[0], *(days.middle(day) for day in rows["day"][1:]), days.range[1]]
    x: list[float | None] = []
    y: list[float | None] = []
    for place, (low, high) in enumerate(zip(rows["shown_low"], rows["shown_high"], strict=True)):
        if np.isnan(low) and np.isnan(high):
            continue
        start, end = edges[place], edges[place + 1]
        floor, roof = (bottom if np.isnan(low) else low), (top if np.isnan(high) else high)
        x += [start, start, end, end, start, None]
        y += [floor, roof, roof, floor, floor, None]
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"width": 0, "color": LIGHT.grid},
        fill="toself",
        fillcolor=LIGHT.grid,
        hoverinfo="skip",
        yaxis=panel.axis,
        showlegend=False,
        meta={"part": "band", "panel": panel.place},
    )


def _add_values(figure: go.Figure, panel: _Panel, days: DayAxis) -> None:
    rows = panel.rows
    figure.add_scatter(
        x=[days.middle(day) for day in rows["day"]],
        y=rows["shown"].tolist(),
        mode="lines",
        line={"color": LIGHT.muted, "width": 1.25},
        hoverinfo="skip",
        yaxis=panel.axis,
        showlegend=False,
        meta={"part": "line", "panel": panel.place},
    )
    for state in [state for state in _MARKS if (rows["state"] == state).any()]:
        mine = rows[rows["state"] == state]
        figure.add_scatter(
            x=[days.middle(day) for day in mine["day"]],
            y=mine["shown"].tolist(),
            mode="markers",
            marker=dict(_MARKS[state]),
            hovertext=[_said(row, state, days) for _, row in mine.iterrows()],
            hovertemplate="%{hovertext}<extra></extra>",
            yaxis=panel.axis,
            name=state,
            showlegend=False,
            cliponaxis=False,
            meta={"part": "values", "panel": panel.place},
        )


def _said(row: pd.Series, state: str, days: DayAxis) -> str:
    unit = "" if pd.isna(row["unit"]) else f" {literal(row['unit'])}"
    limits = [
        f"{word} {amount(row[limit])}"
        for word, limit in (("from", "low"), ("to", "high"))
        if pd.notna(row[limit])
    ]
    ranged = f"{state.lower()} {' '.join(limits)}".rstrip()
    times = row["value"] / row["high"] if row["high"] > 0 else np.nan
    multiple = f"<br>{times:.2f} × the upper limit" if times > 0 else ""
    return (
        f"<b>{literal(row['test'])}</b>, {days.say(row['day'])}<br>"
        f"{amount(row['value'])}{unit}, {ranged}{multiple}"
    )


def _set_layout(figure: go.Figure, panels: list[_Panel], days: DayAxis, notes: list[str]) -> None:
    keys = _keys(panels)
    add_key(figure, keys)
    above = NOTE_LINE * len(notes) + (8 if notes else 0)
    plot = above + (_HEADING + _PANEL) * len(panels) + _GAP * (len(panels) - 1)
    figure.update_layout(
        height=TOP + key_pixels(keys) + plot + AXIS,
        margin=margins(key_pixels(keys)),
        hovermode="closest",
        showlegend=False,
        xaxis={**days.layout(), "anchor": panels[-1].axis},
    )
    for panel in panels:
        top = above + panel.place * (_HEADING + _PANEL + _GAP)
        low, high = 1 - (top + _HEADING + _PANEL) / plot, 1 - (top + _HEADING) / plot
        named = "yaxis" if panel.place == 0 else f"yaxis{panel.place + 1}"
        domain = [max(0.0, low), high]
        figure.update_layout({named: {**_vertical(panel), "domain": domain, "anchor": "x"}})
        write(figure, _heading(panel), y=1 - (top + 4) / plot, yref="paper", color=LIGHT.text)
    if notes:
        text = "<br>".join(map(literal, notes))
        write(figure, text, y=1, yref="paper", color=LIGHT.muted)


def _keys(panels: list[_Panel]) -> list[Key]:
    states = {state for panel in panels for state in panel.rows["state"]}
    keys = [_KEYS[state] for state in _MARKS if state in states]
    limits = ["shown_low", "shown_high"]
    banded = any(panel.rows[limits].notna().any(axis=None) for panel in panels)
    return [*keys, _KEYS[_BAND]] if banded else keys


def _heading(panel: _Panel) -> str:
    name = f"{panel.rows['test'].iloc[0]}, × upper limit" if panel.multiples else panel.name
    line = lines_within(name, NARROWEST - 30, size=NAME_SIZE, bold=True, most=1)[0]
    return f"<b>{literal(line)}</b>"


def _vertical(panel: _Panel) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "range": list(panel.range),
        "nticks": 5,
    }
    if panel.multiples:
        low, high = panel.bounds
        inside = [multiple for multiple in _MULTIPLES if low <= multiple <= high]
        axis |= {"type": "log", "tickvals": inside, "ticktext": [f"{m:g}" for m in inside]}
    return axis


def _describe(subject: str, panels: list[_Panel], days: DayAxis, rows: pd.DataFrame) -> str:
    who = f"subject {subject}" if subject else "one subject"
    parts = []
    for panel in panels:
        states = panel.rows["state"]
        above, below = int((states == _ABOVE).sum()), int((states == _BELOW).sum())
        parts.append(
            f"{panel.name} {len(states):,} values from {amount(panel.rows['value'].min())} to "
            f"{amount(panel.rows['value'].max())}, {above:,} above and {below:,} below the range"
        )
    head = f"Laboratory values of {who}, {days.say(days.first)} to {days.say(days.last)}"
    return " ".join(filter(None, (f"{head}: {'; '.join(parts)}.", _note(rows))))
