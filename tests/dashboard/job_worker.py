"""A worker process for tests: `python -m tests.dashboard.job_worker HOME LEASE_SECONDS`."""

from __future__ import annotations

import sys
from pathlib import Path

from dashboard.home import open_here
from dashboard.jobs import working
from tests.dashboard.job_kinds import TEST_KINDS


def main(home: str, lease_seconds: str) -> None:
    working._PATIENCE_SECONDS = 0.5
    with open_here(Path(home)) as workspace:
        worker = working.Worker(
            workspace,
            kinds=TEST_KINDS,
            lease_seconds=float(lease_seconds),
            said=lambda line: print(line, flush=True),
        )
        worker.heed_signals()
        print("ready", flush=True)
        worker.work(idle_seconds=3.0)


if __name__ == "__main__":
    main(*sys.argv[1:])
