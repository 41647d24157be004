"""Vital signs and the QT interval: who crossed a threshold after baseline, by arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.safety.incidence import (
    IncidenceCounts,
    compare_incidence,
    estimate_incidence,
)
from analytics.safety.measurements.thresholds import Threshold, count_thresholds, usual_thresholds
from dashboard.analyses.measurements.vital_tests import RecordedTests, VitalTest, code_of
from dashboard.analyses.safety.subjects import SafetySubjects, comparison_refusal
from queries import questions
from queries.store import Store

NOTHING = (
    "This study has no vital signs and no electrocardiograms. Import ADVS or VS, and ADEG or EG, "
    "to see them here."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdAnalysis:
    """How many subjects of each arm crossed each threshold after baseline.

    Parameters
    ----------
    subjects : SafetySubjects
    thresholds : tuple of Threshold
        Those of tests that were not measured, or in another unit, are left out and said.
    time_point : str, optional
        Which one counts where a test was taken at several (lying, standing); None is all.
    confidence_level : float
        Two-sided coverage.
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)
    thresholds: tuple[Threshold, ...] = field(default_factory=usual_thresholds)
    time_point: str | None = None
    confidence_level: float = 0.95

    def __post_init__(self) -> None:
        require(len(self.thresholds) > 0, "there is a threshold", thresholds=self.thresholds)

    def run(self, store: Store) -> ThresholdAnswer:
        """Ask the store, count and compare.

        Raises
        ------
        NotEstimableError
            When nothing was measured that a threshold is of, or nobody after baseline.
        """
        subjects = self.subjects
        tests = RecordedTests(subjects=subjects).run(store)
        if not tests:
            raise NotEstimableError(NOTHING)
        thresholds, said = applicable(self.thresholds, tests)
        if not thresholds:
            raise NotEstimableError(" ".join(["No threshold can be looked at.", *said]))
        arms = subjects.arms_of(store)
        worst = questions.worst_values(
            store=store,
            tests=sorted({one.test for one in thresholds}),
            time_point=self.time_point,
            cohort=subjects.chosen(),
            arm=subjects.arm,
        )
        worst = worst[worst["arm"].isin(arms)].reset_index(drop=True)
        arms = tuple(arm for arm in arms if (worst["arm"] == arm).any())
        measured = [one for one in thresholds if one.extremes(_of(one, worst)).notna().any()]
        if not measured:
            raise NotEstimableError("Nobody in this cohort has a value after baseline.")
        refusal = comparison_refusal(store, subjects)
        counts = count_thresholds(worst, measured, arms=arms)
        return ThresholdAnswer(
            asked=self,
            arms=arms,
            tests=tests,
            thresholds=tuple(measured),
            refusal=refusal,
            table=_estimated(counts, refusal, self.confidence_level),
            worst=worst,
            said=(*said, *_unmeasured(thresholds, measured), *_records_said(worst)),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThresholdAnswer:
    """Thresholds crossed, by arm.

    Parameters
    ----------
    asked : ThresholdAnalysis
    arms : tuple of str
        Those with records, reference first.
    tests : mapping
        The tests on record by code.
    thresholds : tuple of Threshold
        Those that somebody could have crossed, with the codes of the data.
    refusal : str or None
        Why arms are not compared.
    table : DataFrame
        `threshold`, `arm`, `with_event`, `subjects`, `proportion`, `lower`, `upper`, and where
        arms are compared `difference`, `difference_lower`, `difference_upper` (risk difference
        from the reference), missing for the reference.
    worst : DataFrame
        Baseline and extremes of each subject and test.
    said : tuple of str
        What was left out, and where baselines came from.
    """

    asked: ThresholdAnalysis
    arms: tuple[str, ...]
    tests: Mapping[str, VitalTest]
    thresholds: tuple[Threshold, ...]
    refusal: str | None
    table: pd.DataFrame
    worst: pd.DataFrame
    said: tuple[str, ...]

    def crossing(self, name: str, arm: str) -> tuple[str, ...]:
        """The subjects of an arm who crossed a threshold: exactly those counted."""
        one = next(one for one in self.thresholds if one.name == name)
        own = _of(one, self.worst)
        return tuple(own.loc[one.crossed(own) & (own["arm"] == arm), "subject"])


def applicable(
    thresholds: Sequence[Threshold], tests: Mapping[str, VitalTest]
) -> tuple[tuple[Threshold, ...], list[str]]:
    """The thresholds of tests that were measured in their unit, and why others are not."""
    found: list[Threshold] = []
    missing: dict[str, None] = {}
    other: dict[str, None] = {}
    for one in thresholds:
        code = code_of(one.test, tests)
        if code is None:
            missing[one.test] = None
        elif one.kind != "percent change" and not tests[code].measured_in(one.unit):
            other[f"{tests[code].label} ({', '.join(tests[code].units)})"] = None
        else:
            found.append(replace(one, test=code, label=one.name))
    said = []
    if missing:
        said.append(f"Not measured in this cohort: {', '.join(missing)}.")
    if other:
        said.append(f"Thresholds are not applied to values in other units: {', '.join(other)}.")
    return tuple(found), said


def _of(one: Threshold, worst: pd.DataFrame) -> pd.DataFrame:
    return worst[worst["test"] == one.test]


def _estimated(counts: IncidenceCounts, refusal: str | None, level: float) -> pd.DataFrame:
    table = estimate_incidence(counts, confidence_level=level).table
    if refusal is None and len(counts.arms) > 1:
        names = {"estimate": "difference"}
        names |= {side: f"difference_{side}" for side in ("lower", "upper")}
        apart = compare_incidence(counts, confidence_level=level).table
        more = apart[["term", "arm", *names]].rename(columns=names)
        table = table.merge(more, on=["term", "arm"], how="left")
    return table.drop(columns="reason").rename(columns={"term": "threshold"})


def _unmeasured(asked: Sequence[Threshold], measured: Sequence[Threshold]) -> list[str]:
    left = [one.name for one in asked if one not in measured]
    return (
        [f"Nobody has the value after baseline that it needs: {'; '.join(left)}."] if left else []
    )


def _records_said(worst: pd.DataFrame) -> list[str]:
    """Records that could not count, and baselines that were not flagged."""
    reasons = {
        "without_value": "without a value",
        "without_date": "without a date",
        "unplaced": "with neither a baseline nor a first dose to be later than",
    }
    said = [
        f"{_counted(n, 'record')} {reason} {'is' if n == 1 else 'are'} left out."
        for column, reason in reasons.items()
        if (n := int(worst[column].sum()))
    ]
    derived = worst["flagged"].eq(False)
    if n := int(derived.sum()):
        said.append(
            f"For {_counted(n, 'test')} of {_counted(_subjects(worst[derived]), 'subject')} no "
            "baseline is flagged (ABLFL); the last value on or before first dose stands for it."
        )
    without = worst["flagged"].isna() & worst["after_baseline"].gt(0)
    if n := int(without.sum()):
        said.append(
            f"For {_counted(n, 'test')} of {_counted(_subjects(worst[without]), 'subject')} there "
            "is no baseline: values count and changes do not."
        )
    return said


def _subjects(rows: pd.DataFrame) -> int:
    return int(rows["subject"].nunique())


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
