"""The worst grade that subjects had, by class, term and arm."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from dashboard.analyses.safety.subjects import SafetySubjects
from queries.events import EventSelection
from queries.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstGrades:
    """Subjects by the worst grade among their events of each class and term.

    Parameters
    ----------
    subjects : SafetySubjects
    selection : EventSelection
        Which records count.
    column : str, optional
        A column of the adverse events whose levels are the classes.
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)
    selection: EventSelection = field(default_factory=EventSelection)
    column: str | None = None

    def run(self, store: Store) -> pd.DataFrame:
        """`class`, `term` ("" for a class), `arm`, `grade` (0: not graded) and `subjects`."""
        return store.event_sets.worst_grades(
            self.selection,
            cohort=self.subjects.chosen(),
            arm=self.subjects.arm,
            column=self.column,
        )
