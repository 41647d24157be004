"""What stands under every result of the safety pages, and goes along when it is taken away."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import state
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
