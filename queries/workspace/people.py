"""People: their names, roles, and the studies that each is a member of."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.engine import RowMapping

from queries.errors import DataError
from queries.workspace import activity, sessions, studies, tables
from queries.workspace.cohort_checks import name_key
from queries.workspace.limits import checked_text

ROLES = ("administrator", "manager", "statistician", "viewer")
RESERVED_NAMES = ("local owner", "demo builder", name_key(activity.OURSELVES))
"""Names in the record of acts that stand for no account."""
_READERS = "reader of a share"  # how the record calls those who come by a link

_person, _membership = tables.people.c, tables.memberships.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """That a person works on a study.

    Parameters
    ----------
    study : str
        Its code.
    sees_arms : bool
        Whether the person may see the arms of the study while it is ongoing, and unblind it.

    Examples
    --------
    >>> Membership(study="EQX-301", sees_arms=False).study
    'EQX-301'
    """

    study: str
    sees_arms: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account.

    Parameters
    ----------
    id : str
        Opaque.
    name : str
        What the person signs in with, and what stands in the record of acts.
    email : str or None
        What single sign-on knows the person by, in lower case.
    roles : tuple of str
        Some of `ROLES`, in that order.
    memberships : tuple of Membership
        By study.
    has_password : bool
    made_at, made_by
        When (UTC) and by whom the account was made.
    retired_at : datetime or None
        Since when the account is closed.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> Person(id="P" * 22, name="anna", email=None, roles=("viewer",), memberships=(),
    ...        has_password=True, made_at=at, made_by="root", retired_at=None).roles
    ('viewer',)
    """

    id: str
    name: str
    email: str | None
    roles: tuple[str, ...]
    memberships: tuple[Membership, ...]
    has_password: bool
    made_at: datetime
    made_by: str
    retired_at: datetime | None


def every(connection: Connection) -> tuple[Person, ...]:
    """All people, by name; those whose account is closed last."""
    rows = connection.execute(select(tables.people)).mappings().all()
    found = [_read(connection, row) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.retired_at is not None, name_key(one.name))))


def one(connection: Connection, name: str, *, lock: bool = False) -> Person:
    """The person with this name, whatever its case."""
    key = name_key(name) if isinstance(name, str) else ""
    question = select(tables.people).where(_person.name_key == key)
    row = connection.execute(question.with_for_update() if lock else question).mappings().first()
    if row is None:
        raise DataError("a person is one that this workspace knows", got=name)
    return _read(connection, row)


def by_id(connection: Connection, person: str) -> Person:
    """The person with this id."""
    question = select(tables.people).where(_person.id == person)
    return _read(connection, connection.execute(question).mappings().one())


def by_email(connection: Connection, email: str) -> Person | None:
    """The person in use whom single sign-on knows by this address."""
    question = select(tables.people).where(
        _person.email_key == email.strip().casefold(), _person.retired_at.is_(None)
    )
    row = connection.execute(question).mappings().first()
    return None if row is None else _read(connection, row)


def password_of(connection: Connection, name: str) -> tuple[str, str] | None:
    """Id and password hash of the person in use with this name; None when there is neither."""
    question = select(_person.id, _person.password_hash).where(
        _person.name_key == name_key(name),
        _person.retired_at.is_(None),
        _person.password_hash.is_not(None),
    )
    row = connection.execute(question).first()
    return None if row is None else (row[0], row[1])


def administrators(connection: Connection) -> tuple[str, ...]:
    """The names of the administrators in use."""
    question = select(_person.name, _person.roles).where(_person.retired_at.is_(None))
    rows = connection.execute(question).all()
    return tuple(name for name, roles in rows if "administrator" in roles.split(","))


def check_is_first(connection: Connection) -> None:
    """Refuse when there is an administrator already."""
    _serialise(connection)
    if administrators(connection):
        raise DataError("the first administrator is made once; now administrators make accounts")


def add(
    connection: Connection,
    *,
    name: str,
    roles: Iterable[str],
    password_hash: str | None,
    email: str | None,
    person: str,
) -> Person:
    """Make an account; a name that was ever used is not used again."""
    shown = checked_text(name, "the name of a person", longest=64, visible=True)
    called = " ".join(shown.split())
    if name_key(called) in RESERVED_NAMES or name_key(called).startswith(_READERS):
        raise DataError("the name of a person is not one that the program acts under", got=called)
    _serialise(connection)
    if connection.execute(select(_person.id).where(_person.name_key == name_key(called))).first():
        raise DataError("a person has a name that nobody had before", got=called)
    row: dict[str, Any] = {
        "id": secrets.token_urlsafe(16),
        "name": called,
        "name_key": name_key(called),
        "email_key": _free_email(connection, email),
        "roles": ",".join(checked_roles(roles)),
        "password_hash": password_hash,
        "made_at": tables.now(),
        "made_by": activity.checked_person(person),
    }
    connection.execute(insert(tables.people).values(row))
    detail = {"person": called, "roles": row["roles"], "single_sign_on": email is not None}
    activity.append(connection, act="add person", person=person, detail=detail)
    return one(connection, called)


