"""Tables of adverse events: what was counted of the chosen subjects, by class, term and group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from queries.events.counting import GroupOf, Kept, Tally, by_class, earliest, kept, tally
from queries.events.records import Days, EventRecords, FollowUp, Small
from queries.events.selection import EventSelection
from queries.level_sets import Places
from queries.prepared import UNKNOWN_DAY

DAYS_IN_YEAR = 365.25
NO_EVENT = UNKNOWN_DAY + 1
GRADES = 6  # 0 is not graded


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventCounts:
    """Adverse events of a cohort by arm and stratum, at every level.

    Parameters
    ----------
    at_risk : DataFrame
        `arm`, `stratum`, `subjects` and `patient_years` of follow-up, of everybody.
    overall, classes, terms : DataFrame
        Only what happened: (`class`, `term`), `arm`, `stratum`, `with_event` (subjects),
        `events` (records) and `patient_years` until the first event, or the end of follow-up.
    undated : int
        Records that count and have no date: the time of their subjects is not cut short.
    not_followed : int
        Subjects without follow-up time, because a date is missing.
    """

    at_risk: pd.DataFrame
    overall: pd.DataFrame
    classes: pd.DataFrame
    terms: pd.DataFrame
    undated: int
    not_followed: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """What one ask counts with."""

    records: EventRecords
    stay: FollowUp
    labels: pd.DataFrame
    group_of: GroupOf
    selection: EventSelection

    @property
    def groups(self) -> int:
        return len(self.labels)

    def sums(self, weights: Days | Places | None = None) -> Places:
        """Chosen subjects by group, or what they weigh together."""
        found = np.bincount(self.group_of, weights=weights, minlength=self.groups + 1)
        return np.rint(found[: self.groups]).astype(np.int64)

    def each_class(self) -> list[tuple[str, int, int, Kept]]:
        return list(
            by_class(
                self.records,
                selection=self.selection,
                stay=self.stay,
                group_of=self.group_of,
                groups=self.groups,
            )
        )

    def first_days(self, codes: Places) -> tuple[Days, int]:
        """By number, the day of the first event of some terms; and records without a date."""
        into, undated = self.no_days(), 0
        for code in codes:
            found = kept(
                self.records,
                int(code),
                int(code) + 1,
                selection=self.selection,
                stay=self.stay,
                group_of=self.group_of,
                groups=self.groups,
            )
            earliest(found, found.firsts, into)
            undated += int((found.day == UNKNOWN_DAY).sum())
        return into, undated

    def starting(self, codes: Places, low: int, high: int) -> Places:
        """The numbers of those with an event of some terms that starts between two days."""
        having = np.zeros(len(self.group_of), dtype=bool)
        for code in codes:
            found = kept(
                self.records,
                int(code),
                int(code) + 1,
                selection=self.selection,
                stay=self.stay,
                group_of=self.group_of,
                groups=self.groups,
            )
            having[found.number[(found.day >= low) & (found.day <= high)]] = True
        return np.flatnonzero(having)

    def no_days(self) -> Days:
        return np.full(len(self.group_of), NO_EVENT, dtype=np.int32)

    def no_grades(self) -> npt.NDArray[np.int8]:
        """By number, the worst grade so far: none."""
        return np.full(len(self.group_of), -1, dtype=np.int8)

    def by_grade(self, row: Places, group: GroupOf, grade: Small, *, rows: int) -> Places:
        """Subjects by row, group and grade."""
        cell = (row * self.groups + group) * GRADES + np.minimum(grade, GRADES - 1)
        size = rows * self.groups * GRADES
        return np.bincount(cell, minlength=size).reshape(rows, self.groups, GRADES)

    def by_grade_of(self, worst: npt.NDArray[np.int8]) -> Places:
        """One row of the same, from the worst grades of subjects."""
        number = np.flatnonzero(worst >= 0)
        row = np.zeros(len(number), dtype=np.int64)
        return self.by_grade(row, self.group_of[number], worst[number].view(np.uint8), rows=1)

    def tally_of(self, first: Days) -> Tally:
        """One row of numbers from the first days of subjects."""
        number = np.flatnonzero(first < NO_EVENT).astype(np.int32)
        zeros = np.zeros(len(number), dtype=np.int64)
        shape = (1, self.groups)
        return tally(
            zeros, number, first[number], self.group_of[number], stay=self.stay, shape=shape
        )


def tally_of_terms(found: Kept, firsts: Places, asked: Asked, terms: int) -> Tally:
    shape = (terms, asked.groups)
    counted = tally(
        found.code[firsts],
        found.number[firsts],
        found.day[firsts],
        found.group[firsts],
        stay=asked.stay,
        shape=shape,
    )
    events = np.bincount(found.code * asked.groups + found.group, minlength=terms * asked.groups)
    return Tally(
        with_event=counted.with_event,
        events=events.reshape(shape),
        lost_days=counted.lost_days,
    )


def with_events(counted: Tally, *parts: Tally) -> Tally:
    """One row, with the records of all rows of its parts."""
    events = sum((part.events.sum(axis=0) for part in parts), np.zeros_like(counted.events[0]))
    return Tally(
        with_event=counted.with_event,
        events=events[None, :],
        lost_days=counted.lost_days,
    )


def cells_with_events(
    keys: pd.DataFrame, tallies: Sequence[Tally], labels: pd.DataFrame, days: Places
) -> pd.DataFrame:
    """One row for each key and group in which something happened."""
    groups = len(labels)
    stacked = {
        name: np.concatenate(
            [getattr(one, name) for one in tallies] or [np.zeros((0, groups), dtype=np.int64)]
        )
        for name in ("with_event", "events", "lost_days")
    }
    row, group = np.nonzero(stacked["with_event"])
    table = keys.iloc[row].reset_index(drop=True)
    table["arm"] = labels["arm"].to_numpy()[group]
    table["stratum"] = labels["stratum"].to_numpy()[group]
    table["with_event"] = stacked["with_event"][row, group]
    table["events"] = stacked["events"][row, group]
    table["patient_years"] = (days[group] - stacked["lost_days"][row, group]) / DAYS_IN_YEAR
    return table


def grades_of(keys: pd.DataFrame, counts: Sequence[Places], labels: pd.DataFrame) -> pd.DataFrame:
    """One row for each key, arm and worst grade that somebody had."""
    empty = np.zeros((0, len(labels), GRADES), dtype=np.int64)
    stacked = np.concatenate([empty, *counts])
    row, group, grade = np.nonzero(stacked)
    table = keys.iloc[row][["class", "term"]].reset_index(drop=True)
    table["arm"] = labels["arm"].to_numpy()[group]
    table["grade"] = grade
    table["subjects"] = stacked[row, group, grade]
    return table


def as_one_term(found: Kept) -> Kept:
    """The records of a class as those of one term, of subjects and within them of days."""
    order = np.lexsort((found.day, found.number))
    return Kept(
        code=np.zeros(len(order), dtype=np.int64),
        number=found.number[order],
        day=found.day[order],
        kinds=found.kinds[order],
        grade=found.grade[order],
        group=found.group[order],
    )


def in_periods(found: Kept, limits: Places, asked: Asked) -> pd.DataFrame:
    """Subjects by term, group and period; several events of one count once."""
    period = np.searchsorted(limits, found.day, side="right") - 1
    inside = (period >= 0) & (period < len(limits) - 1)
    code, number, period = found.code[inside], found.number[inside], period[inside]
    group = found.group[inside]
    if not len(code):
        return pd.DataFrame(columns=["code", "arm", "period", "with_event"])
    changes = (code[1:] != code[:-1]) | (number[1:] != number[:-1]) | (period[1:] != period[:-1])
    once = np.flatnonzero(np.r_[True, changes])
    shape = (int(code.max()) + 1, asked.groups, len(limits) - 1)
    cell = np.ravel_multi_index((code[once], group[once].astype(np.int64), period[once]), shape)
    counts = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape)
    term, arm, when = np.nonzero(counts)
    return pd.DataFrame(
        {
            "code": term,
            "arm": asked.labels["arm"].to_numpy()[arm],
            "period": when,
            "with_event": counts[term, arm, when],
        }
    )
