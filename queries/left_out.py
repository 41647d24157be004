"""Restricted subjects: a snapshot without them, although they stand in its file.

What every reader knows as `snapshot` then is a database in memory: the table of subjects without
them, and a view of every other dataset. Whoever is left out is known by a keyed hash alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from queries.identifiers import quoted
from queries.pseudonyms import subject_hash

WHOLE = "whole snapshot"
_SUBJECTS = ("USUBJID", "RSUBJID")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Who is left out of a study.

    Parameters
    ----------
    study : str
    key : str
        Of the hashes; never shown.
    hashes : frozenset of str
        Of the subjects, as `subject_hash` makes them.

    Examples
    --------
    >>> hashed = subject_hash("k" * 32, "EQX-301", "S1")
    >>> left_out = LeftOut(study="EQX-301", key="k" * 32, hashes=frozenset({hashed}))
    >>> left_out.among(["S1", "S2"])
    ('S1',)
    """

    study: str
    key: str
    hashes: frozenset[str]

    def __repr__(self) -> str:
        return f"LeftOut(study={self.study!r}, {len(self.hashes)} subjects)"

    @property
    def digest(self) -> str:
        """What tells these subjects from others, for what is remembered of answers."""
        text = "\n".join((self.study, *sorted(self.hashes)))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def among(self, subjects: Iterable[str]) -> tuple[str, ...]:
        """Those of some subjects who are left out."""
        return tuple(s for s in subjects if subject_hash(self.key, self.study, s) in self.hashes)


def leave_out(connection: duckdb.DuckDBPyConnection, left_out: LeftOut) -> None:
    """Make `snapshot` what is attached as `WHOLE`, without those who are left out."""
    datasets = subject_columns(connection, WHOLE)
    found = left_out.among(all_subjects(connection, WHOLE))
    connection.execute("ATTACH ':memory:' AS snapshot")
    connection.execute("CREATE SCHEMA snapshot.provenance")
    connection.execute("CREATE TABLE snapshot.provenance.left_out (subject VARCHAR)")
    for subject in found:
        connection.execute("INSERT INTO snapshot.provenance.left_out VALUES (?)", [subject])
    base = next((name for name in ("adsl", "dm") if name in datasets), "")
    for name, columns in datasets.items():
        # The subjects are a table, since what numbers them needs their place in one.
        what = "TABLE" if name == base else "VIEW"
        kept = kept_sql(columns, "snapshot.provenance.left_out")
        connection.execute(
            f"CREATE {what} snapshot.main.{quoted(name)} AS "
            f"SELECT * FROM {quoted(WHOLE)}.main.{quoted(name)} AS t WHERE {kept}"
        )
    _show_provenance(connection)


def subject_columns(
    connection: duckdb.DuckDBPyConnection, database: str
) -> dict[str, tuple[str, ...]]:
    """The datasets of an attached file, and the columns of each that name subjects."""
    rows = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = $database "
        "AND schema_name = 'main' ORDER BY table_name, column_index",
        {"database": database},
    ).fetchall()
    datasets: dict[str, list[str]] = {}
    for table, column in rows:
        datasets.setdefault(table, []).append(column)
    return {
        name: tuple(column for column in columns if column.upper() in _SUBJECTS)
        for name, columns in datasets.items()
    }


def all_subjects(connection: duckdb.DuckDBPyConnection, database: str) -> tuple[str, ...]:
    """Everybody whom a dataset of an attached file names."""
    parts = [
        f"SELECT {quoted(column)}::VARCHAR AS subject FROM {quoted(database)}.main.{quoted(name)}"
        for name, columns in subject_columns(connection, database).items()
        for column in columns
    ]
    if not parts:
        return ()
    sql = f"SELECT DISTINCT subject FROM ({' UNION ALL '.join(parts)}) WHERE subject IS NOT NULL"
    return tuple(sorted(subject for (subject,) in connection.execute(sql).fetchall()))


def kept_sql(columns: tuple[str, ...], table: str) -> str:
    """SQL that is true for the rows `t` of a dataset that name nobody of a table of subjects.

    Examples
    --------
    >>> kept_sql((), "gone")
    'TRUE'
    """
    tests = [
        f"(t.{quoted(column)} IS NULL OR t.{quoted(column)}::VARCHAR NOT IN "
        f"(SELECT subject FROM {table}))"
        for column in columns
    ]
    return " AND ".join(tests) or "TRUE"


def _show_provenance(connection: duckdb.DuckDBPyConnection) -> None:
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $name "
        "AND schema_name = 'provenance'",
        {"name": WHOLE},
    ).fetchall()
    for (table,) in tables:
        source = f"{quoted(WHOLE)}.provenance.{quoted(table)}"
        # An example of a finding is a subject.
        who = "SELECT subject FROM snapshot.provenance.left_out"
        example = f"CASE WHEN example NOT IN ({who}) THEN example END AS example"
        shown = f"* REPLACE ({example})" if table == "findings" else "*"
        connection.execute(
            f"CREATE VIEW snapshot.provenance.{quoted(table)} AS SELECT {shown} FROM {source}"
        )
