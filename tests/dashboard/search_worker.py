"""Workers for tests of searches: `python -m tests.dashboard.search_worker HOME LEASE KEEP`.

Each line that comes in is one more worker, a process of its own. It has all modules already, so
that it begins at once.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from dashboard.home import open_here
from dashboard.jobs import search_job, working


def main(home: str, lease_seconds: str, keep_seconds: str) -> None:
    search_job.KEEP_SECONDS = float(keep_seconds)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # what was killed leaves the process table
    for _ in sys.stdin:
        if os.fork() == 0:
            _work(Path(home), float(lease_seconds))
            os._exit(0)


def _work(home: Path, lease_seconds: float) -> None:
    with open_here(home) as workspace:
        worker = working.Worker(workspace, lease_seconds=lease_seconds)
        worker.heed_signals()
        worker.work()


if __name__ == "__main__":
    main(*sys.argv[1:])
