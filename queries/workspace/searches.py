"""Searches: the journal of each, line by line, which several workers write and anybody reads.

What a line says is known to whoever writes it. Numbers of lines begin at 0 and leave none out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from queries.errors import DataError
from queries.workspace import activity, job_leases, jobs, studies, tables
from queries.workspace.limits import checked_text

MAX_LINE_CHARACTERS = 1024 * 1024

_ID = re.compile(r"[0-9a-f]{64}")
_PREFIX = re.compile(r"[0-9a-f]{6,64}")
_searches, _log = tables.searches.c, tables.search_logs.c


class SearchLostError(DataError):
    """A worker writes to a search that is not its own any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search that was begun.

    Parameters
    ----------
    id : str
        A hash of all that its trials depend on: the same request finds what it left.
    study : str
        Code of its study.
    title : str
        What people call it.
    pooled : bool
        Whether it was asked for by a reader who saw no arms.
    lines : int
        Length of its journal.
    begun_at, used_at : datetime
        UTC: when it was begun, and when a line was added last.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> Search(id="ab" * 32, study="EQX-301", title="1,000 designs", pooled=True, lines=0,
    ...        begun_at=at, used_at=at).id[:8]
    'abababab'
    """

    id: str
    study: str
    title: str
    pooled: bool
    lines: int
    begun_at: datetime
    used_at: datetime


_COLUMNS = [_searches[name] for name in Search.__dataclass_fields__]


def begin(connection: Connection, search: str, *, study: str, title: str, pooled: bool) -> None:
    """Make the journal of a search; one that is there already stays as it is."""
    if not isinstance(search, str) or not _ID.fullmatch(search):
        raise DataError("the id of a search is 64 digits 0-9 and a-f", got=search)
    known = studies.one(connection, study, lock=True)
    if known.blinded and not pooled:
        raise DataError("a search in a blinded study is computed with pooled arms", got=known.code)
    if _found(connection, search) is not None:
        return
    at = jobs.clock(connection)
    values = {
        "id": search,
        "study": known.code,
        "title": checked_text(title, "the title of a search", longest=200),
        "pooled": pooled,
        "lines": 0,
        "begun_at": at,
        "used_at": at,
    }
    connection.execute(insert(tables.searches).values(values))


def one(connection: Connection, search: str) -> Search:
    """The search with this id, or with the only id that begins so."""
    found: Sequence[Search] = ()
    if isinstance(search, str) and _PREFIX.fullmatch(search):
        question = select(*_COLUMNS).where(_searches.id.startswith(search)).limit(2)
        found = [Search(**row) for row in connection.execute(question).mappings()]
    if len(found) != 1 or not _is_readable(connection, found[0]):
        raise DataError("a search is one that this workspace knows", got=search)
    return found[0]


def every(connection: Connection) -> tuple[Search, ...]:
    """All searches that may be read, the one that was used last first."""
    question = select(*_COLUMNS).order_by(_searches.used_at.desc(), _searches.id)
    found = [Search(**row) for row in connection.execute(question).mappings()]
    return tuple(one for one in found if _is_readable(connection, one))


def read(connection: Connection, search: str, first: int) -> tuple[str, ...]:
    """The lines of a journal from a number on; none of a search that was not begun."""
    question = (
        select(_log.line).where(_log.search == search, _log.number >= first).order_by(_log.number)
    )
    return tuple(connection.execute(question).scalars())


def length(connection: Connection, search: str) -> int:
    """How many lines a journal has; 0 of a search that was not begun."""
    question = select(_searches.lines).where(_searches.id == search)
    return int(connection.execute(question).scalar_one_or_none() or 0)


def lock(connection: Connection, search: str, *, job: str | None, owner: str | None) -> int:
    """Keep others from writing until the transaction ends; how many lines there are.

    With a job, only the worker that has it gets the lock, and nobody else takes the job from it
    until the transaction ends.
    """
    if job is not None and not job_leases.is_held(connection, job, owner=owner or ""):
        raise SearchLostError("a search is written by the worker that has its job", got=owner)
    question = select(_searches.lines).where(_searches.id == search).with_for_update()
    found = connection.execute(question).scalar_one_or_none()
    if found is None:
        raise SearchLostError("a search that is written to is there", got=search)
    return int(found)


def append(connection: Connection, search: str, lines: Sequence[str], *, first: int) -> None:
    """Add lines to a journal whose lock is held; the first one gets the number `first`."""
    if any(len(line) > MAX_LINE_CHARACTERS for line in lines):
        raise DataError(f"a line of a search has at most {MAX_LINE_CHARACTERS} characters")
    if not lines:
        return
    rows = [
        {"search": search, "number": number, "line": line}
        for number, line in enumerate(lines, start=first)
    ]
    connection.execute(insert(tables.search_logs), rows)
    values = {"lines": first + len(lines), "used_at": jobs.clock(connection)}
    connection.execute(update(tables.searches).where(_searches.id == search).values(values))


def sweep(connection: Connection, before: datetime) -> int:
    """Delete the searches that were used last before a moment; how many."""
    old = select(_searches.id).where(_searches.used_at < before)
    connection.execute(delete(tables.search_logs).where(_log.search.in_(old)))
    swept = connection.execute(delete(tables.searches).where(_searches.used_at < before)).rowcount
    if swept:
        detail = {"searches": swept, "before": before.isoformat()}
        activity.append(connection, act="sweep searches", person=activity.OURSELVES, detail=detail)
    return swept


def _found(connection: Connection, search: str) -> Search | None:
    row = connection.execute(select(*_COLUMNS).where(_searches.id == search)).mappings()
    found = row.one_or_none()
    return None if found is None else Search(**found)


def _is_readable(connection: Connection, search: Search) -> bool:
    return search.pooled or not studies.one(connection, search.study).blinded
