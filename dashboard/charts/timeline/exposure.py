"""Doses over time: a step per period or a stem per administration, and what changed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboard.charts.axes import amount, counted
from dashboard.charts.contrast import translucent
from dashboard.charts.lettering import literal, text_width
from dashboard.charts.theme import LIGHT
from dashboard.charts.timeline.canvas import Canvas
from dashboard.charts.timeline.days import checked_days
from dashboard.charts.timeline.key import Key

_LANE, _HIGHEST, _LABEL = 66, 32, 12  # pixels
_CHANGES = {"Dose reduced": "triangle-down", "Dose increased": "triangle-up"}
_INTERRUPTED, _UNKNOWN = "Interrupted", "Dose not recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doses:
    """What a description says of exposure."""

    reductions: int = 0
    interruptions: int = 0


def add_exposure(canvas: Canvas, exposure: pd.DataFrame) -> Doses:
    """A lane for each treatment and unit.

    A row whose start is its end is one administration, drawn as a stem. Between rows that
    last longer, days without a dose are an interruption; so is a dose of 0 where the lane
    has any other.
    """
    rows = checked_days(exposure, ["start_day", "end_day"])
    placed = rows["start_day"].notna() & ~(rows["end_day"] < rows["start_day"])
    rows = rows.assign(lane=[_lane_name(row) for _, row in rows.iterrows()])
    found = [
        _add_lane(canvas, str(name), rows[placed & (rows["lane"] == name)])
        for name in dict.fromkeys(rows.loc[placed, "lane"])
    ]
    left = [f"{_dose(row)}, {_why_unplaced(canvas, row)}" for _, row in rows[~placed].iterrows()]
    canvas.note("Exposure without a place", left)
    return Doses(
        reductions=sum(each.reductions for each in found),
        interruptions=sum(each.interruptions for each in found),
    )


def _lane_name(row: pd.Series) -> str:
    what = row.get("treatment")
    named = "Dose" if what is None or pd.isna(what) else str(what)
    return named if pd.isna(row["unit"]) else f"{named} ({row['unit']})"


def _dose(row: pd.Series) -> str:
    if pd.isna(row["dose"]):
        return _UNKNOWN.lower()
    unit = "" if pd.isna(row["unit"]) else f" {row['unit']}"
    return f"{amount(float(row['dose']))}{unit}"


def _why_unplaced(canvas: Canvas, row: pd.Series) -> str:
    if pd.isna(row["start_day"]):
        ended = "" if pd.isna(row["end_day"]) else f", until {canvas.days.say(row['end_day'])}"
        return f"no start day{ended}"
    return f"ends before it starts on {canvas.days.say(row['start_day'])}"


def _add_lane(canvas: Canvas, name: str, rows: pd.DataFrame) -> Doses:
    rows = rows.sort_values(["start_day", "end_day"], kind="stable", na_position="last")
    base = canvas.take(_LANE) + _LANE - 10
    canvas.name(base - _HIGHEST / 2, name)
    most = float(rows["dose"].max()) if rows["dose"].notna().any() else 0.0
    paused = rows[(rows["dose"] == 0) & (most > 0)]
    given = rows.drop(paused.index)
    for _, row in given.iterrows():
        _add_period(canvas, row, base, most)
    for _, row in paused.iterrows():
        _add_pause(canvas, row["start_day"], row["end_day"], base)
    gaps = _gaps(rows)
    for first, last in gaps:
        _add_pause(canvas, first, last, base)
    return Doses(
        reductions=_add_changes(canvas, given, base, most),
        interruptions=len(gaps) + len(paused),
    )


def _height(dose: float, most: float) -> float:
    if pd.isna(dose):
        return _HIGHEST / 2
    return max(2.0, _HIGHEST * dose / most) if most > 0 else 2.0


def _add_period(canvas: Canvas, row: pd.Series, base: float, most: float) -> None:
    days = canvas.days
    top = base - _height(row["dose"], most)
    once = row["start_day"] == row["end_day"]
    start, end = days.starts(row["start_day"]), days.ends(row["end_day"])
    middle = days.middle(row["start_day"])
    known = pd.notna(row["dose"])
    period = {"x": [start, start, end, end], "y": [base, top, top, base], "mode": "lines"}
    stem = {"x": [middle, middle], "y": [base, top], "mode": "lines+markers"}
    canvas.figure.add_scatter(
        **(stem if once else period),
        fill=None if once else "toself",
        fillcolor=translucent(LIGHT.accent, 0.16) if known else None,
        line={"color": LIGHT.accent, "width": 1.75, "dash": "solid" if known else "2px,2px"},
        marker={"color": LIGHT.accent, "size": [0, 6], "opacity": 1} if once else None,
        hoveron="points" if once else "points+fills",
        text=_said(canvas, row),
        hoverinfo="text",
        showlegend=False,
        meta={"part": "dose", "dose": float(row["dose"]) if known else None},
    )
    if pd.isna(row["end_day"]):
        _add_open_end(canvas, end, (base + top) / 2)


def _add_open_end(canvas: Canvas, place: float, y: float) -> None:
    mark = {"symbol": "triangle-right", "size": 9, "color": LIGHT.accent}
    canvas.figure.add_scatter(
        x=[place],
        y=[y],
        mode="markers",
        marker=mark,
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
        meta={"part": "open end"},
    )


def _said(canvas: Canvas, row: pd.Series) -> str:
    days = canvas.days
    if row["start_day"] == row["end_day"]:
        return f"<b>{literal(_dose(row))}</b><br>on {days.say(row['start_day'])}"
    end = "no end recorded" if pd.isna(row["end_day"]) else f"to {days.say(row['end_day'])}"
    return f"<b>{literal(_dose(row))}</b><br>from {days.say(row['start_day'])}<br>{end}"


def _gaps(rows: pd.DataFrame) -> list[tuple[int, int]]:
    """First and last day of each stretch without a dose between rows of several days."""
    gaps: list[tuple[int, int]] = []
    reached, lasting = float("-inf"), False
    for start, end in zip(rows["start_day"], rows["end_day"], strict=True):
        periods = lasting and start != end
        if periods and _days_between(reached, start) > 0:
            gaps.append((_next_day(reached), _day_before(start)))
        if pd.isna(end):
            return gaps
        if end >= reached:
            reached, lasting = end, start != end
    return gaps


def _days_between(one: float, other: float) -> float:
    return other - one - 1 - (1 if one < 0 < other else 0)


def _next_day(day: float) -> int:
    return 1 if day == -1 else int(day) + 1


def _day_before(day: float) -> int:
    return -1 if day == 1 else int(day) - 1


def _add_pause(canvas: Canvas, first: float, last: float, base: float) -> None:
    days = canvas.days
    start, end = days.starts(first), days.ends(last)
    until = "no end recorded" if pd.isna(last) else f"to {days.say(last)}"
    length = "" if pd.isna(last) else f" ({counted(end - start, 'day')})"
    said = f"<b>{_INTERRUPTED}</b>{length}<br>from {days.say(first)}<br>{until}"
    top = base - _HIGHEST - 4
    look = {"fillcolor": LIGHT.track, "line": {"width": 0, "color": LIGHT.track}}
    canvas.figure.add_scatter(
        x=[start, start, end, end, start],
        y=[base, top, top, base, base],
        mode="lines",
        fill="toself",
        hoveron="fills",
        text=said,
        hoverinfo="text",
        showlegend=False,
        meta={"part": "interruption", "days": [int(first), None if pd.isna(last) else int(last)]},
        **look,
    )
    canvas.key(Key(name=_INTERRUPTED, symbol="square", colour=LIGHT.track, width=0))


def _add_changes(canvas: Canvas, rows: pd.DataFrame, base: float, most: float) -> int:
    """Label each new dose and mark what it is a change from; how many are reductions."""
    before, reductions, free = float("nan"), 0, float("-inf")
    for _, row in rows[rows["dose"].notna()].iterrows():
        dose = float(row["dose"])
        if dose == before:
            continue
        kind = None if pd.isna(before) else "Dose reduced" if dose < before else "Dose increased"
        top = base - _height(dose, most)
        if kind:
            reductions += kind == "Dose reduced"
            _add_change(canvas, kind, row, top, before)
        free = _add_label(canvas, row, top, free, beside=kind is not None)
        before = dose
    return reductions


def _add_change(canvas: Canvas, kind: str, row: pd.Series, top: float, before: float) -> None:
    mark = {"symbol": _CHANGES[kind], "size": 9, "color": LIGHT.text}
    days = canvas.days
    canvas.figure.add_scatter(
        x=[days.starts(row["start_day"])],
        y=[top - 7],
        mode="markers",
        marker=mark,
        text=f"<b>{kind}</b> from {amount(before)} to {literal(_dose(row))}<br>"
        f"on {days.say(row['start_day'])}",
        hoverinfo="text",
        showlegend=False,
        cliponaxis=False,
        meta={"part": kind},
    )
    canvas.key(Key(name=kind, symbol=_CHANGES[kind], colour=LIGHT.text, width=0))


def _add_label(canvas: Canvas, row: pd.Series, top: float, free: float, *, beside: bool) -> float:
    """Write a dose above its start unless the label before it is in the way."""
    text = amount(float(row["dose"]))
    place = canvas.days.starts(row["start_day"])
    shift = 7 if beside else 0
    left = canvas.days.pixels(place) + shift
    if left < free:
        return free
    canvas.figure.add_annotation(
        text=text,
        x=place,
        xanchor="left",
        xshift=shift,
        y=top,
        yanchor="bottom",
        showarrow=False,
        font={"size": _LABEL, "color": LIGHT.text},
    )
    return left + text_width(text, _LABEL) + 4
