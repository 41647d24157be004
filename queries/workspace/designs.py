"""Saved designs: named, kept in versions that never change, and marked when computed unblinded.

A design is the JSON of a value; what is in it is no business of this room.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from queries.errors import DataError
from queries.workspace import activity, cohorts, snapshots, staleness, studies, tables
from queries.workspace.cohort_checks import checked_name, name_key
from queries.workspace.cohorts import CohortSource
from queries.workspace.design_checks import checked_design, checked_kind
from queries.workspace.limits import checked_whole

NAME = "the name of a design"

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_design, _version = tables.designs.c, tables.design_versions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDesign:
    """One version of a saved design; a version never changes.

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
        Number of the newest version that the reader may see.
    name : str
        As saved with this version.
    kind : str
        What the JSON holds: "group-sequential-survival".
    design_json : str
        The design, as its `to_json` wrote it.
    unblinded : bool
        Whether somebody who saw the arms computed it from data; kept from readers who do not.
    cohort : str or None
        Id of the saved cohort that its assumptions rest on.
    cohort_version : int or None
        Its version.
    snapshot : str or None
        Id of the snapshot that its assumptions were computed on; None when they rest on no data.
    saved_at, saved_by
        When (UTC) and by whom this version was saved.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> SavedDesign(
    ...     id="D" * 22, study="EQX-301", created_at=at, created_by="anna", version=1, latest=1,
    ...     name="Three looks", kind="group-sequential-survival", design_json="{}",
    ...     unblinded=False, saved_at=at, saved_by="anna").snapshot is None
    True
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
    kind: str
    design_json: str
    unblinded: bool
    cohort: str | None = None
    cohort_version: int | None = None
    snapshot: str | None = None
    saved_at: datetime
    saved_by: str


def add(
    connection: Connection,
    *,
    study: str,
    name: str,
    kind: str,
    design_json: str,
    person: str,
    unblinded: bool = False,
    cohort: CohortSource | None = None,
    snapshot: str | None = None,
) -> SavedDesign:
    """Save a design under a name of its own, as version 1."""
    known = studies.one(connection, study, lock=True)
    called = checked_name(name, NAME)
    facts = {
        "name": called,
        **_content(known, kind, design_json, unblinded),
        **_origin(connection, known.code, cohort, snapshot),
    }
    row = {
        "id": secrets.token_urlsafe(16),
        "study": known.code,
        "name_key": _free_key(connection, known.code, called),
        "created_at": tables.now(),
        "created_by": activity.checked_person(person),
    }
    connection.execute(insert(tables.designs).values(row))
    return _insert_version(connection, str(row["id"]), 1, facts, person)


def add_version(
    connection: Connection,
    design_id: str,
    *,
    based_on: int,
    kind: str,
    design_json: str,
    person: str,
    pooled: bool = False,
    name: str | None = None,
    unblinded: bool = False,
    cohort: CohortSource | None = None,
    snapshot: str | None = None,
) -> SavedDesign:
    """Save a new version, unless somebody saved one after the version it is based on."""
    newest, study = _in_use(connection, design_id, pooled)
    _check_base(based_on, newest)
    called = newest.name if name is None else checked_name(name, NAME)
    facts = {
        "name": called,
        **_content(study, kind, design_json, unblinded),
        **_origin(connection, study.code, cohort, snapshot),
    }
    return _next_version(connection, newest, facts, person)


def rename(
    connection: Connection,
    design_id: str,
    *,
    based_on: int,
    name: str,
    person: str,
    pooled: bool = False,
) -> SavedDesign:
    """Save the newest version once more under another name; its mark and origin stay."""
    newest, _ = _in_use(connection, design_id, pooled)
    _check_base(based_on, newest)
    kept = ("kind", "design_json", "unblinded", "cohort", "cohort_version", "snapshot")
    facts = {"name": checked_name(name, NAME), **{one: getattr(newest, one) for one in kept}}
    return _next_version(connection, newest, facts, person)


