"""The adverse events of a snapshot as arrays, and how long each subject was followed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import duckdb
import numpy as np
import pandas as pd

from queries.events.counting import Days, Records, Small
from queries.events.selection import EventSelection, EventTerms
from queries.layout import Layout
from queries.level_sets import Places
from queries.prepared import numbered_events

NOT_CODED = "Not coded"
CENSORED, DIED, DISCONTINUED = 0, 1, 2
_CODED_AHEAD = (
    "SELECT class, term, records FROM (SELECT code, count(*) AS records FROM event_records "
    "GROUP BY code) JOIN event_terms USING (code) ORDER BY code",
    "SELECT number, day, kinds, grade FROM event_records",  # they stand sorted
)
_BY_TERM = "GROUP BY class, term ORDER BY class, term"
_SORTED = "ORDER BY class, term, number, day"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventRecords:
    """Adverse events in the order of their terms, within a term of subjects, then of days.

    Parameters
    ----------
    terms : DataFrame
        `class` and `term`; classes stand together.
    starts : array of int
        Where each term begins, and the end.
    number : array
        Of the subject.
    day : array
        Days after first dose, 0 on that day; `UNKNOWN_DAY` without a date.
    kinds, grade : array
        As in `queries.prepared`; grade 0 is none.
    """

    terms: pd.DataFrame
    starts: Places
    number: Days
    day: Days
    kinds: Small
    grade: Small

    @property
    def nbytes(self) -> int:
        """Memory that it takes, texts apart."""
        return sum(one.nbytes for one in (self.number, self.day, self.kinds, self.grade))

    @property
    def arrays(self) -> Records:
        """What compiled loops take."""
        return Records(self.starts, self.number, self.day, self.kinds, self.grade)

    def classes(self) -> list[tuple[str, int, int]]:
        """Each class with its first term and the one after its last."""
        names = self.terms["class"].to_numpy()
        if not len(names):
            return []
        bounds = np.flatnonzero(np.r_[True, names[1:] != names[:-1], True])
        return [(names[start], int(start), int(end)) for start, end in pairwise(bounds)]

    def codes(self, of: EventTerms) -> Places:
        """The places of the terms that are meant."""
        fits = np.ones(len(self.terms), dtype=bool)
        if of.classes:
            fits &= self.terms["class"].isin(of.classes).to_numpy()
        if of.terms:
            fits &= self.terms["term"].isin(of.terms).to_numpy()
        return np.flatnonzero(fits)


def read_event_records(
    cursor: duckdb.DuckDBPyConnection, layout: Layout, column: str | None
) -> EventRecords:
    """The adverse events of a snapshot.

    Parameters
    ----------
    column : str, optional
        A column of the dataset of adverse events whose levels are the classes. Those of the
        study were coded ahead; any other column is sorted now.
    """
    terms_sql, records_sql = _CODED_AHEAD
    if column is not None:
        events = numbered_events(layout, column)
        terms_sql = f"SELECT class, term, count(*) AS records FROM ({events}) {_BY_TERM}"
        records_sql = f"SELECT number, day, kinds, grade FROM ({events}) {_SORTED}"
    terms = cursor.execute(terms_sql).df()
    found = cursor.execute(records_sql).fetchnumpy()
    return EventRecords(
        terms=terms[["class", "term"]].fillna(NOT_CODED),
        starts=np.concatenate([[0], np.cumsum(terms["records"].to_numpy(dtype=np.int64))]),
        **{name: np.ascontiguousarray(found[name]) for name in found},
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FollowUp:
    """How long each subject was followed for adverse events, by number.

    Parameters
    ----------
    treated : array
        Days from first to last dose, 0 for one day; -1 where not known.
    days : array
        Days of follow-up, 1 or more; 0 for a subject without a first dose or an end.
    ended_by : array
        `CENSORED`, `DIED` or `DISCONTINUED`.
    """

    treated: Days
    days: Days
    ended_by: Small

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.treated.nbytes + self.days.nbytes + self.ended_by.nbytes


_FOLLOW_UP = """
WITH cut AS (
    SELECT max(TRY_CAST(value AS DATE)) AS day FROM provenance_snapshot WHERE item = 'data_cut'
),
dated AS (
    SELECT
        number,
        first_dose_on AS first,
        last_dose_on - first_dose_on AS treated,
        died_on,
        cut.day AS cut,
        upper(coalesce(treatment_status, status)) = 'DISCONTINUED' AS stopped,
        upper(status) = 'DISCONTINUED' AS left_study,
        ended_study_on AS left_on,
        upper(discontinuation_reason) IN ('DEATH', 'DIED') AS left_by_death,
        last_dose_on + $days_after::INTEGER AS dosed_until,
        CASE WHEN $until = 'last dose'
            THEN least(
                coalesce(last_dose_on + $days_after::INTEGER, cut.day),
                coalesce(died_on, last_alive_on), ended_study_on, died_on, cut.day)
            ELSE least(
                coalesce(ended_study_on, last_alive_on, cut.day, last_dose_on), died_on, cut.day)
        END AS ended
    FROM ({subjects}) CROSS JOIN cut
),
-- Leaving the study ended follow-up: on that day itself, or when the subject was last known alive
-- before it. Not when the days after the last dose were over, or the data were cut, before.
reasoned AS (
    SELECT
        *,
        left_study AND (
            coalesce(left_on = ended, FALSE)
            OR (coalesce(left_on <= cut, TRUE)
                AND ended < coalesce(cut, ended + 1)
                AND ($until = 'end of study' OR ended < coalesce(dosed_until, ended + 1)))
        ) AS ended_by_leaving
    FROM dated
)
SELECT
    number,
    greatest(coalesce(treated, -1), -1)::INTEGER AS treated,
    greatest(coalesce(ended - first + 1, 0), 0)::INTEGER AS days,
    CASE
        WHEN died_on <= ended THEN 1
        WHEN ended_by_leaving AND left_by_death AND died_on IS NULL THEN 1
        WHEN ended_by_leaving THEN 2
        WHEN $until = 'last dose' AND stopped AND ended = dosed_until THEN 2
        ELSE 0
    END::UTINYINT AS ended_by
FROM reasoned ORDER BY number
"""


def read_follow_up(
    cursor: duckdb.DuckDBPyConnection,
    selection: EventSelection,
    *,
    subjects: str,
    count: int,
) -> FollowUp:
    """Follow-up as the selection has it.

    Parameters
    ----------
    subjects : str
        SQL of this room for the standard columns of subjects and their `number`.
    count : int
        Subjects in the table of subjects.
    """
    asked = {"until": selection.ends, "days_after": selection.days_after}
    sql = _FOLLOW_UP.format(subjects=subjects)
    found = cursor.execute(sql, asked).fetchnumpy()
    treated = np.full(count, -1, dtype=np.int32)
    days, ended_by = np.zeros(count, dtype=np.int32), np.zeros(count, dtype=np.uint8)
    number = found["number"]
    treated[number], days[number] = found["treated"], found["days"]
    ended_by[number] = found["ended_by"]
    return FollowUp(treated=treated, days=days, ended_by=ended_by)
