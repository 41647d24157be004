"""Where a snapshot comes from: its files, their hashes, variables and findings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import duckdb

from queries.importers.loaded import Loaded
from queries.importers.report import CheckReport


def content_hash(loaded: Sequence[Loaded]) -> str:
    """The hash of a snapshot's content: datasets and the hashes of their files.

    Examples
    --------
    >>> content_hash([])[:8]
    'e3b0c442'
    """
    lines = sorted(f"{one.name} {one.sha256}\n" for one in loaded)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def write_provenance(
    connection: duckdb.DuckDBPyConnection, report: CheckReport, loaded: Sequence[Loaded]
) -> None:
    """Write down where the snapshot comes from, and what was found in it."""
    items = {
        "study": report.study,
        "imported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "importer_version": importer_version(),
        "content_sha256": report.sha256,
        "data_cut": report.data_cut,
        "data_cut_source": report.data_cut_source,
    }
    _insert(connection, "snapshot", [(k, v) for k, v in items.items() if v is not None])
    _insert(connection, "files", [_file_row(one) for one in loaded])
    _insert(connection, "variables", [row for one in loaded for row in _variable_rows(one)])
    _insert(
        connection,
        "findings",
        [
            (
                f.rule,
                f.severity,
                f.dataset,
                f.variable,
                f.subjects,
                f.records,
                f.sentence,
                f.example,
            )
            for f in report.findings
        ],
    )


def write_deidentification(
    connection: duckdb.DuckDBPyConnection, plan_json: str, done: Sequence[tuple[str, str, str]]
) -> None:
    """Write down what was done to identifiers: the plan, and a sentence for each column."""
    connection.execute(
        "CREATE TABLE snapshot.provenance.deidentification "
        "(dataset VARCHAR, variable VARCHAR, sentence VARCHAR)"
    )
    _insert(connection, "snapshot", [("deidentification", plan_json)])
    _insert(connection, "deidentification", done)


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]
) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        values = ", ".join(f"({marks})" for _ in rows)
        flat = [value for row in rows for value in row]
        connection.execute(f"INSERT INTO snapshot.provenance.{table} VALUES {values}", flat)


def _file_row(one: Loaded) -> tuple[object, ...]:
    dataset = one.dataset
    return (
        dataset.file,
        one.sha256,
        one.source.bytes,
        dataset.name,
        dataset.label,
        dataset.format,
        dataset.encoding,
        one.rows,
        len(dataset.columns),
    )


def _variable_rows(one: Loaded) -> list[tuple[object, ...]]:
    return [
        (one.name, position, c.name, c.label, c.format, c.source_type, c.type)
        for position, c in enumerate(one.dataset.columns, start=1)
    ]


def importer_version() -> str:
    """The version of Equipoise that imports.

    Examples
    --------
    >>> importer_version() != ""
    True
    """
    try:
        return version("equipoise")
    except PackageNotFoundError:
        return "unreleased"
