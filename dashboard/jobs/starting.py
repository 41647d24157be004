"""Starting workers: the server's own, when there is work; others, on the command line."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

from dashboard.home import open_here
from dashboard.jobs import lease
from dashboard.jobs.working import Worker, has_work
from queries.errors import DataError
from queries.workspace import Workspace

IDLE_SECONDS = 60.0
_STARTING_SECONDS = 10.0  # until the lease of a worker that was started must be held
_LARGEST_LOG = 2**20
_NICENESS = 5  # pages come first

_guard = threading.Lock()
_started: dict[Path, float] = {}


def ensure_worker(workspace: Workspace) -> bool:
    """Start a worker in a process of its own if there is work and none on this machine.

    Parameters
    ----------
    workspace : Workspace
        The one that `EQUIPOISE_WORKSPACE_URL` or its home folder names.

    Returns
    -------
    bool
        Whether one was started. It ends by itself when it has been idle for a while.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     ensure_worker(workspace)
    False
    """
    home = workspace.home
    if worker_is_alive(home) or not has_work(workspace):
        return False
    with _guard:
        if time.monotonic() - _started.get(home, -_STARTING_SECONDS) < _STARTING_SECONDS:
            return False
        _started[home] = time.monotonic()
    with _log(home / "worker.log") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.jobs.starting"],
            cwd=Path(__file__).parents[2],  # so that the child finds these packages as we do
            env={**os.environ, "EQUIPOISE_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    # Somebody has to wait for a child, or it stays in the process table.
    threading.Thread(target=process.wait, daemon=True).start()
    return True


def worker_is_alive(home: Path) -> bool:
    """Whether a worker of this home folder runs on this machine."""
    return lease.is_held(_lease(home))


def work_in_the_foreground(
    workspace: Workspace, *, idle_seconds: float | None, said: Callable[[str], None]
) -> None:
    """Do jobs until told to stop, or until none came for so long."""
    worker = Worker(workspace, said=said)
    worker.heed_signals()
    with ExitStack() as stack:
        # While it works, the server need not start one; beside another one it works as well.
        with suppress(DataError):
            stack.enter_context(lease.held(_lease(workspace.home)))
        worker.work(idle_seconds=idle_seconds)


def _lease(home: Path) -> Path:
    return home / "worker.lease"


def _log(path: Path) -> IO[bytes]:
    """Where a worker says what went wrong, for the owner's eyes alone; begun anew when large."""
    if path.exists() and path.stat().st_size > _LARGEST_LOG:
        path.unlink()
    return os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "ab")


# In the process of its own -----------------------------------------------------------


def main() -> None:
    """Do the jobs of this home folder until there are none."""
    os.nice(_NICENESS)
    with open_here() as workspace, suppress(DataError):  # another one holds the lease: it works
        worker = Worker(workspace)
        worker.heed_signals()
        # A job that came while this one let go of the lease would find nobody.
        while not worker.stopping:
            with lease.held(_lease(workspace.home), wait_seconds=2):
                worker.work(idle_seconds=IDLE_SECONDS)
            if not worker.has_work():
                break


if __name__ == "__main__":
    main()
