"""Liver safety: peaks by subject, eDISH quadrants, candidates for Hy's law, elevations by arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from analytics.safety.liver import (
    ELEVATIONS,
    QUADRANTS,
    STATUSES,
    TESTS,
    Elevation,
    LiverCandidates,
    LiverCriteria,
    LiverElevations,
    LiverPeaks,
    find_candidates,
)
from dashboard.analyses.safety.subjects import SafetySubjects
from queries import questions
from queries.cohorts import AllOf, AnyOf, AnyRecord, Cohort, OneOf, Rule
from queries.liver_questions import LiverOrigin, liver_datasets, liver_origin
from queries.store import NO_ARM, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class LiverPeaksOf:
    """The peaks of some subjects; they do not change with the cuts.

    Parameters
    ----------
    subjects : SafetySubjects
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)

    def run(self, store: Store) -> LiverPeaksAnswer:
        """Ask the store."""
        cohort, origin = self.subjects.chosen(), liver_origin(store)
        found = questions.liver_peaks(
            store=store, origin=origin, cohort=cohort, arm=self.subjects.arm
        )
        arms = tuple(a for a in self.subjects.arms_of(store) if a in set(found["arm"]))
        found = found[found["arm"].isin(arms)]
        peaks = LiverPeaks(table=_wide(found))
        return LiverPeaksAnswer(
            arms=arms,
            origin=origin,
            peaks=peaks,
            elevations=LiverElevations.count(peaks, arms=arms),
            left_out=questions.liver_left_out(
                store=store, origin=origin, cohort=self.counted(store)
            ),
        )

    def counted(self, store: Store) -> Cohort:
        """The subjects of the arms that are looked at."""
        asked, every = self.subjects.arms_of(store), store.arms(self.subjects.arm)
        if store.pooled or set(asked) == set(every):
            return self.subjects.chosen()
        column = store.source_of(f"{self.subjects.arm}_arm")
        named = tuple(arm for arm in asked if arm != NO_ARM)
        rule = OneOf(column=column, values=named, keep_missing=NO_ARM in asked)
        return self.subjects.chosen(rule)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiverPeaksAnswer:
    """Peaks and what was left out.

    Parameters
    ----------
    arms : tuple of str
        Those with subjects, reference first.
    origin : str
        The day after which results count.
    peaks : LiverPeaks
        With `<test>_baseline` columns as well.
    elevations : LiverElevations
        Which multiples were reached; no cut changes these.
    left_out : DataFrame
        By test, as `queries.questions.liver_left_out` gives it.
    """

    arms: tuple[str, ...]
    origin: LiverOrigin
    peaks: LiverPeaks
    elevations: LiverElevations
    left_out: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class LiverAnalysis:
    """Candidates for Hy's law among some subjects, by criteria.

    Parameters
    ----------
    subjects : SafetySubjects
    criteria : LiverCriteria
        Cuts, window and ALP rule.
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)
    criteria: LiverCriteria = field(default_factory=LiverCriteria)

    @property
    def peaks(self) -> LiverPeaksOf:
        """The part that the criteria do not change."""
        return LiverPeaksOf(subjects=self.subjects)

    def run(self, store: Store) -> LiverAnswer:
        """Ask the store and judge."""
        return self.judge(store, self.peaks.run(store))

    def judge(self, store: Store, found: LiverPeaksAnswer) -> LiverAnswer:
        """Judge peaks that were asked for before."""
        placed = found.peaks.in_quadrants(self.criteria)
        apart = placed.loc[placed["quadrant"].notna() & (placed["quadrant"] != "normal"), "subject"]
        results = questions.liver_results(
            store=store, origin=found.origin, subjects=apart.tolist(), cohort=self.subjects.chosen()
        )
        results = results[results["after_start"]]
        return LiverAnswer(
            asked=self,
            found=found,
            placed=placed,
            candidates=find_candidates(found.peaks, results, self.criteria),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiverAnswer:
    """What the criteria find.

    Parameters
    ----------
    asked : LiverAnalysis
    found : LiverPeaksAnswer
    placed : DataFrame
        Peaks and `quadrant` of every subject.
    candidates : LiverCandidates
        Those outside the normal quadrant, judged.
    """

    asked: LiverAnalysis
    found: LiverPeaksAnswer
    placed: pd.DataFrame
    candidates: LiverCandidates

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms, reference first."""
        return self.found.arms

    @property
    def drawn(self) -> pd.DataFrame:
        """Subjects with both peaks, and their `status`."""
        both = self.placed[self.placed["quadrant"].notna()]
        judged = self.candidates.table.set_index("subject")["status"]
        return both.assign(status=both["subject"].map(judged).fillna(""))

    def quadrants(self) -> pd.DataFrame:
        """Subjects by group and arm: `group`, `arm`, `subjects`, `measured`.

        A group is a quadrant, or a status within that of Hy's law.
        """
        rows: list[tuple[str, str, int, int]] = []
        for arm in self.arms:
            own = self.drawn[self.drawn["arm"] == arm]
            rows += [(q, arm, int((own["quadrant"] == q).sum()), len(own)) for q in QUADRANTS]
            rows += [(s, arm, int((own["status"] == s).sum()), len(own)) for s in STATUSES]
        return pd.DataFrame(rows, columns=["group", "arm", "subjects", "measured"])

    def without_both(self) -> int:
        """Subjects who have no peak of an aminotransferase or none of bilirubin."""
        return int(self.placed["quadrant"].isna().sum())

    def knows(self, group: str) -> bool:
        """Whether it is a quadrant, a status or one of `ELEVATIONS`."""
        return group in (*QUADRANTS, *STATUSES, *(one.name for one in ELEVATIONS))

    def members(self, group: str, arm: str | None = None) -> list[str]:
        """The subjects of a quadrant, a status or one of `ELEVATIONS`, in an arm or in all."""
        table = self.placed if arm is None else self.placed[self.placed["arm"] == arm]
        if group in QUADRANTS:
            met = table["quadrant"] == group
        elif group in STATUSES:
            met = table["subject"].isin(self.candidates.of_status(group)["subject"])
        else:
            met = elevation_named(group).reached(table)
        return sorted(table.loc[met, "subject"])


def elevation_named(name: str) -> Elevation:
    """One of `ELEVATIONS` by its name.

    Examples
    --------
    >>> elevation_named("ALP > 2 × ULN").above
    (('alp', 2),)
    """
    return next(one for one in ELEVATIONS if one.name == name)


def subjects_rule(store: Store, subjects: Sequence[str]) -> Rule:
    """These subjects, as a rule that knows they were chosen by later laboratory results.

    They are named, since no rule on single records says "the highest of all". The part about
    their records leaves none of them out; it keeps the cohort from passing for one that was
    known at baseline.
    """
    if not subjects:
        return AnyOf(())
    named = OneOf(column=store.schema.subject, values=tuple(subjects))
    measured = [AnyRecord(dataset=dataset) for dataset in liver_datasets(store)]
    return AllOf((named, measured[0] if len(measured) == 1 else AnyOf(tuple(measured))))


def _wide(found: pd.DataFrame) -> pd.DataFrame:
    """One row a subject, with the peak, its day and the baseline of each test."""
    table = found[["subject", "arm"]].drop_duplicates("subject").reset_index(drop=True)
    for test in TESTS:
        own = found[found["test"] == test].set_index("subject")
        for name, column in (("", "multiple"), ("_day", "day"), ("_baseline", "baseline")):
            table[f"{test}{name}"] = table["subject"].map(own[column]).astype(float)
    return table
