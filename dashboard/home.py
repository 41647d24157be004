"""Where this installation keeps its workspace and its snapshots, and how it opens them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from queries.workspace import Workspace

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


def open_here(home: Path | None = None) -> Workspace:
    """Open the workspace of this installation.

    Its database is the one that `EQUIPOISE_WORKSPACE_URL` names, a server that several machines
    share; without it, a file in the home folder. Snapshots are in the home folder in any case.

    Parameters
    ----------
    home : Path, optional
        In place of `home_folder()`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, open_here(Path(folder)) as workspace:
    ...     workspace.studies()
    ()
    """
    from queries.workspace import open_workspace

    folder, url = home or home_folder(), os.environ.get("EQUIPOISE_WORKSPACE_URL")
    return open_workspace(url, home=folder) if url else open_workspace(folder)
