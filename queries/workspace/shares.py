"""Shares: links to frozen views for one recipient, until they expire or are revoked.

What a share shows is in its versions (`share_versions`), who reads it in `share_access`.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from queries.errors import DataError
from queries.workspace import activity, studies, tables
from queries.workspace.limits import checked_text, checked_whole
from queries.workspace.passcodes import hashed
from queries.workspace.share_tables import share_views, shares

Audience = Literal["safety review", "external"]
AUDIENCES: tuple[Audience, ...] = ("external", "safety review")
THRESHOLD = 11
MOST_DAYS = 366
_TOKEN_BYTES = 32

_share, _view = shares.c, share_views.c
# What leaves the database: never the hashes of its secrets.
_SHOWN = (
    _share.id,
    _share.study,
    _share.title,
    _share.recipient,
    _share.audience,
    _share.threshold,
    _share.downloads,
    _share.passcode_hash.is_not(None).label("has_passcode"),
    _share.made_at,
    _share.made_by,
    _share.expires_at,
    _share.revoked_at,
    _share.revoked_by,
)


class ShareUnknownError(DataError):
    """There is no such share, or the asker has no right to know of it."""


class ShareEndedError(DataError):
    """The share is there, but it has expired or was revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A link to frozen views.

    Parameters
    ----------
    id : str
        Opaque; opens nothing.
    study, title, recipient : str
    audience : {"safety review", "external"}
    threshold : int
        Counts below it are hidden from an external audience.
    downloads : bool
        Whether the reader may take tables away.
    has_passcode : bool
    made_at, made_by
        When (UTC) and by whom.
    expires_at, revoked_at, revoked_by
        When it ends by itself; when it was ended, and by whom.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> share = Share(id="S" * 22, study="EQX-301", title="Safety", recipient="Acme",
    ...               audience="safety review", threshold=11, downloads=False, has_passcode=False,
    ...               made_at=at, made_by="anna", expires_at=at + timedelta(days=30),
    ...               revoked_at=None, revoked_by=None)
    >>> share.state(at), share.state(at + timedelta(days=30))
    ('open', 'expired')
    """

    id: str
    study: str
    title: str
    recipient: str
    audience: Audience
    threshold: int
    downloads: bool
    has_passcode: bool
    made_at: datetime
    made_by: str
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None

    def state(self, now: datetime) -> Literal["open", "expired", "revoked"]:
        """Whether it can be opened at a moment."""
        if self.revoked_at is not None:
            return "revoked"
        return "open" if now < self.expires_at else "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readership:
    """How often a share was opened, and when last.

    Examples
    --------
    >>> Readership(views=0, last_at=None).views
    0
    """

    views: int
    last_at: datetime | None


def add(
    connection: Connection,
    *,
    study: str,
    title: str,
    recipient: str,
    audience: Audience,
    threshold: int,
    downloads: bool,
    passcode_hash: str | None,
    days: int,
    person: str,
) -> tuple[Share, str]:
    """Make a share without a version, and its token, which is shown once and not kept."""
    known = studies.one(connection, study)
    if audience not in AUDIENCES:
        raise DataError(f"an audience is one of {', '.join(AUDIENCES)}", got=audience)
    token, now = secrets.token_urlsafe(_TOKEN_BYTES), tables.now()
    row: dict[str, Any] = {
        "id": secrets.token_urlsafe(16),
        "study": known.code,
        "title": checked_text(title, "the title of a share", longest=200),
        "recipient": checked_text(recipient, "whom a share is for", longest=150, visible=True),
        "audience": audience,
        "threshold": checked_whole(threshold, "the threshold of a share", low=2, high=1000),
        "downloads": bool(downloads),
        "token_sha256": digest(token),
        "passcode_hash": passcode_hash,
        "tried": 0,
        "made_at": now,
        "made_by": activity.checked_person(person),
        "expires_at": now
        + timedelta(days=checked_whole(days, "days of a share", low=1, high=MOST_DAYS)),
    }
    connection.execute(insert(shares).values(row))
    return one(connection, row["id"]), token


def digest(secret: str) -> str:
    """What is kept of a secret of full length.

    Examples
    --------
    >>> digest("a secret")[:12]
    '984ca5162200'
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def one(connection: Connection, share: str, *, lock: bool = False) -> Share:
    """A share by its id."""
    question = select(*_SHOWN).where(_share.id == share)
    row = connection.execute(question.with_for_update() if lock else question).mappings().first()
    if row is None:
        raise ShareUnknownError("a share is known by its id")
    return Share(**row)


def of_token(connection: Connection, token: str) -> Share:
    """The share that a link opens, still open."""
    question = select(*_SHOWN).where(_share.token_sha256 == digest(token))
    row = connection.execute(question).mappings().first()
    if row is None:
        raise ShareUnknownError("a link is whole and opens a share")
    return checked_open(Share(**row))


def checked_open(share: Share) -> Share:
    """The share, if it has not ended."""
    if (state := share.state(tables.now())) != "open":
        raise ShareEndedError("a share is open", got=state)
    return share


def of_study(connection: Connection, study: str) -> tuple[Share, ...]:
    """The shares of a study, newest first."""
    known = studies.one(connection, study)
    question = select(*_SHOWN).where(_share.study == known.code)
    found = connection.execute(question.order_by(_share.made_at.desc(), _share.id)).mappings()
    return tuple(Share(**row) for row in found)


def revoke(connection: Connection, share: str, *, person: str) -> Share:
    """End a share at once; one that was revoked before stays so."""
    found = one(connection, share, lock=True)
    if found.revoked_at is not None:
        return found
    ended = {"revoked_at": tables.now(), "revoked_by": activity.checked_person(person)}
    connection.execute(update(shares).where(_share.id == share).values(ended))
    record(connection, found, act="revoke share", person=person)
    return one(connection, share)


def readership(connection: Connection, share: str) -> Readership:
    """How often a share was opened: each browser once for each version."""
    question = select(func.count(), func.max(_view.last_at)).where(_view.share == share)
    views, last = connection.execute(question).one()
    return Readership(views=views, last_at=last)


def record(
    connection: Connection, share: Share, *, act: str, person: str | None = None, **detail: object
) -> None:
    """Record an act on a share; by its reader, when no person is named."""
    activity.append(
        connection,
        act=act,
        person=person or f"reader of a share: {share.recipient}",
        study=share.study,
        detail={"share": share.id, "title": share.title, "for": share.recipient, **detail},
    )


def prepared_passcode(passcode: str | None) -> str | None:
    """The hash of a passcode; None without one. Takes a while: not inside a transaction."""
    if passcode is None or passcode == "":
        return None
    return hashed(passcode)
