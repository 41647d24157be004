"""Shifts from baseline: a matrix for each arm, and a dot for each subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analytics.safety.measurements import ShiftTable
from dashboard.charts.axes import amount, log_axis, percent
from dashboard.charts.contrast import translucent
from dashboard.charts.lettering import fitted, legend_name, literal
from dashboard.charts.theme import ARM_PALETTE, LIGHT, NEUTRAL, ArmStyle, empty_figure, new_figure

_CELL, _GAP, _TOP, _BELOW = 58, 112, 48, 64  # pixels
_PER_ROW, _NARROWEST_TITLE = 2, 180
_BETTER, _WORSE = ARM_PALETTE[0], ARM_PALETTE[1]
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
    grid = _Grid(arms=len(shifts.arms), categories=len(shifts.categories))
    data: list[go.Bar] = []
    layout: dict[str, Any] = {}
    for place, arm in enumerate(shifts.arms):
        suffix = "" if place == 0 else str(place + 1)
        data.append(_cells(shifts, arm, names, worse, suffix))
        layout |= _axes(names, grid, place, suffix, after)
    return new_figure(
        _alt_shifts(shifts, names),
        height=grid.pixels + _TOP + _BELOW,
        data=data,
        showlegend=False,
        annotations=[_title(arm, grid, place) for place, arm in enumerate(shifts.arms)],
        bargap=0,
        barmode="overlay",
        hovermode="closest",
        margin={"t": _TOP},
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Where the matrix of each arm stands, as shares of the figure's plotting area."""

    arms: int
    categories: int

    @property
    def per_row(self) -> int:
        return min(_PER_ROW, self.arms)

    @property
    def pixels(self) -> int:
        rows = -(-self.arms // self.per_row)
        return rows * self.categories * _CELL + (rows - 1) * _GAP

    def corner(self, place: int) -> tuple[float, float]:
        """Left and top of a matrix."""
        row, column = divmod(place, self.per_row)
        left = column / self.per_row + (0.02 if column else 0)
        return left, 1 - row * (self.categories * _CELL + _GAP) / self.pixels

    def domains(self, place: int) -> tuple[list[float], list[float]]:
        left, top = self.corner(place)
        right = (place % self.per_row + 1) / self.per_row
        return [left, right], [max(0.0, top - self.categories * _CELL / self.pixels), top]


def _axes(
    names: Mapping[str, str], grid: _Grid, place: int, suffix: str, after: str
) -> dict[str, Any]:
    across, upwards = grid.domains(place)
    first = place % grid.per_row == 0
    n = grid.categories
    both = {
        "tickvals": list(range(n)),
        "ticktext": [literal(name) for name in names.values()],
        "range": [-0.5, n - 0.5],
        "showgrid": False,
        "showline": False,
        "ticks": "",
    }
    return {
        f"xaxis{suffix}": {
            **both,
            "domain": across,
            "anchor": f"y{suffix}",
            "title": {"text": after},
        },
        f"yaxis{suffix}": {
            **both,
            "domain": upwards,
            "anchor": f"x{suffix}",
            "showticklabels": first,
            "title": {"text": "At baseline" if first else ""},
        },
    }


def _title(arm: str, grid: _Grid, place: int) -> dict[str, Any]:
    left, top = grid.corner(place)
    return {
        "text": fitted(arm, _NARROWEST_TITLE, size=14, most=2),
        "x": left,
        "y": top,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
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
    styles: Mapping[str, ArmStyle],
    title: str,
    worst: str,
    limits: Sequence[float] = (),
    logarithmic: bool = False,
) -> go.Figure:
    """A dot for each subject: value at baseline and worst value; `customdata` is the subject.

    Parameters
    ----------
    values : DataFrame
        `subject`, `arm`, `baseline`, `worst`.
    styles : mapping
        Of the arms, in order.
    worst : str
        "Highest" or "Lowest".
    limits : sequence of float
        Of the normal range, drawn on both axes.
    logarithmic : bool
        For values above 0.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> values = pd.DataFrame(
    ...     {"subject": ["S1"], "arm": ["A"], "baseline": [20.0], "worst": [60.0]}
    ... )
    >>> styles = arm_styles(["A"])
    >>> figure = draw_scatter(values, styles=styles, title="ALT", worst="Highest", limits=[40.0])
    >>> list(figure.data[0].customdata[0]), len(figure.layout.shapes)
    (['S1'], 3)
    """
    if values.empty:
        return empty_figure("Nobody has both a baseline value and one after it.")
    data = [_dots(values[values["arm"] == arm], arm, style, worst) for arm, style in styles.items()]
    axes = [_axis(values[end], limits, logarithmic) for end in ("baseline", "worst")]
    return new_figure(
        f"Scatter of {title}: value at baseline against {worst.lower()} value after it, "
        f"{len(values)} subjects; {_above(values)} lie above the line of no change.",
        height=480,
        data=data,
        shapes=_lines(limits, values),
        showlegend=len(styles) > 1,
        hovermode="closest",
        xaxis={"title": {"text": f"{literal(title)} at baseline"}, **axes[0]},
        yaxis={"title": {"text": f"{worst} after baseline"}, **axes[1]},
    )


def _axis(amounts: pd.Series, limits: Sequence[float], logarithmic: bool) -> dict[str, Any]:
    ends = [float(amounts.min()), float(amounts.max()), *limits]
    if logarithmic:
        return log_axis([end for end in ends if end > 0])
    room = 0.04 * (max(ends) - min(ends)) or 1.0
    return {"range": [min(ends) - room, max(ends) + room]}


def _above(values: pd.DataFrame) -> int:
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


def _lines(limits: Sequence[float], values: pd.DataFrame) -> list[dict[str, Any]]:
    """The line of no change, which is thin, and the limits across both axes."""
    ends = values[["baseline", "worst"]]
    low, high = float(ends.min().min()), float(ends.max().max())
    same = {"x0": low, "x1": high, "y0": low, "y1": high, "line": {"color": LIGHT.line, "width": 1}}
    dashed = {"line": {"color": LIGHT.muted, "width": 1, "dash": "4px,3px"}}
    drawn: list[dict[str, Any]] = [{"type": "line", "layer": "below", **same}]
    for one in limits:
        upright = {"x0": one, "x1": one, "y0": 0, "y1": 1, "yref": "paper"}
        level = {"x0": 0, "x1": 1, "y0": one, "y1": one, "xref": "paper"}
        drawn += [{"type": "line", "layer": "below", **line, **dashed} for line in (upright, level)]
    return drawn
