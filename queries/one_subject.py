"""Everything in a snapshot file about one subject: to be found, taken out, or erased."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

from queries.encryption import create_file, load_openssl, open_file, spill_beside
from queries.errors import DataError
from queries.identifiers import quoted
from queries.left_out import WHOLE, kept_sql, subject_columns
from queries.prepared import prepare_snapshot


def records_of(
    path: Path, subject: str, *, key: str | Sequence[str] | None = None
) -> dict[str, pd.DataFrame]:
    """The records of a subject, by dataset; {} when the snapshot does not know them.

    Parameters
    ----------
    path : Path
        A snapshot file.
    subject : str
        USUBJID.
    key : str or sequence of str, optional
        Of the file.
    """
    with duckdb.connect(":memory:") as connection:
        spill_beside(connection, path)
        open_file(connection, path, key, name=WHOLE)
        found = {}
        for name, columns in subject_columns(connection, WHOLE).items():
            if not columns:
                continue
            tests = " OR ".join(f"{quoted(column)}::VARCHAR = $subject" for column in columns)
            source = f"{quoted(WHOLE)}.main.{quoted(name)}"
            rows = connection.execute(
                f"SELECT * FROM {source} WHERE {tests}", {"subject": subject}
            ).df()
            if len(rows):
                found[name] = rows
    return found


def named_by_others(
    path: Path, subject: str, *, key: str | Sequence[str] | None = None
) -> dict[str, int]:
    """Records that hold a subject's identifier though they are not theirs, by dataset.

    Such as those of a dataset without USUBJID, of somebody related, or a sentence in a comment.
    They are part of other people's records, so that they are counted here and not taken out.
    """
    with duckdb.connect(":memory:") as connection:
        spill_beside(connection, path)
        open_file(connection, path, key, name=WHOLE)
        texts: dict[str, list[str]] = {}
        for table, column in connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = $database "
            "AND schema_name = 'main' AND data_type = 'VARCHAR' ORDER BY table_name, column_index",
            {"database": WHOLE},
        ).fetchall():
            texts.setdefault(table, []).append(column)
        found = {}
        for name, own in subject_columns(connection, WHOLE).items():
            others = [one for one in texts.get(name, ()) if one not in own]
            if not others:
                continue
            holds = " OR ".join(f"contains(t.{quoted(one)}, $subject)" for one in others)
            theirs = [f"t.{quoted(one)}::VARCHAR IS NOT DISTINCT FROM $subject" for one in own]
            sql = f"SELECT count(*) FROM {quoted(WHOLE)}.main.{quoted(name)} AS t WHERE ({holds})"
            sql += f" AND NOT ({' OR '.join(theirs)})" if theirs else ""
            row = connection.execute(sql, {"subject": subject}).fetchone()
            if row is not None and row[0]:
                found[name] = int(row[0])
    return found


def erase(path: Path, target: Path, subject: str, *, key: str | None, tombstone: str) -> str:
    """Write a snapshot file anew without a subject, and compare what is left.

    Parameters
    ----------
    path, target : Path
        Read and written; `target` is not there yet.
    subject : str
        USUBJID.
    key : str or None
        Of both files.
    tombstone : str
        The keyed hash of the subject, which stands in the provenance from then on.

    Returns
    -------
    str
        The hash of the content, which is another one now.

    Raises
    ------
    DataError
        When the file cannot be read or written, or what is left is not the same.
    """
    try:
        with duckdb.connect(":memory:") as connection:
            spill_beside(connection, target)
            if key is not None:
                load_openssl(connection)
                connection.execute("SET temp_file_encryption = true")
            open_file(connection, path, key, name=WHOLE)
            create_file(connection, target, "snapshot", key)
            _copy(connection, subject)
            content = _bury(connection, tombstone)
            if _has_prepared(connection):
                prepare_snapshot(connection, path.name)
            connection.execute("CHECKPOINT snapshot")
            connection.execute("DETACH snapshot")
    except duckdb.Error as error:
        target.unlink(missing_ok=True)
        raise DataError("a snapshot file can be written", file=target.name) from error
    except DataError:
        target.unlink(missing_ok=True)
        raise
    return content


def _copy(connection: duckdb.DuckDBPyConnection, subject: str) -> None:
    connection.execute("CREATE TEMP TABLE gone (subject VARCHAR)")
    connection.execute("INSERT INTO temp.gone VALUES (?)", [subject])
    connection.execute("CREATE SCHEMA snapshot.provenance")
    datasets = subject_columns(connection, WHOLE)
    for name, columns in datasets.items():
        source, place = f"{quoted(WHOLE)}.main.{quoted(name)}", f"snapshot.main.{quoted(name)}"
        kept = f"SELECT t.* FROM {source} AS t WHERE {kept_sql(columns, 'temp.gone')}"
        connection.execute(f"CREATE TABLE {place} AS {kept}")
        if _said(connection, f"({kept})") != _said(connection, place):
            raise DataError("what is left of a snapshot says the same as before", column=name)
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $name "
        "AND schema_name = 'provenance'",
        {"name": WHOLE},
    ).fetchall()
    for (table,) in tables:
        example = "CASE WHEN example NOT IN (SELECT subject FROM temp.gone) THEN example END"
        shown = f"* REPLACE ({example} AS example)" if table == "findings" else "*"
        connection.execute(
            f"CREATE TABLE snapshot.provenance.{quoted(table)} AS "
            f"SELECT {shown} FROM {quoted(WHOLE)}.provenance.{quoted(table)}"
        )


def _said(connection: duckdb.DuckDBPyConnection, source: str) -> tuple[object, ...] | None:
    """Rows and a hash of all, with their places: the hash of a pair is hashed again."""
    rows = f"SELECT t AS given, row_number() OVER () AS place FROM {source} AS t"
    return connection.execute(
        f"SELECT count(*), bit_xor(hash(hash(hash(given), place))) FROM ({rows})"
    ).fetchone()


def _bury(connection: duckdb.DuckDBPyConnection, tombstone: str) -> str:
    """Put the tombstone into the provenance, and the hash of the content that is left."""
    items = dict(
        connection.execute("SELECT item, value FROM snapshot.provenance.snapshot").fetchall()
    )
    before = str(items.get("content_sha256", ""))
    content = hashlib.sha256(f"{before} without {tombstone}".encode()).hexdigest()
    number = 1 + sum(item.startswith("erased_subject_") for item in items)
    connection.execute(
        "UPDATE snapshot.provenance.snapshot SET value = $content WHERE item = 'content_sha256'",
        {"content": content},
    )
    connection.execute(
        "INSERT INTO snapshot.provenance.snapshot VALUES ($item, $tombstone)",
        {"item": f"erased_subject_{number}", "tombstone": tombstone},
    )
    return content


def _has_prepared(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = $name "
        "AND schema_name = 'prepared'",
        {"name": WHOLE},
    ).fetchone()
    return found is not None and found[0] > 0
