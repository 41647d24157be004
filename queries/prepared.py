"""Tables made ahead of their questions: which subjects have which adverse events.

Twenty million records take seconds to be counted by subject and term. The import numbers the
subjects by their place in ADSL and writes beside the data, in the schema `prepared`, the numbers
of those with each term, sorted so that they take little room. A snapshot without these tables
(small, or written before there were any) gets them in memory when it is opened; so does one whose
subjects no longer stand in the order that the numbers mean.
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
TABLES = ("subject_order", "event_terms", "event_subjects", "subject_event_kinds")

_CODED = """
SELECT number, code, serious, severe, related, withdrawn, fatal
FROM ({emergent}) AS event
JOIN ({subjects}) AS subjects USING (subject)
JOIN {place}.event_terms AS known
    ON known.term IS NOT DISTINCT FROM event.term AND known.class IS NOT DISTINCT FROM event.class
"""
_EVENT_TERMS = """
SELECT (row_number() OVER (ORDER BY class, term) - 1)::INTEGER AS code, class, term
FROM (SELECT DISTINCT class, term FROM ({emergent}))
ORDER BY code
"""
# A subject with several records of a term is there several times: taking them out here would
# cost more than it saves later, where sets are made of the numbers anyway.
_EVENT_SUBJECTS = "SELECT code, number FROM temp.coded ORDER BY code, number"
_SUBJECT_EVENT_KINDS = """
SELECT number, subject, records, serious, severe, related, withdrawn, fatal
FROM (
    SELECT
        number,
        count(*)::INTEGER AS records,
        bool_or(serious) AS serious,
        bool_or(severe) AS severe,
        bool_or(related) AS related,
        bool_or(withdrawn) AS withdrawn,
        bool_or(fatal) AS fatal
    FROM temp.coded
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
    names = {"emergent": _emergent(layout), "subjects": _numbered(layout), "place": place}

    def create(what: str, sql: str) -> None:
        connection.execute(f"CREATE {what} AS {sql}")

    create(f"TABLE {place}.subject_order", _order(layout))
    create(f"TABLE {place}.event_terms", _EVENT_TERMS.format(**names))
    create("TEMP TABLE coded", _CODED.format(**names))
    create(f"TABLE {place}.event_subjects", _EVENT_SUBJECTS)
    create(f"TABLE {place}.subject_event_kinds", _SUBJECT_EVENT_KINDS.format(**names))
    connection.execute("DROP TABLE temp.coded")


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
    """SQL for the subjects and their numbers."""
    subject = quoted(layout.schema.subject)
    return f"SELECT {layout.number}::INTEGER AS number, {subject} AS subject FROM {layout.numbered}"


def _order(layout: Layout) -> str:
    """SQL for what tells one order of the subjects from another."""
    # The hash of a pair is that of the one XOR that of the other: hashed again, it is neither.
    fingerprint = "bit_xor(hash(hash(subject, number))) AS fingerprint"
    return f"SELECT count(*) AS subjects, {fingerprint} FROM ({_numbered(layout)})"


def _emergent(layout: Layout) -> str:
    """SQL for treatment-emergent events, or for all where the flag was not collected."""
    selection = layout.adverse_events
    source = f"snapshot.{quoted(layout.event_dataset)}" if layout.event_dataset else "range(0)"
    emergent = "WHERE emergent = 'Y'" if "emergent" in selection.sources else ""
    listed = ", ".join(f"'{word}'" for word in RELATED)
    return (
        "SELECT subject, class, term, serious = 'Y' AS serious, "
        "COALESCE(TRY_CAST(grade AS DOUBLE) >= 3, severity = 'SEVERE') AS severe, "
        f"upper(related) IN ({listed}) AS related, action = 'DRUG WITHDRAWN' AS withdrawn, "
        f"outcome = 'FATAL' AS fatal FROM (SELECT {selection.sql} FROM {source}) {emergent}"
    )
