"""Jobs: long work that is asked for here, done by a worker, and watched from a page."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.sql import ColumnElement

from queries.errors import DataError
from queries.workspace import activity, snapshots, studies, tables
from queries.workspace.limits import checked_text

State = Literal["queued", "running", "done", "failed", "cancelled"]

MAX_REQUEST_CHARACTERS = 4 * 1024 * 1024  # a request may hold the rules of several cohorts
OPEN: tuple[State, ...] = ("queued", "running")

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_KIND = re.compile(r"[a-z][a-z0-9-]{0,63}")
_jobs = tables.jobs.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of long work, as it stood when it was read.

    Parameters
    ----------
    id : str
        Opaque; the same request on the same snapshot has the same id.
    study : str
        Code of its study.
    snapshot : str or None
        Id of the snapshot it is computed on.
    kind, title : str
        What is done, for the worker and for people.
    program : str
        The version of the program that is to answer; another one might answer differently.
    pooled : bool
        Whether it is computed as for a reader who sees no arms.
    state : {"queued", "running", "done", "failed", "cancelled"}
    share : float
        The part that is done, from 0 to 1.
    message : str
        What it does.
    error : str or None
        Why it failed, in a sentence.
    attempts : int
        How often a worker has begun it, since a part of its work was kept.
    owner : str or None
        The worker that does it.
    lease_until : datetime or None
        When others may take it from a worker that is not heard of.
    cancel_asked : bool
    made_at, started_at, ended_at : datetime or None
        UTC: when it was asked for, when the last attempt began, when it ended.
    person : str
        Who asked for it last.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> job = Job(id="J" * 22, study="EQX-301", snapshot="a", kind="berry-berry", program="1.0",
    ...           title="A model", pooled=False, state="queued", share=0.0, message="", error=None,
    ...           attempts=0, owner=None, lease_until=None, cancel_asked=False, made_at=at,
    ...           started_at=None, ended_at=None, person="local owner")
    >>> job.is_open
    True
    """

    id: str
    study: str
    snapshot: str | None
    kind: str
    program: str
    title: str
    pooled: bool
    state: State
    share: float
    message: str
    error: str | None
    attempts: int
    owner: str | None
    lease_until: datetime | None
    cancel_asked: bool
    made_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    person: str

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done, or is being done."""
        return self.state in OPEN


COLUMNS = [_jobs[name] for name in Job.__dataclass_fields__]


def clock(connection: Connection) -> datetime:
    """This moment by the clock that all workers of a workspace share: a server's own."""
    if connection.dialect.name == "postgresql":
        at: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return at
    return tables.now()


def submit(
    connection: Connection,
    *,
    study: str,
    snapshot: str | None,
    kind: str,
    program: str,
    title: str,
    pooled: bool,
    request_json: str,
    person: str,
) -> Job:
    """Ask for a job. What is queued, running or done already is that job, and not done twice."""
    known = studies.one(connection, study, lock=True)
    _check(connection, known, snapshot, kind, pooled)
    _check_request(request_json)
    facts = {
        "study": known.code,
        "snapshot": snapshot,
        "kind": kind,
        "program": checked_text(program, "the version of a program", longest=64),
        "pooled": pooled,
        "request_json": request_json,
    }
    key = request_key(**facts)
    found = _same(connection, key)
    if found is not None and (found.is_open or found.state == "done"):
        return found
    fresh = {
        "title": checked_text(title, "the title of a job", longest=200),
        "person": activity.checked_person(person),
        "made_at": clock(connection),
        **as_queued(attempts=0),
    }
    if found is None:
        job_id = secrets.token_urlsafe(16)
        connection.execute(insert(tables.jobs).values(id=job_id, request_key=key, **facts, **fresh))
    else:
        job_id = found.id
        connection.execute(update(tables.jobs).where(_jobs.id == job_id).values(fresh))
    job = one(connection, job_id)
    _record(connection, "queue job", person, job)
    return job


def as_queued(*, attempts: int) -> dict[str, Any]:
    """The columns of a job that waits for a worker."""
    return {
        "state": "queued",
        "share": 0.0,
        "message": "",
        "error": None,
        "attempts": attempts,
        "owner": None,
        "lease_until": None,
        "cancel_asked": False,
        "started_at": None,
        "ended_at": None,
    }


def as_ended(state: State, at: datetime, **more: object) -> dict[str, Any]:
    """The columns of a job that has come to its end."""
    return {"state": state, "owner": None, "lease_until": None, "ended_at": at, **more}


def find(connection: Connection, **facts: object) -> Job | None:
    """The job of this very request; None before somebody asked for it."""
    return _same(connection, request_key(**facts))


def request_key(**facts: object) -> str:
    """A hash that a request has in a study, on a snapshot, and no other one.

    Examples
    --------
    >>> request_key(kind="search", pooled=True) == request_key(pooled=True, kind="search")
    True
    >>> request_key(kind="search", pooled=True) == request_key(kind="search", pooled=False)
    False
    """
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def one(connection: Connection, job_id: str) -> Job:
    """The job with this id."""
    row = None
    if isinstance(job_id, str) and _ID.fullmatch(job_id):
        question = select(*COLUMNS).where(_jobs.id == job_id)
        row = connection.execute(question).mappings().one_or_none()
    if row is None:
        got = job_id if isinstance(job_id, str) else type(job_id).__name__
        raise DataError("a job is one that this workspace knows", got=got)
    return Job(**row)


