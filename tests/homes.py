"""Home folders of tests' own, copied from the demo studies."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

_DATABASE = "workspace.db"


def copied_home(home: Path, folder: Path) -> Path:
    """A copy of a home in this folder, which a test may write.

    Another test process may have the workspace open, and its files change while they are copied:
    the database is asked for a copy of itself.
    """
    copy = folder / "home"
    shutil.copytree(home, copy, ignore=shutil.ignore_patterns(f"{_DATABASE}*"))
    with (
        closing(sqlite3.connect(home / _DATABASE)) as source,
        closing(sqlite3.connect(copy / _DATABASE)) as target,
    ):
        source.backup(target)
    return copy
