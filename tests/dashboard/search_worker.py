"""A worker for tests of searches: `python -m tests.dashboard.search_worker HOME LEASE KEEP`."""

from __future__ import annotations

import sys
from pathlib import Path

from dashboard.home import open_here
from dashboard.jobs import search_job, working


def main(home: str, lease_seconds: str, keep_seconds: str) -> None:
    search_job.KEEP_SECONDS = float(keep_seconds)
    with open_here(Path(home)) as workspace:
        worker = working.Worker(workspace, lease_seconds=float(lease_seconds))
        worker.heed_signals()
        print("ready", flush=True)
        worker.work(idle_seconds=5.0)


if __name__ == "__main__":
    main(*sys.argv[1:])
