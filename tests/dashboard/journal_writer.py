"""A process that appends to a journal: `-m tests.dashboard.journal_writer HOME SEARCH WHO`."""

from __future__ import annotations

import sys
from pathlib import Path

from dashboard.home import open_here
from dashboard.jobs.search_journal import WorkspaceJournal

TURNS = 20


def main(home: str, search: str, who: str) -> None:
    with open_here(Path(home)) as workspace:
        journal = WorkspaceJournal(workspace.searches, search)
        for turn in range(TURNS):
            if turn % 2:
                journal.append_logs([{"who": who, "turn": turn}])
            else:
                with journal.batch():
                    for half in ("a", "b"):
                        journal.append_logs([{"who": who, "turn": turn, "half": half}])


if __name__ == "__main__":
    main(*sys.argv[1:])
