"""Studies: registered, planned, blinded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import RowMapping

from queries.errors import DataError
from queries.workspace import activity, tables
from queries.workspace.limits import checked_text
from queries.workspace.plans import STATUSES, Plan

_Facts = dict[str, object]  # column of the table of studies -> value


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study as the workspace knows it.

    Parameters
    ----------
    code, title : str
        Its short code, which names it everywhere, and its title.
    status : str
        "ongoing" or "complete".
    blinded : bool
        Whether arms are shown pooled.
    plan : Plan or None
        What the protocol says, as far as it was given.
    created_at : datetime
        When it was first registered, UTC.

    Examples
    --------
    >>> from datetime import UTC
    >>> Study(code="EQX-301", title="EQX-301", status="ongoing", blinded=True, plan=None,
    ...       created_at=datetime(2026, 3, 31, tzinfo=UTC)).blinded
    True
    """

    code: str
    title: str
    status: str
    blinded: bool
    plan: Plan | None
    created_at: datetime


def every(connection: Connection) -> tuple[Study, ...]:
    """All studies, by code."""
    question = select(tables.studies).order_by(tables.studies.c.code)
    return tuple(_study(row) for row in connection.execute(question).mappings())


def one(connection: Connection, code: str, *, lock: bool = False) -> Study:
    """The study with this code; `lock` keeps it from other writers until the transaction ends."""
    found = _find(connection, checked_code(code), lock=lock)
    if found is None:
        raise DataError("a study is one that this workspace knows", got=code)
    return found


def register(
    connection: Connection,
    *,
    code: str,
    title: str | None,
    status: str | None,
    plan: Plan | None,
    person: str,
) -> Study:
    """Register a study, or bring its title, status and plan up to date."""
    code = checked_code(code)
    given = _given(code, title, status, plan)
    # A study that is not there yet cannot be locked, so new studies wait for each other here.
    connection.execute(select(tables.facts).with_for_update())
    known = _find(connection, code, lock=True)
    if known is None:
        return _insert(connection, code, given, person)
    return _update(connection, known, given, person)


def set_blinding(
    connection: Connection, code: str, *, blinded: bool, person: str, reason: str
) -> Study:
    """Blind or unblind a study, and record by whom and why."""
    why = checked_text(reason, "the reason for a change of blinding", longest=2_000, lines=True)
    study = one(connection, code, lock=True)
    if study.blinded is blinded:
        state = "blinded" if blinded else "unblinded"
        raise DataError(f"a study to be {state} is not {state} already", got=code)
    _change(connection, study.code, {"blinded": blinded})
    act = "blind" if blinded else "unblind"
    detail = {"reason": why, "blinded": {"old": study.blinded, "new": blinded}}
    activity.append(connection, act=act, person=person, study=study.code, detail=detail)
    return one(connection, study.code)


def checked_code(code: str) -> str:
    """The code of a study.

    Examples
    --------
    >>> checked_code("EQX-301")
    'EQX-301'
    """
    return checked_text(code, "the code of a study", longest=64)


def _given(code: str, title: str | None, status: str | None, plan: Plan | None) -> _Facts:
    """What was said about a study; what was not said stands in no key."""
    if plan is not None and plan.study != code:
        raise DataError("a plan belongs to the study it names", got=plan.study)
    if plan is not None and status is not None and status != plan.status:
        raise DataError(f"the status of {code} is that of its plan, {plan.status}", got=status)
    if status is not None and status not in STATUSES:
        raise DataError("the status of a study is ongoing or complete", got=status)
    if title is not None:
        title = checked_text(title, "the title of a study", longest=500)
    said = {
        "title": title or (plan.title if plan else None),
        "status": status or (plan.status if plan else None),
        "plan_json": plan.to_json() if plan else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _insert(connection: Connection, code: str, given: _Facts, person: str) -> Study:
    # Of a study about which nothing is known, the careful assumption is that it goes on.
    facts: _Facts = {"title": code, "status": "ongoing", "plan_json": None, **given}
    facts["blinded"] = facts["status"] == "ongoing"
    row = {"code": code, "created_at": tables.now(), **facts}
    connection.execute(insert(tables.studies).values(row))
    detail = {_word(name): _readable(name, value) for name, value in facts.items()}
    activity.append(connection, act="register", person=person, study=code, detail=detail)
    return one(connection, code)


def _update(connection: Connection, known: Study, given: _Facts, person: str) -> Study:
    before: _Facts = {
        "title": known.title,
        "status": known.status,
        "blinded": known.blinded,
        "plan_json": known.plan.to_json() if known.plan else None,
    }
    after = {**before, **given}
    if before["status"] == "complete" and after["status"] == "ongoing":
        after["blinded"] = True  # never the other way round: unblinding is an act with a reason
    changed = {name: value for name, value in after.items() if value != before[name]}
    if not changed:
        return known
    _change(connection, known.code, changed)
    detail = {
        _word(name): {"old": _readable(name, before[name]), "new": _readable(name, value)}
        for name, value in changed.items()
    }
    activity.append(connection, act="update", person=person, study=known.code, detail=detail)
    return one(connection, known.code)


def _word(name: str) -> str:
    return name.removesuffix("_json")


def _readable(name: str, value: object) -> object:
    """A plan as the object it is, not as JSON within JSON."""
    return json.loads(value) if name == "plan_json" and isinstance(value, str) else value


def _change(connection: Connection, code: str, values: Mapping[str, object]) -> None:
    connection.execute(update(tables.studies).where(tables.studies.c.code == code).values(values))


def _find(connection: Connection, code: str, *, lock: bool) -> Study | None:
    question = select(tables.studies).where(tables.studies.c.code == code)
    if lock:
        question = question.with_for_update()  # SQLite locks the whole database instead
    row = connection.execute(question).mappings().one_or_none()
    return None if row is None else _study(row)


def _study(row: RowMapping) -> Study:
    plan = None if row["plan_json"] is None else Plan.from_json(row["plan_json"])
    columns = {name: value for name, value in row.items() if name != "plan_json"}
    return Study(**columns, plan=plan)
