"""A process that opens its workspace twice does not lose what it writes to another process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from queries.workspace import open_workspace

ROOT = Path(__file__).resolve().parents[3]
LIST = """
import sys
from queries.workspace import open_workspace
with open_workspace(sys.argv[1]) as workspace:
    print(*[study.code for study in workspace.studies()])
"""


def seen_elsewhere(home: Path) -> str:
    asked = [sys.executable, "-c", LIST, str(home)]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    return said.stdout.strip()


def test_what_is_written_after_a_second_opening_is_seen_elsewhere(tmp_path: Path) -> None:
    # Closing any handle of the file would drop the locks of the first opening (POSIX); the next
    # process to close would then take itself for the last one and delete the log in use.
    with open_workspace(tmp_path) as first:
        first.register_study(code="ONE", person="anna")
        with open_workspace(tmp_path) as second:
            assert len(second.studies()) == 1
            assert seen_elsewhere(tmp_path) == "ONE"
            first.register_study(code="TWO", person="anna")
            assert seen_elsewhere(tmp_path) == "ONE TWO"
