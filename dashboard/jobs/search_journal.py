"""A search in the workspace database as a storage of Optuna, which optuna-dashboard opens too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import BaseJournalBackend

from queries.errors import DataError
from queries.workspace import Job, OpenLog, SearchRoom, Workspace


class WorkspaceJournal(BaseJournalBackend):
    """Where Optuna's journal of a search is kept.

    Each change of a study is a line. One by one, each is a transaction of its own; within
    `batch`, all of them are one, which nobody else writes in between.

    Parameters
    ----------
    room : SearchRoom
    search : str
        Its id.
    job : Job, optional
        That writes: a line is refused once another worker has it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     _ = workspace.register_study(code="EQX-301", person="local owner")
    ...     workspace.searches.begin("ab" * 32, study="EQX-301", title="Designs", pooled=True)
    ...     journal = WorkspaceJournal(workspace.searches, "ab" * 32)
    ...     with journal.batch():
    ...         journal.append_logs([{"op_code": 0}, {"op_code": 1}])
    ...     list(journal.read_logs(1))
    [{'op_code': 1}]
    """

    def __init__(self, room: SearchRoom, search: str, job: Job | None = None) -> None:
        self._room, self._search, self._job = room, search, job
        self._log: OpenLog | None = None
        self._added: list[dict[str, Any]] = []  # in this batch, not in the database yet

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Write all that is appended in the block together; after an error, none of it."""
        job = self._job
        owner, job_id = (None, None) if job is None else (job.owner, job.id)
        with self._room.writing(self._search, job=job_id, owner=owner) as log:
            self._log, self._added = log, []
            try:
                yield
                log.append([_written(one) for one in self._added])
            finally:
                self._log, self._added = None, []

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        """The lines from a number on, those of this batch too."""
        log = self._log
        if log is None:
            lines = self._room.read(self._search, log_number_from)
            return map(json.loads, lines)
        kept = log.read(log_number_from) if log_number_from < log.lines else ()
        added = self._added[max(0, log_number_from - log.lines) :]
        return iter([*map(json.loads, kept), *added])

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Add lines."""
        if self._log is None:
            with self.batch():
                self._added.extend(logs)
        else:
            self._added.extend(logs)


def _written(log: dict[str, Any]) -> str:
    return json.dumps(log, separators=(",", ":"))


class ReadOnlyJournal(WorkspaceJournal):
    """The same for one who looks: who deletes a study elsewhere must not lose a search."""

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Refused."""
        raise DataError("a search is looked at, and not changed", got=f"{len(logs)} changes")


def open_storage(workspace: Workspace, search: str) -> JournalStorage:
    """The storage of a search by its id, to look at, as optuna-dashboard takes it."""
    return JournalStorage(ReadOnlyJournal(workspace.searches, search))


def study_in(storage: JournalStorage) -> optuna.Study | None:
    """The study of a search in its journal; None when nothing was kept yet.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from optuna.storages.journal import JournalFileBackend
    >>> with TemporaryDirectory() as folder:
    ...     study_in(JournalStorage(JournalFileBackend(f"{folder}/journal")))
    """
    names = optuna.get_all_study_names(storage)
    return optuna.load_study(study_name=names[0], storage=storage) if names else None
