"""Shifts of one laboratory test from baseline to the worst value after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError
from analytics.safety.measurements import (
    GradeChanges,
    ShiftTable,
    count_grade_changes,
    count_shifts,
)
from dashboard.analyses.measurements.laboratory import described, limits_in_use, rows, titled
from dashboard.analyses.safety.subjects import SafetySubjects
from queries import questions
from queries.store import Store

Kind = Literal["range", "grade"]
Direction = Literal["high", "low"]
RANGE = ("low", "normal", "high")
_WORSE_FIRST = {"high": ("high", "normal", "low"), "low": ("low", "normal", "high")}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabShifts:
    """Which test, whose, and what counts as worse.

    Parameters
    ----------
    subjects : SafetySubjects
    test : str
        PARAMCD, or LBTESTCD.
    kind : {"range", "grade"}
        Against the normal range of each record, or by toxicity grade.
    direction : {"high", "low"}
        What counts as worse.

    Examples
    --------
    >>> shifts = LabShifts(subjects=SafetySubjects(), test="ALT").run(store).shifts
    >>> int(shifts.apart["subjects"].sum())
    8
    """

    subjects: SafetySubjects
    test: str
    kind: Kind = "range"
    direction: Direction = "high"

    def run(self, store: Store) -> ShiftsAnswer:
        """Ask the store and count.

        Raises
        ------
        NotEstimableError
            When there is no such test, or neither limits nor grades of it.
        """
        one = described(store, self.subjects, self.test)
        if self.kind == "grade" and not one["graded"]:
            raise NotEstimableError(f"No toxicity grade of {self.test} is recorded.")
        if self.kind == "range" and not one["limited"]:
            raise NotEstimableError(
                f"{self.test} has no limits of the normal range, so nothing is low or high."
            )
        arms = self.subjects.arms_of(store)
        found = questions.laboratory_shifts(
            store=store, test=self.test, cohort=self.subjects.chosen(), arm=self.subjects.arm
        )
        found = found[found["arm"].isin(arms)].reset_index(drop=True)
        arms = tuple(arm for arm in arms if (found["arm"] == arm).any())
        people = found[["subject", "arm"]].assign(**self._ends(found))
        grades = self.kind == "grade"
        return ShiftsAnswer(
            asked=self,
            title=titled(one),
            arms=arms,
            shifts=count_shifts(
                _named(people) if grades else people,
                arms=arms,
                categories=_grades(people) if grades else RANGE,
            ),
            changes=count_grade_changes(people, arms=arms) if grades else None,
            values=_values(found, self.direction),
            limits=limits_in_use(found),
            said=tuple(self._said(found)),
        )

    def _ends(self, found: pd.DataFrame) -> dict[str, pd.Series]:
        """Category at baseline and the worst one after it."""
        if self.kind == "range":
            worst = pd.Series(None, index=found.index, dtype=object)
            for category in reversed(_WORSE_FIRST[self.direction]):
                worst = worst.mask(found[f"any_{category}"], category)
            return {"baseline": found["baseline_category"], "worst": worst}
        before, after = found["baseline_grade"], found["greatest_grade"]
        if not _signed(found):
            return {"baseline": before, "worst": after}
        sign = -1 if self.direction == "low" else 1
        towards = found["least_grade"] if self.direction == "low" else after
        return {
            "baseline": (sign * before).clip(lower=0),
            "worst": (sign * towards).clip(lower=0),
        }

    def _said(self, found: pd.DataFrame) -> list[str]:
        total = found[["records", "copies", "without_value", "undated"]].sum()
        sources = found["source"].value_counts()
        said = [
            f"Baseline: the flagged record ({sources.get('flagged', 0):,} subjects), else the last "
            f"value on or before first dose ({sources.get('last before', 0):,}).",
            f"Worst: {_TOWARDS[self.kind][self.direction]} of all records after baseline and the "
            "day of first dose, unscheduled ones too.",
            f"{rows(int(total['records']))} of {self.test}.",
        ]
        if self.kind == "grade" and not _signed(found):
            said.append("The grades do not tell too low from too high.")
        if total["copies"]:
            said.append(
                f"Not counted twice: {rows(int(total['copies']))} with the date and value of "
                "another of the same subject, such as last values under End of Treatment."
            )
        column = "without_limits" if self.kind == "range" else "without_grade"
        counts = {
            "without a value": total["without_value"],
            "without a date (none counts as after baseline)": total["undated"],
            ("without limits" if self.kind == "range" else "without a grade"): found[column].sum(),
        }
        left = [f"{rows(int(n))} {why}" for why, n in counts.items() if n]
        return [*said, *([f"Without a category or a time: {'; '.join(left)}."] if left else [])]


_TOWARDS = {
    "range": {
        "high": "high where any value is above its own upper limit, else normal where any is "
        "normal, else low,",
        "low": "low where any value is below its own lower limit, else normal where any is "
        "normal, else high,",
    },
    "grade": {"high": "the highest grade", "low": "the highest grade"},
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShiftsAnswer:
    """The shifts of one test.

    Parameters
    ----------
    asked : LabShifts
    title : str
        The test with its unit.
    arms : tuple of str
        Those with subjects, reference first.
    shifts : ShiftTable
    changes : GradeChanges or None
        By grade only.
    values : DataFrame
        `subject`, `arm`, `baseline` and `worst` values of those with both.
    limits : DataFrame
        `low`, `high` and `subjects` that have them: the limits in use, most frequent first.
    said : tuple of str
        How it was counted, and what was left out.
    """

    asked: LabShifts
    title: str
    arms: tuple[str, ...]
    shifts: ShiftTable
    changes: GradeChanges | None
    values: pd.DataFrame
    limits: pd.DataFrame
    said: tuple[str, ...]

    @property
    def names(self) -> dict[str, str]:
        """What the categories are called on screen."""
        graded = self.asked.kind == "grade"
        return {
            one: f"Grade {one}" if graded else one.capitalize() for one in self.shifts.categories
        }


def _signed(found: pd.DataFrame) -> bool:
    """Whether grades below 0 tell values that are too low."""
    return bool((found[["baseline_grade", "least_grade"]].min() < 0).any())


def _named(people: pd.DataFrame) -> pd.DataFrame:
    ends = {name: people[name].map(_grade, na_action="ignore") for name in ("baseline", "worst")}
    return people.assign(**ends)


def _grade(grade: float) -> str:
    return str(round(grade))


def _grades(people: pd.DataFrame) -> tuple[str, ...]:
    highest = people[["baseline", "worst"]].max().max()
    return tuple(str(grade) for grade in range(max(int(np.nan_to_num(highest)), 3) + 1))


def _values(found: pd.DataFrame, direction: str) -> pd.DataFrame:
    worst = found["greatest" if direction == "high" else "least"]
    values = found[["subject", "arm", "baseline"]].assign(worst=worst)
    return values.dropna(subset=["baseline", "worst"]).reset_index(drop=True)
