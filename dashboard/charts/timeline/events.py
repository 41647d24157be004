"""Adverse events as bars from onset to end, a badge with the grade at the onset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from analytics.checks import require
from dashboard.charts.contrast import ink_on
from dashboard.charts.lettering import lines_within, literal
from dashboard.charts.theme import LIGHT
from dashboard.charts.timeline.canvas import NAME_LINE, NAME_PIXELS, NAME_SIZE, Canvas
from dashboard.charts.timeline.days import checked_days
from dashboard.charts.timeline.key import Key

# From light to dark, so that they stay apart without colour; the same in both modes.
GRADE_COLOURS: Mapping[int, str] = {
    1: "#FDEFB8",
    2: "#F8C14A",
    3: "#E0702E",
    4: "#A62A33",
    5: "#4A1040",
}
UNKNOWN_COLOUR = "#C9D2D7"
_LANE, _AROUND, _BAR = 21, 6, 9  # pixels
_BADGE, _SERIOUS = 15, 20
_CLEAR = 11  # pixels on either side of a badge that no other event may reach
_OPEN = "No end recorded"
_OUTLINE = {"color": LIGHT.muted, "width": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    term: str
    grade: int | None
    start: float
    end: float
    hover: str
    serious: bool
    middle: float = 0

    @property
    def open(self) -> bool:
        return bool(pd.isna(self.end))

    @property
    def colour(self) -> str:
        return GRADE_COLOURS[self.grade] if self.grade else UNKNOWN_COLOUR

    @property
    def key(self) -> str:
        return f"Grade {self.grade}" if self.grade else "Grade not recorded"


def add_events(canvas: Canvas, events: pd.DataFrame) -> None:
    """A lane for each term, in order of first onset; events that overlap take one each."""
    rows = checked_days(events, ["start_day", "end_day"])
    _require_flags(rows)
    placed = rows["start_day"].notna() & ~(rows["end_day"] < rows["start_day"])
    canvas.heading(f"Adverse events ({len(rows):,})")
    ordered = rows[placed].sort_values(["start_day", "term", "end_day"], kind="stable")
    events = [_event(canvas, row) for _, row in ordered.iterrows()]
    drawn: list[_Event] = []
    for term in dict.fromkeys(event.term for event in events):
        drawn += _add_term(canvas, term, [event for event in events if event.term == term])
    for key in sorted({event.key for event in drawn}):
        _add_grade(canvas, [event for event in drawn if event.key == key])
    _add_other_keys(canvas, drawn)
    left = [_unplaced(canvas, row) for _, row in rows[~placed].iterrows()]
    canvas.note("Adverse events without a place", left)


def _require_flags(rows: pd.DataFrame) -> None:
    for grade in rows["grade"].dropna():
        require(grade in GRADE_COLOURS, "grade is 1 to 5 or missing", grade=grade)
    for column in ("serious", "related"):
        for value in rows[column].dropna():
            plain = bool(value in (True, False))
            require(plain, f"{column} is true, false or missing", received=value)


def _named(term: object) -> str:
    return "Term not recorded" if pd.isna(term) else str(term)


def _event(canvas: Canvas, row: pd.Series) -> _Event:
    return _Event(
        term=_named(row["term"]),
        grade=None if pd.isna(row["grade"]) else int(row["grade"]),
        start=row["start_day"],
        end=row["end_day"],
        hover=_said(canvas, row),
        serious=row["serious"] is not None and pd.notna(row["serious"]) and bool(row["serious"]),
    )


def _said(canvas: Canvas, row: pd.Series) -> str:
    days = canvas.days
    end = _OPEN.lower() if pd.isna(row["end_day"]) else f"to {days.say(row['end_day'])}"
    return (
        f"<b>{literal(_named(row['term']))}</b><br>{'<br>'.join(_described(row))}<br>"
        f"from {days.say(row['start_day'])}<br>{end}"
    )


def _described(row: pd.Series) -> list[str]:
    grade = "grade not recorded" if pd.isna(row["grade"]) else f"grade {int(row['grade'])}"
    serious = _flag(row["serious"], "serious", "not serious", "seriousness not recorded")
    related = _flag(
        row["related"], "related to treatment", "not related to treatment", "relation not recorded"
    )
    return [f"{grade}, {serious}", related]


def _flag(value: object, yes: str, no: str, unknown: str) -> str:
    return unknown if pd.isna(value) else yes if value else no


def _unplaced(canvas: Canvas, row: pd.Series) -> str:
    described = ", ".join([_named(row["term"]), *_described(row)[:1]])
    if pd.notna(row["start_day"]):
        return f"{described}, ends before it starts on {canvas.days.say(row['start_day'])}"
    ended = "" if pd.isna(row["end_day"]) else f", ended {canvas.days.say(row['end_day'])}"
    return f"{described}, no start day{ended}"


def _add_term(canvas: Canvas, term: str, events: list[_Event]) -> list[_Event]:
    """Take the lanes of a term; its events with the middle of theirs."""
    lanes = list(_packed(canvas, events))
    names = len(lines_within(term, NAME_PIXELS, size=NAME_SIZE, most=3))
    used = max(lanes) + 1
    high = _AROUND + max(_LANE * used, NAME_LINE * names + 2)
    top = canvas.take(high)
    _add_rule(canvas, top)
    canvas.name(top + high / 2, term, most=3)
    start = top + (high - _LANE * used) / 2
    middles = [start + _LANE * (lane + 0.5) for lane in lanes]
    return [replace(event, middle=y) for event, y in zip(events, middles, strict=True)]


def _packed(canvas: Canvas, events: list[_Event]) -> Iterator[int]:
    """The first lane that is free where an event and its badge stand."""
    free: list[float] = []
    for event in events:
        onset = canvas.days.pixels(canvas.days.starts(event.start))
        end = canvas.days.pixels(canvas.days.ends(event.end))
        lane = next((n for n, until in enumerate(free) if until <= onset - _CLEAR), len(free))
        free[lane : lane + 1] = [max(end, onset + _CLEAR)]
        yield lane


def _add_rule(canvas: Canvas, top: float) -> None:
    line = {"color": LIGHT.grid, "width": 1}
    canvas.figure.add_shape(
        type="line", xref="paper", x0=0, x1=1, y0=top, y1=top, line=line, layer="below"
    )


def _add_grade(canvas: Canvas, events: list[_Event]) -> None:
    """All events of one grade: bars, then badges, then arrows where no end is recorded."""
    colour = events[0].colour
    canvas.key(Key(name=events[0].key, symbol="square", colour=colour))
    days = canvas.days
    starts = [days.starts(event.start) for event in events]
    canvas.figure.add_bar(
        orientation="h",
        base=starts,
        x=[days.ends(event.end) - start for event, start in zip(events, starts, strict=True)],
        y=[event.middle for event in events],
        width=_BAR,
        marker={"color": colour, "line": _OUTLINE},
        meta={"part": "events", "terms": [literal(event.term) for event in events]},
        **_told(events),
    )
    canvas.figure.add_scatter(
        x=starts,
        y=[event.middle for event in events],
        mode="markers+text",
        text=[str(event.grade or "?") for event in events],
        textposition="middle center",
        textfont={"size": 11, "color": ink_on(colour)},
        marker={
            "symbol": ["diamond" if event.serious else "square" for event in events],
            "size": [_SERIOUS if event.serious else _BADGE for event in events],
            "color": colour,
            "opacity": 1,
            "line": {
                "color": [LIGHT.text if event.serious else LIGHT.muted for event in events],
                "width": [2 if event.serious else 1 for event in events],
            },
        },
        cliponaxis=False,
        meta={"part": "badges"},
        **_told(events),
    )
    _add_open_ends(canvas, [event for event in events if event.open])


def _told(events: list[_Event]) -> dict[str, object]:
    return {
        "hovertext": [event.hover for event in events],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "showlegend": False,
    }


def _add_open_ends(canvas: Canvas, events: list[_Event]) -> None:
    if not events:
        return
    arrow = {"symbol": "triangle-right", "size": 12, "color": events[0].colour, "line": _OUTLINE}
    canvas.figure.add_scatter(
        x=[canvas.days.ends(event.end) for event in events],
        y=[event.middle for event in events],
        mode="markers",
        marker=arrow,
        cliponaxis=False,
        meta={"part": "open ends"},
        **_told(events),
    )


def _add_other_keys(canvas: Canvas, events: list[_Event]) -> None:
    if any(event.serious for event in events):
        look = {"colour": LIGHT.background, "edge": LIGHT.text}
        canvas.key(Key(name="Serious", symbol="diamond", width=2, **look))
    if any(event.open for event in events):
        canvas.key(Key(name=_OPEN, symbol="triangle-right", colour=LIGHT.muted))
