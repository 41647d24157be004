"""What readers of a share say: comments on its cards, in threads, and signatures."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from queries.errors import DataError
from queries.workspace import share_versions, tables
from queries.workspace.cohort_checks import name_key
from queries.workspace.limits import checked_text
from queries.workspace.share_tables import share_cards, share_comments, share_signatures
from queries.workspace.shares import Share

MAX_COMMENT = 4000
MAX_COMMENTS, MAX_SIGNATURES = 500, 50
MEANINGS = (
    "Reviewed",
    "Reviewed, with comments",
    "Reviewed, not in agreement",
)

_TEAM = re.compile(r"\bstudy ?team\b")  # what pages put beside the name of somebody of the team

_comment, _signature = share_comments.c, share_signatures.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """Something said about a card.

    Parameters
    ----------
    id, share : str
    version : int
        That was on screen.
    card : str
        Name of the card.
    answers : str or None
        The comment that began the thread.
    author : str
        As whoever said it named themselves.
    from_team : bool
        Whether it was said from inside, not through the link.
    text, said_at

    Examples
    --------
    >>> from datetime import UTC
    >>> Comment(id="C" * 22, share="S" * 22, version=1, card="Survival", answers=None,
    ...         author="Bo", from_team=False, text="Why?",
    ...         said_at=datetime(2026, 3, 31, tzinfo=UTC)).text
    'Why?'
    """

    id: str
    share: str
    version: int
    card: str
    answers: str | None
    author: str
    from_team: bool
    text: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A sign-off: name, meaning, time, and the hash of what was signed.

    Examples
    --------
    >>> from datetime import UTC
    >>> Signature(id="C" * 22, share="S" * 22, version=1, name="Bo", meaning="Reviewed",
    ...           content_sha256="0" * 64, signed_at=datetime(2026, 3, 31, tzinfo=UTC)).meaning
    'Reviewed'
    """

    id: str
    share: str
    version: int
    name: str
    meaning: str
    content_sha256: str
    signed_at: datetime


def say(
    connection: Connection,
    share: Share,
    *,
    card: str,
    text: str,
    author: str,
    from_team: bool,
    answers: str | None,
) -> Comment:
    """Add a comment on a card of any version, or an answer to one."""
    _check_room(connection, share_comments, share, MAX_COMMENTS, "comments")
    named = checked_text(author, "a name", longest=100, visible=True)
    if not from_team:
        check_reader_name(named)
    thread = None if answers is None else _thread(connection, share, card, answers)
    known = select(share_cards.c.name).where(
        share_cards.c.share == share.id, share_cards.c.name == card
    )
    if connection.execute(known.limit(1)).first() is None:
        raise DataError("a comment is about a result of its share")
    row: dict[str, Any] = {
        "id": secrets.token_urlsafe(16),
        "share": share.id,
        "version": share_versions.newest(connection, share.id).number,
        "card": card,
        "answers": thread,
        "author": named,
        "from_team": from_team,
        "text": checked_text(
            text.replace("\r\n", "\n"), "a comment", longest=MAX_COMMENT, lines=True
        ),
        "said_at": tables.now(),
    }
    connection.execute(insert(share_comments).values(row))
    return Comment(**row)


def check_reader_name(name: str) -> str:
    """The name of a reader, when it does not read as if the study's team had spoken.

    Examples
    --------
    >>> check_reader_name("Dana Reyes")
    'Dana Reyes'
    """
    known = name_key(unicodedata.normalize("NFKC", name))
    if _TEAM.search(" ".join(re.findall(r"[^\W_]+", known))):
        raise DataError("a reader signs with a name of their own, and not as the study's team")
    return name


def _thread(connection: Connection, share: Share, card: str, answers: str) -> str:
    """The comment that begins the thread of another one."""
    question = select(_comment.id, _comment.answers).where(
        _comment.id == answers, _comment.share == share.id, _comment.card == card
    )
    found = connection.execute(question).first()
    if found is None:
        raise DataError("an answer is to a comment on the same result")
    begun: str = found.answers or found.id
    return begun


def _check_room(connection: Connection, of: Table, share: Share, most: int, what: str) -> None:
    number = select(func.count()).where(of.c.share == share.id)
    if connection.execute(number).scalar_one() >= most:
        raise DataError(f"a share takes at most {most} {what}")


def comments(connection: Connection, share: str) -> tuple[Comment, ...]:
    """Everything said about a share, in the order in which it was said."""
    question = select(share_comments).where(_comment.share == share)
    rows = connection.execute(question.order_by(_comment.said_at, _comment.id)).mappings()
    return tuple(Comment(**row) for row in rows)


def sign(
    connection: Connection, share: Share, *, name: str, meaning: str, version: int
) -> Signature:
    """Sign the version that is shown; one that was replaced meanwhile is not signed unseen."""
    _check_room(connection, share_signatures, share, MAX_SIGNATURES, "signatures")
    shown = share_versions.newest(connection, share.id)
    if shown.number != version:
        raise DataError("the version that is signed is the newest one", got=version)
    if meaning not in MEANINGS:
        raise DataError(f"the meaning of a signature is one of {', '.join(MEANINGS)}")
    row: dict[str, Any] = {
        "id": secrets.token_urlsafe(16),
        "share": share.id,
        "version": shown.number,
        "name": check_reader_name(checked_text(name, "a name", longest=100, visible=True)),
        "meaning": meaning,
        "content_sha256": shown.content_sha256,
        "signed_at": tables.now(),
    }
    connection.execute(insert(share_signatures).values(row))
    return Signature(**row)


def signatures(connection: Connection, share: str) -> tuple[Signature, ...]:
    """The signatures under a share, all versions, in their order."""
    question = select(share_signatures).where(_signature.share == share)
    rows = connection.execute(question.order_by(_signature.signed_at, _signature.id)).mappings()
    return tuple(Signature(**row) for row in rows)
