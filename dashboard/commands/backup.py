"""The command `equipoise backup`: a copy of the home folder that a dashboard can be served from."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import click

from dashboard.commands.options import home_option
from dashboard.home import PERSON, open_here
from queries.errors import DataError
from queries.workspace import Workspace

_DATABASE, _SNAPSHOTS = "workspace.db", "snapshots"


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="A folder that is not there yet.",
)
@home_option
def backup(out: Path, home: Path | None) -> None:
    """Copy the workspace and its snapshots while the dashboard goes on.

    The copy is a home folder: serve it with --home, or put it where the lost one was. Keys are
    not copied: without the key file, and the pseudonym key, a copy of encrypted snapshots opens
    for nobody. Keep them apart from it.

    \b
    Examples:
      equipoise backup --out /backup/2026-03-31
      equipoise run --home /backup/2026-03-31
    """
    if os.environ.get("EQUIPOISE_WORKSPACE_URL"):
        raise DataError("the database of a workspace on a server is backed up there (pg_dump)")
    with open_here(home) as workspace:
        copied = back_up(workspace, out)
    click.echo(f"{out}: the workspace and {copied} snapshots. Keep the keys apart from it.")


def back_up(workspace: Workspace, out: Path) -> int:
    """Copy a workspace on files; gives the number of its snapshots.

    Raises
    ------
    DataError
        When the folder is there already, or cannot be written; nothing of it is left then.
    """
    if out.exists():
        raise DataError("a backup goes to a folder that is not there yet", got=str(out))
    workspace.record(act="backup", person=PERSON, detail={"to": out.name})
    try:
        (out / _SNAPSHOTS).mkdir(parents=True, mode=0o700)
        out.chmod(0o700)
        _copy_database(workspace.home / _DATABASE, out / _DATABASE)
        return _copy_snapshots(workspace, out)
    except (OSError, sqlite3.Error) as error:
        shutil.rmtree(out, ignore_errors=True)
        raise DataError("a backup can be written", got=str(error), file=str(out)) from error


def _copy_database(path: Path, to: Path) -> None:
    """A copy as of one moment, whatever is being written."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
    to.chmod(0o600)


def _copy_snapshots(workspace: Workspace, out: Path) -> int:
    """The files that the copied database knows of; a snapshot is written once and never changed."""
    copied = 0
    for study in workspace.studies():
        for snapshot in workspace.snapshots(study.code):
            source = workspace.path(snapshot)
            if source.is_file():
                shutil.copy2(source, out / _SNAPSHOTS / source.name)
                copied += 1
    return copied
