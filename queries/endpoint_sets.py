"""Survival times of cohorts, counted from records that are found once and remembered.

A page asks for the same endpoints again and again, each time for another cohort. Which record
belongs to which subject never changes, nor who is in which arm and stratum: only the first ask
for an endpoint joins its records to the subjects by their identifiers, and only the first ask for
arms and strata reads the table of subjects.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from queries.cohorts import Cohort
from queries.grouped_runs import GroupedRuns, Groups, Runs, grouped, groups_of, runs_of
from queries.recent import Recent
from queries.subject_sets import SubjectSets

# Bytes that are remembered. For a million subjects the records of an endpoint take 4 MB each
# time, with times in days, and a grouping takes 1 MB.
_MOST_RECORDS = 80_000_000
_MOST_GROUPS = 20_000_000
_MOST_GROUPED = 120_000_000

_TIMES = """
SELECT time, event, unit, label, list(number) AS numbers
FROM endpoint_times JOIN ({subjects}) USING (subject)
WHERE endpoint = $endpoint AND time IS NOT NULL AND event IS NOT NULL
GROUP BY time, event, unit, label
ORDER BY time, event
"""
_EXCLUSIONS = """
SELECT reason, list(number) AS numbers
FROM (
    SELECT
        subjects.number,
        CASE
            WHEN times.subject IS NULL THEN 'no record of this endpoint'
            WHEN times.time IS NULL THEN 'no time'
            WHEN times.event IS NULL THEN 'no censoring indicator'
        END AS reason
    FROM ({subjects}) AS subjects
    LEFT JOIN (SELECT * FROM endpoint_times WHERE endpoint = $endpoint) AS times USING (subject)
)
WHERE reason IS NOT NULL
GROUP BY reason
ORDER BY reason
"""
_GROUPS = """
SELECT arm, stratum, list(number) AS numbers
FROM ({subjects})
GROUP BY arm, stratum
ORDER BY arm, stratum
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointWords:
    """What the usable records of an endpoint say of it; blank where they say nothing.

    Parameters
    ----------
    units, labels : frozenset of str
        The units in small letters. Good data have one of each at most.
    """

    units: frozenset[str]
    labels: frozenset[str]


class EndpointSets:
    """Records of the endpoints of one snapshot, as one reader may see it; safe with threads.

    Parameters
    ----------
    cursor : callable
        Gives a connection of its own to whoever asks.
    sets : SubjectSets
        Who is in a cohort.
    subjects : callable
        SQL for the `number`, `subject`, `arm` and `stratum` of everyone who was enrolled, from
        the role of the arm and the columns of the strata.
    """

    def __init__(
        self,
        cursor: Callable[[], duckdb.DuckDBPyConnection],
        sets: SubjectSets,
        subjects: Callable[[str, tuple[str, ...]], str],
    ) -> None:
        self._cursor, self._sets, self._subjects = cursor, sets, subjects
        self._lock = threading.Lock()
        self._records: Recent[Runs] = Recent(_MOST_RECORDS, lambda runs: runs.nbytes)
        self._groups: Recent[Groups] = Recent(_MOST_GROUPS, lambda groups: groups.nbytes)
        self._grouped: Recent[GroupedRuns] = Recent(_MOST_GROUPED, lambda runs: runs.nbytes)

    def counts(
        self, *, endpoint: str, cohort: Cohort, arm: str, stratum: tuple[str, ...]
    ) -> pd.DataFrame:
        """What `queries.questions.survival_counts` answers."""
        found = self._found(_TIMES, endpoint, arm, stratum)
        counts = found.count(self._sets.chosen(cohort))
        held = counts > 0
        counts, group, run = counts[held], found.group[held], found.run[held]
        time = pd.factorize(found.values["time"], use_na_sentinel=False)[0][run]
        rows = np.flatnonzero((np.diff(group, prepend=-1) != 0) | (np.diff(time, prepend=-1) != 0))
        events = np.where(found.values["event"].to_numpy(dtype=bool)[run], counts, 0)
        return pd.DataFrame(
            {
                "arm": found.labels["arm"].to_numpy()[group[rows]],
                "stratum": found.labels["stratum"].to_numpy()[group[rows]],
                "time": found.values["time"].to_numpy()[run[rows]],
                "events": np.add.reduceat(events, rows),
                "censored": np.add.reduceat(counts - events, rows),
            }
        )

    def exclusions(self, *, endpoint: str, cohort: Cohort, arm: str) -> pd.DataFrame:
        """What `queries.questions.survival_exclusions` answers."""
        found = self._found(_EXCLUSIONS, endpoint, arm, ())
        counts = found.count(self._sets.chosen(cohort))
        held = counts > 0
        return pd.DataFrame(
            {
                "arm": found.labels["arm"].to_numpy()[found.group[held]],
                "reason": found.values["reason"].to_numpy()[found.run[held]],
                "subjects": counts[held],
            }
        )

    def words(self, endpoint: str) -> EndpointWords:
        """The units and labels of the endpoint's records."""

        with self._lock:
            values = self._runs(_TIMES, endpoint).values
        return EndpointWords(
            units=frozenset(unit.lower() for unit in values["unit"].dropna().unique()),
            labels=frozenset(values["label"].dropna().unique()),
        )

    def _found(
        self, records: str, endpoint: str, arm: str, stratum: tuple[str, ...]
    ) -> GroupedRuns:
        subjects = self._subjects(arm, stratum)

        def find_groups() -> Groups:
            members = runs_of(self._ask(_GROUPS.format(subjects=subjects)))
            return groups_of(members, self._sets.subjects)

        def find() -> GroupedRuns:
            groups = self._groups.found(subjects, find_groups)
            return grouped(self._runs(records, endpoint), groups)

        with self._lock:
            return self._grouped.found((records, endpoint, subjects), find)

    def _runs(self, records: str, endpoint: str) -> Runs:
        def find() -> Runs:
            everyone = self._subjects("planned", ())
            return runs_of(self._ask(records.format(subjects=everyone), endpoint=endpoint))

        return self._records.found((records, endpoint), find)

    def _ask(self, sql: str, **values: object) -> pa.Table:
        return self._cursor().execute(sql, values).to_arrow_table()
