"""Who is signed in, and how often somebody tried.

A session is known by the SHA-256 of its token; whoever reads the database can use none of them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from queries.errors import DataError
from queries.workspace import activity, tables
from queries.workspace.cohort_checks import name_key

LASTS = timedelta(hours=12)
IDLE = timedelta(hours=1)
WINDOW = timedelta(minutes=15)
MOST_BY_NAME = 5
MOST_BY_ADDRESS = 30
_KEPT = timedelta(days=90)
_TOUCHED = timedelta(seconds=30)  # how exactly the last use is known
_SHA256 = re.compile(r"[0-9a-f]{64}")

_session, _attempt = tables.sessions.c, tables.sign_in_attempts.c


class TooManyAttemptsError(DataError):
    """Somebody tried a name, or from an address, too often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """That a person is signed in in one browser.

    Parameters
    ----------
    token_sha256 : str
        What it is known by.
    person : str
        Id of the person.
    how : str
        "password", "single sign-on" or "set-up".
    address : str
        From where the person signed in.
    made_at, used_at, expires_at : datetime
        UTC.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> Session(token_sha256="0" * 64, person="P" * 22, how="password", address="127.0.0.1",
    ...         made_at=at, used_at=at, expires_at=at + LASTS).how
    'password'
    """

    token_sha256: str
    person: str
    how: str
    address: str
    made_at: datetime
    used_at: datetime
    expires_at: datetime


def begin(
    connection: Connection, *, token_sha256: str, person: str, name: str, how: str, address: str
) -> Session:
    """Begin a session; sessions that ended long ago are forgotten."""
    if not _SHA256.fullmatch(token_sha256):
        raise DataError("a session is known by the SHA-256 of its token")
    at = tables.now()
    connection.execute(delete(tables.sessions).where(_session.expires_at < at - _KEPT))
    row: dict[str, Any] = {
        "token_sha256": token_sha256,
        "person": person,
        "how": how,
        "address": address[:64],
        "made_at": at,
        "used_at": at,
        "expires_at": at + LASTS,
    }
    connection.execute(insert(tables.sessions).values(row))
    activity.append(connection, act="sign in", person=name, detail={"how": how})
    return Session(**row)


def living(connection: Connection, token_sha256: str) -> Session | None:
    """The session, when it neither ended, nor expired, nor lay idle for too long."""
    question = select(tables.sessions).where(_session.token_sha256 == token_sha256, *_is_living())
    row = connection.execute(question).mappings().first()
    if row is None:
        return None
    return Session(**{name: row[name] for name in Session.__dataclass_fields__})


def all_living(connection: Connection) -> tuple[Session, ...]:
    """Every session that lives, the last used first."""
    question = select(tables.sessions).where(*_is_living()).order_by(_session.used_at.desc())
    rows = connection.execute(question).mappings()
    return tuple(Session(**{n: row[n] for n in Session.__dataclass_fields__}) for row in rows)


def touch(connection: Connection, token_sha256: str) -> None:
    """Note that a session was used just now."""
    at = tables.now()
    used = update(tables.sessions).where(
        _session.token_sha256 == token_sha256, _session.used_at < at - _TOUCHED, *_is_living()
    )
    connection.execute(used.values(used_at=at))


def end(connection: Connection, token_sha256: str, *, by: str) -> bool:
    """End a session; whether it lived until now."""
    ended = update(tables.sessions).where(_session.token_sha256 == token_sha256, *_is_living())
    values = {"ended_at": tables.now(), "ended_by": activity.checked_person(by)}
    return connection.execute(ended.values(values)).rowcount > 0


def end_all(connection: Connection, person: str, *, by: str) -> int:
    """End every session of a person; how many there were."""
    ended = update(tables.sessions).where(_session.person == person, *_is_living())
    values = {"ended_at": tables.now(), "ended_by": activity.checked_person(by)}
    return connection.execute(ended.values(values)).rowcount


def begin_attempt(connection: Connection, *, name: str, address: str) -> int:
    """Note an attempt to sign in, as a failed one until `succeed`.

    It is counted before the password is looked at, so that attempts side by side are all counted.

    Raises
    ------
    TooManyAttemptsError
        When this name, or this address, failed too often in the last quarter of an hour. Names
        that nobody has are counted as others are, and so tell nothing.
    """
    at, key = tables.now(), _name_sha256(name)
    connection.execute(select(tables.facts).with_for_update())
    forgotten = delete(tables.sign_in_attempts).where(_attempt.at < at - timedelta(days=1))
    connection.execute(forgotten)
    by_name = failures(connection, name)
    by_address = _failures(connection, _attempt.address == address[:64], at)
    if by_name >= MOST_BY_NAME or by_address >= MOST_BY_ADDRESS:
        minutes = int(WINDOW.total_seconds() // 60)
        raise TooManyAttemptsError(f"after too many attempts, the next is {minutes} minutes later")
    row = {"at": at, "name_sha256": key, "address": address[:64], "succeeded": False}
    made = insert(tables.sign_in_attempts).values(row).returning(_attempt.number)
    return int(connection.execute(made).scalar_one())


def succeed(connection: Connection, attempt: int, *, name: str) -> None:
    """Note that an attempt was right; the failed ones before it no longer count for the name."""
    forget_attempts(connection, name, but=attempt)
    right = update(tables.sign_in_attempts).where(_attempt.number == attempt)
    connection.execute(right.values(succeeded=True))


def failures(connection: Connection, name: str) -> int:
    """How many attempts at a name failed in the last quarter of an hour."""
    return _failures(connection, _attempt.name_sha256 == _name_sha256(name), tables.now())


def forget_attempts(connection: Connection, name: str, *, but: int | None = None) -> None:
    """Forget the failed attempts at a name."""
    gone = delete(tables.sign_in_attempts).where(
        _attempt.name_sha256 == _name_sha256(name), _attempt.succeeded.is_(False)
    )
    connection.execute(gone if but is None else gone.where(_attempt.number != but))


def _failures(connection: Connection, which: ColumnElement[bool], at: datetime) -> int:
    question = select(func.count()).select_from(tables.sign_in_attempts)
    counted = question.where(which, _attempt.at > at - WINDOW, _attempt.succeeded.is_(False))
    return int(connection.execute(counted).scalar_one())


def _name_sha256(name: str) -> str:
    return hashlib.sha256(name_key(name).encode()).hexdigest()


def _is_living() -> tuple[ColumnElement[bool], ...]:
    at = tables.now()
    return (_session.ended_at.is_(None), _session.expires_at > at, _session.used_at > at - IDLE)
