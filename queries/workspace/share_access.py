"""Who reads a share: links become sessions, sessions are looked up at every request."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, insert, select, update

from queries.errors import DataError
from queries.workspace import shares, tables
from queries.workspace.limits import checked_text
from queries.workspace.share_tables import share_sessions, share_views
from queries.workspace.share_tables import shares as share_table
from queries.workspace.shares import Share, ShareUnknownError, digest

SESSION_DAYS = 7
TRIES = 5
WAIT = timedelta(minutes=15)

_session, _view, _share = share_sessions.c, share_views.c, share_table.c


class PasscodeWaitError(DataError):
    """Too many wrong passcodes; none is taken for a while, not even the right one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request by a browser that opened the link.

    Parameters
    ----------
    share : Share
        Open at this moment.
    session : str
        Hash of its cookie.
    passed : bool
        Whether it has given the passcode, or there is none.
    name : str
        By which its reader signed last; "" before.

    Examples
    --------
    >>> Visit.__slots__
    ('share', 'session', 'passed', 'name')
    """

    share: Share
    session: str
    passed: bool
    name: str


def begin(connection: Connection, token: str) -> tuple[Share, str]:
    """Open a link: its share, and the secret of a new session."""
    share, secret = shares.of_token(connection, token), secrets.token_urlsafe(32)
    row = {
        "secret_sha256": digest(secret),
        "share": share.id,
        "begun_at": tables.now(),
        "passed": not share.has_passcode,
        "name": "",
    }
    connection.execute(insert(share_sessions).values(row))
    return share, secret


def visit(connection: Connection, share: str, secret: str) -> Visit:
    """The visit of a session, or the refusal of one of another share, too old, or of none."""
    found = connection.execute(
        select(share_sessions).where(
            _session.secret_sha256 == digest(secret),
            _session.share == share,
            _session.begun_at > tables.now() - timedelta(days=SESSION_DAYS),
        )
    ).first()
    if found is None:
        raise ShareUnknownError("a share is opened by its link first")
    return Visit(
        share=shares.checked_open(shares.one(connection, share)),
        session=found.secret_sha256,
        passed=found.passed,
        name=found.name,
    )


def begin_try(connection: Connection, share: str) -> str | None:
    """Count a passcode before it is looked at, so that no two can be tried at once unseen.

    Gives the kept hash. The count begins anew after the wait, and with the right passcode.
    """
    shares.one(connection, share, lock=True)
    row = connection.execute(
        select(_share.tried, _share.waits_until, _share.passcode_hash).where(_share.id == share)
    ).one()
    now = tables.now()
    if row.waits_until is not None and now < row.waits_until:
        raise PasscodeWaitError("after too many wrong passcodes no more are taken for a while")
    tried = 1 if row.waits_until is not None else row.tried + 1
    waits = now + WAIT if tried >= TRIES else None
    counted = update(share_table).where(_share.id == share)
    connection.execute(counted.values(tried=tried, waits_until=waits))
    kept: str | None = row.passcode_hash
    return kept


def passed(connection: Connection, visit: Visit) -> None:
    """Note that a session has given the right passcode."""
    anew = update(share_table).where(_share.id == visit.share.id)
    connection.execute(anew.values(tried=0, waits_until=None))
    let_in = update(share_sessions).where(_session.secret_sha256 == visit.session)
    connection.execute(let_in.values(passed=True))


def named(connection: Connection, visit: Visit, name: str) -> None:
    """Keep the name that a reader signs with, for the next comment."""
    known = checked_text(name, "a name", longest=100, visible=True)
    called = update(share_sessions).where(_session.secret_sha256 == visit.session)
    connection.execute(called.values(name=known))


def seen(connection: Connection, visit: Visit, version: int) -> bool:
    """Note that a session shows a version; whether for the first time."""
    now = tables.now()
    here = (_view.session == visit.session) & (_view.version == version)
    again = connection.execute(update(share_views).where(here).values(last_at=now))
    if again.rowcount:
        return False
    row = {
        "session": visit.session,
        "version": version,
        "share": visit.share.id,
        "first_at": now,
        "last_at": now,
    }
    connection.execute(insert(share_views).values(row))
    return True
