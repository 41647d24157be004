"""Changes of toxicity grade from baseline to the worst one after it, by arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analytics.checks import require
from analytics.results import Result, registered, require_columns

CHANGE_COLUMNS = ("arm", "change", "subjects", "of", "share")
CHANGES: Mapping[str, str] = {
    "up 1": "Increase of 1 or more grades",
    "up 2": "Increase of 2 or more grades",
    "to 3": "Increase to grade 3 or higher",
}
_MET: Mapping[str, Callable[[pd.Series, pd.Series], pd.Series]] = {
    "up 1": lambda before, after: after - before >= 1,
    "up 2": lambda before, after: after - before >= 2,
    "to 3": lambda before, after: (after >= 3) & (before < after),
}


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GradeChanges(Result):
    """Subjects whose grade rose, by arm.

    Parameters
    ----------
    table : DataFrame
        `arm`, `change` (a key of `CHANGES`), `subjects`, `of` (subjects of the arm with a grade
        at baseline and after it) and `share`, NaN where there are none.
    people : DataFrame
        `subject`, `arm`, `baseline`, `worst`: those with both grades.
    """

    table: pd.DataFrame
    people: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, CHANGE_COLUMNS, "a table of grade changes")

    def behind(self, arm: str, change: str) -> tuple[str, ...]:
        """The subjects of an arm whose grade rose so."""
        own = self.people[self.people["arm"] == arm]
        return tuple(own["subject"][_MET[change](own["baseline"], own["worst"])])

    def to_frame(self) -> pd.DataFrame:
        """One row per arm and change."""
        return self.table.copy()


def count_grade_changes(subjects: pd.DataFrame, *, arms: Sequence[str]) -> GradeChanges:
    """Count subjects whose grade rose from baseline.

    An increase to grade 3 or higher takes a rise: who starts at grade 3 and stays is not in it.

    Parameters
    ----------
    subjects : DataFrame
        `subject`, `arm`, `baseline` and `worst`, grades from 0 to 5 or NaN.
    arms : sequence of str
        In the order of the table.

    Examples
    --------
    >>> subjects = pd.DataFrame(
    ...     {"subject": ["1", "2", "3"], "arm": "A", "baseline": [0, 1, 3], "worst": [3, 2, 3]}
    ... )
    >>> changes = count_grade_changes(subjects, arms=["A"])
    >>> changes.table[["change", "subjects", "of"]].values.tolist()
    [['up 1', 2, 3], ['up 2', 1, 3], ['to 3', 1, 3]]
    >>> changes.behind("A", "to 3")
    ('1',)
    """
    grades = pd.concat([subjects["baseline"], subjects["worst"]]).dropna()
    require(bool(grades.between(0, 5).all()), "grades are from 0 to 5")
    both = subjects.dropna(subset=["baseline", "worst"])
    rows = []
    for arm in arms:
        own = both[both["arm"] == arm]
        for change, met in _MET.items():
            n, of = int(met(own["baseline"], own["worst"]).sum()), len(own)
            rows.append((arm, change, n, of, n / of if of else float("nan")))
    return GradeChanges(
        table=pd.DataFrame(rows, columns=list(CHANGE_COLUMNS)),
        people=both[["subject", "arm", "baseline", "worst"]].reset_index(drop=True),
    )
