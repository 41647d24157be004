"""Single subjects of a workspace: restricted, released, erased, and what was made before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from queries.workspace import opening, subjects
from queries.workspace.job_room import Transaction
from queries.workspace.subjects import SubjectMark


class SubjectRoom:
    """What is decided about single subjects; every method is one transaction.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     _ = workspace.register_study(code="EQX-301", person="anna")
    ...     _ = workspace.subjects.mark(study="EQX-301", subject_hash="0" * 64,
    ...                                 state="restricted", reason="Asked to be", person="anna")
    ...     len(workspace.subjects.left_out("EQX-301"))
    1
    """

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    def mark(
        self,
        *,
        study: str,
        subject_hash: str,
        state: str,
        reason: str,
        person: str,
        contents: Mapping[str, tuple[str, str]] | None = None,
        detail: Mapping[str, object] | None = None,
    ) -> SubjectMark:
        """Restrict, release or erase a subject; the mark and its record stand together.

        Parameters
        ----------
        contents : mapping, optional
            Of the snapshots that were written anew, by id: the hash of the content that they have
            now, and their check report.
        detail : mapping, optional
            What else belongs to the act.
        """
        with self._writing() as connection:
            for snapshot, (sha256, report) in (contents or {}).items():
                subjects.replace_content(
                    connection, snapshot, content_sha256=sha256, report_json=report
                )
            return subjects.mark(
                connection,
                study=study,
                subject_hash=subject_hash,
                state=state,
                reason=reason,
                person=person,
                detail=detail,
            )

    def replace_content(self, snapshot: str, *, content_sha256: str, report_json: str) -> None:
        """Let a snapshot have other content, after a subject was erased from its file."""
        with self._writing() as connection:
            subjects.replace_content(
                connection, snapshot, content_sha256=content_sha256, report_json=report_json
            )

    def forget_overwritten(self) -> bool:
        """Let nothing that was overwritten stand in the files of the database any longer.

        Returns
        -------
        bool
            Whether it went through; somebody who reads for long keeps the log as it is.
        """
        with self._reading() as connection:
            return opening.empty_log(connection)

    def of_study(self, study: str) -> tuple[SubjectMark, ...]:
        """Every mark of a study, newest first."""
        with self._reading() as connection:
            return subjects.of_study(connection, study)

    def left_out(self, study: str) -> frozenset[str]:
        """The hashes of those who are restricted or erased: every new result is without them."""
        with self._reading() as connection:
            return subjects.left_out(connection, study)

    def since(self, study: str, at: datetime) -> tuple[SubjectMark, ...]:
        """The marks after a moment: what was made before it shows other subjects."""
        with self._reading() as connection:
            return subjects.since(connection, study, at)

    def mentions(self, text: str) -> dict[str, int]:
        """Where a text still stands in this workspace, and in how many records."""
        with self._reading() as connection:
            return subjects.mentions(connection, text)
