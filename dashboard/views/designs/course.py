"""The Course tab: subjects, events and looks by calendar time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.design import TreatmentEffect
from analytics.design.survival import ExpectedEvents
from dashboard import results
from dashboard.charts.designs.course import draw_course
from dashboard.disclosure import AGGREGATE
from dashboard.views.designs.answer import DesignAnswer

_POINTS = 121


def show(answer: DesignAnswer) -> None:
    """One picture."""
    course, looks = course_of(answer)
    found = answer.evaluation
    said = [
        f"Expected subjects and events by {found.time_unit} since the first subject; dashed: under "
        "the null hypothesis, when events come sooner or later than assumed."
    ]
    if not np.isfinite(found.null_calendar_times[-1]):
        said.append("Under the null hypothesis the planned events are never expected.")
    results.figure(
        draw_course(course, looks, unit=found.time_unit),
        name=f"{answer.name} course",
        notes=answer.notes(*said),
        data=course,
        code=answer.code,
        disclosure=AGGREGATE,
    )


def course_of(answer: DesignAnswer) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`time`, `enrolled`, `events`, `events_null`; and the looks."""
    design, found = answer.design, answer.evaluation
    ends = [one for one in (*found.calendar_times, *found.null_calendar_times) if np.isfinite(one)]
    last = 1.05 * max([*ends, design.assumptions.accrual.duration])
    times = np.linspace(0, last, _POINTS)
    expected = ExpectedEvents.of(design.assumptions)
    null = ExpectedEvents.of(
        design.assumptions.with_effect(TreatmentEffect.constant(design.margin))
    )
    course = pd.DataFrame(
        {
            "time": times,
            "enrolled": expected.enrolled(times),
            "events": expected.events(times),
            "events_null": null.events(times),
        }
    )
    looks = pd.DataFrame(
        {
            "look": np.arange(1, len(found.events) + 1),
            "time": found.calendar_times,
            "events": found.events,
        }
    )
    return course, looks
