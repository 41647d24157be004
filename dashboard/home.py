"""Where this installation keeps its workspace and its snapshots, and how it opens them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from queries.errors import DataError

if TYPE_CHECKING:
    from queries.left_out import LeftOut
    from queries.store import Store
    from queries.workspace import Workspace

SNAPSHOT_VARIABLE = "EQUIPOISE_SNAPSHOT"
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


def open_snapshot(content_sha256: str, *, pooled: bool) -> Store:
    """Open the snapshot whose content has a SHA-256, as scripts name it.

    It is the file that `EQUIPOISE_SNAPSHOT` names, which must have that content; without it, the
    snapshot of this installation's workspace.

    Parameters
    ----------
    content_sha256 : str
    pooled : bool
        Whether no arm is shown. A study that is blinded here opens in no other way.

    Raises
    ------
    DataError
        When no snapshot here has that content, or it is blinded and `pooled` is false.

    Examples
    --------
    >>> with open_snapshot("0" * 64, pooled=True) as store:  # doctest: +IGNORE_EXCEPTION_DETAIL
    ...     store.ask("subjects_by_arm")
    Traceback (most recent call last):
    queries.errors.DataError: a snapshot here has the content that is asked for, but got '0000'.
    """
    from dashboard.access.key import snapshot_keys
    from queries.store import open_store

    named = os.environ.get(SNAPSHOT_VARIABLE)
    without: LeftOut | None = None
    if named:
        path = Path(named)
    else:
        path, without = _snapshot_file(content_sha256, pooled=pooled)
    store = open_store(path, pooled=pooled, key=snapshot_keys(), left_out=without)
    facts = store.ask("snapshot_facts").set_index("item")["value"]
    if facts.get("content_sha256") != content_sha256:
        store.close()
        raise DataError(
            "the snapshot has the content that is asked for", got=facts.get("content_sha256")
        )
    return store


def _snapshot_file(content_sha256: str, *, pooled: bool) -> tuple[Path, LeftOut | None]:
    from dashboard.access.restrictions import left_out

    with open_here() as here:
        for study in here.studies():
            for snapshot in here.snapshots(study.code):
                if snapshot.content_sha256 == content_sha256:
                    if study.blinded and not pooled:
                        raise DataError("a blinded study opens pooled", got=study.code)
                    return here.path(snapshot), left_out(here, study.code)
    raise DataError("a snapshot here has the content that is asked for", got=content_sha256)
