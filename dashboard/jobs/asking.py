"""Asking for a job: one request, on one snapshot, as one reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from analytics.checks import InputError
from analytics.results import Result
from dashboard import __version__
from dashboard.access.restrictions import program
from dashboard.analyses.search import AskedSearch
from dashboard.jobs.kinds import Kind, kind_of
from dashboard.jobs.requests import write_request
from dashboard.jobs.starting import ensure_worker
from queries.workspace import Job, Workspace, jobs

Answer = TypeVar("Answer", bound=Result)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedJob(Generic[Answer]):
    """A job that may have been asked for, by this reader or another, or not yet.

    Parameters
    ----------
    workspace : Workspace
    kind : Kind
    study : str
    snapshot : str or None
    pooled : bool
    title, request_json : str

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from dashboard.analyses.safety.adverse_events import AdverseEvents
    >>> from dashboard.analyses.safety.berry_berry import BerryBerryFit
    >>> from dashboard.jobs.kinds import BERRY_BERRY
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     _ = workspace.register_study(code="EQX-301", person="local owner")
    ...     request = BerryBerryFit.of(AdverseEvents(), arm="Active")
    ...     asked = AskedJob.of(workspace, BERRY_BERRY, request, study="EQX-301", snapshot=None,
    ...                         pooled=True)
    ...     before = asked.found()
    ...     _ = asked.submit("local owner")
    ...     before, asked.found().state
    (None, 'queued')
    """

    workspace: Workspace
    kind: Kind[Any, Answer]
    study: str
    snapshot: str | None
    pooled: bool
    title: str
    request_json: str

    @classmethod
    def of(
        cls,
        workspace: Workspace,
        kind: Kind[Any, Answer],
        request: object,
        *,
        study: str,
        snapshot: str | None,
        pooled: bool,
    ) -> AskedJob[Answer]:
        """The job of this request; `InputError` when it is not of the type that the kind takes."""
        if not isinstance(request, kind.request):
            rule = f"`a {kind.name} takes a {kind.request.__name__}` must hold"
            raise InputError(f"{rule}, but got {type(request).__name__}.")
        return cls(
            workspace=workspace,
            kind=kind,
            study=study,
            snapshot=snapshot,
            pooled=pooled,
            title=kind.title(request),
            request_json=write_request(request),
        )

    @property
    def key(self) -> str:
        """What no other job has."""
        return jobs.request_key(**self._facts())

    def found(self) -> Job | None:
        """The job as it is now; None before somebody asked for it."""
        return self.workspace.jobs.find(**self._facts())

    def submit(self, person: str) -> Job:
        """Ask for it, or again for one that failed; what is there already stays."""
        return self.workspace.jobs.submit(**self._facts(), title=self.title, person=person)

    def start(self, person: str) -> Job:
        """Ask for it, and see to it that somebody does it."""
        job = self.submit(person)
        ensure_worker(self.workspace)
        return job

    def result(self) -> Answer:
        """What came of it; a DataError before it is done."""
        job = self.found()
        text = self.workspace.jobs.result("" if job is None else job.id)
        return self.kind.result.from_json(text)

    def _facts(self) -> dict[str, Any]:
        return {
            "study": self.study,
            "snapshot": self.snapshot,
            "kind": self.kind.name,
            "program": _program(self.workspace, self.kind, self.study, self.snapshot),
            "pooled": self.pooled,
            "request_json": self.request_json,
        }


def _program(workspace: Workspace, kind: Kind[Any, Any], study: str, snapshot: str | None) -> str:
    # A search reads no data: whoever is left out, it finds the same.
    is_search = issubclass(kind.request, AskedSearch)
    return program(__version__, workspace, study, None if is_search else snapshot)


def ask_again(workspace: Workspace, job: Job, person: str) -> Job:
    """Ask again for a job that failed or was cancelled, and see to it that somebody does it."""
    again = workspace.jobs.submit(
        study=job.study,
        snapshot=job.snapshot,
        kind=kind_of(job.kind).name,
        program=_program(workspace, kind_of(job.kind), job.study, job.snapshot),
        title=job.title,
        pooled=job.pooled,
        request_json=workspace.jobs.request(job.id),
        person=person,
    )
    ensure_worker(workspace)
    return again
