"""Snapshots: candidates, the current one, and those it replaced."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from sqlalchemy import Connection, insert, select, update

from queries.errors import DataError
from queries.workspace import activity, studies, tables

FOLDER = "snapshots"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One import of a study's data.

    Parameters
    ----------
    id : str
        Opaque.
    study : str
        Code of its study.
    state : str
        "candidate" until somebody decides, then "current" or "rejected"; "superseded" when
        another became current.
    file : str
        The snapshot file, relative to the home folder of the workspace.
    content_sha256 : str
        Hash of the content that was imported.
    report_json : str
        The check report of the import.
    added_at, added_by, decided_at, decided_by
        When (UTC) and by whom it was added and decided on; None while undecided.

    Examples
    --------
    >>> from datetime import UTC
    >>> Snapshot(id="a", study="EQX-301", state="candidate", file="snapshots/a.duckdb",
    ...          content_sha256="0" * 64, report_json="{}", added_by="local owner",
    ...          added_at=datetime(2026, 3, 31, tzinfo=UTC)).decided_by is None
    True
    """

    id: str
    study: str
    state: str
    file: str
    content_sha256: str
    report_json: str
    added_at: datetime
    added_by: str
    decided_at: datetime | None = None
    decided_by: str | None = None


_COLUMNS = [column for column in tables.snapshots.c if column.name != "number"]


def add(
    connection: Connection,
    *,
    study: str,
    file: str,
    content_sha256: str,
    report_json: str,
    person: str,
) -> Snapshot:
    """Add a candidate; what is current stays so."""
    code = studies.one(connection, study, lock=True).code
    check_content(content_sha256, report_json)
    taken = select(tables.snapshots.c.id).where(tables.snapshots.c.file == file)
    if connection.execute(taken).first() is not None:
        raise DataError("a snapshot has a file of its own", got=file)
    row: dict[str, Any] = {
        "id": secrets.token_urlsafe(16),
        "study": code,
        "state": "candidate",
        "file": file,
        "content_sha256": content_sha256,
        "report_json": report_json,
        "added_at": tables.now(),
        "added_by": activity.checked_person(person),
    }
    connection.execute(insert(tables.snapshots).values(row))
    _record(connection, "import", person, one(connection, row["id"]))
    return one(connection, row["id"])


def accept(connection: Connection, snapshot_id: str, person: str) -> Snapshot:
    """Make a candidate the current snapshot of its study, in place of the former one."""
    candidate = _undecided(connection, snapshot_id)
    former = current(connection, candidate.study)
    if former is not None:
        # Only the state: who accepted it, and when, stays on the record.
        same = tables.snapshots.c.id == former.id
        connection.execute(update(tables.snapshots).where(same).values(state="superseded"))
    _decide(connection, candidate, "current", person)
    _record(connection, "accept", person, candidate, replaces=former.id if former else None)
    return one(connection, candidate.id)


def reject(connection: Connection, snapshot_id: str, person: str) -> Snapshot:
    """Turn a candidate down. Its file is for the caller to delete."""
    candidate = _undecided(connection, snapshot_id)
    _decide(connection, candidate, "rejected", person)
    _record(connection, "reject", person, candidate)
    return one(connection, candidate.id)


def one(connection: Connection, snapshot_id: str) -> Snapshot:
    """The snapshot with this id."""
    row = None
    if isinstance(snapshot_id, str) and _ID.fullmatch(snapshot_id):
        question = select(*_COLUMNS).where(tables.snapshots.c.id == snapshot_id)
        row = connection.execute(question).mappings().one_or_none()
    if row is None:
        raise DataError("a snapshot is one that this workspace knows", got=snapshot_id)
    return Snapshot(**row)


def current(connection: Connection, study: str) -> Snapshot | None:
    """The current snapshot of a study; None before one was accepted."""
    return next((found for found in of_study(connection, study) if found.state == "current"), None)


def of_study(connection: Connection, study: str) -> tuple[Snapshot, ...]:
    """Every snapshot of a study, newest first."""
    question = (
        select(*_COLUMNS)
        .where(tables.snapshots.c.study == studies.one(connection, study).code)
        .order_by(tables.snapshots.c.number.desc())
    )
    return tuple(Snapshot(**row) for row in connection.execute(question).mappings())


def relative_file(home: Path | None, file: str | Path) -> str:
    """The name under which a snapshot file is stored: relative to the home folder.

    Examples
    --------
    >>> relative_file(Path("/srv/equipoise"), "/srv/equipoise/snapshots/a.duckdb")
    'snapshots/a.duckdb'
    """
    path = PurePath(file)
    if path.is_absolute() and home is not None and path.is_relative_to(home):
        path = path.relative_to(home)
    inside = not path.is_absolute() and path.parts[:1] == (FOLDER,) and len(path.parts) > 1
    name = path.as_posix()
    if not inside or ".." in path.parts or "\x00" in name or len(name) > 500:
        raise DataError(f"a snapshot file lies in the folder {FOLDER} of the home folder", got=name)
    return name


def absolute_file(home: Path, file: str) -> Path:
    """Where a snapshot file is, with every link followed; never outside the snapshots folder.

    Examples
    --------
    >>> absolute_file(Path("/srv/equipoise"), "../passwords")
    Traceback (most recent call last):
        ...
    queries.errors.DataError: a snapshot file lies in the folder snapshots of the home folder, \
but got '../passwords'.
    """
    folder = (home / FOLDER).resolve()
    path = (home / relative_file(home, file)).resolve()
    if path == folder or not path.is_relative_to(folder):
        raise DataError(f"a snapshot file lies in the folder {FOLDER} of the home folder", got=file)
    return path


def check_content(content_sha256: str, report_json: str) -> None:
    """Refuse what is no SHA-256, or no check report.

    Examples
    --------
    >>> check_content("0" * 64, "{}")
    """
    if not isinstance(content_sha256, str) or not _SHA256.fullmatch(content_sha256):
        raise DataError("a SHA-256 is 64 digits 0-9 and a-f", got=content_sha256)
    try:
        report = json.loads(report_json)
    except (TypeError, ValueError, RecursionError):
        report = None
    if not isinstance(report, dict) or "\x00" in report_json:
        raise DataError("a check report is a JSON object")


def _undecided(connection: Connection, snapshot_id: str) -> Snapshot:
    # Locking the study, not the snapshot, makes two decisions about one study wait for each other.
    studies.one(connection, one(connection, snapshot_id).study, lock=True)
    candidate = one(connection, snapshot_id)
    if candidate.state != "candidate":
        raise DataError("only a candidate is accepted or rejected", got=candidate.state)
    return candidate


def _decide(connection: Connection, candidate: Snapshot, state: str, person: str) -> None:
    decided = {
        "state": state,
        "decided_at": tables.now(),
        "decided_by": activity.checked_person(person),
    }
    same = tables.snapshots.c.id == candidate.id
    connection.execute(update(tables.snapshots).where(same).values(decided))


def _record(
    connection: Connection, act: str, person: str, snapshot: Snapshot, **more: object
) -> None:
    detail = {"snapshot": snapshot.id, "content_sha256": snapshot.content_sha256, **more}
    activity.append(connection, act=act, person=person, study=snapshot.study, detail=detail)
