"""What a share shows: versions of frozen cards, with pictures of their figures."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from queries.errors import DataError
from queries.workspace import activity, snapshots, studies, tables
from queries.workspace.limits import checked_text
from queries.workspace.share_tables import share_cards, share_pictures, share_versions, shares
from queries.workspace.shares import Share

MAX_CARDS = 100
MAX_CARD_BYTES = 16 * 1024 * 1024
MAX_PICTURE_BYTES = 4 * 1024 * 1024

_version, _card, _picture = share_versions.c, share_cards.c, share_pictures.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure as it was drawn when it was frozen.

    Parameters
    ----------
    variant : str
        Such as "wide-light".
    width, height : int
        As it is to be shown, in CSS pixels.
    png : bytes

    Examples
    --------
    >>> Picture(variant="wide-light", width=840, height=450, png=b"").width
    840
    """

    variant: str
    width: int
    height: int
    png: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCard:
    """A card that is to be frozen: its name, its JSON, pictures of its figure.

    Examples
    --------
    >>> NewCard(name="Survival", card_json="{}").pictures
    ()
    """

    name: str
    card_json: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """What is to be frozen.

    Parameters
    ----------
    page : str
        Where it was on screen.
    view : str or None
        Id of the view that opens the page again as it was.
    snapshot : str
        Id of the snapshot.
    pooled : bool
        Whether whoever freezes it saw no arms.
    cohort, data_cut : str
    note : str
        To the reader; "" when there is none.
    cards : tuple of NewCard
    subjects : tuple of str
        Keyed hashes of those it counts.

    Examples
    --------
    >>> NewVersion(page="safety", view=None, snapshot="S" * 22, pooled=True, cohort="All",
    ...            data_cut="", note="", cards=()).page
    'safety'
    """

    page: str
    view: str | None
    snapshot: str
    pooled: bool
    cohort: str
    data_cut: str
    note: str
    cards: tuple[NewCard, ...]
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedVersion:
    """A version of a share, as `NewVersion` gave it, with its number and the hash of its content.

    Examples
    --------
    >>> from datetime import UTC
    >>> SharedVersion(share="S" * 22, number=1, page="safety", view=None, snapshot="S" * 22,
    ...               pooled=True, cohort="All", data_cut="", note="", content_sha256="0" * 64,
    ...               made_at=datetime(2026, 3, 31, tzinfo=UTC), made_by="anna").number
    1
    """

    share: str
    number: int
    page: str
    view: str | None
    snapshot: str
    pooled: bool
    cohort: str
    data_cut: str
    note: str
    content_sha256: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOutside:
    """Whom a version counts that an external audience has been shown.

    Examples
    --------
    >>> ShownOutside(share="S" * 22, title="Safety", number=1, threshold=11,
    ...              subjects=frozenset()).number
    1
    """

    share: str
    title: str
    number: int
    threshold: int
    subjects: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCard:
    """A frozen card; `pictures` are (variant, width, height).

    Examples
    --------
    >>> SharedCard(id="C" * 22, position=1, name="Survival", card_json="{}", pictures=()).position
    1
    """

    id: str
    position: int
    name: str
    card_json: str
    pictures: tuple[tuple[str, int, int], ...]


def add(connection: Connection, share: Share, given: NewVersion, *, person: str) -> SharedVersion:
    """Freeze a version under the next number."""
    _check_content(given)
    own = snapshots.one(connection, given.snapshot)
    if own.study != share.study:
        raise DataError("a share and its snapshot are of the same study", got=own.study)
    if not given.pooled and studies.one(connection, share.study).blinded:
        raise DataError("what was made by arm is shared when its study is unblinded")
    taken = select(func.max(_version.number)).where(_version.share == share.id)
    row: dict[str, Any] = {
        "share": share.id,
        "number": (connection.execute(taken).scalar_one() or 0) + 1,
        "page": checked_text(given.page, "the page of a share", longest=64),
        "view": given.view,
        "snapshot": own.id,
        "pooled": given.pooled,
        "cohort": checked_text(given.cohort, "the cohort of a share", longest=20_000),
        "data_cut": checked_text(given.data_cut, "a data cut", longest=64),
        "note": _note(given.note),
        "content_sha256": _content_hash(given, own.content_sha256),
        "made_at": tables.now(),
        "made_by": activity.checked_person(person),
    }
    known = json.dumps(sorted(given.subjects))
    connection.execute(insert(share_versions).values(row | {"subjects_json": known}))
    _add_cards(connection, share.id, row["number"], given.cards)
    return SharedVersion(**row)