def request_of(connection: Connection, job_id: str) -> str:
    """The request of a job, as JSON."""
    found = one(connection, job_id)
    question = select(_jobs.request_json).where(_jobs.id == found.id)
    return str(connection.execute(question).scalar_one())


def result_of(connection: Connection, job_id: str) -> str:
    """The result of a job, as JSON; a DataError when it has none."""
    found = one(connection, job_id)
    results = tables.job_results.c
    question = select(results.result_json).where(results.job == found.id)
    text = connection.execute(question).scalar_one_or_none()
    if text is None:
        raise DataError("a job has a result once it is done", got=found.state)
    return str(text)


def of_study(connection: Connection, study: str, limit: int) -> tuple[Job, ...]:
    """The jobs of a study, the latest asked for first."""
    question = (
        select(*COLUMNS)
        .where(_jobs.study == studies.one(connection, study).code)
        .order_by(_jobs.made_at.desc(), _jobs.number.desc())
        .limit(limit)
    )
    return tuple(Job(**row) for row in connection.execute(question).mappings())


def waiting(connection: Connection) -> tuple[Job, ...]:
    """Jobs that a worker may take: queued ones, and those whose worker is not heard of."""
    question = select(*COLUMNS).where(is_free(clock(connection))).order_by(_jobs.number)
    return tuple(Job(**row) for row in connection.execute(question).mappings())


def is_free(at: datetime) -> ColumnElement[bool]:
    """Whether a job may be taken at this moment, as a condition."""
    lost = and_(_jobs.state == "running", _jobs.lease_until < at)
    return or_(_jobs.state == "queued", lost)


def ahead(connection: Connection, job_id: str) -> int:
    """How many jobs are done before a queued one begins."""
    own = select(_jobs.number).where(_jobs.id == one(connection, job_id).id).scalar_subquery()
    before = and_(_jobs.state.in_(OPEN), _jobs.number < own)
    running = and_(_jobs.state == "running", _jobs.number > own)
    question = select(func.count()).select_from(tables.jobs).where(or_(before, running))
    return int(connection.execute(question).scalar_one())


def cancel(connection: Connection, job_id: str, person: str) -> Job:
    """End a job that is open: at once when nobody does it, else its worker is told to stop."""
    job = locked(connection, job_id)
    if not job.is_open or job.cancel_asked:
        return job
    at = clock(connection)
    lost = job.lease_until is not None and job.lease_until < at
    ends = job.state == "queued" or lost
    values = as_ended("cancelled", at) if ends else {}
    same = _jobs.id == job.id
    connection.execute(update(tables.jobs).where(same).values(cancel_asked=True, **values))
    _record(connection, "cancel job", person, job)
    return one(connection, job.id)


def remove(connection: Connection, job_id: str, person: str) -> None:
    """Delete a job that has ended, with its result."""
    job = locked(connection, job_id)
    if job.is_open:
        raise DataError("a job that is deleted has ended; cancel it first", got=job.state)
    _delete(connection, _jobs.id == job.id)
    _record(connection, "delete job", person, job)


def sweep(connection: Connection, before: datetime) -> int:
    """Delete the jobs that ended before a moment, with their results; how many."""
    swept = _delete(connection, and_(_jobs.state.not_in(OPEN), _jobs.ended_at < before))
    if swept:
        detail = {"jobs": swept, "before": before.isoformat()}
        activity.append(connection, act="sweep jobs", person=activity.OURSELVES, detail=detail)
    return swept


def _delete(connection: Connection, which: ColumnElement[bool]) -> int:
    ids = select(_jobs.id).where(which)
    connection.execute(delete(tables.job_results).where(tables.job_results.c.job.in_(ids)))
    return connection.execute(delete(tables.jobs).where(which)).rowcount


def locked(connection: Connection, job_id: str) -> Job:
    """The job, which nobody else changes until the transaction ends."""
    found = one(connection, job_id)
    connection.execute(select(_jobs.id).where(_jobs.id == found.id).with_for_update())
    return one(connection, found.id)


def _same(connection: Connection, key: str) -> Job | None:
    question = select(*COLUMNS).where(_jobs.request_key == key)
    row = connection.execute(question).mappings().one_or_none()
    return None if row is None else Job(**row)


def _check(
    connection: Connection, study: studies.Study, snapshot: str | None, kind: str, pooled: bool
) -> None:
    if snapshot is not None and snapshots.one(connection, snapshot).study != study.code:
        raise DataError("a job is computed on a snapshot of its own study", got=snapshot)
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise DataError("a kind of job is named in lower-case letters, digits and dashes", got=kind)
    if not isinstance(pooled, bool):
        raise DataError("a job is computed with pooled arms or not", got=pooled)
    if study.blinded and not pooled:
        raise DataError("a job on a blinded study is computed with pooled arms", got=study.code)


def _check_request(request_json: object) -> None:
    if not isinstance(request_json, str) or len(request_json) > MAX_REQUEST_CHARACTERS:
        rule = f"the request of a job is text of at most {MAX_REQUEST_CHARACTERS} characters"
        raise DataError(rule)
    try:
        request = json.loads(request_json)
        request_json.encode()
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict) or "\x00" in request_json:
        raise DataError("the request of a job is a JSON object")


def _record(connection: Connection, act: str, person: str, job: Job) -> None:
    # Not the title: it may name an arm, and the record is read by those who see none.
    detail = {"job": job.id, "kind": job.kind, "snapshot": job.snapshot, "pooled": job.pooled}
    activity.append(connection, act=act, person=person, study=job.study, detail=detail)
