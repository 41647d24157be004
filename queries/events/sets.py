"""Adverse events of cohorts, counted from records that are found once and remembered.

Whoever looks at harm changes one thing at a time: the cohort, the kinds of events, the follow-up.
Which record belongs to which subject never changes, so the first ask reads the records into
arrays (`queries/events/records.py`) and all later ones count them (`queries/events/counting.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial, reduce

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from queries.cohorts import Cohort
from queries.cohorts.checking import column_kind
from queries.errors import DataError
from queries.events.counting import (
    GRADES,
    KIND_BITS,
    NO_EVENT,
    Small,
    note_kinds,
    tally_grades,
)
from queries.events.onset import first_ends
from queries.events.records import (
    EventRecords,
    FollowUp,
    read_event_records,
    read_follow_up,
)
from queries.events.repeated import RepeatedEvents, repeated_events
from queries.events.selection import EventSelection, EventTerms
from queries.events.tables import (
    DAYS_IN_YEAR,
    ENDS,
    Asked,
    EventCounts,
    cells_with_events,
    table_of,
)
from queries.grouped_runs import Groups, groups_of, runs_of
from queries.layout import Layout
from queries.level_sets import Places
from queries.prepared import KINDS, UNKNOWN_DAY
from queries.recent import Recent
from queries.subject_sets import SubjectSets

Grades = npt.NDArray[np.int8]
# Bytes that are remembered: 20 million records take 200 MB, a million subjects 9 MB a follow-up.
_MOST_RECORDS = 500_000_000
_MOST_FOLLOW_UP = 50_000_000
_MOST_GROUPS = 20_000_000
_GROUPS = """
SELECT arm, stratum, list(number) AS numbers
FROM ({subjects})
GROUP BY arm, stratum, arm_number
ORDER BY arm_number NULLS LAST, arm, stratum
"""


class EventSets:
    """Adverse events of one snapshot, as one reader may see it; safe with threads.

    Parameters
    ----------
    layout : Layout
    cursor : callable
        Gives a connection of its own to whoever asks.
    sets : SubjectSets
        Who is in a cohort.
    subjects : callable
        SQL for the standard columns, `number`, `arm` and `stratum` of everyone who was enrolled,
        from the role of the arm and the columns of the strata.
    """

    def __init__(
        self,
        layout: Layout,
        cursor: Callable[[], duckdb.DuckDBPyConnection],
        sets: SubjectSets,
        subjects: Callable[[str, tuple[str, ...]], str],
    ) -> None:
        self._layout, self._cursor, self._sets, self._subjects = layout, cursor, sets, subjects
        self._lock = threading.Lock()
        self._records: Recent[EventRecords] = Recent(_MOST_RECORDS, lambda one: one.nbytes)
        self._follow_up: Recent[FollowUp] = Recent(_MOST_FOLLOW_UP, lambda one: one.nbytes)
        self._groups: Recent[Groups] = Recent(_MOST_GROUPS, lambda one: one.nbytes)

    # Counts -----------------------------------------------------------------------------

    def counts(
        self,
        selection: EventSelection,
        *,
        cohort: Cohort,
        arm: str = "actual",
        stratum: tuple[str, ...] = (),
        column: str | None = None,
    ) -> EventCounts:
        """Subjects, records and time at risk, overall, by class and by term.

        Parameters
        ----------
        column : str, optional
            A column of the dataset of adverse events whose levels are the classes.
        """
        asked = self._asked(selection, cohort, arm, stratum, column)
        found = asked.each_class(asked.tally_of_class)
        terms = [tally for tally, _, _ in found]
        classes = [asked.tally_of(first_day, [tally]) for tally, first_day, _ in found]
        anything = reduce(np.minimum, (first_day for _, first_day, _ in found), asked.no_days())
        days, labels = asked.sums(asked.stay.days), asked.labels
        names = pd.DataFrame({"class": [name for name, _, _ in asked.records.classes()]})
        at_risk = labels.assign(subjects=asked.sums(), patient_years=days / DAYS_IN_YEAR)
        overall = [asked.tally_of(anything, terms)]
        return EventCounts(
            at_risk=at_risk[at_risk["subjects"] > 0].reset_index(drop=True),
            overall=cells_with_events(pd.DataFrame(index=[0]), overall, labels, days),
            classes=cells_with_events(names, classes, labels, days),
            terms=cells_with_events(asked.records.terms, terms, labels, days),
            undated=sum(undated for _, _, undated in found),
            not_followed=int(asked.sums(asked.stay.days == 0).sum()),
        )

    def by_kind(
        self, selection: EventSelection, *, cohort: Cohort, arm: str = "actual"
    ) -> pd.DataFrame:
        """Subjects and records of each kind among those that the selection counts.

        Returns
        -------
        DataFrame
            `kind` ("any", "serious", "severe" for grade 3 or higher, "related", "withdrawn",
            "fatal"), `arm`, `with_event`, `events`; every kind and arm is there.
        """
        asked = self._asked(selection, cohort, arm, (), None)
        arrays, subjects, groups = asked.records.arrays, len(asked.group_of), asked.groups

        def note(first: int, last: int) -> tuple[Small, Places]:
            noted = np.zeros(subjects, dtype=np.uint8)
            events = np.zeros((8, groups), dtype=np.int64)
            note_kinds(arrays, asked.choice, first, last, noted, events)
            return noted, events

        found = asked.each_class(note)
        had = reduce(np.bitwise_or, (noted for noted, _ in found), np.zeros(subjects, np.uint8))
        events = sum((part for _, part in found), np.zeros((8, groups), dtype=np.int64))
        tables = [
            asked.labels[["arm"]].assign(
                kind=kind,
                with_event=asked.sums((had & bit > 0).astype(np.int64)),
                events=events[bit.bit_length() - 1],
            )
            for kind, bit in KIND_BITS.items()
        ]
        return pd.concat(tables, ignore_index=True)[["kind", "arm", "with_event", "events"]]

    def worst_grades(
        self,
        selection: EventSelection,
        *,
        cohort: Cohort,
        arm: str = "actual",
        column: str | None = None,
    ) -> pd.DataFrame:
        """Subjects by class, term, arm and the worst grade they had; 0 is not graded.

        Returns
        -------
        DataFrame
            `class`, `term` ("" for a class as a whole; both "" for everything), `arm`, `grade`,
            `subjects`.
        """
        asked = self._asked(selection, cohort, arm, (), column)
        arrays, subjects, groups = asked.records.arrays, len(asked.group_of), asked.groups

        def grade(first: int, last: int) -> tuple[Places, Grades]:
            worst = np.full(subjects, -1, dtype=np.int8)
            tally = np.zeros((last - first, groups, GRADES), dtype=np.int64)
            tally_grades(arrays, asked.choice, first, last, worst, tally)
            return tally, worst

        def of_all(worst: Grades) -> Places:
            had = np.flatnonzero(worst >= 0)
            cell = asked.group_of[had].astype(np.int64) * GRADES + worst[had]
            return np.bincount(cell, minlength=groups * GRADES).reshape(1, groups, GRADES)

        found = asked.each_class(grade)
        nobody = np.full(subjects, -1, dtype=np.int8)
        everything = reduce(np.maximum, (worst for _, worst in found), nobody)
        classes = pd.DataFrame({"class": [n for n, _, _ in asked.records.classes()], "term": ""})
        whole = pd.DataFrame({"class": [""], "term": [""]})
        nothing = np.zeros((0, groups, GRADES), dtype=np.int64)
        levels = [
            (asked.records.terms, [tally for tally, _ in found]),
            (classes, [of_all(worst) for _, worst in found]),
            (whole, [of_all(everything)]),
        ]
        tables = [
            table_of(keys, [nothing, *tallies], asked.labels, by="grade", counted="subjects")
            for keys, tallies in levels
        ]
        return pd.concat(tables, ignore_index=True)

    # When it happened -------------------------------------------------------------------

    def onset(
        self,
        selection: EventSelection,
        *,
        of: EventTerms,
        cohort: Cohort,
        arm: str = "actual",
        stratum: tuple[str, ...] = (),
        column: str | None = None,
    ) -> pd.DataFrame:
        """How and when the follow-up of each subject for a first event ended.

        Parameters
        ----------
        column : str, optional
            The column of the adverse events whose levels are the classes of `of`.

        Returns
        -------
        DataFrame
            `arm`, `stratum`, `day` (1 is the day of first dose), `end` ("event", "died",
            "discontinued" or "censored"), `ever` (whether there is such an event at all), `before`
            (whether the first is from before the first dose; it counts on day 1) and `subjects`.
            An event dated after the end of follow-up is none, though there is one. Subjects
            without follow-up have `end` "not followed" and those whose only events have no date
            "undated event"; both have day 0.
        """
        return first_ends(self._asked(selection, cohort, arm, stratum, column), of)

    def ends(
        self, selection: EventSelection, *, of: EventTerms, cohort: Cohort, arm: str = "actual"
    ) -> pd.DataFrame:
        """How follow-up ended by subject: `number`, `arm`, `day`, `end`, in order of numbers."""
        asked = self._asked(selection, cohort, arm, (), None)
        number, time, end = asked.ends(of)
        return pd.DataFrame(
            {
                "number": number,
                "arm": asked.labels["arm"].to_numpy()[asked.group_of[number]],
                "day": time,
                "end": np.array(ENDS, dtype=object)[end],
            }
        )

    def repeated(
        self,
        selection: EventSelection,
        *,
        of: EventTerms,
        cohort: Cohort,
        arm: str = "actual",
        column: str | None = None,
    ) -> RepeatedEvents:
        """Every event of some terms within follow-up, as arrays; see `RepeatedEvents`."""
        return repeated_events(self._asked(selection, cohort, arm, (), column), of)

    def by_period(
        self,
        selection: EventSelection,
        edges: Sequence[int],
        *,
        cohort: Cohort,
        arm: str = "actual",
        column: str | None = None,
        whole_classes: bool = False,
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Subjects with an event that starts in each period, by class and term.

        Parameters
        ----------
        edges : sequence of int
            Days after first dose at which periods begin, and the end of the last; ascending.
        column : str, optional
            A column of the adverse events whose levels are the classes.
        whole_classes : bool
            Of any term of a class; `term` then is "".

        Returns
        -------
        tuple of DataFrame
            `class`, `term`, `arm`, `period` (place from 0), `with_event`; and `arm`, `period`,
            `at_risk`: subjects still followed when the period begins.
        """
        limits = np.asarray(edges, dtype=np.int64)
        if len(limits) < 2 or (np.diff(limits) <= 0).any():
            raise DataError("periods begin on ascending days", got=[int(one) for one in limits])
        asked = self._asked(selection, cohort, arm, (), column)
        count = asked.periods_of_class if whole_classes else asked.periods_of_terms
        found = asked.each_class(partial(count, limits))
        keys = asked.records.terms
        if whole_classes:
            names = [name for name, _, _ in asked.records.classes()]
            keys = pd.DataFrame({"class": names, "term": ""})
        nothing = np.zeros((0, asked.groups, len(limits) - 1), dtype=np.int64)
        table = table_of(keys, [nothing, *found], asked.labels, by="period", counted="with_event")
        followed = [
            asked.labels[["arm"]].assign(
                period=place, at_risk=asked.sums((asked.stay.days > start).astype(np.int64))
            )
            for place, start in enumerate(limits[:-1])
        ]
        return table, pd.concat(followed, ignore_index=True)

    # Who --------------------------------------------------------------------------------

    def subjects(
        self,
        selection: EventSelection,
        *,
        of: EventTerms,
        cohort: Cohort,
        arm: str = "actual",
        column: str | None = None,
        days: tuple[int, int] | None = None,
    ) -> Places:
        """The numbers of the subjects with an event of some terms.

        Parameters
        ----------
        days : tuple of int, optional
            Days after first dose, both included, between which the event starts.
        """
        asked = self._asked(selection, cohort, arm, (), column)
        codes = asked.records.codes(of)
        if days is not None:
            return asked.starting(codes, days)
        return np.flatnonzero(asked.first_days(codes) < NO_EVENT)

    def latest_after_last_dose(self) -> int | None:
        """How many days after the last dose the last flagged event starts; None without one."""
        stay, records = (
            self._asked(EventSelection(), Cohort(), "planned", (), None).stay,
            (self.records()),
        )
        treated = stay.treated[records.number]
        known = (treated >= 0) & (records.day < UNKNOWN_DAY)
        known &= (records.kinds & KINDS["flagged"]) > 0
        after = records.day[known] - treated[known]
        return int(after.max()) if len(after) else None

    def records(self, column: str | None = None) -> EventRecords:
        """All records, in memory from now on; their classes are a column's where one is given."""
        with self._lock:
            return self._read(column)

    def record_count(self, of: EventTerms, column: str | None = None) -> int:
        """How many records there are of some terms, whoever has them and whatever counts."""
        known = self.records(column)
        return int(np.diff(known.starts)[known.codes(of)].sum())

    def terms(self, column: str | None = None) -> pd.DataFrame:
        """The classes (of a column, where one is given) and terms that were recorded, in order."""
        return self.records(column).terms.copy()

    # What an ask needs ------------------------------------------------------------------

    def _asked(
        self,
        selection: EventSelection,
        cohort: Cohort,
        arm: str,
        stratum: tuple[str, ...],
        column: str | None,
    ) -> Asked:
        chosen = np.unpackbits(self._sets.chosen(cohort).view(np.uint8)).astype(bool)
        with self._lock:
            groups = self._grouped(arm, stratum)
            follow_up = self._followed(selection)
            records = self._read(column)
        none = len(groups.labels)
        is_chosen = chosen[: len(groups.of_subject)]
        return Asked(
            records=records,
            stay=follow_up,
            labels=groups.labels[["arm", "stratum"]],
            group_of=np.where(is_chosen, groups.of_subject, none).astype(groups.of_subject.dtype),
            selection=selection,
        )

    def _read(self, column: str | None) -> EventRecords:
        if column is not None:
            self._require_column(column)
        return self._records.found(
            ("records", column), lambda: read_event_records(self._cursor(), self._layout, column)
        )

    def _require_column(self, column: str) -> None:
        known = self._layout.schema.records.get(self._layout.event_dataset or "")
        kind = known.columns.get(column) if known else None
        if kind is None or column_kind(kind) is None:
            rule = "adverse events are grouped by a column of theirs that this reader may see"
            raise DataError(rule, got=column)

    def _followed(self, selection: EventSelection) -> FollowUp:
        subjects, count = self._subjects("planned", ()), self._sets.subjects
        return self._follow_up.found(
            (selection.ends, selection.days_after),
            lambda: read_follow_up(self._cursor(), selection, subjects=subjects, count=count),
        )

    def _grouped(self, arm: str, stratum: tuple[str, ...]) -> Groups:
        subjects, count = self._subjects(arm, stratum), self._sets.subjects

        def find() -> Groups:
            sql = _GROUPS.format(subjects=subjects)
            return groups_of(runs_of(self._cursor().execute(sql).to_arrow_table()), count)

        return self._groups.found(subjects, find)
