"""Measurements against limits and against baseline: shifts, summaries by visit, thresholds."""

from analytics.safety.measurements.by_visit import VisitSummary, summarise_visits
from analytics.safety.measurements.grade_changes import (
    CHANGES,
    GradeChanges,
    count_grade_changes,
)
from analytics.safety.measurements.shifts import ShiftTable, count_shifts

__all__ = [
    "CHANGES",
    "GradeChanges",
    "ShiftTable",
    "VisitSummary",
    "count_grade_changes",
    "count_shifts",
    "summarise_visits",
]
