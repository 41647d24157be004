"""Tables made ahead of their questions: which subjects have which adverse events, and when.

Twenty million records take seconds to be counted by subject and term. The import numbers the
subjects by their place in ADSL and the terms by their class, and writes beside the data, in the
schema `prepared`, what counting needs of each record, sorted so that it takes little room. A
snapshot without these tables (small, or written before there were any) gets them in memory when
it is opened; so does one whose subjects no longer stand in the order that the numbers mean.
"""

from __future__ import annotations

import duckdb

from queries.identifiers import quoted
from queries.layout import Layout, read_layout

# What sponsors write when the investigator sees a causal relation.
RELATED = (
    "Y", "YES", "RELATED", "POSSIBLE", "POSSIBLY RELATED", "PROBABLE", "PROBABLY RELATED",
    "LIKELY", "DEFINITE", "DEFINITELY RELATED", "CERTAIN", "VERY LIKELY",
)  # fmt: skip
# Grades of events that were only given a severity.
SEVERITY_GRADES = {
    "MILD": 1, "MODERATE": 2, "SEVERE": 3, "LIFE THREATENING": 4, "LIFE-THREATENING": 4,
    "FATAL": 5, "DEATH": 5,
}  # fmt: skip
# The bits of `kinds` in `event_records`; `flagged` is treatment-emergent, or not collected.
KINDS = {
    "flagged": 1, "serious": 2, "related": 4, "withdrawn": 8, "fatal": 16, "ended_before": 32,
}  # fmt: skip
UNKNOWN_DAY = 2_000_000_000  # sorts last; of a record without a date, or a subject without one
TABLES = ("subject_order", "event_terms", "event_records", "subject_event_kinds")

_NUMBERED = """
SELECT
    number,
    class,
    term,
    COALESCE(started_on - first_dose_on, {unknown})::INTEGER AS day,
    ({kinds})::UTINYINT AS kinds,
    grade
FROM (SELECT *, COALESCE(ended_on < first_dose_on, FALSE) AS ended_before
      FROM ({events}) AS event JOIN ({subjects}) AS subjects USING (subject)) AS event
"""
_CODED = """
SELECT number, code, day, kinds, grade
FROM ({numbered}) AS event
JOIN {place}.event_terms AS known
    ON known.term IS NOT DISTINCT FROM event.term AND known.class IS NOT DISTINCT FROM event.class
"""
_EVENT_TERMS = """
SELECT (row_number() OVER (ORDER BY class, term) - 1)::INTEGER AS code, class, term
FROM (SELECT DISTINCT class, term FROM ({events}))
ORDER BY code
"""
# A subject with several records of a term is there several times, the first of them first.
_EVENT_RECORDS = "SELECT * FROM temp.coded ORDER BY code, number, day"
_SUBJECT_EVENT_KINDS = """
SELECT number, subject, records, serious, severe, related, withdrawn, fatal
FROM (
    SELECT
        number,
        count(*)::INTEGER AS records,
        bool_or(kinds & {serious} > 0) AS serious,
        bool_or(grade >= 3) AS severe,
        bool_or(kinds & {related} > 0) AS related,
        bool_or(kinds & {withdrawn} > 0) AS withdrawn,
        bool_or(kinds & {fatal} > 0) AS fatal
    FROM temp.coded
    WHERE kinds & {flagged} > 0
    GROUP BY number
)
JOIN ({subjects}) USING (number)
ORDER BY number
"""


def prepare_snapshot(connection: duckdb.DuckDBPyConnection, file: str) -> None:
    """Make the tables in the snapshot that is attached as `snapshot` and being written."""
    connection.execute("CREATE SCHEMA snapshot.prepared")
    _prepare(connection, read_layout(connection, pooled=False, file=file), "snapshot.prepared")


