"""Subjects and events of a survival design by calendar time, with its looks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.design import TreatmentEffect
from analytics.design.survival import ExpectedEvents, SurvivalDesign, SurvivalEvaluation

_POINTS = 121


def course_of(
    design: SurvivalDesign, evaluation: SurvivalEvaluation
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`time`, `enrolled`, `events`, `events_null`; and the looks: `look`, `time`, `events`.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_proposal
    >>> design = usual_proposal().design()
    >>> course, looks = course_of(design, design.evaluate())
    >>> float(course["enrolled"].iloc[-1]), len(looks)
    (500.0, 3)
    """
    ends = [*evaluation.calendar_times, *evaluation.null_calendar_times]
    ends = [one for one in ends if np.isfinite(one)]
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
            "look": np.arange(1, len(evaluation.events) + 1),
            "time": evaluation.calendar_times,
            "events": evaluation.events,
        }
    )
    return course, looks
