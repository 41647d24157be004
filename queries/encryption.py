"""Attaching snapshot files, plain or encrypted, to a connection.

DuckDB writes an encrypted file only with OpenSSL, which its `httpfs` extension
carries. The extension comes as a wheel, so nothing is asked of the internet.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from queries.errors import DataError


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


def attach(connection: duckdb.DuckDBPyConnection, path: Path, key: str | None = None) -> None:
    """Attach a snapshot file as `snapshot`, read-only, and forbid every other file.

    Parameters
    ----------
    key : str, optional
        The encryption key, used where the file is encrypted; never shown in an error.

    Raises
    ------
    DataError
        When the file is no snapshot, or the key does not open it.
    """
    if not _attached(connection, path, "READ_ONLY", {}):
        if key is not None:
            load_openssl(connection)
            connection.execute("SET temp_file_encryption = true")
        options, secret = "READ_ONLY, ENCRYPTION_KEY $key", {"key": key or ""}
        if key is None or not _attached(connection, path, options, secret):
            raise DataError(
                "a snapshot file is readable, with its key where it is encrypted", file=path.name
            )
    connection.execute("SET enable_external_access = false")


def rewrite(path: Path, target: Path, *, key: str | None, new_key: str | None) -> None:
    """Write a snapshot file anew under another key: to encrypt, to decrypt, to change the key.

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
    with duckdb.connect(":memory:") as connection:
        if key is not None or new_key is not None:
            load_openssl(connection)
            connection.execute("SET temp_file_encryption = true")
        secret = {} if key is None else {"key": key}
        options = "READ_ONLY" if key is None else "READ_ONLY, ENCRYPTION_KEY $key"
        if not _attached(connection, path, options, secret):
            raise DataError("a snapshot file is readable, with its key", file=path.name)
        secret = {} if new_key is None else {"key": new_key}
        option = "" if new_key is None else " (ENCRYPTION_KEY $key)"
        try:
            connection.execute(f"ATTACH {_literal(str(target))} AS rewritten{option}", secret)
            connection.execute("COPY FROM DATABASE snapshot TO rewritten")
            connection.execute("DETACH rewritten")
        except duckdb.Error as error:
            target.unlink(missing_ok=True)
            raise DataError("a snapshot file can be written", file=target.name) from error


def _attached(
    connection: duckdb.DuckDBPyConnection, path: Path, options: str, secret: dict[str, str]
) -> bool:
    try:
        connection.execute(f"ATTACH {_literal(str(path))} AS snapshot ({options})", secret)
    except duckdb.Error:
        return False
    return True


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
