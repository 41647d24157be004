"""Where this installation keeps its workspace and its snapshots."""

from __future__ import annotations

import os
from pathlib import Path

PERSON = "local owner"  # who asks and acts, until accounts exist


def home_folder() -> Path:
    """The home folder: `EQUIPOISE_HOME`, else `~/.equipoise`.

    Examples
    --------
    >>> home_folder().is_absolute()
    True
    """
    named = os.environ.get("EQUIPOISE_HOME")
    return Path(named).expanduser().resolve() if named else Path.home() / ".equipoise"
