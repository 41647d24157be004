"""Shift tables: from the category at baseline to the worst one after it, by arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analytics.checks import require
from analytics.results import Result, registered, require_columns

SUBJECT_COLUMNS = ("subject", "arm", "baseline", "worst")
SHIFT_COLUMNS = ("arm", "baseline", "worst", "subjects", "of", "share")
APART_COLUMNS = ("arm", "subjects", "both", "no_baseline", "no_worst", "neither")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShiftTable(Result):
    """Subjects by category at baseline and worst category after it.

    Parameters
    ----------
    table : DataFrame
        `arm`, `baseline`, `worst`, `subjects`, `of` (subjects of the arm with both) and `share`
        (NaN where nobody has both); one row per arm and pair, in order.
    apart : DataFrame
        Per arm `subjects` and of them those with `both` categories, with `no_baseline`, with
        `no_worst` after it, with `neither`: each subject stands in one of the four.
    people : DataFrame
        `subject`, `arm`, `baseline`, `worst`: who is counted where.
    arms, categories : tuple of str
        In order.
    """

    table: pd.DataFrame
    apart: pd.DataFrame
    people: pd.DataFrame
    arms: tuple[str, ...]
    categories: tuple[str, ...]

    def __post_init__(self) -> None:
        require_columns(self.table, SHIFT_COLUMNS, "a shift table")
        require_columns(self.apart, APART_COLUMNS, "subjects apart")

    def behind(self, arm: str, baseline: str, worst: str) -> tuple[str, ...]:
        """The subjects of one cell."""
        own = self.people
        cell = (own["arm"] == arm) & (own["baseline"] == baseline) & (own["worst"] == worst)
        return tuple(own["subject"][cell])

    def to_frame(self) -> pd.DataFrame:
        """One row per arm, category at baseline and worst category."""
        return self.table.copy()


def count_shifts(
    subjects: pd.DataFrame, *, arms: Sequence[str], categories: Sequence[str]
) -> ShiftTable:
    """Count subjects by category at baseline and worst category after it.

    Percentages are of the subjects of the arm who have both; the others are counted apart.

    Parameters
    ----------
    subjects : DataFrame
        `subject` (each once), `arm`, `baseline` and `worst`, one of the categories or missing.
        Subjects of other arms are left out.
    arms, categories : sequence of str
        In the order of the table.

    Examples
    --------
    >>> subjects = pd.DataFrame(
    ...     {"subject": ["1", "2", "3"], "arm": "A", "baseline": ["normal", "normal", None],
    ...      "worst": ["high", "normal", "high"]}
    ... )
    >>> counted = count_shifts(subjects, arms=["A"], categories=["normal", "high"])
    >>> counted.table[["baseline", "worst", "subjects", "share"]].values.tolist()[:2]
    [['normal', 'normal', 1, 0.5], ['normal', 'high', 1, 0.5]]
    >>> counted.apart[["subjects", "both", "no_baseline"]].values.tolist()
    [[3, 2, 1]]
    >>> counted.behind("A", "normal", "high")
    ('1',)
    """
    missing = [name for name in SUBJECT_COLUMNS if name not in subjects.columns]
    require(not missing, f"subjects have the columns {', '.join(SUBJECT_COLUMNS)}", got=missing)
    require(bool(subjects["subject"].is_unique), "each subject has one row")
    found = set(subjects["baseline"].dropna()) | set(subjects["worst"].dropna())
    unknown = sorted(found - set(categories))
    require(not unknown, "every category is one of those stated", got=unknown)
    own = subjects[subjects["arm"].isin(arms)]
    both = own.dropna(subset=["baseline", "worst"])[list(SUBJECT_COLUMNS)]
    return ShiftTable(
        table=_cells(both, arms, categories),
        apart=_apart(own, arms),
        people=both.reset_index(drop=True),
        arms=tuple(arms),
        categories=tuple(categories),
    )


def _cells(both: pd.DataFrame, arms: Sequence[str], categories: Sequence[str]) -> pd.DataFrame:
    counts = both.groupby(["arm", "baseline", "worst"]).size().to_dict()
    sizes = both.groupby("arm").size().to_dict()
    rows = []
    for arm in arms:
        of = int(sizes.get(arm, 0))
        for before in categories:
            for after in categories:
                n = int(counts.get((arm, before, after), 0))
                rows.append((arm, before, after, n, of, n / of if of else float("nan")))
    return pd.DataFrame(rows, columns=list(SHIFT_COLUMNS))


def _apart(own: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    before, after = own["baseline"].notna(), own["worst"].notna()
    told = pd.DataFrame(
        {
            "arm": own["arm"],
            "subjects": True,
            "both": before & after,
            "no_baseline": ~before & after,
            "no_worst": before & ~after,
            "neither": ~before & ~after,
        }
    )
    counts = told.groupby("arm").sum().reindex(list(arms), fill_value=0).astype("int64")
    return counts.rename_axis("arm").reset_index()[list(APART_COLUMNS)]
