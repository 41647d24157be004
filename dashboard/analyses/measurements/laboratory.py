"""Which laboratory tests a study has, and what can be said of each."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.checks import NotEstimableError
from dashboard.analyses.safety.subjects import SafetySubjects
from queries import questions
from queries.record_views import collected_records
from queries.store import Store

NOTHING = (
    "This study has no laboratory results (ADLB, LB). Import them with the other datasets, "
    "and shift tables and values by visit appear here."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaboratoryTests:
    """The laboratory tests of some subjects, by label; no rows where none were done.

    Examples
    --------
    >>> LaboratoryTests(subjects=SafetySubjects()).run(store)["test"].tolist()
    ['ALT', 'AST']
    """

    subjects: SafetySubjects

    def run(self, store: Store) -> pd.DataFrame:
        """Ask the store."""
        return questions.laboratory_tests(store=store, cohort=self.subjects.chosen())


def described(store: Store, subjects: SafetySubjects, test: str) -> pd.Series:
    """What is known of one test.

    Raises
    ------
    NotEstimableError
        When there are no laboratory results, none of this test, or they are in several units.
    """
    if not collected_records(store.layout, "laboratory_results"):
        raise NotEstimableError(NOTHING)
    found = LaboratoryTests(subjects=subjects).run(store)
    found = found[found["test"] == test]
    if found.empty:
        raise NotEstimableError(f"Nobody in this cohort has a result of {test}.")
    one = found.iloc[0]
    if one["units"] > 1:
        raise NotEstimableError(
            f"Results of {test} are in {one['units']} units and cannot be put side by side."
        )
    return one


def titled(one: pd.Series) -> str:
    """The test with its unit.

    Examples
    --------
    >>> titled(pd.Series({"test": "ALT", "label": "Alanine aminotransferase", "unit": "U/L"}))
    'Alanine aminotransferase (U/L)'
    """
    name, unit = str(one["label"] or one["test"]), one["unit"]
    return name if not unit or f"({unit})" in name else f"{name} ({unit})"


def limits_in_use(found: pd.DataFrame) -> pd.DataFrame:
    """The limits of the normal range (`low`, `high`) and `subjects` with them, most first.

    Examples
    --------
    >>> found = pd.DataFrame({"subject": ["1", "2", "3"], "low": 7.0, "high": [35.0, 45.0, 45.0]})
    >>> limits_in_use(found).values.tolist()
    [[7.0, 45.0, 2.0], [7.0, 35.0, 1.0]]
    """
    groups = found.groupby(["low", "high"], dropna=False)["subject"]
    used = groups.nunique().rename("subjects").reset_index()
    used = used[used[["low", "high"]].notna().any(axis=1)]
    return used.sort_values("subjects", ascending=False, kind="stable", ignore_index=True)


def rows(n: int) -> str:
    """A number of rows.

    Examples
    --------
    >>> rows(1), rows(4428)
    ('1 row', '4,428 rows')
    """
    return f"{n:,} {'row' if n == 1 else 'rows'}"
