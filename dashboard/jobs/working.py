"""A worker: takes jobs from the workspace and does them, one after the other.

While a job runs, a thread reports how far it is, which keeps its lease, and hears whether it was
cancelled. The computation itself only says how far it is and never waits for the database.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Literal

from analytics.checks import InputError, NotEstimableError
from dashboard import __version__
from dashboard.access.restrictions import version_of
from dashboard.jobs.kinds import KINDS, Context, Kind, kind_of
from dashboard.jobs.requests import read_request
from queries.errors import DataError
from queries.workspace import Job, Workspace

LEASE_SECONDS = 30.0
_LOOK_SECONDS = 0.5  # between looks: for jobs, and whether one was cancelled
_PATIENCE_SECONDS = 5.0  # with a computation that does not say how far it is

Reason = Literal["cancelled", "stopping", "lost"]


class Interrupted(BaseException):
    """A job is to stop. Not an `Exception`, so that no computation swallows it."""


class Run:
    """One job while it runs, watched by a thread.

    Parameters
    ----------
    workspace : Workspace
    job : Job
    owner : str
        The worker that does it.
    lease_seconds : float
    """

    def __init__(self, workspace: Workspace, job: Job, owner: str, lease_seconds: float) -> None:
        self._jobs, self._job, self._owner = workspace.jobs, job, owner
        self._lease_seconds = lease_seconds
        self._said: tuple[float, str] = (0.0, "")
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._keep_watch, daemon=True)
        self.reason: Reason | None = None
        self.inside = False  # whether the computation goes on, which a signal may break off

    def __enter__(self) -> Run:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()

    def progress(self, share: float, sentence: str) -> None:
        """Note how far it is; raises `Interrupted` when it is to stop."""
        if self.reason is not None:
            raise Interrupted(self.reason)
        self._said = (share, sentence)

    def _keep_watch(self) -> None:
        told, heard, asked_at = (0.0, ""), time.monotonic(), None
        while not self._ended.wait(min(_LOOK_SECONDS, self._lease_seconds / 8)):
            now = time.monotonic()
            with suppress(DataError):  # a database that does not answer now may do so soon
                due = now - heard > self._lease_seconds / 4
                if self._said != told or due:
                    told = self._said
                    self._report(told)
                    heard = now
                elif self._jobs.one(self._job.id).cancel_asked:
                    self.reason = self.reason or "cancelled"
            if now - heard > self._lease_seconds:
                self.reason = self.reason or "lost"
            if self.reason is not None:
                asked_at = asked_at or now
                if now - asked_at > _PATIENCE_SECONDS:
                    asked_at = now
                    _break_off(self)

    def _report(self, said: tuple[float, str]) -> None:
        lease = self._jobs.report(
            self._job.id,
            owner=self._owner,
            share=said[0],
            message=said[1],
            lease_seconds=self._lease_seconds,
        )
        if not lease.held:
            self.reason = self.reason or "lost"
        elif lease.cancel_asked:
            self.reason = self.reason or "cancelled"


def _break_off(run: Run) -> None:
    """Raise `Interrupted` in a computation that does not ask; see `Worker.heed_signals`."""
    if run.inside and signal.getsignal(signal.SIGUSR1) not in (signal.SIG_DFL, None):
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, signal.SIGUSR1)


class Worker:
    """Does the jobs of a workspace.

    Parameters
    ----------
    workspace : Workspace
    kinds : mapping
        What it can do, by name.
    lease_seconds : float
        How long a job stays its own when it is not heard of.
    said : callable
        Is told what it does, one line each; no line names an arm.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        kinds: Mapping[str, Kind[Any, Any]] = KINDS,
        lease_seconds: float = LEASE_SECONDS,
        said: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.name = f"{socket.gethostname()[:100]} {os.getpid()} {secrets.token_hex(4)}"
        self._workspace, self._kinds, self._said = workspace, kinds, said
        self._lease_seconds = lease_seconds
        self._stopping = threading.Event()
        self._run: Run | None = None

    def heed_signals(self) -> None:
        """Hand a running job back and end on SIGTERM and Ctrl+C; call it in the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGUSR1, self._interrupt)

    def _stop(self, *_: object) -> None:
        self._stopping.set()
        if self._run is not None:
            self._run.reason = self._run.reason or "stopping"
        self._interrupt()

    def _interrupt(self, *_: object) -> None:
        run = self._run
        if run is not None and run.inside and run.reason is not None:
            run.inside = False  # once: what cleans up is left alone
            raise Interrupted(run.reason)

    def work(self, *, idle_seconds: float | None = None) -> None:
        """Do jobs as they come, until told to stop or until none came for a while."""
        since = time.monotonic()
        while not self._stopping.is_set():
            if self._works():
                since = time.monotonic()
            elif idle_seconds is not None and time.monotonic() - since > idle_seconds:
                return
            else:
                self._stopping.wait(_LOOK_SECONDS)

    @property
    def stopping(self) -> bool:
        """Whether it was told to end."""
        return self._stopping.is_set()

    def _works(self) -> bool:
        try:
            return self.has_work() and self.do_one() is not None
        except DataError as error:
            # The database does not answer: so may it, later. What else it says is a bug of ours.
            self._said(str(error))
            return False

    def has_work(self) -> bool:
        """Whether a job waits that this worker can do."""
        return has_work(self._workspace)

    def do_one(self) -> Job | None:
        """Do the next job; what has become of it, or None when there was none."""
        job = self._workspace.jobs.claim(
            owner=self.name,
            lease_seconds=self._lease_seconds,
            can_do=lambda free: can_do(self._workspace, free),
        )
        if job is None:
            return None
        self._said(f"{job.study}: {job.kind} {job.id} begun")
        self._do(job)
        after = self._workspace.jobs.one(job.id)
        self._said(f"{job.study}: {job.kind} {job.id} {after.state}")
        return after

    def _do(self, job: Job) -> None:
        with Run(self._workspace, job, self.name, self._lease_seconds) as run:
            self._run = run
            try:
                if self._stopping.is_set():
                    run.reason = "stopping"
                text, error = self._computed(job, run), ""
            except Interrupted:
                text, error = None, ""
            except (InputError, NotEstimableError, DataError) as refusal:
                text, error = None, str(refusal)
            except MemoryError:
                text, error = None, "The machine has too little memory for this job."
            except Exception as fault:
                if run.reason is None:
                    traceback.print_exc(file=sys.stderr)
                text, error = None, f"A fault in Equipoise, please report it: {fault!r}"
            finally:
                self._run = None
        self._end(job, run.reason, text, error)

    def _computed(self, job: Job, run: Run) -> str:
        """The result as JSON."""
        kind = kind_of(job.kind, self._kinds)
        request = read_request(self._workspace.jobs.request(job.id), kind.request)
        context = Context(workspace=self._workspace, job=job, progress=run.progress)
        run.inside = True
        try:
            run.progress(0.0, "Beginning.")
            result = kind.run(request, context)
            if not isinstance(result, kind.result):
                raise TypeError(f"{kind.name} gives a {kind.result.__name__}")
            return str(result.to_json())
        finally:
            run.inside = False

    def _end(self, job: Job, reason: Reason | None, text: str | None, error: str) -> None:
        jobs, owner = self._workspace.jobs, self.name
        if text is not None:
            try:
                jobs.finish(job.id, owner=owner, result_json=text)
            except DataError as refusal:  # it would be refused again
                jobs.fail(job.id, owner=owner, error=str(refusal))
        elif reason == "stopping":
            jobs.hand_back(job.id, owner=owner)
        elif reason == "cancelled":
            jobs.stop(job.id, owner=owner)
        elif reason is None:
            jobs.fail(job.id, owner=owner, error=error)


def has_work(workspace: Workspace) -> bool:
    """Whether a job waits that a worker of this program, on this machine, can do."""
    return any(can_do(workspace, job) for job in workspace.jobs.waiting())


def can_do(workspace: Workspace, job: Job) -> bool:
    """Whether the job asks for this version of the program, and its data are here."""
    if version_of(job.program) != __version__:
        return False
    return job.snapshot is None or workspace.path(workspace.snapshot(job.snapshot)).is_file()
