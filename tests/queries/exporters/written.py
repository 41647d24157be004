"""Snapshots to export from, files written, and the way back through our own readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from queries.cohorts import EVERYONE, Cohort
from queries.exporters import About, examine, into, staged, write_export
from queries.identifiers import quoted
from queries.importers.archive import SourceFile
from queries.importers.dataset import Dataset
from queries.importers.dataset_json import read_dataset_json
from queries.importers.delimited import read_delimited
from queries.importers.parquet import read_parquet
from queries.importers.xport import read_xport
from queries.store import Store

CREATED = datetime(2026, 3, 31, 12, 0, 5, tzinfo=UTC)
ABOUT = About(
    study="T-1",
    cohort="Everyone",
    sentence="All subjects",
    snapshot="ab" * 32,
    data_cut="2024-05-01",
    system_version="1.0",
    created=CREATED,
)
_READERS = {
    "xpt": read_xport,
    "json": read_dataset_json,
    "ndjson": read_dataset_json,
    "csv": read_delimited,
    "parquet": read_parquet,
}
Rows = list[tuple[Any, ...]]


def write_snapshot(
    path: Path,
    tables: Mapping[str, tuple[Mapping[str, str], Sequence[tuple[Any, ...]]]],
    labels: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | None = None,
) -> Path:
    """Write a snapshot file with these tables: names and types of columns, and rows."""
    with duckdb.connect(str(path)) as connection:
        for name, (columns, rows) in tables.items():
            declared = ", ".join(f"{quoted(c)} {kind}" for c, kind in columns.items())
            connection.execute(f"CREATE TABLE {quoted(name)} ({declared})")
            if rows:
                marks = ", ".join("?" * len(columns))
                connection.executemany(f"INSERT INTO {quoted(name)} VALUES ({marks})", rows)
        connection.execute(
            """CREATE SCHEMA provenance;
            CREATE TABLE provenance.snapshot (item VARCHAR, value VARCHAR);
            CREATE TABLE provenance.files (file VARCHAR, sha256 VARCHAR, bytes BIGINT,
             dataset VARCHAR, label VARCHAR, format VARCHAR, encoding VARCHAR, rows BIGINT,
             columns BIGINT);
            CREATE TABLE provenance.variables (dataset VARCHAR, position INTEGER, name VARCHAR,
             label VARCHAR, format VARCHAR, source_type VARCHAR, type VARCHAR);
            CREATE TABLE provenance.findings (rule VARCHAR, severity VARCHAR, dataset VARCHAR,
             variable VARCHAR, subjects BIGINT, records BIGINT, sentence VARCHAR,
             example VARCHAR);"""
        )
        for name, (columns, _) in tables.items():
            for place, (column, kind) in enumerate(columns.items(), start=1):
                label, form = (labels or {}).get(column, ""), (formats or {}).get(column, "")
                connection.execute(
                    "INSERT INTO provenance.variables VALUES (?, ?, ?, ?, ?, '', ?)",
                    [name, place, column, label, form, kind],
                )
    return path


def exported(
    store: Store, names: Sequence[str], format_key: str, folder: Path, cohort: Cohort = EVERYONE
) -> dict[str, Path]:
    """Export into a folder; the files by their names."""
    records = store.records_of(cohort)
    with staged(folder, replace=True) as draft:
        write_export(records, examine(records, names, format_key), into(draft), ABOUT)
    return {path.name: path for path in folder.iterdir()}


def read_back(path: Path) -> tuple[Dataset, Rows]:
    """A file through our own reader, its rows as the snapshot would hold them."""
    dataset = _READERS[path.suffix[1:]](SourceFile(name=path.name, path=path))
    batches = list(dataset.batches())
    if not batches:
        return dataset, []
    table = pa.Table.from_batches(batches)
    with duckdb.connect() as connection:
        connection.register("read", table)
        values = ", ".join(
            # Blank text is absent in a snapshot.
            f"CASE WHEN trim({name}::VARCHAR) <> '' THEN {name}::{column.type} END"
            for name, column in zip(table.column_names, dataset.columns, strict=True)
        )
        return dataset, connection.execute(f"SELECT {values} FROM read").fetchall()
