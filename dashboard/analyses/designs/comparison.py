"""Survival designs beside each other, property by property."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from analytics.design.survival import Assurance, SurvivalDesign, SurvivalEvaluation
from dashboard.analyses.designs.wording import (
    boundary_sentence,
    dropout_sentence,
    effect_sentence,
    hazard_sentence,
)
from dashboard.text import number, percent

Evaluated = tuple[SurvivalDesign, SurvivalEvaluation, Assurance]
_OF_THE_DESIGN: Mapping[str, Callable[[SurvivalDesign], str]] = {
    "Effect": effect_sentence,
    "Control hazard": lambda one: "; ".join(
        hazard_sentence(group.control) for group in one.assumptions.subgroups
    ),
    "Dropout": lambda one: dropout_sentence(one.assumptions),
    "Enrolment, months": lambda one: number(one.assumptions.accrual.duration),
    "Looks at": lambda one: ", ".join(
        percent(share, 0) for share in one.monitoring.information_fractions
    ),
    "Boundaries": lambda one: boundary_sentence(one.monitoring),
    "Type I error": lambda one: percent(one.monitoring.type_one_error(), 2),
    "Events": lambda one: f"{np.ceil(one.events - 1e-9):,.0f}",
    "Subjects": lambda one: f"{np.ceil(one.assumptions.accrual.subjects - 1e-9):,.0f}",
}
_OF_ITS_EVALUATION: Mapping[str, Callable[[SurvivalEvaluation], str]] = {
    "Power": lambda one: percent(one.power, 2),
    "Expected events": lambda one: number(one.expected_events),
    "Expected subjects": lambda one: number(one.expected_subjects),
    "First look, months": lambda one: number(one.calendar_times[0]),
    "Final look, months": lambda one: number(one.calendar_times[-1]),
    "Expected duration, months": lambda one: number(one.expected_duration),
    "Stops early": lambda one: percent(1 - one.stopping.stop[-1], 1),
    "Stops early without effect": lambda one: percent(1 - one.null_stopping.stop[-1], 1),
}
ROWS = (
    "Effect", "Control hazard", "Dropout", "Enrolment, months", "Looks at", "Boundaries",
    "Type I error", "Power", "Assurance", "Events", "Expected events", "Subjects",
    "Expected subjects", "First look, months", "Final look, months", "Expected duration, months",
    "Stops early", "Stops early without effect",
)  # fmt: skip


def compare_designs(designs: Mapping[str, Evaluated]) -> pd.DataFrame:
    """One row per property, one column per design; the first column names the properties.

    Parameters
    ----------
    designs : mapping of str to (SurvivalDesign, SurvivalEvaluation, Assurance)
        By their names.

    Examples
    --------
    >>> from analytics.design.survival import assurance
    >>> from dashboard.analyses.designs import usual_proposal
    >>> design = usual_proposal().design()
    >>> table = compare_designs({"Usual": (design, design.evaluate(), assurance(design))})
    >>> table[table[""] == "Power"].values.tolist()
    [['Power', '90.00%']]
    """
    return pd.DataFrame(
        [{"": row, **{name: _said(row, one) for name, one in designs.items()}} for row in ROWS]
    )


def _said(row: str, evaluated: Evaluated) -> str:
    design, found, averaged = evaluated
    if row == "Assurance":
        return percent(averaged.probability, 2)
    if row in _OF_THE_DESIGN:
        return _OF_THE_DESIGN[row](design)
    return _OF_ITS_EVALUATION[row](found)
