"""Opening the workspace database: its folder, its connection, its schema."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    event,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from queries.errors import DataError
from queries.workspace import activity, chain, share_tables, tables
from queries.workspace.snapshots import FOLDER

DATABASE = "workspace.db"
BUSY_SECONDS = 30
_BUSY_PAUSE = 0.01  # seconds

# Any number will do, as long as every Equipoise uses the same.
_POSTGRESQL_LOCK = 5_301_747_601


def prepare_home(home: Path) -> Path:
    """Make the home folder and its snapshots folder, for the owner's eyes alone.

    A folder that is there already and holds other things keeps its permissions, but what the
    workspace puts into it is private in any case.

    Raises
    ------
    DataError
        When the folder cannot be made or written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     home = prepare_home(Path(folder) / "home")
    ...     oct(home.stat().st_mode & 0o777), (home / "snapshots").is_dir()
    ('0o700', True)
    """
    try:
        home = Path(home).expanduser().absolute()
        ours = not home.exists() or not any(home.iterdir())
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if ours:
            home.chmod(0o700)
        folder = home / FOLDER
        folder.mkdir(exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        # Made here, so that the database is never readable by others, not even at first.
        # Never opened when it is there: closing it again would drop the locks that this process
        # holds on it, and another process would delete the log that is being written.
        with suppress(FileExistsError):
            os.close(os.open(home / DATABASE, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        rule = f"the home folder of a workspace can be made and written ({reason})"
        raise DataError(rule, got=str(home)) from None
    return home


def connect(url: URL) -> Engine:
    """An engine on the workspace database, with the schema in place.

    Raises
    ------
    DataError
        When the database cannot be opened, or a newer version wrote it.

    Examples
    --------
    >>> connect(URL.create("sqlite"))
    Traceback (most recent call last):
        ...
    queries.errors.DataError: a workspace database is a file or a server, but got 'sqlite://'.
    """
    shown = url.render_as_string(hide_password=True)
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and url.database in {None, "", ":memory:"}:
        raise DataError("a workspace database is a file or a server", got=shown)
    try:
        engine = create_engine(url, pool_pre_ping=not sqlite)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        raise DataError(f"a workspace database has a driver ({error})", got=shown) from None
    if sqlite:
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    try:
        with writing(engine).begin() as connection:
            _prepare_schema(connection)
    except (SQLAlchemyError, DataError) as error:
        engine.dispose()
        if isinstance(error, DataError):
            raise
        raise DataError("a workspace database can be opened", got=shown) from error
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine for transactions that write.

    On SQLite these take the write lock at once: a transaction that reads first and writes
    later could otherwise find, too late for waiting, that another has written in between.

    Examples
    --------
    >>> writing(create_engine("sqlite://")).get_execution_options()["writes"]
    True
    """
    return engine.execution_options(writes=True)


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says, not by guess
    cursor = connection.cursor()
    # The waiting time first, since the change to WAL may have to wait as well.
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    _keep_a_log(cursor)
    cursor.execute("PRAGMA synchronous = FULL")  # a recorded act survives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is overwritten is gone from the file
    cursor.close()


def _keep_a_log(cursor: sqlite3.Cursor) -> None:
    """Change a database to WAL, which stays with its file.

    While another writes to it, or is just changing it too, SQLite refuses at once, whatever
    waiting time is set, so we wait ourselves.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_BUSY_PAUSE)
        else:
            return


def empty_log(connection: Connection) -> bool:
    """Move what SQLite's log holds into the database, and leave nothing of it in the log.

    The log keeps former versions of what was overwritten until it is. Whether it went through:
    it waits for readers, and not for ever.
    """
    if connection.dialect.name != "sqlite":
        return True
    raw: Any = connection.connection.driver_connection  # outside a transaction
    return bool(raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_schema(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Two processes that start together would otherwise both create the tables.
        lock = text("SELECT pg_advisory_xact_lock(:number)")
        connection.execute(lock, {"number": _POSTGRESQL_LOCK})
    if inspect(connection).has_table(tables.facts.name):
        _bring_up_to_date(connection)
        return
    tables.metadata.create_all(connection)
    version = {"item": "schema_version", "value": str(tables.SCHEMA_VERSION)}
    connection.execute(insert(tables.facts).values(version))
    chain.begin(connection)


def _bring_up_to_date(connection: Connection) -> None:
    """Take a schema from version to version; all of it is done, or nothing."""
    found = _found_version(connection)
    if found == tables.SCHEMA_VERSION:
        return
    for version in range(found, tables.SCHEMA_VERSION):
        _STEPS[version](connection)
    fact = update(tables.facts).where(tables.facts.c.item == "schema_version")
    connection.execute(fact.values(value=str(tables.SCHEMA_VERSION)))


def _add_cohorts(connection: Connection) -> None:
    # Version 2 added these as they are now. A later version that changes them gives this step
    # a copy of what they were.
    added = [tables.cohorts, tables.cohort_versions]
    tables.metadata.create_all(connection, tables=added, checkfirst=False)


def _add_jobs(connection: Connection) -> None:
    # Version 3, as `_add_cohorts` did for version 2.
    added = [tables.jobs, tables.job_results]
    tables.metadata.create_all(connection, tables=added, checkfirst=False)


def _add_designs(connection: Connection) -> None:
    # Version 4, as `_add_cohorts` did for version 2.
    added = [tables.designs, tables.design_versions]
    tables.metadata.create_all(connection, tables=added, checkfirst=False)


def _add_searches(connection: Connection) -> None:
    # Version 5, as `_add_cohorts` did for version 2.
    added = [tables.searches, tables.search_logs]
    tables.metadata.create_all(connection, tables=added, checkfirst=False)


def _add_reports(connection: Connection) -> None:
    # Version 6, as `_add_cohorts` did for version 2.
    added = [
        tables.reports,
        tables.report_cards,
        tables.activity_links,
        tables.subject_marks,
        tables.people,
        tables.memberships,
        tables.sessions,
        tables.sign_in_attempts,
        *share_tables.ALL,
    ]
    tables.metadata.create_all(connection, tables=added, checkfirst=False)
    _chain_older_acts(connection)


def _chain_older_acts(connection: Connection) -> None:
    chain.begin(connection)
    last, hashed = chain.head(connection)
    # The first act of the chain says what the chain does not vouch for.
    activity.append(
        connection,
        act=chain.CHAINED_LATER,
        person=activity.OURSELVES,
        detail={"last": last, "hash": hashed},
    )


# What leads from a version of the schema to the next one.
_STEPS: Mapping[int, Callable[[Connection], None]] = {
    1: _add_cohorts,
    2: _add_jobs,
    3: _add_designs,
    4: _add_searches,
    5: _add_reports,
}


def _found_version(connection: Connection) -> int:
    question = select(tables.facts.c.value).where(tables.facts.c.item == "schema_version")
    found = connection.execute(question).scalar_one_or_none()
    if found is None or not found.isdecimal() or int(found) < 1:
        raise DataError("a workspace database states the version of its schema", got=found)
    if int(found) > tables.SCHEMA_VERSION:
        raise DataError(
            "a workspace is opened by an Equipoise at least as new as the one that wrote it "
            f"(this one knows schema {tables.SCHEMA_VERSION})",
            got=f"schema {found}",
        )
    return int(found)