def one(
    connection: Connection,
    design_id: str,
    version: int | None = None,
    *,
    pooled: bool = False,
    study: str | None = None,
) -> SavedDesign:
    """A version of a saved design, by default the newest that the reader may see."""
    hidden = _hides(connection, design_id, pooled)
    newest = _newest(connection, design_id, hidden)
    if study is not None and newest.study != studies.one(connection, study).code:
        raise DataError("a saved design is asked for in its own study", got=study)
    if version is None:
        return newest
    number = _checked_number(version, newest)
    question = _question(hidden).where(_design.id == newest.id, _version.number == number)
    row = connection.execute(question).mappings().one_or_none()
    if row is None:
        raise DataError(_KEPT_BACK, got=f"version {number}")
    return SavedDesign(**row)


def of_study(
    connection: Connection, study: str, *, pooled: bool = False
) -> tuple[SavedDesign, ...]:
    """Of every design in use its newest version that the reader may see, by name."""
    known = studies.one(connection, study)
    hidden = known.blinded or pooled
    question = _question(hidden, newest=True).where(
        _design.study == known.code, _design.retired_at.is_(None)
    )
    found = (SavedDesign(**row) for row in connection.execute(question).mappings())
    return tuple(sorted(found, key=lambda saved: name_key(saved.name)))


def history(
    connection: Connection, design_id: str, *, pooled: bool = False
) -> tuple[SavedDesign, ...]:
    """Every version that the reader may see, newest first."""
    hidden = _hides(connection, design_id, pooled)
    known = _newest(connection, design_id, hidden)
    question = _question(hidden).where(_design.id == known.id).order_by(_version.number.desc())
    return tuple(SavedDesign(**row) for row in connection.execute(question).mappings())


def retire(
    connection: Connection, design_id: str, person: str, *, pooled: bool = False
) -> SavedDesign:
    """Hide a design from the list and set its name free; every version stays readable."""
    newest, _ = _in_use(connection, design_id, pooled)
    by = activity.checked_person(person)
    _change(connection, newest.id, retired_at=tables.now(), retired_by=by)
    _record(connection, "retire design", person, newest)
    return _newest(connection, newest.id, hidden=False)


def stale_reasons(connection: Connection, saved: SavedDesign) -> tuple[str, ...]:
    """Why the assumptions of a design are stale, as sentences; empty when they are fresh."""
    if saved.cohort is not None and saved.cohort_version is not None:
        return staleness.reasons_now(
            connection, saved.cohort, saved.cohort_version, computed_on=saved.snapshot
        )
    if saved.snapshot is None:
        return ()
    current = snapshots.current(connection, saved.study)
    return staleness.snapshot_reasons(saved.snapshot, None if current is None else current.id)


_KEPT_BACK = "a design that was computed unblinded is for readers who see the arms"


def _question(hidden: bool, *, newest: bool = False) -> Select[Any]:
    """Versions of designs; `hidden` leaves out those that were computed unblinded."""
    latest = select(_version.design, func.max(_version.number).label("latest"))
    if hidden:
        latest = latest.where(_version.unblinded.is_(False))
    found = latest.group_by(_version.design).subquery("newest")
    columns = [column for column in _design if column.name != "name_key"]
    columns += [column for column in _version if column.name not in {"design", "number"}]
    question = (
        select(*columns, _version.number.label("version"), found.c.latest)
        .join_from(tables.designs, tables.design_versions)
        .join(found, found.c.design == _design.id)
    )
    if hidden:
        question = question.where(_version.unblinded.is_(False))
    return question.where(_version.number == found.c.latest) if newest else question


def _newest(connection: Connection, design_id: str, hidden: bool) -> SavedDesign:
    question = _question(hidden, newest=True).where(_design.id == _checked_id(design_id))
    row = connection.execute(question).mappings().one_or_none()
    if row is None:
        _study_of(connection, design_id)
        raise DataError(_KEPT_BACK, got=design_id)
    return SavedDesign(**row)


def _hides(connection: Connection, design_id: str, pooled: bool) -> bool:
    """Whether what was computed unblinded is kept from the reader of this design."""
    return studies.one(connection, _study_of(connection, design_id)).blinded or pooled


def _study_of(connection: Connection, design_id: str) -> str:
    question = select(_design.study).where(_design.id == _checked_id(design_id))
    study = connection.execute(question).scalar_one_or_none()
    if study is None:
        raise DataError("a saved design is one that this workspace knows", got=design_id)
    return str(study)


def _checked_id(design_id: str) -> str:
    if isinstance(design_id, str) and _ID.fullmatch(design_id):
        return design_id
    got = design_id if isinstance(design_id, str) else type(design_id).__name__
    raise DataError("a saved design is one that this workspace knows", got=got)


