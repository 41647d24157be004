"""Views: what a page showed, behind an opaque id that can stand in a link."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from queries.errors import DataError
from queries.workspace import snapshots, studies, tables
from queries.workspace.activity import checked_person
from queries.workspace.limits import checked_json, checked_text

MAX_STATE_BYTES = 1024 * 1024  # a state may hold the whole rule of a cohort

_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The state of a page at one moment; it never changes.

    Parameters
    ----------
    id : str
        128 random bits, safe in a URL.
    study : str
        Code of the study.
    snapshot : str or None
        Id of the snapshot that was shown.
    page : str
        Which page.
    state_json : str
        Its state, as a JSON object.
    saved_at, saved_by
        When (UTC), and by whom.

    Examples
    --------
    >>> from datetime import UTC
    >>> view = View(id="V" * 22, study="EQX-301", snapshot=None, page="survival",
    ...             state_json='{"endpoint": "OS"}', saved_by="local owner",
    ...             saved_at=datetime(2026, 3, 31, tzinfo=UTC))
    >>> view.state
    {'endpoint': 'OS'}
    """

    id: str
    study: str
    snapshot: str | None
    page: str
    state_json: str
    saved_at: datetime
    saved_by: str

    @property
    def state(self) -> dict[str, Any]:
        """The state, as a dictionary of one's own."""
        return dict(json.loads(self.state_json))


def save(
    connection: Connection,
    *,
    study: str,
    snapshot: str | None,
    page: str,
    state: Mapping[str, object],
    person: str,
) -> str:
    """Save the state of a page; the id is what a link carries."""
    code = studies.one(connection, study).code
    if snapshot is not None and snapshots.one(connection, snapshot).study != code:
        raise DataError("a view shows a snapshot of its own study", got=snapshot)
    row = {
        "id": secrets.token_urlsafe(16),
        "study": code,
        "snapshot": snapshot,
        "page": checked_text(page, "the name of a page", longest=64),
        "state_json": checked_json(state, "the state of a page", most_bytes=MAX_STATE_BYTES),
        "saved_at": tables.now(),
        "saved_by": checked_person(person),
    }
    connection.execute(insert(tables.views).values(row))
    return str(row["id"])


def one(connection: Connection, view_id: str) -> View:
    """The view behind a link."""
    row = None
    if isinstance(view_id, str) and _ID.fullmatch(view_id):
        question = select(tables.views).where(tables.views.c.id == view_id)
        row = connection.execute(question).mappings().one_or_none()
    if row is None:
        got = view_id if isinstance(view_id, str) else type(view_id).__name__
        raise DataError("a link is one that this workspace knows", got=got)
    return View(**row)
