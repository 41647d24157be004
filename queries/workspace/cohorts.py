"""Saved cohorts: named, kept in versions that never change, and built from one another."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.engine import RowMapping

from queries.cohorts import Cohort
from queries.errors import DataError
from queries.workspace import activity, snapshots, studies, tables
from queries.workspace.cohort_checks import (
    checked_cohort,
    checked_comment,
    checked_name,
    name_key,
)
from queries.workspace.limits import checked_whole

OPERATIONS = ("union", "intersection", "difference")
MAX_SOURCES = 100
MAX_SUBJECTS = 10**9

_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortSource:
    """One version of a saved cohort, as something another cohort was built from.

    Parameters
    ----------
    cohort : str
        Id of the saved cohort.
    version : int
        Number of its version.

    Examples
    --------
    >>> CohortSource(cohort="C" * 22, version=2).version
    2
    """

    cohort: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCohort:
    """One version of a saved cohort; a version never changes.

    Parameters
    ----------
    id : str
        Opaque; the same for every version.
    study : str
        Code of its study.
    created_at, created_by
        When (UTC) and by whom it was first saved.
    retired_at, retired_by
        When and by whom it was retired; None while it is in use.
    version : int
        Number of this version, from 1.
    latest : int
        Number of the newest version at the moment of reading.
    name, comment : str
        As saved with this version; the comment may be empty.
    cohort_json : str
        The cohort, as `Cohort.to_json` writes it.
    snapshot : str
        Id of the snapshot it was saved on.
    subjects : int
        Its size on that snapshot.
    operation : str or None
        "union", "intersection" or "difference", when it was built from others.
    sources : tuple of CohortSource
        What it was built from, in order: a difference is the first without the second.
    saved_at, saved_by
        When (UTC) and by whom this version was saved.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> saved = SavedCohort(
    ...     id="C" * 22, study="EQX-301", created_at=at, created_by="anna", version=1, latest=2,
    ...     name="Everyone", comment="", cohort_json=Cohort(name="Everyone").to_json(),
    ...     snapshot="a", subjects=720, saved_at=at, saved_by="anna")
    >>> saved.cohort
    Cohort(rule=None, name='Everyone')
    """

    id: str
    study: str
    created_at: datetime
    created_by: str
    retired_at: datetime | None = None
    retired_by: str | None = None
    version: int
    latest: int
    name: str
    comment: str
    cohort_json: str
    snapshot: str
    subjects: int
    operation: str | None = None
    sources: tuple[CohortSource, ...] = ()
    saved_at: datetime
    saved_by: str

    @property
    def cohort(self) -> Cohort:
        """The cohort as a value, read anew each time."""
        return Cohort.from_json(self.cohort_json)

    @property
    def as_source(self) -> CohortSource:
        """This version, as something to build another cohort from."""
        return CohortSource(cohort=self.id, version=self.version)


def add(
    connection: Connection,
    *,
    study: str,
    name: str,
    cohort_json: str,
    snapshot: str,
    subjects: int,
    person: str,
    comment: str = "",
    operation: str | None = None,
    sources: Sequence[CohortSource] = (),
) -> SavedCohort:
    """Save a cohort under a name of its own, as version 1."""
    code = studies.one(connection, study, lock=True).code
    called = checked_name(name)
    facts = {
        **_content(called, cohort_json, comment),
        **_size(connection, code, snapshot, subjects),
        **_origin(connection, code, operation, sources),
    }
    row = {
        "id": secrets.token_urlsafe(16),
        "study": code,
        "name_key": _free_key(connection, code, called),
        "created_at": tables.now(),
        "created_by": activity.checked_person(person),
    }
    connection.execute(insert(tables.cohorts).values(row))
    return _insert_version(connection, str(row["id"]), 1, facts, person)


def add_version(
    connection: Connection,
    cohort_id: str,
    *,
    based_on: int,
    cohort_json: str,
    snapshot: str,
    subjects: int,
    person: str,
    name: str | None = None,
    comment: str = "",
    operation: str | None = None,
    sources: Sequence[CohortSource] = (),
) -> SavedCohort:
    """Save a new version, unless somebody saved one after the version it is based on."""
    newest = _in_use(connection, cohort_id)
    _check_base(based_on, newest)
    called = newest.name if name is None else checked_name(name)
    facts = {
        **_content(called, cohort_json, comment),
        **_size(connection, newest.study, snapshot, subjects),
        **_origin(connection, newest.study, operation, sources),
    }
    key = _free_key(connection, newest.study, called, own=newest.id)
    _change(connection, newest.id, name_key=key)
    return _insert_version(connection, newest.id, newest.version + 1, facts, person)


def one(
    connection: Connection, cohort_id: str, version: int | None = None, *, study: str | None = None
) -> SavedCohort:
    """A version of a saved cohort, by default the newest; retired ones are found as well."""
    newest = _newest(connection, cohort_id)
    if study is not None and newest.study != studies.one(connection, study).code:
        raise DataError("a saved cohort is asked for in its own study", got=study)
    if version is None:
        return newest
    is_asked_for = tables.cohort_versions.c.number == _checked_number(version, newest)
    question = _QUESTION.where(tables.cohorts.c.id == newest.id, is_asked_for)
    return _saved(connection.execute(question).mappings().one())


def of_study(connection: Connection, study: str) -> tuple[SavedCohort, ...]:
    """The newest version of every cohort of a study that is not retired, by name."""
    question = _QUESTION.where(
        _IS_NEWEST,
        tables.cohorts.c.study == studies.one(connection, study).code,
        tables.cohorts.c.retired_at.is_(None),
    )
    found = (_saved(row) for row in connection.execute(question).mappings())
    return tuple(sorted(found, key=lambda saved: name_key(saved.name)))


def history(connection: Connection, cohort_id: str) -> tuple[SavedCohort, ...]:
    """Every version of a saved cohort, newest first."""
    question = _QUESTION.where(tables.cohorts.c.id == _newest(connection, cohort_id).id)
    newest_first = question.order_by(tables.cohort_versions.c.number.desc())
    return tuple(_saved(row) for row in connection.execute(newest_first).mappings())


def sources_of(connection: Connection, saved: SavedCohort) -> tuple[SavedCohort, ...]:
    """Everything a version was built from, directly or through others, each once."""
    found: dict[CohortSource, SavedCohort] = {}
    waiting = list(saved.sources)
    while waiting:
        source = waiting.pop(0)
        if source not in found:
            found[source] = one(connection, source.cohort, source.version)
            waiting += found[source].sources
    return tuple(found.values())


def check_snapshot(connection: Connection, study: str, snapshot: str) -> None:
    """Refuse a snapshot that is not one of the study a cohort belongs to."""
    if snapshots.one(connection, snapshot).study != study:
        raise DataError("a cohort is used on the snapshots of its own study", got=snapshot)


def retire(connection: Connection, cohort_id: str, person: str) -> SavedCohort:
    """Hide a cohort from the list and set its name free; every version stays readable."""
    newest = _in_use(connection, cohort_id)
    by = activity.checked_person(person)
    _change(connection, newest.id, retired_at=tables.now(), retired_by=by)
    _record(connection, "retire cohort", person, newest)
    return _newest(connection, newest.id)


_LATEST = (
    select(
        tables.cohort_versions.c.cohort,
        func.max(tables.cohort_versions.c.number).label("latest"),
    )
    .group_by(tables.cohort_versions.c.cohort)
    .subquery("newest")
)
_IS_NEWEST = tables.cohort_versions.c.number == _LATEST.c.latest
_QUESTION = (
    select(
        *[column for column in tables.cohorts.c if column.name != "name_key"],
        *[c for c in tables.cohort_versions.c if c.name not in {"cohort", "number"}],
        tables.cohort_versions.c.number.label("version"),
        _LATEST.c.latest,
    )
    .join_from(tables.cohorts, tables.cohort_versions)
    .join(_LATEST, _LATEST.c.cohort == tables.cohorts.c.id)
)


def _saved(row: RowMapping) -> SavedCohort:
    columns = {name: value for name, value in row.items() if name != "sources_json"}
    sources = tuple(CohortSource(**source) for source in json.loads(row["sources_json"]))
    return SavedCohort(**columns, sources=sources)


def _newest(connection: Connection, cohort_id: str) -> SavedCohort:
    row = None
    if isinstance(cohort_id, str) and _ID.fullmatch(cohort_id):
        question = _QUESTION.where(tables.cohorts.c.id == cohort_id, _IS_NEWEST)
        row = connection.execute(question).mappings().one_or_none()
    if row is None:
        got = cohort_id if isinstance(cohort_id, str) else type(cohort_id).__name__
        raise DataError("a saved cohort is one that this workspace knows", got=got)
    return _saved(row)


def _in_use(connection: Connection, cohort_id: str) -> SavedCohort:
    """The newest version of a cohort that may change, kept from other writers."""
    # Locking the study makes two acts on its cohorts wait for each other; what an earlier one
    # did is seen only by reading after that.
    studies.one(connection, _newest(connection, cohort_id).study, lock=True)
    newest = _newest(connection, cohort_id)
    if newest.retired_at is not None:
        raise DataError("a retired cohort stays as it is", got=newest.name)
    return newest


def _checked_number(version: int, newest: SavedCohort) -> int:
    return checked_whole(version, f"a version of {newest.name!r}", low=1, high=newest.latest)


def _check_base(based_on: int, newest: SavedCohort) -> None:
    number = _checked_number(based_on, newest)
    if number != newest.version:
        raise DataError(
            f"a new version of {newest.name!r} is based on its newest one, and version "
            f"{newest.version} was saved by {newest.saved_by!r} in the meantime",
            got=f"version {number}",
        )


def _free_key(connection: Connection, study: str, name: str, own: str | None = None) -> str:
    key = name_key(name)
    question = select(tables.cohorts.c.id).where(
        tables.cohorts.c.study == study,
        tables.cohorts.c.name_key == key,
        tables.cohorts.c.retired_at.is_(None),
    )
    holder = connection.execute(question).scalar_one_or_none()
    if holder not in {None, own}:
        other = _newest(connection, str(holder))
        raise DataError(
            f"each cohort of a study has a name of its own, and {other.name!r} was saved by "
            f"{other.saved_by!r} already",
            got=name,
        )
    return key


def _content(name: str, cohort_json: str, comment: str) -> dict[str, Any]:
    written = checked_cohort(cohort_json, name)
    return {"name": name, "cohort_json": written, "comment": checked_comment(comment)}


def _size(connection: Connection, study: str, snapshot: str, subjects: int) -> dict[str, Any]:
    check_snapshot(connection, study, snapshot)
    what = "the number of subjects in a cohort"
    size = checked_whole(subjects, what, low=0, high=MAX_SUBJECTS)
    return {"snapshot": snapshot, "subjects": size}


def _origin(
    connection: Connection, study: str, operation: str | None, sources: Sequence[CohortSource]
) -> dict[str, Any]:
    _check_operation(operation, sources)
    for source in sources:
        newest = _newest(connection, source.cohort)
        if newest.study != study:
            raise DataError("a cohort is built from cohorts of its own study", got=newest.name)
        _checked_number(source.version, newest)
    plain = [{"cohort": source.cohort, "version": source.version} for source in sources]
    return {"operation": operation, "sources_json": json.dumps(plain)}


def _check_operation(operation: str | None, sources: Sequence[CohortSource]) -> None:
    listed = isinstance(sources, (tuple, list))
    if not listed or not all(isinstance(source, CohortSource) for source in sources):
        raise DataError("the sources of a cohort are a list of CohortSource")
    if operation is not None and operation not in OPERATIONS:
        raise DataError(f"a cohort is built by {', '.join(OPERATIONS)}", got=operation)
    if operation is None and sources:
        raise DataError("a cohort that has sources says by which operation it was built")
    if operation == "difference" and len(sources) != 2:
        raise DataError("a difference is built from two cohorts", got=len(sources))
    if operation is not None and not 2 <= len(sources) <= MAX_SOURCES:
        rule = f"a union or an intersection has 2 to {MAX_SOURCES} sources"
        raise DataError(rule, got=len(sources))
    named = [(source.cohort, source.version) for source in sources]
    if any(source in named[:place] for place, source in enumerate(named)):
        raise DataError("a cohort is built from each of its sources once")


def _insert_version(
    connection: Connection, cohort_id: str, number: int, facts: dict[str, Any], person: str
) -> SavedCohort:
    saved = {"saved_at": tables.now(), "saved_by": activity.checked_person(person)}
    row = {"cohort": cohort_id, "number": number, **facts, **saved}
    connection.execute(insert(tables.cohort_versions).values(row))
    newest = _newest(connection, cohort_id)
    _record(connection, "save cohort", person, newest)
    return newest


def _change(connection: Connection, cohort_id: str, **values: object) -> None:
    same = tables.cohorts.c.id == cohort_id
    connection.execute(update(tables.cohorts).where(same).values(values))


def _record(connection: Connection, act: str, person: str, saved: SavedCohort) -> None:
    detail = {"cohort": saved.id, "version": saved.version, "name": saved.name}
    activity.append(connection, act=act, person=person, study=saved.study, detail=detail)
