"""When a cohort chosen by what happened after baseline may be compared: from a landmark on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from queries import questions
from queries.cohorts import late_parts
from queries.store import Store

if TYPE_CHECKING:
    from dashboard.analyses.survival.analysis import SurvivalAnalysis


def earliest_landmark(store: Store, analysis: SurvivalAnalysis) -> int | None:
    """The first day from which a cohort chosen after baseline can be compared.

    Returns
    -------
    int or None
        0 for a cohort that is known at baseline; None when no day can be stated, because a
        criterion is only known at the end.
    """
    late = [part for rule in analysis.rules() for part in late_parts(rule, store.schema)]
    if not late:
        return 0
    if any(part.known_by is None for part in late):
        return None
    delays = questions.anchor_delays(
        store=store, endpoint=analysis.endpoint, cohort=analysis.subjects()
    ).iloc[0]
    days = [
        part.known_by + max(0, 0 if pd.isna(delays[part.anchor]) else int(delays[part.anchor]))
        for part in late
        if part.known_by is not None
    ]
    # One day more: many studies count the first day as day 1.
    return max(days) + 1


def immortal_time(store: Store, analysis: SurvivalAnalysis) -> str | None:
    """Why arms of this cohort must not be compared; None when they may be."""
    earliest = earliest_landmark(store, analysis)
    if earliest is None:
        return (
            "The cohort uses what is only known after baseline, and no landmark can be stated at "
            "which it is. A comparison would count time in which its subjects could not have "
            "been left out (immortal time), so none is made."
        )
    if earliest and (analysis.landmark_day is None or analysis.landmark_day < earliest):
        return (
            "The cohort uses what happened after baseline. A comparison from baseline would count "
            "time in which its subjects could not have been left out (immortal time). Set a "
            f"landmark of day {earliest} or later to compare those still under observation then."
        )
    return None
