"""Attaching snapshot files, plain or encrypted, to a connection.

DuckDB writes an encrypted file only with OpenSSL, which its `httpfs` extension
carries. The extension comes as a wheel, so nothing is asked of the internet.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

import duckdb

from queries.errors import DataError
from queries.identifiers import quoted

SPILLED = ".spilled-"
_REPLACED_AT_MOST = 5  # times that a file is written anew while it is opened


def load_openssl(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the extension that carries OpenSSL.

    Raises
    ------
    DataError
        When the `encryption` extra is not installed.
    """
    try:
        from duckdb_extensions import import_extension
    except ImportError as error:
        raise DataError(
            "encryption needs the extra `equipoise[encryption]` to be installed"
        ) from error
    import_extension("httpfs", con=connection)


def attach(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    key: str | Sequence[str] | None = None,
    *,
    name: str = "snapshot",
) -> None:
    """Attach a snapshot file under a name, read-only, and forbid every other file.

    Parameters
    ----------
    key : str or sequence of str, optional
        The encryption key, or several to try, used where the file is encrypted; never shown in an
        error. With a key, what DuckDB moves to the disk is encrypted as well, also for a plain
        file.

    Raises
    ------
    DataError
        When the file is no snapshot, or no key opens it.
    """
    spill_beside(connection, path)
    open_file(connection, path, key, name=name)
    connection.execute("SET enable_external_access = false")


def open_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    key: str | Sequence[str] | None,
    *,
    name: str = "snapshot",
) -> str | None:
    """Attach a snapshot file under a name, read-only; gives back the key that opened it.

    Keys are tried one after the other. A file that is written anew under another key meanwhile is
    tried from the start, or it could slip through between two of them.
    """
    keys = keys_of(key)
    if keys:
        load_openssl(connection)
        connection.execute("SET temp_file_encryption = true")
    for _ in range(_REPLACED_AT_MOST):
        before = _identity(path)
        if _attached(connection, path, name, "READ_ONLY", {}):
            return None
        options = "READ_ONLY, ENCRYPTION_KEY $key"
        for one in keys:
            if _attached(connection, path, name, options, {"key": one}):
                return one
        if _identity(path) == before:
            break
    raise DataError(
        "a snapshot file is readable, with its key where it is encrypted", file=path.name
    )


def _identity(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns


def keys_of(key: str | Sequence[str] | None) -> tuple[str, ...]:
    """One key, several or none, as several.

    Examples
    --------
    >>> keys_of("abc"), keys_of(("abc", "def")), keys_of(None)
    (('abc',), ('abc', 'def'), ())
    """
    return () if key is None else (key,) if isinstance(key, str) else tuple(key)


def spill_beside(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """What DuckDB moves to the disk goes beside the snapshot, where only its owner reads.

    Each connection has a folder of its own, which DuckDB makes when it needs it and takes away.
    """
    folder = path.parent / f"{SPILLED}{secrets.token_hex(8)}"
    connection.execute("SET temp_directory = $folder", {"folder": str(folder)})


def key_of(path: Path, key: str | Sequence[str] | None) -> str | None:
    """The one of some keys that a snapshot file is encrypted with; None for a plain file.

    Raises
    ------
    DataError
        When the file is no snapshot, or no key opens it.
    """
    with duckdb.connect(":memory:") as connection:
        return open_file(connection, path, key)


def rewrite(path: Path, target: Path, *, key: str | None, new_key: str | None) -> None:
    """Write a snapshot file anew under another key: to encrypt, to decrypt, to change the key.

    What was written is read again and compared with the original, row by row.

    Parameters
    ----------
    path, target : Path
        Read and written; `target` is not there yet.
    key, new_key : str or None
        Of each; None for a file that is not encrypted.

    Raises
    ------
    DataError
        When `path` cannot be opened with its key, or `target` cannot be written.
    """
    try:
        with duckdb.connect(":memory:") as connection:
            spill_beside(connection, target)
            if new_key is not None:
                load_openssl(connection)
                connection.execute("SET temp_file_encryption = true")
            open_file(connection, path, key)
            create_file(connection, target, "rewritten", new_key)
            connection.execute("COPY FROM DATABASE snapshot TO rewritten")
            before = fingerprint(connection, "snapshot")
            connection.execute("DETACH rewritten")
            connection.execute("DETACH snapshot")
            open_file(connection, target, new_key)
            if fingerprint(connection, "snapshot") != before:
                raise DataError("a snapshot that is written anew says the same", file=path.name)
    except duckdb.Error as error:
        target.unlink(missing_ok=True)
        raise DataError("a snapshot file can be written", file=target.name) from error
    except DataError:
        target.unlink(missing_ok=True)
        raise


def create_file(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, key: str | None
) -> None:
    """Attach a new file under a name, to be written; for its owner's eyes alone."""
    option = "" if key is None else " (ENCRYPTION_KEY $key)"
    secret = {} if key is None else {"key": key}
    connection.execute(f"ATTACH {_literal(str(path))} AS {quoted(name)}{option}", secret)
    path.chmod(0o600)


def fingerprint(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, tuple[object, ...]]:
    """Of each table of an attached file: its columns and types, rows, and a hash of all rows."""
    tables: dict[str, list[str]] = {}
    listed = connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = $name ORDER BY ALL",
        {"name": name},
    ).fetchall()
    for schema, table, column, kind in listed:
        place = f"{quoted(schema)}.{quoted(table)}"
        tables.setdefault(place, []).append(f"{column} {kind}")
    found: dict[str, tuple[object, ...]] = {}
    for place, columns in tables.items():
        # With its place in it, so that two equal rows do not cancel each other out. The hash of a
        # pair is that of the one XOR that of the other: hashed again, it is neither.
        rows = f"SELECT t AS row, row_number() OVER () AS place FROM {quoted(name)}.{place} AS t"
        counted = f"SELECT count(*), bit_xor(hash(hash(hash(row), place))) FROM ({rows})"
        found[place] = (tuple(columns), *(connection.execute(counted).fetchone() or ()))
    return found


def _attached(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    options: str,
    secret: dict[str, str],
) -> bool:
    try:
        connection.execute(f"ATTACH {_literal(str(path))} AS {quoted(name)} ({options})", secret)
    except duckdb.Error:
        return False
    return True


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
