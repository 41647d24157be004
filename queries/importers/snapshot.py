"""Writing a snapshot file: beside its place, under a lock, moved there when complete."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import duckdb
import pyarrow as pa

from queries.encryption import create_file, load_openssl
from queries.errors import DataError
from queries.identifiers import quoted
from queries.importers.dataset import Column, Dataset
from queries.importers.row_groups import gathered
from queries.importers.text_values import is_identifier, not_blank, reading

_PROVENANCE = """
CREATE SCHEMA snapshot.provenance;
CREATE TABLE snapshot.provenance.snapshot (item VARCHAR, value VARCHAR);
CREATE TABLE snapshot.provenance.files (
    file VARCHAR, sha256 VARCHAR, bytes BIGINT, dataset VARCHAR, label VARCHAR,
    format VARCHAR, encoding VARCHAR, rows BIGINT, columns BIGINT
);
CREATE TABLE snapshot.provenance.variables (
    dataset VARCHAR, position INTEGER, name VARCHAR, label VARCHAR, format VARCHAR,
    source_type VARCHAR, type VARCHAR
);
CREATE TABLE snapshot.provenance.findings (
    rule VARCHAR, severity VARCHAR, dataset VARCHAR, variable VARCHAR, subjects BIGINT,
    records BIGINT, sentence VARCHAR, example VARCHAR
);
"""


class SnapshotDraft:
    """A snapshot being written; the connection has it attached as `snapshot`.

    `place` is the schema that delivered datasets go to: the snapshot's own, or one that is thrown
    away, when they are to be changed first.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, place: str = "snapshot.main") -> None:
        self.connection, self.place = connection, place

    def load(self, dataset: Dataset, table: str) -> Dataset:
        """Store all rows of a dataset as a new table; gives back the dataset as it is stored.

        Raises
        ------
        DataError
            When there are no rows, a text is no value of its column's type, or text holds
            a NUL byte.
        """
        stored = replace(dataset, columns=tuple(map(stored_column, dataset.columns)), rows=0)
        declared = ", ".join(f"{quoted(column.name)} {column.type}" for column in stored.columns)
        self.connection.execute(f"CREATE TABLE {table} ({declared})")
        for rows in gathered(dataset.batches()):
            stored = self._widened(rows, stored, table)
            self._insert(rows, stored, table)
            stored = replace(stored, rows=(stored.rows or 0) + rows.num_rows)
        if not stored.rows:
            raise DataError("a dataset has rows", file=dataset.file)
        return stored

    def _widened(self, rows: pa.Table, stored: Dataset, table: str) -> Dataset:
        """Columns that were declared to hold whole numbers, and do not, hold any numbers."""
        for place, column in enumerate(stored.columns):
            if column.type == "BIGINT" and pa.types.is_float64(rows.column(place).type):
                self.connection.execute(
                    f"ALTER TABLE {table} ALTER COLUMN {quoted(column.name)} TYPE DOUBLE"
                )
                columns = list(stored.columns)
                columns[place] = replace(column, type="DOUBLE")
                note = f"{column.name} holds fractions, although the file declares whole numbers."
                stored = replace(stored, columns=tuple(columns), notes=(*stored.notes, note))
        return stored

    def _insert(self, rows: pa.Table, stored: Dataset, table: str) -> None:
        names = [f"c{position}" for position in range(rows.num_columns)]
        frame = rows.rename_columns(names)
        self.connection.register("batch", frame)
        kinds = {name: frame.column(name).type for name in names}
        texts = [name for name in names if pa.types.is_string(kinds[name])]
        self._refuse_nul_bytes(texts, stored)
        if not stored.proven:
            self._refuse_unreadable(texts, stored)
        values = [
            _value(name, kinds[name], column, proven=stored.proven)
            for name, column in zip(names, stored.columns, strict=True)
        ]
        self.connection.execute(f"INSERT INTO {table} SELECT {', '.join(values)} FROM batch")
        self.connection.unregister("batch")

    def _refuse_nul_bytes(self, texts: list[str], dataset: Dataset) -> None:
        found = {name: f"contains({name}, chr(0))" for name in texts}
        self._refuse_where(found, "text holds no NUL bytes", dataset)

    def _refuse_unreadable(self, texts: list[str], dataset: Dataset) -> None:
        types = {f"c{place}": column.type for place, column in enumerate(dataset.columns)}
        for type_name in {types[name] for name in texts} - {"VARCHAR"}:
            found = {
                name: f"trim({name}) <> '' AND {reading(name, type_name)} IS NULL"
                for name in texts
                if types[name] == type_name
            }
            rule = f"every value is a {_MEANING[type_name]}, as the file says of this column"
            self._refuse_where(found, rule, dataset)

    def _refuse_where(self, found: dict[str, str], rule: str, dataset: Dataset) -> None:
        if not found:
            return
        tests = ", ".join(f"count_if({test})" for test in found.values())
        counts = self.connection.execute(f"SELECT {tests} FROM batch").fetchone() or ()
        for name, count in zip(found, counts, strict=True):
            if count:
                self._refuse_first(name, found[name], rule, dataset)

    def _refuse_first(self, name: str, test: str, rule: str, dataset: Dataset) -> None:
        numbered = f"SELECT {name}, row_number() OVER () AS row, {test} AS found FROM batch"
        value, row = self.connection.execute(
            f"SELECT {name}, row FROM ({numbered}) WHERE found ORDER BY row LIMIT 1"
        ).fetchall()[0]
        column = dataset.columns[int(name[1:])].name
        row += dataset.rows or 0
        raise DataError(rule, got=value, file=dataset.file, column=column, row=row)


