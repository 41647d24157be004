"""Tables of adverse events: what was counted of the chosen subjects, by class, term and group."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd

from queries.events.counting import (
    NO_EVENT,
    NO_WINDOW,
    Choice,
    Days,
    GroupOf,
    note_starting,
    tally_class_periods,
    tally_periods,
    tally_subjects,
    tally_terms,
)
from queries.events.records import EventRecords, FollowUp
from queries.events.selection import EventSelection, EventTerms
from queries.level_sets import Places
from queries.prepared import KINDS, UNKNOWN_DAY

DAYS_IN_YEAR = 365.25
# How follow-up ends; the first three in the order of `CENSORED`, `DIED` and `DISCONTINUED`.
ENDS = ("censored", "died", "discontinued", "event", "undated event", "not followed")
_EVENT, _UNDATED, _NOT_FOLLOWED = 3, 4, 5
_MANY = 500_000  # records; below that, starting threads costs more than it saves
_Found = TypeVar("_Found")


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


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """What one ask counts with."""

    records: EventRecords
    stay: FollowUp
    labels: pd.DataFrame
    group_of: GroupOf
    selection: EventSelection

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self.labels)

    @cached_property
    def choice(self) -> Choice:
        """Which records count, of whom, as compiled loops take it."""
        need = sum(KINDS[kind] for kind in self.selection.kinds)
        if self.selection.emergence == "flagged":
            need |= KINDS["flagged"]
        in_window = self.selection.emergence == "window"
        return Choice(
            need=need,
            least_grade=self.selection.least_grade,
            days_after=self.selection.days_after if in_window else NO_WINDOW,
            treated=self.stay.treated,
            followed=self.stay.days,
            group_of=self.group_of,
            groups=self.groups,
        )

    def each_class(self, work: Callable[[int, int], _Found]) -> list[_Found]:
        """What `work` finds from the first term of each class until before its last.

        Classes are counted side by side; each answer is its own, so that their order and the
        number of processors change nothing.
        """
        parts = [(first, last) for _, first, last in self.records.classes()]
        if len(self.records.number) < _MANY:
            return [work(*part) for part in parts]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            return list(pool.map(lambda part: work(*part), parts))

    def sums(self, weights: Days | Places | None = None) -> Places:
        """Chosen subjects by group, or what they weigh together."""
        found = np.bincount(self.group_of, weights=weights, minlength=self.groups + 1)
        return np.rint(found[: self.groups]).astype(np.int64)

    def first_days(self, codes: Places) -> Days:
        """By number, the day of the first event of some terms."""
        into = self.no_days()
        tally = np.zeros((1, self.groups, 3), dtype=np.int64)
        for code in codes:
            tally_terms(self.records.arrays, self.choice, int(code), int(code) + 1, into, tally)
        return into

    def ends(self, of: EventTerms) -> tuple[Places, Places, Places]:
        """Of the chosen subjects their numbers, the day their follow-up ended, and how (`ENDS`)."""
        return self.ended(self.first_days(self.records.codes(of)))

    def ended(self, first: Days) -> tuple[Places, Places, Places]:
        """The same from the days of the first events, by number."""
        number = np.flatnonzero(self.group_of < self.groups)
        day = np.clip(first[number], 0, UNKNOWN_DAY - 1).astype(np.int64) + 1
        days = self.stay.days[number].astype(np.int64)
        happened = (first[number] < UNKNOWN_DAY) & (day <= days)
        end = np.where(happened, _EVENT, self.stay.ended_by[number]).astype(np.int64)
        end[first[number] == UNKNOWN_DAY] = _UNDATED
        end[days == 0] = _NOT_FOLLOWED
        time = np.where(happened, day, days)
        time[end > _EVENT] = 0
        return number, time, end

    def starting(self, codes: Places, between: tuple[int, int]) -> Places:
        """The numbers of those with an event of some terms that starts between two days."""
        having = np.zeros(len(self.group_of), dtype=bool)
        for code in codes:
            place = int(code)
            note_starting(self.records.arrays, self.choice, place, place + 1, between, having)
        return np.flatnonzero(having)

    def periods_of_terms(self, edges: Places, first: int, last: int) -> Places:
        """Subjects by term, group and period in which an event of theirs starts."""
        tally = np.zeros((last - first, self.groups, len(edges) - 1), dtype=np.int64)
        tally_periods(self.records.arrays, self.choice, first, last, edges, tally)
        return tally

    def periods_of_class(self, edges: Places, first: int, last: int) -> Places:
        """The same of all terms together, in one row."""
        tally = np.zeros((1, self.groups, len(edges) - 1), dtype=np.int64)
        seen = np.zeros((len(self.group_of), -(-(len(edges) - 1) // 64)), dtype=np.uint64)
        tally_class_periods(self.records.arrays, self.choice, first, last, edges, seen, tally[0])
        return tally

    def no_days(self) -> Days:
        """By number, the first day so far: none."""
        return np.full(len(self.group_of), NO_EVENT, dtype=np.int32)

    def tally_of_class(self, first: int, last: int) -> tuple[Places, Days, int]:
        """Terms by group, the first days of the class, and its records without a date."""
        tally, days = np.zeros((last - first, self.groups, 3), dtype=np.int64), self.no_days()
        undated = tally_terms(self.records.arrays, self.choice, first, last, days, tally)
        return tally, days, int(undated)

    def tally_of(self, first_day: Days, parts: Sequence[Places]) -> Places:
        """One row: subjects and lost days from their first days, records from the parts."""
        tally = np.zeros((1, self.groups, 3), dtype=np.int64)
        tally_subjects(self.choice, first_day, tally[0])
        tally[0, :, 1] = sum(part[:, :, 1].sum(axis=0) for part in parts)
        return tally


def cells_with_events(
    keys: pd.DataFrame, tallies: Sequence[Places], labels: pd.DataFrame, days: Places
) -> pd.DataFrame:
    """One row for each key and group in which something happened."""
    stacked = np.concatenate([np.zeros((0, len(labels), 3), dtype=np.int64), *tallies])
    row, group = np.nonzero(stacked[:, :, 0])
    with_event, events, lost = stacked[row, group].T
    table = keys.iloc[row].reset_index(drop=True)
    table["arm"] = labels["arm"].to_numpy()[group]
    table["stratum"] = labels["stratum"].to_numpy()[group]
    table["with_event"], table["events"] = with_event, events
    table["patient_years"] = (days[group] - lost) / DAYS_IN_YEAR
    return table


def table_of(
    keys: pd.DataFrame, tallies: Sequence[Places], labels: pd.DataFrame, *, by: str, counted: str
) -> pd.DataFrame:
    """One row for each key, arm and third place of the tallies that somebody is in."""
    row, group, place = np.nonzero(stacked := np.concatenate(tallies))
    table = keys.iloc[row][["class", "term"]].reset_index(drop=True)
    table["arm"] = labels["arm"].to_numpy()[group]
    table[by] = place
    table[counted] = stacked[row, group, place]
    return table
