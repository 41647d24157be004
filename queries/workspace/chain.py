"""The chain of hashes over the acts: each binds its act to every act before it.

The hash of an act is the SHA-256 of the hash before it, a line break, and the act as JSON: the
keys `act`, `at`, `detail`, `number`, `person` and `study` in this order, without blanks, every
character beyond ASCII escaped; `at` in UTC with microseconds, `detail` as the text that is kept.
The first act follows a random value, which the workspace got when its chain was begun.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select, text

from queries.errors import DataError
from queries.workspace import tables

BEGINNING = "audit_beginning"
CHAINED_LATER = "chain older acts"
_encode = json.JSONEncoder(separators=(",", ":"), default=repr).encode
_LOCK = 5_301_747_602  # on PostgreSQL; any number that nothing else of ours uses
_links, _acts = tables.activity_links.c, tables.activity.c


def hash_of(previous: str, act: Mapping[str, object]) -> str:
    """The hash of an act that follows another one.

    Parameters
    ----------
    previous : str
        The hash before it.
    act : mapping
        Its row: `number`, `at`, `person`, `act`, `study` and `detail_json`.

    Examples
    --------
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> act = {"number": 1, "at": at, "person": "anna", "act": "import", "study": "EQX-301",
    ...        "detail_json": "{}"}
    >>> hash_of("0" * 64, act)[:16]
    '5771d12c682918dc'
    """
    content = {
        "act": act["act"],
        "at": _written(act["at"]),
        "detail": act["detail_json"],
        "number": act["number"],
        "person": act["person"],
        "study": act["study"],
    }
    # What is no text or number any more, because somebody wrote to the database, is hashed too.
    said = _encode(content)
    return hashlib.sha256(f"{previous}\n{said}".encode()).hexdigest()


def begin(connection: Connection) -> None:
    """Begin the chain of a workspace; acts that it has already are chained in their order."""
    fact = {"item": BEGINNING, "value": secrets.token_hex(32)}
    connection.execute(insert(tables.facts).values(fact))
    previous, rows = fact["value"], []
    for row in connection.execute(select(tables.activity).order_by(_acts.number)).mappings():
        previous = hash_of(previous, dict(row))
        rows.append({"number": row["number"], "hash": previous})
    if rows:
        connection.execute(insert(tables.activity_links), rows)


def beginning(connection: Connection) -> str:
    """What the first act follows."""
    question = select(tables.facts.c.value).where(tables.facts.c.item == BEGINNING)
    found = connection.execute(question).scalar_one_or_none()
    if found is None:
        raise DataError("a workspace has the beginning of its audit trail")
    return str(found)


def lock(connection: Connection) -> None:
    """Keep others from recording until the transaction ends; SQLite's writers wait anyway.

    Whoever holds this lock must not wait for another one, or two could wait for each other: an
    act is the last thing that a transaction writes.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the latest act; 0 and the beginning before there is one."""
    question = select(_links.number, _links.hash).order_by(_links.number.desc()).limit(1)
    found = connection.execute(question).one_or_none()
    return (0, beginning(connection)) if found is None else (int(found[0]), str(found[1]))


def next_number(connection: Connection, last: int) -> int:
    """The number after `last`, and after every act that is there, chained or not."""
    greatest = connection.execute(select(func.max(_acts.number))).scalar_one_or_none()
    return max(last, int(greatest or 0)) + 1


def add(connection: Connection, number: int, hashed: str) -> None:
    """Chain an act that was just written; the caller holds the lock."""
    connection.execute(insert(tables.activity_links).values(number=number, hash=hashed))


def _written(at: object) -> object:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(at, datetime) else at
