"""Who is left out of every new answer: looked up in the workspace, handed to the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from dashboard.access.pseudonym_key import pseudonym_key
from dashboard.home import home_folder, open_here
from queries.errors import DataError
from queries.left_out import LeftOut
from queries.workspace import Job, SubjectMark, Workspace

_WITHOUT = " without "


def left_out(workspace: Workspace, study: str) -> LeftOut | None:
    """Those of a study who are restricted or erased; None when nobody is.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     _ = workspace.register_study(code="EQX-301", person="anna")
    ...     left_out(workspace, "EQX-301") is None
    True
    """
    hashes = workspace.subjects.left_out(study)
    if not hashes:
        return None
    return LeftOut(study=study, key=pseudonym_key(workspace.home), hashes=hashes)


def left_out_of(path: Path) -> LeftOut | None:
    """Those who are left out of a snapshot file of this installation, for scripts.

    Examples
    --------
    >>> left_out_of(Path("a-file-of-somebody-else.duckdb")) is None
    True
    """
    home = home_folder()
    if not path.resolve().is_relative_to(home.resolve()):
        return None
    with open_here(home) as here:
        for study in here.studies():
            for snapshot in here.snapshots(study.code):
                if here.path(snapshot) == path.resolve():
                    return left_out(here, study.code)
    return None


def program(version: str, workspace: Workspace, study: str, snapshot: str | None) -> str:
    """The program of a job on data: another one for each set of subjects who are left out.

    So what was computed with a subject is not found any more once they are restricted.
    """
    hashes = workspace.subjects.left_out(study) if snapshot is not None else frozenset()
    if not hashes:
        return version
    return f"{version}{_WITHOUT}{LeftOut(study=study, key='', hashes=hashes).digest[:8]}"


def version_of(program: str) -> str:
    """The version of Equipoise in the program of a job.

    Examples
    --------
    >>> version_of("1.0 without 0a1b2c3d"), version_of("1.0")
    ('1.0', '1.0')
    """
    return program.partition(_WITHOUT)[0]


def refuse_other_subjects(workspace: Workspace, job: Job) -> None:
    """Refuse a job that was asked for while others were left out than are now."""
    now = program(version_of(job.program), workspace, job.study, job.snapshot)
    if job.program != now:
        raise DataError("a job is done with the subjects it was asked for; ask for it again")


def since_then(marks: Sequence[SubjectMark], made_at: datetime) -> str:
    """What a result says that was made before a subject was left out or let in; "" else.

    Examples
    --------
    >>> from datetime import UTC
    >>> mark = SubjectMark(study="EQX-301", subject_hash="0" * 64, state="erased", reason="Asked",
    ...                    at=datetime(2026, 3, 31, tzinfo=UTC), person="anna")
    >>> since_then([mark], datetime(2026, 3, 30, tzinfo=UTC))[:39]
    'Made before subjects were restricted, r'
    """
    later = [one.at for one in marks if one.at > made_at]
    if not later:
        return ""
    return (
        f"Made before subjects were restricted, released or erased (last on {max(later):%Y-%m-%d})"
        ": it shows others than would be shown now."
    )
