"""What a worker does with a job: take it, keep it, give it back, or end it.

A job is a worker's own while its lease lasts. Whoever is not heard of loses it to another; what
the first one brings later is not taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, and_, insert, select, update
from sqlalchemy.sql import ColumnElement

from queries.errors import DataError
from queries.workspace import jobs, tables
from queries.workspace.jobs import Job, State
from queries.workspace.limits import checked_text

MAX_ATTEMPTS = 3
MAX_RESULT_CHARACTERS = 256 * 1024 * 1024

_LONGEST_MESSAGE = 500
_LONGEST_ERROR = 2000
_jobs = tables.jobs.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """What a worker hears when it reports.

    Parameters
    ----------
    held : bool
        Whether the job is still its own; else what it does is in vain.
    cancel_asked : bool
        Whether somebody wants it to stop.
    """

    held: bool
    cancel_asked: bool


def claim(
    connection: Connection, *, owner: str, lease_seconds: float, can_do: Callable[[Job], bool]
) -> Job | None:
    """Take the first job that is free and that this worker can do; None when there is none."""
    name = checked_text(owner, "the name of a worker", longest=200)
    at, last = jobs.clock(connection), 0
    while True:
        # One at a time: other workers pass over what is locked here.
        question = (
            select(_jobs.number, *jobs.COLUMNS)
            .where(jobs.is_free(at), _jobs.number > last)
            .order_by(_jobs.number)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = connection.execute(question).mappings().one_or_none()
        if row is None:
            return None
        last = row["number"]
        job = Job(**{key: value for key, value in row.items() if key != "number"})
        if not _given_up(connection, job) and can_do(job):
            taken = {
                **jobs.as_queued(attempts=job.attempts + 1),
                "state": "running",
                "owner": name,
                "lease_until": at + timedelta(seconds=lease_seconds),
                "started_at": at,
            }
            connection.execute(update(tables.jobs).where(_jobs.id == job.id).values(taken))
            return jobs.one(connection, job.id)


def _given_up(connection: Connection, job: Job) -> bool:
    """End a job that was cancelled while its worker was away, or that ended too many workers."""
    if job.cancel_asked:
        _set(connection, job, "cancelled")
    elif job.state == "running" and job.attempts >= MAX_ATTEMPTS:
        sentence = (
            f"The work broke off {job.attempts} times without an answer: its process was killed, "
            "or the machine ran out of memory."
        )
        _set(connection, job, "failed", error=sentence)
    else:
        return False
    return True


def report(
    connection: Connection,
    job_id: str,
    *,
    owner: str,
    share: float,
    message: str,
    lease_seconds: float,
) -> Lease:
    """Say how far a job is; its lease begins anew."""
    at = jobs.clock(connection)
    values = {
        "share": min(1.0, max(0.0, float(share))),
        "message": _shortened(message, _LONGEST_MESSAGE),
        "lease_until": at + timedelta(seconds=lease_seconds),
    }
    own = _own(job_id, owner)
    held = connection.execute(update(tables.jobs).where(own).values(values)).rowcount == 1
    asked = connection.execute(select(_jobs.cancel_asked).where(own)).scalar_one_or_none()
    return Lease(held=held, cancel_asked=bool(asked))


def is_held(connection: Connection, job_id: str, *, owner: str) -> bool:
    """Whether a job is still this worker's; if so, nobody takes it until the transaction ends."""
    question = select(_jobs.id).where(_own(job_id, owner)).with_for_update()
    return connection.execute(question).one_or_none() is not None


def get_on(connection: Connection, job_id: str) -> None:
    """Count the attempts of a job anew, since a part of its work is kept."""
    connection.execute(update(tables.jobs).where(_jobs.id == job_id).values(attempts=1))


def finish(connection: Connection, job_id: str, *, owner: str, result_json: str) -> bool:
    """Keep the result of a job; False when it is no longer this worker's to end."""
    if not isinstance(result_json, str) or len(result_json) > MAX_RESULT_CHARACTERS:
        rule = f"the result of a job is text of at most {MAX_RESULT_CHARACTERS} characters"
        raise DataError(rule)
    if not _end(connection, job_id, owner, "done", share=1.0, message=""):
        return False
    connection.execute(insert(tables.job_results).values(job=job_id, result_json=result_json))
    return True


def fail(connection: Connection, job_id: str, *, owner: str, error: str) -> bool:
    """Say in a sentence why there is no result; False when it is no longer this worker's."""
    sentence = _shortened(error, _LONGEST_ERROR) or "The work failed without saying why."
    return _end(connection, job_id, owner, "failed", error=sentence)


def stop(connection: Connection, job_id: str, *, owner: str) -> bool:
    """End a job because somebody cancelled it; False when it is no longer this worker's."""
    return _end(connection, job_id, owner, "cancelled")


def hand_back(connection: Connection, job_id: str, *, owner: str) -> bool:
    """Leave a job to another worker; the attempt does not count."""
    job = jobs.locked(connection, job_id)
    if job.cancel_asked:
        return stop(connection, job_id, owner=owner)
    values = jobs.as_queued(attempts=max(0, job.attempts - 1))
    done = connection.execute(update(tables.jobs).where(_own(job_id, owner)).values(values))
    return done.rowcount == 1


def _own(job_id: str, owner: str) -> ColumnElement[bool]:
    return and_(_jobs.id == job_id, _jobs.state == "running", _jobs.owner == owner)


def _end(connection: Connection, job_id: str, owner: str, state: State, **more: object) -> bool:
    values = jobs.as_ended(state, jobs.clock(connection), **more)
    done = connection.execute(update(tables.jobs).where(_own(job_id, owner)).values(values))
    return done.rowcount == 1


def _set(connection: Connection, job: Job, state: State, **more: object) -> None:
    values = jobs.as_ended(state, jobs.clock(connection), **more)
    connection.execute(update(tables.jobs).where(_jobs.id == job.id).values(values))


def _shortened(text: str, longest: int) -> str:
    """Text in one line that every database takes."""
    words = " ".join(str(text).replace("\x00", "").split())
    return words.encode("utf-8", "replace").decode()[:longest]