def _in_use(
    connection: Connection, design_id: str, pooled: bool
) -> tuple[SavedDesign, studies.Study]:
    """The newest version of a design that may change, kept from other writers; its study."""
    study = studies.one(connection, _study_of(connection, design_id), lock=True)
    newest = _newest(connection, design_id, hidden=False)
    if newest.unblinded and (study.blinded or pooled):
        raise DataError(_KEPT_BACK, got=f"version {newest.version}")
    if newest.retired_at is not None:
        raise DataError("a retired design stays as it is", got=newest.name)
    return newest, study


def _checked_number(version: int, newest: SavedDesign) -> int:
    return checked_whole(version, f"a version of {newest.name!r}", low=1, high=newest.latest)


def _check_base(based_on: int, newest: SavedDesign) -> None:
    number = _checked_number(based_on, newest)
    if number != newest.version:
        raise DataError(
            f"a new version of {newest.name!r} is based on its newest one, and version "
            f"{newest.version} was saved by {newest.saved_by!r} in the meantime",
            got=f"version {number}",
        )


def _free_key(connection: Connection, study: str, name: str, own: str | None = None) -> str:
    key = name_key(name)
    question = select(_design.id).where(
        _design.study == study, _design.name_key == key, _design.retired_at.is_(None)
    )
    holder = connection.execute(question).scalar_one_or_none()
    if holder not in {None, own}:
        raise DataError("each design of a study has a name of its own, not taken yet", got=name)
    return key


def _content(study: studies.Study, kind: str, design_json: str, unblinded: bool) -> dict[str, Any]:
    if not isinstance(unblinded, bool):
        raise DataError("a design was computed unblinded or not", got=unblinded)
    if unblinded and study.blinded:
        raise DataError("a design for a blinded study is computed with pooled arms", got=study.code)
    content = {"kind": checked_kind(kind), "design_json": checked_design(design_json)}
    return {**content, "unblinded": unblinded}


def _origin(
    connection: Connection, study: str, cohort: CohortSource | None, snapshot: str | None
) -> dict[str, Any]:
    origin = {"cohort": None, "cohort_version": None, "snapshot": snapshot}
    if snapshot is not None and snapshots.one(connection, snapshot).study != study:
        raise DataError("a design rests on a snapshot of its own study", got=snapshot)
    if cohort is None:
        return origin
    if not isinstance(cohort, CohortSource):
        raise DataError("the cohort of a design is a CohortSource", got=type(cohort).__name__)
    if snapshot is None:
        raise DataError("a design that rests on a cohort names the snapshot it was computed on")
    if cohort.version is None:
        raise DataError("a design rests on one version of a cohort", got=None)
    saved = cohorts.one(connection, cohort.cohort, cohort.version, study=study)
    return {**origin, "cohort": saved.id, "cohort_version": saved.version}


def _next_version(
    connection: Connection, newest: SavedDesign, facts: dict[str, Any], person: str
) -> SavedDesign:
    key = _free_key(connection, newest.study, facts["name"], own=newest.id)
    _change(connection, newest.id, name_key=key)
    return _insert_version(connection, newest.id, newest.version + 1, facts, person)


def _insert_version(
    connection: Connection, design_id: str, number: int, facts: dict[str, Any], person: str
) -> SavedDesign:
    saved = {"saved_at": tables.now(), "saved_by": activity.checked_person(person)}
    row = {"design": design_id, "number": number, **facts, **saved}
    connection.execute(insert(tables.design_versions).values(row))
    newest = _newest(connection, design_id, hidden=False)
    _record(connection, "save design", person, newest)
    return newest


def _change(connection: Connection, design_id: str, **values: object) -> None:
    same = _design.id == design_id
    connection.execute(update(tables.designs).where(same).values(values))


def _record(connection: Connection, act: str, person: str, saved: SavedDesign) -> None:
    detail: dict[str, object] = {"design": saved.id, "version": saved.version, "kind": saved.kind}
    detail["unblinded"] = saved.unblinded
    if not saved.unblinded:  # else a name may tell what the readers of the record must not know
        detail["name"] = saved.name
    activity.append(connection, act=act, person=person, study=saved.study, detail=detail)
