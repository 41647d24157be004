"""Shifts from baseline: a matrix for each arm, and a dot for each subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analytics.safety.measurements import ShiftTable
from dashboard.charts.axes import amount, percent
from dashboard.charts.contrast import translucent
from dashboard.charts.lettering import fitted, legend_name, literal
from dashboard.charts.theme import ARM_PALETTE, LIGHT, NEUTRAL, ArmStyle, empty_figure, new_figure

_CELL, _FRAME, _GAP = 58, 112, 0.22
_BETTER, _WORSE = ARM_PALETTE[0], ARM_PALETTE[1]
_MOST_COLUMNS = 10
_FAINT, _FULL = 0.08, 0.62  # opacities between which text of either mode can be read


def draw_shifts(
    shifts: ShiftTable, *, names: Mapping[str, str], worse: str, after: str
) -> go.Figure:
    """A matrix for each arm; a cell's `customdata` is its place in the table.

    Orange cells are shifts to worse, blue ones to better, grey ones no shift; the more subjects
    of the arm, the deeper.

    Parameters
    ----------
    shifts : ShiftTable
    names : mapping
        What the categories are called.
    worse : {"high", "low"}
        Which end of the categories is the worse one.
    after : str
        Title of the horizontal axes.
    """
    if not shifts.table["subjects"].sum():
        return empty_figure("Nobody has both a baseline and a value after it.")
    per_row = max(1, _MOST_COLUMNS // len(shifts.categories))
    per_row = min(per_row, len(shifts.arms))
    rows = -(-len(shifts.arms) // per_row)
    height = rows * (len(shifts.categories) * _CELL + _FRAME)
    data, layout = [], {}
    for place, arm in enumerate(shifts.arms):
        suffix = "" if place == 0 else str(place + 1)
        data.append(_cells(shifts, arm, names, worse, suffix))
        layout |= _axes(shifts, names, place, per_row, rows, suffix, after)
    titles = [_title(arm, place, per_row, rows, height) for place, arm in enumerate(shifts.arms)]
    return new_figure(
        _alt_shifts(shifts, names),
        height=height,
        data=data,
        showlegend=False,
        annotations=titles,
        bargap=0,
        barmode="overlay",
        hovermode="closest",
        margin={"t": 40},
        **layout,
    )


def _cells(
    shifts: ShiftTable, arm: str, names: Mapping[str, str], worse: str, suffix: str
) -> go.Bar:
    own = shifts.table[shifts.table["arm"] == arm]
    at = {category: place for place, category in enumerate(shifts.categories)}
    sign = 1 if worse == "high" else -1
    steps = [sign * (at[row.worst] - at[row.baseline]) for row in own.itertuples()]
    shown = len(shifts.categories) < 4
    return go.Bar(
        orientation="h",
        y=[at[one] for one in own["baseline"]],
        x=[0.94] * len(own),
        base=[at[one] - 0.47 for one in own["worst"]],
        width=0.92,
        marker={
            "color": [
                _colour(step, row.share) for step, row in zip(steps, own.itertuples(), strict=True)
            ]
        },
        text=[_text(row, with_share=shown) for row in own.itertuples()],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="none",
        textfont={"color": LIGHT.text, "size": 14},
        customdata=[[place] for place in own.index],
        hovertext=[
            f"{literal(arm)}<br>{literal(names[row.baseline])} at baseline, "
            f"{literal(names[row.worst])} after it<br>{row.subjects:,} of {row.of:,} subjects "
            f"({percent(row.share)})"
            for row in own.itertuples()
        ],
        hoverinfo="text",
        xaxis=f"x{suffix}",
        yaxis=f"y{suffix}",
    )


def _text(row: Any, *, with_share: bool) -> str:
    if not row.subjects:
        return "0"
    return f"{row.subjects:,}<br>({percent(row.share)})" if with_share else f"{row.subjects:,}"


def _colour(step: int, share: float) -> str:
    if not share > 0:
        return translucent(NEUTRAL, _FAINT)
    colour = _WORSE if step > 0 else _BETTER if step < 0 else NEUTRAL
    # The root, so that the few who shifted can be seen beside the many who did not.
    return translucent(colour, 0.14 + (_FULL - 0.14) * share**0.5)


def _axes(
    shifts: ShiftTable,
    names: Mapping[str, str],
    place: int,
    per_row: int,
    rows: int,
    suffix: str,
    after: str,
) -> dict[str, Any]:
    n = len(shifts.categories)
    row, column = divmod(place, per_row)
    gap = 0.0 if rows == 1 else _GAP
    tall = (1 - gap * (rows - 1)) / rows
    top = 1 - row * (tall + gap)
    left = column / per_row
    labels = {"tickvals": list(range(n)), "ticktext": [literal(names[c]) for c in names]}
    room = {"range": [-0.5, n - 0.5], "showgrid": False, "showline": False, "ticks": ""}
    first = column == 0
    return {
        f"xaxis{suffix}": {
            **labels,
            **room,
            "domain": [left + (0.02 if column else 0), (column + 1) / per_row],
            "anchor": f"y{suffix}",
            "title": {"text": after},
        },
        f"yaxis{suffix}": {
            **labels,
            **room,
            "domain": [max(0.0, top - tall), min(1.0, top)],
            "anchor": f"x{suffix}",
            "showticklabels": first,
            "title": {"text": "At baseline" if first else ""},
        },
    }


def _title(arm: str, place: int, per_row: int, rows: int, height: int) -> dict[str, Any]:
    row, column = divmod(place, per_row)
    gap = 0.0 if rows == 1 else _GAP
    tall = (1 - gap * (rows - 1)) / rows
    return {
        "text": fitted(arm, 640 / per_row, size=14, most=1),
        "x": column / per_row + (0.02 if column else 0),
        "y": min(1.0, 1 - row * (tall + gap)),
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 6,
        "showarrow": False,
        "font": {"size": 14, "weight": 600},
    }


def _alt_shifts(shifts: ShiftTable, names: Mapping[str, str]) -> str:
    moved = shifts.table[
        (shifts.table["baseline"] != shifts.table["worst"]) & (shifts.table["subjects"] > 0)
    ]
    parts = [
        f"{row.arm}: {names[row.baseline]} to {names[row.worst]} {row.subjects} of {row.of}"
        for row in moved.itertuples()
    ]
    return f"Shift matrix. {'; '.join(parts) or 'Nobody shifted'}."


def draw_scatter(
    values: pd.DataFrame,
    *,
    arms: Sequence[str],
    styles: Mapping[str, ArmStyle],
    title: str,
    worst: str,
    limits: tuple[float | None, float | None],
) -> go.Figure:
    """A dot for each subject: value at baseline and worst value; `customdata` is the subject.

    Parameters
    ----------
    values : DataFrame
        `subject`, `arm`, `baseline`, `worst`.
    worst : str
        "Highest" or "Lowest".
    limits : pair of float or None
        Lower and upper limit of the normal range, drawn on both axes.
    """
    if values.empty:
        return empty_figure("Nobody has both a baseline value and one after it.")
    low, high = _range(values, limits)
    data = [_dots(values[values["arm"] == arm], arm, styles[arm], worst) for arm in arms]
    return new_figure(
        f"Scatter of {title}: value at baseline against {worst.lower()} value after it, "
        f"{len(values)} subjects; {_share_above(values)} lie above the line of no change.",
        height=480,
        data=data,
        shapes=[*_lines(limits, low, high)],
        showlegend=len(arms) > 1,
        hovermode="closest",
        xaxis={"title": {"text": f"{literal(title)} at baseline"}, "range": [low, high]},
        yaxis={"title": {"text": f"{worst} after baseline"}, "range": [low, high]},
    )


def _range(values: pd.DataFrame, limits: tuple[float | None, float | None]) -> tuple[float, float]:
    ends = [*values["baseline"], *values["worst"], *(one for one in limits if one is not None)]
    room = 0.04 * (max(ends) - min(ends)) or 1.0
    return min(ends) - room, max(ends) + room


def _share_above(values: pd.DataFrame) -> int:
    return int((values["worst"] > values["baseline"]).sum())


def _dots(own: pd.DataFrame, arm: str, style: ArmStyle, worst: str) -> go.Scatter:
    return go.Scatter(
        x=own["baseline"].tolist(),
        y=own["worst"].tolist(),
        mode="markers",
        name=legend_name(arm),
        marker={"color": style.colour, "symbol": style.symbol, "size": 7, "opacity": 0.7},
        customdata=[[subject] for subject in own["subject"]],
        hovertext=[
            f"{literal(row.subject)}, {literal(arm)}<br>Baseline {amount(row.baseline)}, "
            f"{worst.lower()} {amount(row.worst)}"
            for row in own.itertuples()
        ],
        hoverinfo="text",
    )


def _lines(
    limits: tuple[float | None, float | None], low: float, high: float
) -> list[dict[str, Any]]:
    line = {"color": LIGHT.muted, "width": 1, "dash": "4px,3px"}
    same = {"x0": low, "x1": high, "y0": low, "y1": high}
    drawn: list[dict[str, Any]] = [
        {"type": "line", **same, "line": {"color": LIGHT.line, "width": 1}, "layer": "below"}
    ]
    for one in limits:
        if one is not None:
            for ends in (
                {"x0": one, "x1": one, "y0": low, "y1": high},
                {"x0": low, "x1": high, "y0": one, "y1": one},
            ):
                drawn.append({"type": "line", **ends, "line": line, "layer": "below"})
    return drawn
