"""The jobs of a workspace: asked for and watched by pages, done by workers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection

from queries.workspace import job_leases, jobs
from queries.workspace.job_leases import Lease
from queries.workspace.jobs import Job

Transaction = Callable[[], AbstractContextManager[Connection]]


class JobRoom:
    """What pages and workers do with jobs; every method is one transaction.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     _ = workspace.register_study(code="EQX-301", person="local owner")
    ...     job = workspace.jobs.submit(study="EQX-301", snapshot=None, kind="search",
    ...                                 program="1.0", title="All designs", pooled=True,
    ...                                 request_json="{}", person="local owner")
    ...     mine = workspace.jobs.claim(owner="worker 1")
    ...     _ = workspace.jobs.finish(job.id, owner="worker 1", result_json="{}")
    ...     job.state, mine.state, workspace.jobs.one(job.id).state
    ('queued', 'running', 'done')
    """

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    # Asked for and watched

    def submit(
        self,
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
        """Ask for a job; what is queued, running or done already is that job.

        One that failed or was cancelled is queued again, under the id that it has.

        Parameters
        ----------
        snapshot : str or None
            What it is computed on; None for work that reads no data.
        program : str
            The version of the program that is to answer.
        title : str
            What people call it; it is shown only to those who may see its result.
        pooled : bool
            Computed as for a reader who sees no arms; must be so while the study is blinded.
        request_json : str
            All that the answer depends on, as a JSON object, written the same way each time. No
            secrets: it is kept, and shown.
        """
        with self._writing() as connection:
            return jobs.submit(
                connection,
                study=study,
                snapshot=snapshot,
                kind=kind,
                program=program,
                title=title,
                pooled=pooled,
                request_json=request_json,
                person=person,
            )

    def find(
        self,
        *,
        study: str,
        snapshot: str | None,
        kind: str,
        program: str,
        pooled: bool,
        request_json: str,
    ) -> Job | None:
        """The job of this very request; None before somebody asked for it."""
        with self._reading() as connection:
            return jobs.find(
                connection,
                study=study,
                snapshot=snapshot,
                kind=kind,
                program=program,
                pooled=pooled,
                request_json=request_json,
            )

    def one(self, job_id: str) -> Job:
        """The job with this id; a DataError when there is none."""
        with self._reading() as connection:
            return jobs.one(connection, job_id)

    def of_study(self, study: str, limit: int = 50) -> tuple[Job, ...]:
        """The jobs of a study, the latest asked for first."""
        with self._reading() as connection:
            return jobs.of_study(connection, study, limit)

    def request(self, job_id: str) -> str:
        """What was asked, as JSON."""
        with self._reading() as connection:
            return jobs.request_of(connection, job_id)

    def result(self, job_id: str) -> str:
        """What came of it, as JSON; a DataError when it is not done."""
        with self._reading() as connection:
            return jobs.result_of(connection, job_id)

    def ahead(self, job_id: str) -> int:
        """How many jobs are done before a queued one begins."""
        with self._reading() as connection:
            return jobs.ahead(connection, job_id)

    def cancel(self, job_id: str, person: str) -> Job:
        """End an open job: at once when nobody does it, else its worker is told to stop."""
        with self._writing() as connection:
            return jobs.cancel(connection, job_id, person)

    def delete(self, job_id: str, person: str) -> None:
        """Delete a job that has ended, with its result."""
        with self._writing() as connection:
            jobs.remove(connection, job_id, person)

    def sweep(self, before: datetime) -> int:
        """Delete the jobs that ended before a moment, with their results; how many."""
        with self._writing() as connection:
            return jobs.sweep(connection, before)

    # Done by a worker

    def waiting(self) -> tuple[Job, ...]:
        """Jobs that a worker may take: queued, or lost by a worker that is not heard of."""
        with self._reading() as connection:
            return jobs.waiting(connection)

    def claim(
        self,
        *,
        owner: str,
        lease_seconds: float = 30.0,
        can_do: Callable[[Job], bool] = lambda _: True,
    ) -> Job | None:
        """Take the first free job that this worker can do; no other worker gets it.

        Parameters
        ----------
        owner : str
            The name of the worker; no other one has it.
        lease_seconds : float
            How long the job is its own without a report.
        can_do : callable
            Whether this worker can do a job; asked within the transaction, so it must be quick.
        """
        with self._writing() as connection:
            return job_leases.claim(
                connection, owner=owner, lease_seconds=lease_seconds, can_do=can_do
            )

    def report(
        self, job_id: str, *, owner: str, share: float, message: str, lease_seconds: float = 30.0
    ) -> Lease:
        """Say how far a job is, keep it for longer, and hear whether to go on."""
        with self._writing() as connection:
            return job_leases.report(
                connection,
                job_id,
                owner=owner,
                share=share,
                message=message,
                lease_seconds=lease_seconds,
            )

    def finish(self, job_id: str, *, owner: str, result_json: str) -> bool:
        """Keep the result; False when the job is no longer this worker's."""
        with self._writing() as connection:
            return job_leases.finish(connection, job_id, owner=owner, result_json=result_json)

    def fail(self, job_id: str, *, owner: str, error: str) -> bool:
        """Say in a sentence why there is no result; False when it is no longer this worker's."""
        with self._writing() as connection:
            return job_leases.fail(connection, job_id, owner=owner, error=error)

    def stop(self, job_id: str, *, owner: str) -> bool:
        """End a cancelled job; False when it is no longer this worker's."""
        with self._writing() as connection:
            return job_leases.stop(connection, job_id, owner=owner)

    def hand_back(self, job_id: str, *, owner: str) -> bool:
        """Leave a job to another worker; the attempt does not count."""
        with self._writing() as connection:
            return job_leases.hand_back(connection, job_id, owner=owner)
