"""What stands under every result of the Prediction page."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.views.safety import notes

INTENDED_USE = "Supports review; does not recommend treatment."


def prediction_notes(
    asked: PredictionFit, report: PredictionReport, said: Sequence[str]
) -> list[str]:
    """The notes of one result."""
    judged = report.validation
    about = (
        f"{report.question} {asked.question.selection.sentence()} Judged by {judged.repeats} times "
        f"{judged.folds}-fold nested cross-validation by {judged.grouped_by}, "
        f"{judged.bootstraps} bootstrap draws of subjects, seed {report.seed}."
    )
    return notes.notes(asked.question.subjects, [INTENDED_USE, about, *said])
