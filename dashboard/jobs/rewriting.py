"""Snapshot files written anew: beside their place, then switched in one step.

Whoever has the former file open goes on reading it; whoever opens it afterwards gets the new one.
A process that is killed leaves `<name>.partial`, which `sweep` takes away.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.jobs import lease
from dashboard.jobs.imports import import_lease
from queries.workspace import Snapshot, Workspace


@contextmanager
def replaced(home: Path, path: Path) -> Iterator[Path]:
    """Where to write a file that takes the place of `path` when the block ends without an error.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.duckdb"
    ...     _ = path.write_text("before")
    ...     with replaced(Path(folder), path) as target:
    ...         _ = target.write_text("after")
    ...     path.read_text(), [left.name for left in Path(folder).glob("*.partial*")]
    ('after', [])
    """
    target = path.with_name(path.name + ".partial")
    with lease.held(import_lease(home, path.stem)):  # so that nobody sweeps it away
        _remove(target)
        try:
            yield target
            target.chmod(stat.S_IMODE(path.stat().st_mode))
            _to_the_disk(target)
            os.replace(target, path)
            _to_the_disk(path.parent)
        finally:
            _remove(target)
    import_lease(home, path.stem).unlink(missing_ok=True)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold what one rewriting of snapshots holds at a time."""
    with lease.held(home / "imports" / "rewriting.lease"):
        yield


def files(workspace: Workspace, study: str | None = None) -> tuple[tuple[Snapshot, Path], ...]:
    """The snapshots of a study, or of all, whose files are there, newest first."""
    codes = [study] if study else [one.code for one in workspace.studies()]
    known = [(one, workspace.path(one)) for code in codes for one in workspace.snapshots(code)]
    return tuple((one, path) for one, path in known if path.is_file())


def imports_run(home: Path) -> bool:
    """Whether an import is running: its file is not known yet."""
    leases = [path for path in (home / "imports").glob("*.lease") if path.stem != "rewriting"]
    return any(lease.is_held(path) for path in leases)


def _remove(target: Path) -> None:
    for path in (target, target.with_name(target.name + ".wal")):
        path.unlink(missing_ok=True)


def _to_the_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