def set_roles(connection: Connection, name: str, roles: Iterable[str], *, person: str) -> Person:
    """Give a person other roles; their sessions end."""
    _serialise(connection)
    known, given = _in_use(connection, name), checked_roles(roles)
    if given == known.roles:
        return known
    if "administrator" not in given:
        _check_not_last(connection, known)
    _change(connection, known, roles=",".join(given))
    detail = {"person": known.name, "old": list(known.roles), "new": list(given)}
    activity.append(connection, act="change roles", person=person, detail=detail)
    sessions.end_all(connection, known.id, by=person)
    return by_id(connection, known.id)


def set_password(connection: Connection, name: str, password_hash: str, *, person: str) -> Person:
    """Give a person another password; their sessions end."""
    known = _in_use(connection, name)
    _change(connection, known, password_hash=password_hash)
    activity.append(connection, act="change password", person=person, detail={"person": known.name})
    sessions.end_all(connection, known.id, by=person)
    sessions.forget_attempts(connection, known.name)
    return by_id(connection, known.id)


def set_membership(
    connection: Connection, name: str, study: str, *, sees_arms: bool, person: str
) -> Person:
    """Make a person a member of a study, or change what they see of it; their sessions end."""
    known, code = _in_use(connection, name), studies.one(connection, study).code
    if Membership(study=code, sees_arms=sees_arms) in known.memberships:
        return known
    connection.execute(_at(known, code))
    row = {
        "person": known.id,
        "study": code,
        "sees_arms": sees_arms,
        "made_at": tables.now(),
        "made_by": activity.checked_person(person),
    }
    connection.execute(insert(tables.memberships).values(row))
    detail = {"person": known.name, "sees_arms": sees_arms}
    activity.append(connection, act="set membership", person=person, study=code, detail=detail)
    sessions.end_all(connection, known.id, by=person)
    return by_id(connection, known.id)


def drop_membership(connection: Connection, name: str, study: str, *, person: str) -> Person:
    """Take a person off a study; their sessions end."""
    known = _in_use(connection, name)
    if study not in {one.study for one in known.memberships}:
        raise DataError("who is taken off a study is a member of it", got=name)
    connection.execute(_at(known, study))
    detail = {"person": known.name}
    activity.append(connection, act="drop membership", person=person, study=study, detail=detail)
    sessions.end_all(connection, known.id, by=person)
    return by_id(connection, known.id)


def retire(connection: Connection, name: str, *, person: str) -> Person:
    """Close an account for good; its sessions end, its name stays taken."""
    _serialise(connection)
    known = _in_use(connection, name)
    _check_not_last(connection, known)
    by = activity.checked_person(person)
    _change(connection, known, retired_at=tables.now(), retired_by=by, password_hash=None)
    activity.append(connection, act="retire person", person=person, detail={"person": known.name})
    sessions.end_all(connection, known.id, by=person)
    return by_id(connection, known.id)


def checked_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """Roles in their order.

    Examples
    --------
    >>> checked_roles(["viewer", "manager"])
    ('manager', 'viewer')
    """
    given = {roles} if isinstance(roles, str) else set(roles)
    if not given or not given <= set(ROLES):
        raise DataError(f"a person has at least one of the roles {', '.join(ROLES)}", got=roles)
    return tuple(role for role in ROLES if role in given)


def _read(connection: Connection, row: RowMapping) -> Person:
    question = select(_membership.study, _membership.sees_arms).where(
        _membership.person == row["id"]
    )
    found = connection.execute(question.order_by(_membership.study)).all()
    return Person(
        id=row["id"],
        name=row["name"],
        email=row["email_key"],
        roles=tuple(row["roles"].split(",")),
        memberships=tuple(Membership(study=code, sees_arms=sees) for code, sees in found),
        has_password=row["password_hash"] is not None,
        made_at=row["made_at"],
        made_by=row["made_by"],
        retired_at=row["retired_at"],
    )


def _serialise(connection: Connection) -> None:
    """Let two who could both remove the last administrator, or take a name, wait for each other."""
    connection.execute(select(tables.facts).with_for_update())


def _in_use(connection: Connection, name: str) -> Person:
    known = one(connection, name, lock=True)
    if known.retired_at is not None:
        raise DataError("an account that is changed is not closed", got=name)
    return known


def _check_not_last(connection: Connection, known: Person) -> None:
    if administrators(connection) == (known.name,):
        raise DataError("a workspace with accounts keeps an administrator", got=known.name)


def _free_email(connection: Connection, email: str | None) -> str | None:
    if email is None:
        return None
    key = checked_text(email, "an e-mail address", longest=320, visible=True).casefold()
    if key.count("@") != 1 or " " in key or key.startswith("@") or key.endswith("@"):
        raise DataError("an e-mail address reads like name@example.org", got=email)
    if connection.execute(select(_person.id).where(_person.email_key == key)).first():
        raise DataError("an e-mail address belongs to one person", got=email)
    return key


def _change(connection: Connection, known: Person, **values: Any) -> None:
    connection.execute(update(tables.people).where(_person.id == known.id).values(**values))


def _at(known: Person, study: str) -> Any:
    return delete(tables.memberships).where(
        _membership.person == known.id, _membership.study == study
    )
