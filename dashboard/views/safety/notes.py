"""What stands under every result of the safety pages, and goes along when it is taken away."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import state
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.views import heading
from queries.cohorts import late_parts

EXPLORATORY = "Exploratory, not confirmatory."


def notes(subjects: SafetySubjects, said: Sequence[str]) -> list[str]:
    """The notes of one result.

    Parameters
    ----------
    subjects : SafetySubjects
        Whom it counts.
    said : sequence of str
        What was counted and how.
    """
    marks = []
    if late_parts(subjects.cohort.rule, state.store().schema):
        marks.append("The cohort is chosen by what happened after baseline.")
    analysed = f"Analysis set: {subjects.analysis_set or 'all subjects of the cohort'}."
    return [
        EXPLORATORY,
        heading.cohort_sentence(),
        analysed,
        _arms(subjects),
        *said,
        *marks,
        heading.provenance_line(),
    ]


def _arms(subjects: SafetySubjects) -> str:
    if state.store().pooled:
        return "Arms pooled: the study is blinded."
    role = "Actual" if subjects.arm == "actual" else "Planned"
    return f"{role} arms ({state.store().source_of(f'{subjects.arm}_arm')})."


def event_notes(asked: AdverseEvents, said: Sequence[str]) -> list[str]:
    """The notes of a result about adverse events."""
    answer = state.answered(asked)
    missing = []
    if answer.counts.undated:
        missing.append(
            f"{answer.counts.undated:,} records have no start date; they count as events, and the "
            "time of their subjects is not cut short."
        )
    if answer.counts.not_followed:
        missing.append(
            f"{answer.counts.not_followed:,} subjects have no dated follow-up and no time at risk."
        )
    return notes(asked.subjects, [asked.selection.sentence(), *said, *missing, *scale_said()])


def scale_said() -> list[str]:
    """How severities count as grades, where no grades were collected."""
    graded = "grade" in state.store().layout.adverse_events.sources
    return [] if graded else ["Mild, moderate and severe count as grades 1, 2 and 3."]
