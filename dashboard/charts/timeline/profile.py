"""The profile of one subject: everything that happened, on one day axis."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import counted
from dashboard.charts.theme import empty_figure, new_figure
from dashboard.charts.timeline.canvas import Canvas
from dashboard.charts.timeline.days import DayAxis
from dashboard.charts.timeline.events import add_events
from dashboard.charts.timeline.exposure import Doses, add_exposure
from dashboard.charts.timeline.milestones import (
    add_visits,
    draw_milestones,
    note_milestones,
    note_visits,
    place_milestones,
)

_NO_EVENTS = pd.DataFrame(
    columns=["term", "grade", "start_day", "end_day", "serious", "related"], dtype=object
)
_NO_EXPOSURE = pd.DataFrame(columns=["start_day", "end_day", "dose", "unit"], dtype=object)
_NO_VISITS = pd.DataFrame(columns=["day", "name"], dtype=object)
_NO_MILESTONES = pd.DataFrame(columns=["day", "name", "kind"], dtype=object)


def draw_timeline(
    *,
    events: pd.DataFrame = _NO_EVENTS,
    exposure: pd.DataFrame = _NO_EXPOSURE,
    visits: pd.DataFrame = _NO_VISITS,
    milestones: pd.DataFrame = _NO_MILESTONES,
    subject: str = "",
    first_dose: date | None = None,
    span: tuple[int, int] | None = None,
) -> go.Figure:
    """One subject's exposure, visits, adverse events and milestones over study days.

    Days are study days: 1 is the day of the first dose, −1 the day before, and there is
    no 0. Whatever has no start day is listed below the lanes.

    Parameters
    ----------
    events : DataFrame
        `term`; `grade`, 1 to 5 or missing; `start_day`; `end_day`, missing where none is
        recorded; `serious` and `related`, true, false or missing.
    exposure : DataFrame
        `start_day`, `end_day`, `dose`, `unit`, and optionally `treatment`. Rows of one day
        are single administrations; between longer ones, days without a dose are marked as
        an interruption.
    visits : DataFrame
        `day`, `name`.
    milestones : DataFrame
        `day`, `name`, and `kind`: "disposition", "endpoint" or "cut".
    subject : str
        For the description.
    first_dose : date, optional
        Date of day 1; texts at the pointer then name dates.
    span : (int, int), optional
        First and last day to show at least, so that figures of one subject line up.

    Examples
    --------
    >>> events = pd.DataFrame({"term": ["Headache"], "grade": [2], "start_day": [5],
    ...     "end_day": [9], "serious": [False], "related": [True]})
    >>> figure = draw_timeline(events=events)
    >>> bar = next(trace for trace in figure.data if trace.meta["part"] == "events")
    >>> bar.base, bar.x
    ((4.0,), (5.0,))
    """
    if all(frame.empty for frame in (events, exposure, visits, milestones)):
        return empty_figure("Nothing is recorded of this subject.")
    known = [
        *(day for frame in (events, exposure) for day in (*frame["start_day"], *frame["end_day"])),
        *(day for frame in (visits, milestones) for day in frame["day"]),
    ]
    days = DayAxis.around(known, span=span, first_dose=first_dose)
    canvas = Canvas(figure=new_figure("", height=200), days=days)
    placed = place_milestones(canvas, milestones)
    doses = add_exposure(canvas, exposure)
    add_visits(canvas, visits)
    if not events.empty:
        add_events(canvas, events)
    draw_milestones(canvas, placed)
    note_visits(canvas, visits)
    note_milestones(canvas, milestones)
    figure = canvas.finish()
    alt = _describe(subject, days, events, doses, visits, milestones)
    figure.update_layout(meta={"alt": alt})
    return figure


def _describe(
    subject: str,
    days: DayAxis,
    events: pd.DataFrame,
    doses: Doses,
    visits: pd.DataFrame,
    milestones: pd.DataFrame,
) -> str:
    who = f"subject {subject}" if subject else "one subject"
    parts = [
        _describe_events(events),
        f"{counted(doses.reductions, 'dose reduction')}, "
        f"{counted(doses.interruptions, 'interruption')}",
        counted(len(visits), "visit"),
    ]
    parts += [
        f"{name}: {days.say(day) if pd.notna(day) else 'day missing'}"
        for day, name in zip(milestones["day"], milestones["name"], strict=True)
    ]
    return f"Profile of {who}, {days.say(days.first)} to {days.say(days.last)}: " + (
        "; ".join(parts) + "."
    )


def _describe_events(events: pd.DataFrame) -> str:
    said = counted(len(events), "adverse event")
    if events.empty:
        return said
    serious = int(events["serious"].map(lambda flag: pd.notna(flag) and bool(flag)).sum())
    known = events["grade"].dropna()
    worst = f", worst grade {int(known.max())}" if len(known) else ""
    unplaced = int(events["start_day"].isna().sum())
    missing = f", {unplaced:,} without a start day" if unplaced else ""
    return f"{said}{worst}, {serious:,} serious{missing}"
