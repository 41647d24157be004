"""Milestones as upright lines through all lanes, visits as ticks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analytics.checks import require
from dashboard.charts.lettering import fitted, literal, text_width
from dashboard.charts.theme import LIGHT
from dashboard.charts.timeline.canvas import NAME_SIZE, Canvas
from dashboard.charts.timeline.days import PLOT_PIXELS, checked_days

KINDS: Mapping[str, Mapping[str, object]] = {
    "disposition": {"color": LIGHT.muted, "width": 1.25, "dash": "solid"},
    "endpoint": {"color": LIGHT.accent, "width": 2, "dash": "solid"},
    "cut": {"color": LIGHT.muted, "width": 1.25, "dash": "4px,3px"},
}
_ROW, _VISITS, _LONGEST = 18, 30, 150  # pixels
_GAP = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A milestone and the row and side on which its name stands."""

    day: float
    name: str
    kind: str
    level: int
    to_the_left: bool


def place_milestones(canvas: Canvas, milestones: pd.DataFrame) -> list[Milestone]:
    """Take rows for the names, as many as they need to clear one another."""
    rows = checked_days(milestones, ["day"])
    for kind in rows["kind"]:
        require(kind in KINDS, f"kind is one of {', '.join(KINDS)}", kind=kind)
    ordered = rows[rows["day"].notna()].sort_values(["day", "name"], kind="stable")
    placed = _packed(canvas, ordered)
    levels = len({each.level for each in placed})
    canvas.take(_ROW * levels + (6 if levels else 0))
    return placed


def draw_milestones(canvas: Canvas, placed: list[Milestone]) -> None:
    """Names at the top, lines through all lanes that are drawn so far."""
    for each in placed:
        _add_line(canvas, each)
    for each in placed:
        _add_name(canvas, each)


def note_milestones(canvas: Canvas, milestones: pd.DataFrame) -> None:
    """List those without a day."""
    names = milestones.loc[milestones["day"].isna(), "name"]
    canvas.note("Milestones without a day", [_named(name, "Milestone") for name in names])


def _named(name: object, what: str) -> str:
    return f"{what} without a name" if pd.isna(name) else str(name)


def _packed(canvas: Canvas, rows: pd.DataFrame) -> list[Milestone]:
    """Names to the right of their line from the left, then the others from the right.

    A name that is in the way of another moves below it: the line of either then starts
    below the name that it would cross.
    """
    taken: list[list[tuple[float, float]]] = []
    found: list[Milestone] = []
    entries = list(zip(rows["day"], rows["name"], rows["kind"], strict=True))
    spans = [_span(canvas, day, _named(name, "Milestone")) for day, name, _ in entries]
    order = [n for n, (_, left) in enumerate(spans) if not left]
    order += [n for n, (_, left) in reversed(list(enumerate(spans))) if left]
    for n in order:
        span, left = spans[n]
        level = next((k for k, others in enumerate(taken) if _free(others, span)), len(taken))
        taken[level:] = taken[level:] or [[]]
        taken[level].append(span)
        day, name, kind = entries[n]
        named = _named(name, "Milestone")
        found.append(Milestone(day=day, name=named, kind=kind, level=level, to_the_left=left))
    return found


def _span(canvas: Canvas, day: float, name: str) -> tuple[tuple[float, float], bool]:
    """Pixels that a name takes, and whether it stands left of its line."""
    at = canvas.days.pixels(canvas.days.middle(day))
    wide = min(_LONGEST, text_width(name, NAME_SIZE)) + _GAP
    left = at + wide > PLOT_PIXELS + 10
    return ((at - wide, at) if left else (at, at + wide)), left


def _free(spans: list[tuple[float, float]], span: tuple[float, float]) -> bool:
    return all(span[1] <= low - _GAP or span[0] >= high + _GAP for low, high in spans)


def _add_line(canvas: Canvas, milestone: Milestone) -> None:
    x = canvas.days.middle(milestone.day)
    canvas.figure.add_shape(
        type="line",
        x0=x,
        x1=x,
        y0=_ROW * milestone.level + 3,
        y1=canvas.bottom,
        line=dict(KINDS[milestone.kind]),
        layer="below",
        name=milestone.name,
    )


def _add_name(canvas: Canvas, milestone: Milestone) -> None:
    canvas.figure.add_annotation(
        text=fitted(milestone.name, _LONGEST, size=NAME_SIZE, most=1),
        hovertext=f"<b>{literal(milestone.name)}</b><br>{canvas.days.say(milestone.day)}",
        x=canvas.days.middle(milestone.day),
        xanchor="right" if milestone.to_the_left else "left",
        xshift=-3 if milestone.to_the_left else 3,
        y=_ROW * (milestone.level + 0.5),
        yanchor="middle",
        showarrow=False,
        bgcolor=LIGHT.background,
        font={"size": NAME_SIZE, "color": LIGHT.text},
    )


def add_visits(canvas: Canvas, visits: pd.DataFrame) -> None:
    """Ticks on one lane, named by the pointer."""
    rows = checked_days(visits, ["day"])
    placed = rows[rows["day"].notna()].sort_values("day", kind="stable")
    if not placed.empty:
        middle = canvas.take(_VISITS) + _VISITS / 2
        canvas.name(middle, "Visits")
        _add_ticks(canvas, placed, middle)


def note_visits(canvas: Canvas, visits: pd.DataFrame) -> None:
    """List those without a day."""
    names = visits.loc[visits["day"].isna(), "name"]
    canvas.note("Visits without a day", [_named(name, "Visit") for name in names])


def _add_ticks(canvas: Canvas, placed: pd.DataFrame, middle: float) -> None:
    hovers = [
        f"<b>{literal(_named(name, 'Visit'))}</b><br>{canvas.days.say(day)}"
        for day, name in zip(placed["day"], placed["name"], strict=True)
    ]
    canvas.figure.add_scatter(
        x=[canvas.days.middle(day) for day in placed["day"]],
        y=[middle] * len(placed),
        mode="markers",
        marker={
            "symbol": "line-ns",
            "size": 12,
            "color": LIGHT.text,
            "line": {"color": LIGHT.text, "width": 1.5},
        },
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
        cliponaxis=False,
        meta={"part": "visits"},
    )