def _prepare(connection: duckdb.DuckDBPyConnection, layout: Layout, place: str) -> None:
    names = {"events": _events(layout), "subjects": _numbered(layout), "place": place}
    names |= {"numbered": numbered_events(layout)} | {n: str(bit) for n, bit in KINDS.items()}

    def create(what: str, sql: str) -> None:
        connection.execute(f"CREATE {what} AS {sql}")

    create(f"TABLE {place}.subject_order", _order(layout))
    create(f"TABLE {place}.event_terms", _EVENT_TERMS.format(**names))
    create("TEMP TABLE coded", _CODED.format(**names))
    create(f"TABLE {place}.event_records", _EVENT_RECORDS)
    create(f"TABLE {place}.subject_event_kinds", _SUBJECT_EVENT_KINDS.format(**names))
    connection.execute("DROP TABLE temp.coded")


def numbered_events(layout: Layout, column: str | None = None) -> str:
    """SQL for all adverse events with the numbers of their subjects, before they are coded.

    Parameters
    ----------
    column : str, optional
        A column of the dataset of adverse events whose levels are the classes; else those of
        the study.
    """
    kinds = " + ".join(f"COALESCE({name}, FALSE)::INTEGER * {bit}" for name, bit in KINDS.items())
    return _NUMBERED.format(
        unknown=UNKNOWN_DAY,
        kinds=kinds,
        events=_events(layout, column),
        subjects=_numbered(layout),
    )


def prepare_views(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Let questions read the tables by their names alone, wherever they are."""
    if not _is_prepared(connection, layout):
        _prepare(connection, layout, "memory.main")
        return
    for table in TABLES:
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM snapshot.prepared.{table}")


def _is_prepared(connection: duckdb.DuckDBPyConnection, layout: Layout) -> bool:
    listed = ", ".join(f"'{table}'" for table in TABLES)
    found = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'snapshot' "
        f"AND schema_name = 'prepared' AND table_name IN ({listed})"
    ).fetchone()
    if found != (len(TABLES),):
        return False
    then = connection.execute("SELECT subjects, fingerprint FROM snapshot.prepared.subject_order")
    return then.fetchone() == connection.execute(_order(layout)).fetchone()


def _numbered(layout: Layout) -> str:
    """SQL for the subjects, their numbers and their first dose."""
    subject, dosed = quoted(layout.schema.subject), layout.subjects.sources.get("first_dose_on")
    first = f"TRY_CAST({quoted(dosed)} AS DATE)" if dosed else "NULL::DATE"
    return (
        f"SELECT {layout.number}::INTEGER AS number, {subject} AS subject, "
        f"{first} AS first_dose_on FROM {layout.numbered}"
    )


def _order(layout: Layout) -> str:
    """SQL for what tells one order of the subjects from another."""
    # The hash of a pair is that of the one XOR that of the other: hashed again, it is neither.
    fingerprint = "bit_xor(hash(hash(subject, number))) AS fingerprint"
    return f"SELECT count(*) AS subjects, {fingerprint} FROM ({_numbered(layout)})"


def _events(layout: Layout, column: str | None = None) -> str:
    """SQL for all adverse events and what kind they are."""
    selection = layout.adverse_events
    source = f"snapshot.{quoted(layout.event_dataset)}" if layout.event_dataset else "range(0)"
    flagged = "emergent = 'Y'" if "emergent" in selection.sources else "TRUE"
    related = ", ".join(f"'{word}'" for word in RELATED)
    severities = " ".join(f"WHEN '{word}' THEN {g}" for word, g in SEVERITY_GRADES.items())
    level = f", {quoted(column)}::VARCHAR AS level" if column else ""
    return (
        f"SELECT subject, {'level' if column else 'class'} AS class, term, started_on, ended_on, "
        f"{flagged} AS flagged, "
        f"serious = 'Y' AS serious, upper(related) IN ({related}) AS related, "
        "action = 'DRUG WITHDRAWN' AS withdrawn, "
        "(COALESCE(outcome = 'FATAL', FALSE) OR COALESCE(death = 'Y', FALSE)) AS fatal, "
        f"COALESCE(TRY_CAST(TRY_CAST(grade AS DOUBLE) AS UTINYINT), "
        f"CASE upper(severity) {severities} ELSE 0 END)::UTINYINT AS grade "
        f"FROM (SELECT {selection.sql}{level} FROM {source})"
    )
