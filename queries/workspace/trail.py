"""The audit trail, read: its acts by filter, each with its hash; and the stored rows as they are.

What is read here may have been tampered with, so nothing is taken for granted about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, and_, func, select, type_coerce

from queries.errors import DataError
from queries.workspace import chain, tables
from queries.workspace.activity import Activity

_act, _link = tables.activity.c, tables.activity_links.c
# As it is stored: a moment that is none must be read as well.
_AT = type_coerce(_act.at, String).label("at")
_SAID = ("person", "act", "study", "detail_json")
_CONTENT = (_act.number, _AT, *(_act[name] for name in _SAID))


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFilter:
    """Which acts; without anything, all.

    Parameters
    ----------
    people, acts, studies : tuple of str
        Any of these; none given, any at all. The study "" is for acts that belong to none.
    since, until : datetime, optional
        From the one, which counts, to the other, which does not.

    Examples
    --------
    >>> ActFilter(people=("anna",)).is_everything, ActFilter().is_everything
    (False, True)
    """

    people: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_everything(self) -> bool:
        """Whether no act is left out."""
        return self == EVERY_ACT


EVERY_ACT = ActFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedAct:
    """An act with the hash that binds it, and the one that it follows.

    Parameters
    ----------
    activity : Activity
    previous : str
    hash : str or None
        None of an act that was added outside the chain.

    Examples
    --------
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> act = Activity(number=1, at=at, person="anna", act="import", study=None, detail_json="{}")
    >>> ChainedAct(activity=act, previous="0" * 64, hash="1" * 64).activity.act
    'import'
    """

    activity: Activity
    previous: str
    hash: str | None


def acts(
    connection: Connection, wanted: ActFilter, *, start: int, rows: int | None, newest: bool
) -> tuple[ChainedAct, ...]:
    """Acts that a filter lets through, from one on; in the order of the chain, or the other way."""
    earlier = tables.activity_links.alias()
    previous = (
        select(earlier.c.hash)
        .where(earlier.c.number < _act.number)
        .order_by(earlier.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    question = (
        select(*_CONTENT, _link.hash, previous.label("previous"))
        .outerjoin(tables.activity_links, _link.number == _act.number)
        .where(_condition(wanted))
        .order_by(_act.number.desc() if newest else _act.number)
        .offset(start)
    )
    if rows is not None:
        question = question.limit(rows)
    with stored_text(connection):
        found = [dict(row) for row in connection.execute(question).mappings()]
    first = chain.beginning(connection)
    return tuple(_chained({**row, "previous": row["previous"] or first}) for row in found)


def count(connection: Connection, wanted: ActFilter) -> int:
    """How many acts a filter lets through."""
    question = select(func.count()).select_from(tables.activity).where(_condition(wanted))
    return int(connection.execute(question).scalar_one())


def choices(connection: Connection) -> ActFilter:
    """Every person, act and study of the trail, to choose from; "" where some act has no study."""
    with stored_text(connection):
        people, acts_, studies = (
            sorted({str(one or "") for one in connection.execute(_distinct(column)).scalars()})
            for column in (_act.person, _act.act, _act.study)
        )
    return ActFilter(people=tuple(people), acts=tuple(acts_), studies=tuple(studies))


def stored(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every act as it is stored, with its hash, in the order of the chain."""
    question = (
        select(*_CONTENT, _link.hash)
        .outerjoin(tables.activity_links, _link.number == _act.number)
        .order_by(_act.number)
        .execution_options(yield_per=2_000)
    )
    with stored_text(connection):
        for number, at, *said, hashed in connection.execute(question):
            row = dict(zip(_SAID, said, strict=True))
            yield {"number": number, "at": moment(at), **row, "hash": hashed}


@contextmanager
def stored_text(connection: Connection) -> Iterator[None]:
    """Have SQLite hand out bytes that are no text as something, where it would fail."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or raw is None:
        yield
        return
    usual = raw.text_factory
    raw.text_factory = lambda said: said.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = usual


def moment(stored_at: object) -> object:
    """A stored moment in UTC; what is no moment, or not written as we do, stays as it is."""
    if isinstance(stored_at, datetime):
        return stored_at.astimezone(UTC)
    try:
        found = datetime.fromisoformat(str(stored_at))
    except ValueError:
        return stored_at
    as_we_do = found.isoformat(" ", "microseconds") == stored_at and found.tzinfo is None
    return found.replace(tzinfo=UTC) if as_we_do else stored_at


def _condition(wanted: ActFilter) -> ColumnElement[bool]:
    asked: list[ColumnElement[bool]] = []
    if wanted.people:
        asked.append(_act.person.in_(wanted.people))
    if wanted.acts:
        asked.append(_act.act.in_(wanted.acts))
    if wanted.studies:
        asked.append(func.coalesce(_act.study, "").in_(wanted.studies))
    if wanted.since is not None:
        asked.append(_act.at >= wanted.since)
    if wanted.until is not None:
        asked.append(_act.at < wanted.until)
    return and_(True, *asked)


def _distinct(column: ColumnElement[Any]) -> Select[tuple[Any]]:
    return select(column).distinct()


def _chained(row: dict[str, Any]) -> ChainedAct:
    hashed, previous = row.pop("hash"), row.pop("previous")
    row["at"] = moment(row["at"])
    texts = (row["person"], row["act"], row["detail_json"], row["study"] or "")
    if not isinstance(row["at"], datetime) or not all(isinstance(one, str) for one in texts):
        raise DataError("an act of the audit trail can be read", got=f"act {row['number']}")
    return ChainedAct(activity=Activity(**row), previous=previous, hash=hashed)
