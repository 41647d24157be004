"""What was decided about single subjects: restricted, released, erased; by keyed hash alone.

The latest mark of a subject counts. Nothing here says who the subject is: without the key of the
home nobody can tell.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, or_, select, update

from queries.errors import DataError
from queries.workspace import activity, share_tables, snapshots, studies, tables
from queries.workspace.limits import checked_text

STATES = ("restricted", "released", "erased")
_HASH = re.compile(r"[0-9a-f]{64}")
_marks = tables.subject_marks.c


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectMark:
    """One decision about one subject.

    Parameters
    ----------
    study : str
    subject_hash : str
        The keyed hash of the subject's identifier.
    state : {"restricted", "released", "erased"}
    reason : str
    at, person
        When (UTC) and by whom.

    Examples
    --------
    >>> from datetime import UTC
    >>> SubjectMark(study="EQX-301", subject_hash="0" * 64, state="erased", reason="Asked to be",
    ...             at=datetime(2026, 3, 31, tzinfo=UTC), person="anna").state
    'erased'
    """

    study: str
    subject_hash: str
    state: str
    reason: str
    at: datetime
    person: str


_COLUMNS = [
    _marks.study,
    _marks.subject_hash,
    _marks.state,
    _marks.reason,
    _marks.at,
    _marks.person,
]


def mark(
    connection: Connection,
    *,
    study: str,
    subject_hash: str,
    state: str,
    reason: str,
    person: str,
    detail: Mapping[str, object] | None = None,
) -> SubjectMark:
    """Mark a subject, and record it."""
    known = studies.one(connection, study, lock=True)
    if not isinstance(subject_hash, str) or not _HASH.fullmatch(subject_hash):
        raise DataError("a subject is marked by a hash of 64 digits 0-9 and a-f")
    if state not in STATES:
        raise DataError(f"a mark is one of {', '.join(STATES)}", got=state)
    former = {one.subject_hash: one.state for one in reversed(of_study(connection, known.code))}
    before = former.get(subject_hash)
    if state == "released" and before != "restricted":
        raise DataError("a subject who is released is restricted", got=before or "not restricted")
    row: dict[str, Any] = {
        "study": known.code,
        "subject_hash": subject_hash,
        "state": state,
        "reason": checked_text(reason, "the reason of an act", longest=1000),
        "at": tables.now(),
        "person": activity.checked_person(person),
    }
    connection.execute(insert(tables.subject_marks).values(id=secrets.token_urlsafe(16), **row))
    acts = {"restricted": "restrict", "released": "release", "erased": "erase"}
    told = {"subject_hash": subject_hash, "reason": row["reason"], **(detail or {})}
    activity.append(
        connection, act=f"subject {acts[state]}", person=person, study=known.code, detail=told
    )
    return SubjectMark(**row)


def of_study(connection: Connection, study: str) -> tuple[SubjectMark, ...]:
    """Every mark of a study, newest first."""
    known = studies.one(connection, study)
    question = select(*_COLUMNS).where(_marks.study == known.code)
    found = connection.execute(question.order_by(_marks.number.desc())).mappings()
    return tuple(SubjectMark(**row) for row in found)


def left_out(connection: Connection, study: str) -> frozenset[str]:
    """The hashes of those who are restricted or erased."""
    latest: dict[str, str] = {}
    for one in of_study(connection, study):
        latest.setdefault(one.subject_hash, one.state)
    return frozenset(hashed for hashed, state in latest.items() if state != "released")


def since(connection: Connection, study: str, at: datetime) -> tuple[SubjectMark, ...]:
    """The marks after a moment, newest first: what was made before it shows other subjects."""
    return tuple(one for one in of_study(connection, study) if one.at > at)


def replace_content(
    connection: Connection, snapshot_id: str, *, content_sha256: str, report_json: str
) -> None:
    """Let a snapshot have other content, after a subject was erased from its file."""
    snapshots.check_content(content_sha256, report_json)
    found = snapshots.one(connection, snapshot_id)
    same = tables.snapshots.c.id == found.id
    values = {"content_sha256": content_sha256, "report_json": report_json}
    connection.execute(update(tables.snapshots).where(same).values(values))


_PLACES: Mapping[str, tuple[Table, tuple[str, ...]]] = {
    "saved cohorts": (tables.cohort_versions, ("cohort_json", "name", "comment")),
    "saved designs": (tables.design_versions, ("design_json", "name")),
    "saved views": (tables.views, ("state_json",)),
    "jobs": (tables.jobs, ("request_json", "title", "message", "error")),
    "results of jobs": (tables.job_results, ("result_json",)),
    "titles of reports": (tables.reports, ("title",)),
    "cards of reports": (tables.report_cards, ("card_json", "name", "section")),
    "comments on cards": (tables.report_cards, ("comment",)),
    "shares": (share_tables.shares, ("title", "recipient")),
    "versions of shares": (share_tables.share_versions, ("cohort", "note")),
    "cards of shares": (share_tables.share_cards, ("card_json", "name")),
    "comments on shares": (share_tables.share_comments, ("text", "author")),
    "acts": (tables.activity, ("detail_json",)),
    "check reports of snapshots": (tables.snapshots, ("report_json",)),
}


def mentions(connection: Connection, text: str) -> dict[str, int]:
    """Where a text still stands in this workspace, in how many records; {} when nowhere."""
    found = {}
    for place, (table, columns) in _PLACES.items():
        holds = or_(*(table.c[one].contains(text, autoescape=True) for one in columns))
        question = select(func.count()).select_from(table).where(holds)
        if number := int(connection.execute(question).scalar_one()):
            found[place] = number
    return found
