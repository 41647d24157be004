"""Sweeping away what imports left behind that were killed in the middle, and old jobs."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboard.jobs import lease
from dashboard.jobs.imports import import_lease
from queries.encryption import SPILLED
from queries.workspace import Workspace

HANDED_IN_SECONDS = 600
OUTCOME_SECONDS = 24 * 3600
SPILLED_SECONDS = 24 * 3600
JOBS_KEPT = timedelta(days=90)


def sweep(workspace: Workspace) -> tuple[Path, ...]:
    """Delete what no import is working on and no snapshot refers to.

    Parameters
    ----------
    workspace : Workspace
        Its home folder is swept.

    Returns
    -------
    tuple of Path
        What was deleted.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     left = Path(folder, "snapshots", "killed.duckdb.partial")
    ...     _ = left.write_bytes(b"half")
    ...     [path.name for path in sweep(workspace)], left.exists()
    (['killed.duckdb.partial'], False)
    """
    home = workspace.home
    swept = (*_orphaned_snapshots(workspace), *_spilled(home), *_old_imports(home / "imports"))
    for path in swept:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    return swept


def sweep_jobs(workspace: Workspace) -> int:
    """Delete jobs that ended long ago, with their results, and searches that nobody went on with.

    Asked again, they are done again.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     sweep_jobs(workspace)
    0
    """
    before = datetime.now(UTC) - JOBS_KEPT
    workspace.searches.sweep(before)
    return workspace.jobs.sweep(before)


def _orphaned_snapshots(workspace: Workspace) -> tuple[Path, ...]:
    home = workspace.home
    # Listed before the workspace is asked: what appears in between is left alone.
    files = sorted(path for path in (home / "snapshots").glob("*") if path.is_file())
    idle = [path for path in files if not lease.is_held(import_lease(home, _import_id(path)))]
    known = {
        workspace.path(snapshot)
        for study in workspace.studies()
        for snapshot in workspace.snapshots(study.code)
    }
    return tuple(path for path in idle if path.resolve() not in known)


def _spilled(home: Path) -> tuple[Path, ...]:
    """What killed readers had moved to the disk; one that is in use changes more often."""
    folders = (home / "snapshots").glob(f"{SPILLED}*")
    return tuple(path for path in folders if _age(path) > SPILLED_SECONDS)


def _old_imports(folder: Path) -> tuple[Path, ...]:
    """What ended imports left: the data they were handed, soon; their outcome, after a day."""
    idle = [path for path in sorted(folder.glob("*")) if not _is_running(path)]
    handed_in = [path / "files" for path in idle if _age(path) > HANDED_IN_SECONDS]
    outcomes = [path for path in idle if _age(path) > OUTCOME_SECONDS]
    return (*(path for path in handed_in if path.is_dir()), *outcomes)


def _is_running(path: Path) -> bool:
    return lease.is_held(path.parent / f"{_import_id(path)}.lease")


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _import_id(path: Path) -> str:
    return path.name.split(".", 1)[0]
