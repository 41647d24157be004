"""Who did what, when: the append-only record of acts, each chained to those before it.

The detail of an act has a form where it says more than names and ids: `reason` is why it was
done, where somebody was asked; and what was changed stands as `{"old": ..., "new": ...}` under
the name of what it is. No detail names a subject, or tells by a name which arm was which: the
record stays when subjects are erased, and it is read by people who see no arms.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from queries.errors import DataError
from queries.workspace import chain, tables
from queries.workspace.limits import checked_json, checked_text

OURSELVES = "Equipoise"  # what is done without anybody asking
_ACT = re.compile(r"[a-z][a-z0-9 _.-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One act.

    Parameters
    ----------
    number : int
        Rises with every act.
    at : datetime
        UTC, with microseconds.
    person, act : str
        Who, and what: "register", "import", "accept", "reject", "blind", "unblind", ...
    study : str or None
        Code of the study the act belongs to.
    detail_json : str
        What else belongs to it, as a JSON object.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> act = Activity(number=1, at=at, person="local owner", act="unblind", study="EQX-301",
    ...                detail_json='{"reason": "demo"}')
    >>> act.detail, act.reason, act.changes
    ({'reason': 'demo'}, 'demo', {})
    """

    number: int
    at: datetime
    person: str
    act: str
    study: str | None
    detail_json: str

    @property
    def detail(self) -> dict[str, Any]:
        """The details, as a dictionary of one's own."""
        return dict(json.loads(self.detail_json))

    @property
    def reason(self) -> str:
        """Why it was done; "" where nobody was asked."""
        return str(self.detail.get("reason", ""))

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        """What was changed: its name, and its old and new value."""
        return {
            name: (value["old"], value["new"])
            for name, value in self.detail.items()
            if isinstance(value, dict) and set(value) == {"old", "new"}
        }


def append(
    connection: Connection,
    *,
    act: str,
    person: str,
    study: str | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Record an act in the transaction of `connection`, so that act and record stand together.

    It is the last thing that the transaction writes: see `chain.lock`.
    """
    if not isinstance(act, str) or not _ACT.fullmatch(act):
        raise DataError("an act is named in lower-case letters, at most 64", got=act)
    said = {
        "person": checked_person(person),
        "act": act,
        "study": None if study is None else checked_text(study, "the code of a study", longest=64),
        "detail_json": checked_json(detail or {}, "the detail of an act"),
    }
    chain.lock(connection)
    last, previous = chain.head(connection)
    # The time is read when it is this act's turn, so that times rise with the numbers.
    number = chain.next_number(connection, last)
    row = {"number": number, "at": tables.now(), **said}
    connection.execute(insert(tables.activity).values(row))
    chain.add(connection, number, chain.hash_of(previous, row))


def latest(connection: Connection, study: str | None, limit: int) -> tuple[Activity, ...]:
    """The latest acts, newest first; of one study, or of all when `study` is None."""
    if not isinstance(limit, int) or limit < 1:
        raise DataError("`limit` is a whole number, at least 1", got=limit)
    question = select(tables.activity).order_by(tables.activity.c.number.desc()).limit(limit)
    if study is not None:
        question = question.where(tables.activity.c.study == study)
    return tuple(Activity(**row) for row in connection.execute(question).mappings())


def checked_person(person: str) -> str:
    """The name of the person who acts.

    Examples
    --------
    >>> checked_person("local owner")
    'local owner'
    """
    return checked_text(person, "the name of a person", longest=200)
