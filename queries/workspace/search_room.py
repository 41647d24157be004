"""The searches of a workspace: their journals, written by workers and read by pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from queries.workspace import job_leases, searches
from queries.workspace.job_room import Transaction
from queries.workspace.searches import Search


class OpenLog:
    """The journal of a search while one writes to it and nobody else does; see `SearchRoom`.

    Parameters
    ----------
    connection : Connection
        In a transaction that holds the lock of the journal.
    search : str
    lines : int
        How many it has.
    """

    def __init__(self, connection: Connection, search: str, lines: int) -> None:
        self._connection, self._search, self.lines = connection, search, lines

    def read(self, first: int) -> tuple[str, ...]:
        """The lines from a number on, those that were just added too."""
        return searches.read(self._connection, self._search, first)

    def append(self, lines: Sequence[str]) -> None:
        """Add lines; they stay when the block ends without an error."""
        searches.append(self._connection, self._search, lines, first=self.lines)
        self.lines += len(lines)


class SearchRoom:
    """What pages and workers do with searches; every method is one transaction.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     _ = workspace.register_study(code="EQX-301", person="local owner")
    ...     search = "ab" * 32
    ...     workspace.searches.begin(search, study="EQX-301", title="Designs", pooled=True)
    ...     with workspace.searches.writing(search) as log:
    ...         log.append(["one", "two"])
    ...     workspace.searches.read(search, 1), workspace.searches.one(search[:8]).lines
    (('two',), 2)
    """

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    def begin(self, search: str, *, study: str, title: str, pooled: bool) -> None:
        """Make the journal of a search; one that is there already stays as it is.

        Parameters
        ----------
        search : str
            A hash of all that its trials depend on, as 64 hexadecimal digits.
        """
        with self._writing() as connection:
            searches.begin(connection, search, study=study, title=title, pooled=pooled)

    @contextmanager
    def writing(
        self, search: str, *, job: str | None = None, owner: str | None = None
    ) -> Iterator[OpenLog]:
        """The journal for one who writes: nobody else does until the block ends.

        All that is written is kept when the block ends, or none of it after an error. A job
        that writes gets on: its attempts are counted anew.

        Parameters
        ----------
        job, owner : str, optional
            The job that writes, and the worker that has it.

        Raises
        ------
        SearchLostError
            When the job is another worker's in the meantime, or the search was swept away.
        """
        with self._writing() as connection:
            lines = searches.lock(connection, search, job=job, owner=owner)
            log = OpenLog(connection, search, lines)
            yield log
            if job is not None and log.lines > lines:
                job_leases.get_on(connection, job)

    def read(self, search: str, first: int = 0) -> tuple[str, ...]:
        """The lines of a journal from a number on; none of a search that was not begun."""
        with self._reading() as connection:
            return searches.read(connection, search, first)

    def length(self, search: str) -> int:
        """How many lines a journal has; 0 of a search that was not begun."""
        with self._reading() as connection:
            return searches.length(connection, search)

    def one(self, search: str) -> Search:
        """The search with this id, or with the only id that begins so (six digits or more).

        As in `every`, what was searched unblinded is not there while its study is blinded.
        """
        with self._reading() as connection:
            return searches.one(connection, search)

    def every(self) -> tuple[Search, ...]:
        """All searches that may be read, the one that was used last first."""
        with self._reading() as connection:
            return searches.every(connection)

    def sweep(self, before: datetime) -> int:
        """Delete the searches that were used last before a moment; how many."""
        with self._writing() as connection:
            return searches.sweep(connection, before)
