"""Every table and figure of adverse events on EQX-LARGE, against plain SQL and against memory.

Each turn asks for a cohort that was never asked for before (an age from which), as somebody does
who moves a filter. That the store and SQL count the same is checked before the clock runs. How
near the counting is to what the machine can do is measured by reading every byte of the records
once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

import duckdb
import pandas as pd

from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.mean_count import MeanCountAnalysis
from dashboard.analyses.safety.onset import OnsetAnalysis
from dashboard.analyses.safety.overview import SafetyOverview
from dashboard.analyses.safety.subjects import SafetySubjects
from queries.cohorts import Between, Cohort
from queries.events import EventSelection, EventTerms
from queries.store import Store, open_store
from tests.benchmarks.large_study import large_snapshot
from tests.benchmarks.measure import compare, report, use_threads

SQL = """
SELECT "AEBODSYS" AS class, "AEDECOD" AS term, "TRT01A" AS arm,
    count(DISTINCT "USUBJID") AS with_event, count(*) AS events
FROM adae JOIN adsl USING ("USUBJID")
WHERE adae."TRTEMFL" = 'Y' AND "AGE" >= $low AND "SAFFL" = 'Y'
GROUP BY ALL
"""
MONTHS = [30 * month for month in range(13)]
TURNS, SQL_TURNS = 9, 3

_step = count()


def main() -> None:
    """Print the comparisons."""
    use_threads()
    file = large_snapshot()
    with open_store(file) as store, duckdb.connect(str(file), read_only=True) as plain:
        same(store, plain)
        against_sql(store, plain)
        for case, ask in pages(store).items():
            report("safety", compare(case, {"store": ask}, turns=TURNS))
    first = "opening the snapshot and counting all terms for the first time"
    report("safety", compare(first, {"store": lambda: at_first(file)}, turns=3, warm_ups=0))


def subjects() -> SafetySubjects:
    """The safety set of a cohort that was never asked for before."""
    step = next(_step)
    return SafetySubjects(
        cohort=Cohort(Between(column="AGE", low=20 + step % 30 + step / 1000)), analysis_set="SAFFL"
    )


def counts(store: Store, chosen: SafetySubjects) -> pd.DataFrame:
    """Subjects and records by term and arm."""
    return store.event_sets.counts(EventSelection(), cohort=chosen.chosen()).terms


def of_sql(plain: duckdb.DuckDBPyConnection, chosen: SafetySubjects) -> pd.DataFrame:
    """The same, as an analyst writes it."""
    return plain.execute(SQL, {"low": chosen.cohort.rule.low}).df()  # type: ignore[union-attr]


def same(store: Store, plain: duckdb.DuckDBPyConnection) -> None:
    """Stop when the two do not count the same numbers."""
    chosen, keys = subjects(), ["class", "term", "arm"]
    names = [*keys, "with_event", "events"]
    found = counts(store, chosen)[names].sort_values(keys).reset_index(drop=True)
    expected = of_sql(plain, chosen)[names].sort_values(keys).reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def against_sql(store: Store, plain: duckdb.DuckDBPyConnection) -> None:
    """Terms by arm for a new cohort: the store, plain SQL, and reading the records once."""
    sets = store.event_sets
    records = sets.records()

    def read_once() -> int:
        return sum(
            int(one.view("u1").view("u8")[: one.nbytes // 8].sum())
            for one in (records.number, records.day)
        ) + sum(int(one.sum(dtype="u8")) for one in (records.kinds, records.grade))

    ways: dict[str, Callable[[], object]] = {
        "store": lambda: counts(store, subjects()),
        "reading the records once": read_once,
    }
    report("safety", compare("subjects and records by term and arm", ways, turns=TURNS))
    ways = {
        "store": lambda: counts(store, subjects()),
        "plain SQL": lambda: of_sql(plain, subjects()),
    }
    report("safety", compare("the same against SQL", ways, turns=SQL_TURNS))


def pages(store: Store) -> dict[str, Callable[[], object]]:
    """What each tab asks for."""
    sets, plain, window = store.event_sets, EventSelection(), EventSelection(emergence="window")
    term = EventTerms(terms=(str(sets.terms()["term"].iloc[0]),))
    return {
        "overview": lambda: SafetyOverview(subjects=subjects()).run(store),
        "table of terms with intervals and tests": lambda: AdverseEvents(subjects=subjects()).run(
            store
        ),
        "the same, events in a window around treatment": lambda: AdverseEvents(
            subjects=subjects(), selection=window
        ).run(store),
        "onset of any event": lambda: OnsetAnalysis(subjects=subjects()).run(store),
        "onset of one term": lambda: OnsetAnalysis(subjects=subjects(), of=term).run(store),
        "mean count of one term": lambda: MeanCountAnalysis(subjects=subjects(), of=term).run(
            store
        ),
        "mean count of every event": lambda: MeanCountAnalysis(subjects=subjects()).run(store),
        "terms by month": lambda: sets.by_period(plain, MONTHS, cohort=subjects().chosen()),
        "worst grades": lambda: sets.worst_grades(plain, cohort=subjects().chosen()),
    }


def at_first(file: Path) -> None:
    """Open the snapshot and count, nothing being remembered yet."""
    with open_store(file) as store:
        counts(store, SafetySubjects(analysis_set="SAFFL"))


if __name__ == "__main__":
    main()
