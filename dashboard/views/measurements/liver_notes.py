"""What stands under every result about the liver."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.safety.liver import STATUSES
from dashboard.analyses.measurements.liver import LiverAnswer
from dashboard.charts.measurements.edish import MOST_POINTS, QUADRANT_NAMES
from dashboard.charts.measurements.liver_course import TEST_NAMES
from dashboard.views.safety.notes import notes as safety_notes

_NAMES = {
    **QUADRANT_NAMES,
    **STATUSES,
    "candidate": "Hy's law candidates",
}


def group_name(group: str) -> str:
    """What a quadrant, a status or an elevation is called on screen."""
    return _NAMES.get(group, group)


def notes(answer: LiverAnswer, said: Sequence[str]) -> list[str]:
    """The notes of one result, with the results that were left out."""
    return safety_notes(answer.asked.subjects, [*said, _counted(answer), *_left_out(answer)])


def plot_said(answer: LiverAnswer) -> list[str]:
    """How subjects are placed and judged."""
    without = answer.without_both()
    missing = (
        f" {without:,} subjects without a peak of ALT or AST, or of bilirubin, are not placed."
        if without
        else ""
    )
    thin = (
        " In the normal range points that would lie on one another are drawn once; counts are of "
        "all subjects."
        if len(answer.drawn) > MOST_POINTS
        else ""
    )
    placed = f"The plot shows the highest of each, whenever it was.{missing}{thin}"
    return [candidate_said(answer), placed]


def candidate_said(answer: LiverAnswer) -> str:
    """What makes a candidate."""
    return (
        f"Candidate: {answer.asked.criteria.sentence()} (multiples and ALP rule of FDA 2009; the "
        "window is a choice). A candidate is no case: other causes are not looked at here."
    )


def _counted(answer: LiverAnswer) -> str:
    origin = answer.found.origin
    return (
        f"Results after the day of {origin}, however late, each over its own upper limit of normal "
        "(ULN)."
    )


def _left_out(answer: LiverAnswer) -> list[str]:
    table = answer.found.left_out.set_index("test")
    reasons = (
        ("without_limit", "without an upper limit"),
        ("without_value", "without a value"),
        ("undated", "without a date"),
        ("copies", "copies of another result of the same day and value"),
    )
    parts = []
    for column, said in reasons:
        by_test = {test: int(n) for test, n in table[column].items() if n}
        if by_test:
            listed = ", ".join(f"{TEST_NAMES[test]} {n:,}" for test, n in by_test.items())
            parts.append(f"{sum(by_test.values()):,} {said} ({listed})")
    if not parts:
        return ["No record was left out."]
    return [f"Records left out: {'; '.join(parts)}."]