_MEANING = {
    "DATE": "complete ISO date",
    "TIMESTAMP": "complete ISO date and time",
    "TIME": "time of day",
    "DOUBLE": "number",
    "BIGINT": "whole number",
    "BOOLEAN": "true or false",
}


def stored_column(column: Column) -> Column:
    """The column as it is stored: identifiers are text, whatever the source makes of them.

    Examples
    --------
    >>> stored_column(Column(name="SITEID", type="BIGINT", source_type="integer")).type
    'VARCHAR'
    """
    return replace(column, type="VARCHAR") if is_identifier(column.name) else column


def _value(name: str, kind: pa.DataType, column: Column, *, proven: bool) -> str:
    """SQL for a value as it is stored: blank text is absent, numbered identifiers are text."""
    if pa.types.is_string(kind):
        text = f"CASE WHEN {not_blank(name)} THEN {name} END"
        is_text = column.type == "VARCHAR"
        return text if is_text else reading(f"({text})", column.type, proven=proven)
    if column.type == "VARCHAR" and pa.types.is_floating(kind):
        whole = f"{name}::BIGINT::VARCHAR"
        return f"CASE WHEN {name} = floor({name}) THEN {whole} ELSE {name}::VARCHAR END"
    return name


@contextmanager
def written_snapshot(
    path: Path, key: str | None = None, *, staged: bool = False
) -> Iterator[SnapshotDraft]:
    """A draft that becomes the snapshot file when the block ends without an error.

    With `staged`, datasets are loaded into a file of their own that is thrown away. It is
    encrypted with a key that nobody keeps, where encryption is installed.

    Until then it is `<path>.partial`; after an error nothing is left. A killed process
    leaves files whose names continue `<path>.partial`, which `sweep` removes.

    Raises
    ------
    DataError
        When the file exists already, or another import is writing it.
    """
    if path.exists():
        raise DataError("a snapshot file is written once", file=path.name)
    partial = path.with_name(path.name + ".partial")
    with _locked(partial):
        _remove(partial)
        try:
            with duckdb.connect(":memory:") as connection:
                _attach(connection, partial, key, staged=staged)
                yield SnapshotDraft(connection, "delivered.main" if staged else "snapshot.main")
                if staged:
                    connection.execute("DETACH delivered")
                connection.execute("CHECKPOINT snapshot")
                connection.execute("DETACH snapshot")
            os.replace(partial, path)
        finally:
            _remove(partial)


def _attach(
    connection: duckdb.DuckDBPyConnection, partial: Path, key: str | None, *, staged: bool
) -> None:
    connection.execute("SET temp_directory = $folder", {"folder": f"{partial}.tmp"})
    place = "'" + str(partial).replace("'", "''") + "'"
    if key is None:
        connection.execute(f"ATTACH {place} AS snapshot")
    else:
        load_openssl(connection)
        connection.execute("SET temp_file_encryption = true")
        connection.execute(f"ATTACH {place} AS snapshot (ENCRYPTION_KEY $key)", {"key": key})
    connection.execute(_PROVENANCE)
    if staged:
        _attach_stage(connection, Path(f"{partial}.tmp"))
    # Files of a delivery are read by this room's readers, never by SQL.
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _attach_stage(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    key: str | None = secrets.token_urlsafe(32)
    try:
        load_openssl(connection)
        connection.execute("SET temp_file_encryption = true")
    except DataError:  # the extra is not installed; the folder is deleted all the same
        key = None
    folder.mkdir(mode=0o700)
    create_file(connection, folder / "delivered.duckdb", "delivered", key)


def _remove(partial: Path) -> None:
    for name in (partial, partial.with_name(partial.name + ".wal")):
        name.unlink(missing_ok=True)
    shutil.rmtree(partial.with_name(partial.name + ".tmp"), ignore_errors=True)


# A live import holds a lock that the system releases when the process ends, however it ends.
# The lock is a file of its own: closing any handle of a database file would release DuckDB's.


@contextmanager
def _locked(partial: Path) -> Iterator[None]:
    handle = _try_lock(partial)
    if handle is None:
        raise DataError("a snapshot file is written by one import at a time", file=partial.name)
    try:
        yield
    finally:
        _lock_path(partial).unlink(missing_ok=True)
        handle.close()


def _lock_path(partial: Path) -> Path:
    return partial.with_name(partial.name + ".lock")


def _try_lock(partial: Path) -> TextIO | None:
    path = _lock_path(partial)
    handle = path.open("a", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Between opening and locking, the former owner may have removed this very file.
        if path.stat().st_ino == os.fstat(handle.fileno()).st_ino:
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    handle.close()
    return None


def sweep(folder: Path) -> tuple[str, ...]:
    """Remove what killed imports left in a folder; a live import's files stay.

    Returns
    -------
    tuple of str
        Names of the unfinished snapshot files that were removed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.duckdb.partial").write_bytes(b"half")
    ...     sweep(Path(folder))
    ('a.duckdb.partial',)
    """
    endings = (".wal", ".tmp", ".lock")
    found = {str(path) for path in folder.glob("*.partial*")}
    partials = {next((n.removesuffix(e) for e in endings if n.endswith(e)), n) for n in found}
    swept = []
    for partial in sorted(Path(name) for name in partials if name.endswith(".partial")):
        handle = _try_lock(partial)
        if handle is None:
            continue
        swept.append(partial.name)
        _remove(partial)
        _lock_path(partial).unlink(missing_ok=True)
        handle.close()
    return tuple(swept)