def _check_content(given: NewVersion) -> None:
    if not 1 <= len(given.cards) <= MAX_CARDS:
        raise DataError(f"a share has 1 to {MAX_CARDS} results", got=len(given.cards))
    names = [card.name for card in given.cards]
    if len(set(names)) < len(names):
        raise DataError("results of a share have names of their own")
    for card in given.cards:
        size = len(card.card_json.encode())
        if size > MAX_CARD_BYTES:
            raise DataError(f"a result takes at most {MAX_CARD_BYTES // 1024**2} MiB", got=size)
        if any(len(one.png) > MAX_PICTURE_BYTES for one in card.pictures):
            raise DataError("a picture takes at most 4 MiB", got=card.name)


def _note(text: str) -> str:
    if not text.strip():
        return ""
    return checked_text(text, "the note of a share", longest=2000, lines=True)


def _content_hash(given: NewVersion, snapshot_sha256: str) -> str:
    """The hash of what a signature stands under: everything but the pictures of it."""
    cards = [[card.name, card.card_json] for card in given.cards]
    content = [given.page, snapshot_sha256, given.cohort, given.data_cut, given.note, cards]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _add_cards(connection: Connection, share: str, number: int, cards: Sequence[NewCard]) -> None:
    for position, card in enumerate(cards, start=1):
        row = {
            "id": secrets.token_urlsafe(16),
            "share": share,
            "version": number,
            "position": position,
            "name": checked_text(card.name, "the name of a result", longest=300),
            "card_json": card.card_json,
        }
        connection.execute(insert(share_cards).values(row))
        for one in card.pictures:
            drawn = {
                "card": row["id"],
                "variant": checked_text(one.variant, "a variant of a picture", longest=16),
                "width": one.width,
                "height": one.height,
                "png": one.png,
            }
            connection.execute(insert(share_pictures).values(drawn))


def every(connection: Connection, share: str) -> tuple[SharedVersion, ...]:
    """The versions of a share, newest first."""
    shown = [_version[one.name] for one in fields(SharedVersion)]
    question = select(*shown).where(_version.share == share)
    found = connection.execute(question.order_by(_version.number.desc())).mappings()
    return tuple(SharedVersion(**row) for row in found)


def shown_outside(connection: Connection, study: str) -> tuple[ShownOutside, ...]:
    """Every version of the external shares of a study that are open."""
    question = (
        select(shares.c.id, shares.c.title, shares.c.threshold, _version.number)
        .add_columns(_version.subjects_json)
        .join(share_versions, _version.share == shares.c.id)
        .where(
            shares.c.study == study,
            shares.c.audience == "external",
            shares.c.revoked_at.is_(None),
            shares.c.expires_at > tables.now(),
        )
        .order_by(shares.c.made_at, shares.c.id, _version.number)
    )
    return tuple(
        ShownOutside(
            share=row.id,
            title=row.title,
            number=row.number,
            threshold=row.threshold,
            subjects=frozenset(json.loads(row.subjects_json)),
        )
        for row in connection.execute(question)
    )


def newest(connection: Connection, share: str) -> SharedVersion:
    """The version that the link opens."""
    return every(connection, share)[0]


def cards(connection: Connection, share: str, number: int) -> tuple[SharedCard, ...]:
    """The cards of a version in their order."""
    question = select(share_cards).where(_card.share == share, _card.version == number)
    rows = connection.execute(question.order_by(_card.position)).mappings().all()
    drawn = _pictures(connection, [row["id"] for row in rows])
    return tuple(
        SharedCard(
            id=row["id"],
            position=row["position"],
            name=row["name"],
            card_json=row["card_json"],
            pictures=drawn.get(row["id"], ()),
        )
        for row in rows
    )


def _pictures(
    connection: Connection, ids: Sequence[str]
) -> dict[str, tuple[tuple[str, int, int], ...]]:
    question = select(_picture.card, _picture.variant, _picture.width, _picture.height)
    found: dict[str, tuple[tuple[str, int, int], ...]] = {}
    asked = question.where(_picture.card.in_(ids)).order_by(_picture.variant)
    for card, variant, width, height in connection.execute(asked):
        found[card] = (*found.get(card, ()), (variant, width, height))
    return found


def picture(connection: Connection, share: str, card: str, variant: str) -> bytes | None:
    """A picture of a card of this share; None when it has none such."""
    question = (
        select(_picture.png)
        .join(share_cards, _card.id == _picture.card)
        .where(_card.share == share, _picture.card == card, _picture.variant == variant)
    )
    return connection.execute(question).scalar_one_or_none()
