"""Adverse events of cohorts, counted from records that are found once and remembered.

Whoever looks at harm changes one thing at a time: the cohort, the kinds of events, the follow-up.
Which record belongs to which subject never changes, so the first ask reads the records into
arrays (`queries/events/records.py`) and all later ones count them (`queries/events/counting.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import duckdb
import numpy as np
import pandas as pd

from queries.cohorts import Cohort
from queries.cohorts.checking import column_kind
from queries.errors import DataError
from queries.events.counting import KINDS_SHOWN, earliest, is_of_kind, worst_of_class
from queries.events.records import (
    CENSORED,
    DIED,
    DISCONTINUED,
    EventRecords,
    FollowUp,
    read_event_records,
    read_follow_up,
)
from queries.events.selection import EventSelection, EventTerms
from queries.events.tables import (
    DAYS_IN_YEAR,
    NO_EVENT,
    Asked,
    EventCounts,
    as_one_term,
    cells_with_events,
    grades_of,
    in_periods,
    tally_of_terms,
    with_events,
)
from queries.grouped_runs import Groups, groups_of, runs_of
from queries.layout import Layout
from queries.level_sets import Places
from queries.prepared import UNKNOWN_DAY
from queries.recent import Recent
from queries.subject_sets import SubjectSets

_ENDS = ("censored", "died", "discontinued", "event", "undated event", "not followed")
assert (CENSORED, DIED, DISCONTINUED) == (0, 1, 2)  # the places of the first three
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
        anything, undated = asked.no_days(), 0
        classes, terms, names = [], [], []
        for name, first, last, found in asked.each_class():
            firsts, own = found.firsts, asked.no_days()
            earliest(found, firsts, own)
            np.minimum(anything, own, out=anything)
            undated += int((found.day == UNKNOWN_DAY).sum())
            terms.append(tally_of_terms(found, firsts, asked, last - first))
            classes.append(with_events(asked.tally_of(own), terms[-1]))
            names.append(name)
        overall = with_events(asked.tally_of(anything), *terms)
        at_risk = asked.labels.assign(
            subjects=asked.sums(),
            patient_years=asked.sums(asked.stay.days) / DAYS_IN_YEAR,
        )
        days = asked.sums(asked.stay.days)
        return EventCounts(
            at_risk=at_risk[at_risk["subjects"] > 0].reset_index(drop=True),
            overall=cells_with_events(pd.DataFrame(index=[0]), [overall], asked.labels, days),
            classes=cells_with_events(pd.DataFrame({"class": names}), classes, asked.labels, days),
            terms=cells_with_events(asked.records.terms, terms, asked.labels, days),
            undated=undated,
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
        having = {kind: np.zeros(len(asked.group_of), dtype=bool) for kind in KINDS_SHOWN}
        events = {kind: np.zeros(asked.groups, dtype=np.int64) for kind in KINDS_SHOWN}
        for _, _, _, found in asked.each_class():
            for kind in KINDS_SHOWN:
                fits = is_of_kind(found, kind)
                having[kind][found.number[fits]] = True
                events[kind] += np.bincount(found.group[fits], minlength=asked.groups)
        tables = [
            asked.labels[["arm"]].assign(
                kind=kind, with_event=asked.sums(having[kind].astype(np.int64)), events=events[kind]
            )
            for kind in KINDS_SHOWN
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
        terms, classes = [], []
        everything = asked.no_grades()
        names = []
        for name, first, last, found in asked.each_class():
            firsts, own = found.firsts, asked.no_grades()
            worst = np.maximum.reduceat(found.grade, firsts) if len(firsts) else found.grade
            worst_of_class(found, firsts, worst, into=own)
            np.maximum(everything, own, out=everything)
            group = found.group[firsts]
            terms.append(asked.by_grade(found.code[firsts], group, worst, rows=last - first))
            classes.append(asked.by_grade_of(own))
            names.append(name)
        tables = [
            grades_of(asked.records.terms, terms, asked.labels),
            grades_of(pd.DataFrame({"class": names, "term": ""}), classes, asked.labels),
            grades_of(
                pd.DataFrame({"class": [""], "term": [""]}),
                [asked.by_grade_of(everything)],
                asked.labels,
            ),
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
    ) -> pd.DataFrame:
        """How and when the follow-up of each subject for a first event ended.

        Returns
        -------
        DataFrame
            `arm`, `stratum`, `day` (1 is the day of first dose), `end` ("event", "died",
            "discontinued" or "censored") and `subjects`. An event dated after the end of
            follow-up is none. Subjects without follow-up have `end` "not followed" and those
            whose only events have no date "undated event"; both have day 0.
        """
        asked = self._asked(selection, cohort, arm, stratum, None)
        first, _ = asked.first_days(asked.records.codes(of))
        number = np.flatnonzero(asked.group_of < asked.groups)
        day = np.clip(first[number], 0, UNKNOWN_DAY - 1).astype(np.int64) + 1
        days = asked.stay.days[number].astype(np.int64)
        happened = (first[number] < UNKNOWN_DAY) & (day <= days)
        end = np.where(happened, 3, asked.stay.ended_by[number])
        end[first[number] == UNKNOWN_DAY] = 4
        end[days == 0] = 5
        time = np.where(happened, day, days)
        time[end > 3] = 0
        frame = pd.DataFrame({"group": asked.group_of[number], "day": time, "end": end})
        table = frame.groupby(["group", "day", "end"]).size().rename("subjects").reset_index()
        labels = asked.labels.iloc[table["group"].to_numpy()].reset_index(drop=True)
        return pd.DataFrame(
            {
                "arm": labels["arm"],
                "stratum": labels["stratum"],
                "day": table["day"],
                "end": np.array(_ENDS, dtype=object)[table["end"].to_numpy()],
                "subjects": table["subjects"],
            }
        )

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
        rows = [
            in_periods(as_one_term(found) if whole_classes else found, limits, asked).assign(
                code=lambda t, start=first: t["code"] + start
            )
            for _, first, _, found in asked.each_class()
        ]
        table = pd.concat(rows, ignore_index=True)
        places = table["code"].to_numpy(dtype=np.int64)
        terms = asked.records.terms.iloc[places].reset_index(drop=True)
        if whole_classes:
            terms = terms.assign(term="")
        table = pd.concat([terms, table.drop(columns="code")], axis=1)
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
            return asked.starting(codes, *days)
        first, _ = asked.first_days(codes)
        return np.flatnonzero(first < NO_EVENT)

    def latest_after_last_dose(self) -> int | None:
        """How many days after the last dose the last flagged event starts; None without one."""
        everyone = Cohort()
        asked = self._asked(EventSelection(), everyone, "planned", (), None)
        latest: int | None = None
        for _, _, _, found in asked.each_class():
            treated = asked.stay.treated[found.number]
            known = (treated >= 0) & (found.day < UNKNOWN_DAY)
            if known.any():
                after = int((found.day[known] - treated[known]).max())
                latest = after if latest is None else max(latest, after)
        return latest

    def terms(self) -> pd.DataFrame:
        """The classes and terms that the study recorded, in order."""
        with self._lock:
            return self._read(None).terms.copy()

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
