"""Tables made ahead of their questions: each subject's adverse events, counted once.

Twenty million records take seconds to be counted by subject and term. The import does it once
and writes the result beside the data, in the schema `prepared`; a snapshot without it (small,
or written before there was one) gets the same tables in memory when it is opened.
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
TABLES = ("subject_events", "subject_event_kinds")

_SUBJECT_EVENTS = """
SELECT
    subject,
    class,
    term,
    count(*)::INTEGER AS records,
    row_number() OVER (PARTITION BY subject, class ORDER BY term) = 1 AS first_of_class,
    row_number() OVER (PARTITION BY subject, term ORDER BY class) = 1 AS first_of_term
FROM emergent
GROUP BY subject, class, term
ORDER BY subject
"""
_SUBJECT_EVENT_KINDS = """
SELECT
    subject,
    count(*)::INTEGER AS records,
    bool_or(serious) AS serious,
    bool_or(severe) AS severe,
    bool_or(related) AS related,
    bool_or(withdrawn) AS withdrawn,
    bool_or(fatal) AS fatal
FROM emergent
GROUP BY subject
ORDER BY subject
"""


def prepare_snapshot(connection: duckdb.DuckDBPyConnection, file: str) -> None:
    """Make the tables in the snapshot that is attached as `snapshot` and being written."""
    connection.execute("CREATE SCHEMA snapshot.prepared")
    _prepare(connection, read_layout(connection, pooled=False, file=file), "snapshot.prepared")


def _prepare(connection: duckdb.DuckDBPyConnection, layout: Layout, place: str) -> None:
    source = _emergent(layout)
    for table, sql in zip(TABLES, (_SUBJECT_EVENTS, _SUBJECT_EVENT_KINDS), strict=True):
        connection.execute(f"CREATE TABLE {place}.{table} AS WITH emergent AS ({source}) {sql}")


def prepare_views(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Let questions read the tables by their names alone, wherever they are."""
    found = connection.execute(
        "SELECT count(*) FROM duckdb_tables() "
        "WHERE database_name = 'snapshot' AND schema_name = 'prepared'"
    ).fetchone()
    if found == (len(TABLES),):
        for table in TABLES:
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM snapshot.prepared.{table}")
    else:
        _prepare(connection, layout, "memory.main")


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
