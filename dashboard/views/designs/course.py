"""The Course tab: subjects, events and looks by calendar time."""

from __future__ import annotations

import numpy as np

from dashboard import results
from dashboard.analyses.designs.course import course_of
from dashboard.charts.designs.course import draw_course
from dashboard.disclosure import AGGREGATE
from dashboard.views.designs.answer import DesignAnswer


def show(answer: DesignAnswer) -> None:
    """One picture."""
    made = answer.made_design.then(course_of, answer.made_evaluation).named("courses")
    course = made.part(0).named("course")
    found = answer.evaluation
    said = [
        f"Expected subjects and events by {found.time_unit} since the first subject; dashed: under "
        "the null hypothesis, when events come sooner or later than assumed."
    ]
    if not np.isfinite(found.null_calendar_times[-1]):
        said.append("Under the null hypothesis the planned events are never expected.")
    results.figure(
        course.then(draw_course, made.part(1), unit=found.time_unit),
        name=f"{answer.name} course",
        notes=answer.notes(*said),
        data=course,
        disclosure=AGGREGATE,
    )
