"""The commands `equipoise keys`: make a key, see which snapshots are under it, rotate."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import click

from dashboard.commands.options import home_option
from dashboard.home import PERSON, open_here
from dashboard.printing import print_table
from dashboard.progress import shown_progress
from queries.errors import DataError


@click.group()
def keys() -> None:
    """Encrypt snapshots and change their key.

    The key comes from EQUIPOISE_KEY, or from the file that EQUIPOISE_KEY_FILE names, which only
    its owner may read. A key has at least 16 characters, 8 of them different, and is no default.
    """


@keys.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def new(file: Path) -> None:
    """Write a random key to FILE, which must not be there yet.

    Keep a copy apart from the data: without it the snapshots cannot be read.

    \b
    Example:
      equipoise keys new ~/equipoise.key
    """
    from dashboard.access.key import new_key, write_keys

    if file.exists():
        raise DataError("a new key goes to a new file", file=file.name)
    write_keys(file, [new_key()])
    click.echo(f"Key written. Use it with: export EQUIPOISE_KEY_FILE={file.absolute()}")


@keys.command()
@home_option
def status(home: Path | None) -> None:
    """Say which snapshots are encrypted, and whether with the key in use."""
    from dashboard.access.key import snapshot_keys
    from dashboard.access.rotation import key_states

    used = snapshot_keys()
    with open_here(home) as workspace:
        found = key_states(workspace, used)
    rows: list[dict[str, object]] = [
        {
            "study": one.snapshot.study,
            "snapshot": one.snapshot.id,
            "state": one.snapshot.state,
            "key": _SAID[one.state],
        }
        for one in found
    ]
    if rows:
        print_table(rows)
    counts = Counter(one.state for one in found)
    click.echo(f"A key is {'set' if used else 'not set'}; {_counted(counts)}.")
    if used and counts["plain"]:
        click.echo("Encrypt the plain ones with: equipoise keys encrypt")


_SAID = {
    "plain": "not encrypted",
    "current": "the key in use",
    "former": "a former key",
    "unknown": "a key that is not known here",
}


def _counted(counts: Counter[str]) -> str:
    parts = [f"{count} under {_SAID[state]}" for state, count in counts.items() if state != "plain"]
    parts += [f"{counts['plain']} not encrypted"] if counts["plain"] else []
    return ", ".join(parts) or "no snapshots"


@keys.command()
@home_option
def encrypt(home: Path | None) -> None:
    """Encrypt the snapshots that are not, with the key in use.

    Each is written anew, compared with the original and switched; the dashboard can go on
    meanwhile. What a disk keeps of deleted files, and backups, are for you to look after.
    """
    from dashboard.access.key import snapshot_keys
    from dashboard.access.rotation import encrypt_plain

    with open_here(home) as workspace, shown_progress("Encrypting") as progress:
        done = encrypt_plain(workspace, snapshot_keys(), progress)
        workspace.record(act="keys encrypt", person=PERSON, detail={"snapshots": len(done)})
    click.echo(f"{len(done)} snapshots encrypted.")


@keys.command()
@click.option(
    "--new-key-file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File with the new key; `equipoise keys new` makes one.",
)
@home_option
def rotate(new_key_file: Path, home: Path | None) -> None:
    """Change the key: every encrypted snapshot is written anew under the new one.

    The file that EQUIPOISE_KEY_FILE names holds both keys meanwhile, and the new one in the end,
    so that servers and workers go on reading. With EQUIPOISE_KEY, start them again with the new
    key. An interrupted rotation goes on when it is asked for again.

    \b
    Example:
      equipoise keys new new.key && equipoise keys rotate --new-key-file new.key && rm new.key
    """
    from dashboard.access.key import VARIABLE, read_keys, snapshot_keys
    from dashboard.access.rotation import rotate as go

    used, new_key = snapshot_keys(), read_keys(new_key_file)[0]
    if not used:
        raise DataError("there is a key to change; a first one encrypts: equipoise keys encrypt")
    named = os.environ.get(VARIABLE)
    file = Path(named) if named else None
    if file is not None and file.absolute() == new_key_file.absolute():
        raise DataError(f"the new key is not in the file that {VARIABLE} names")
    with open_here(home) as workspace, shown_progress("Rotating") as progress:
        done = go(workspace, keys=used, key_file=file, new_key=new_key, progress=progress)
        workspace.record(act="keys rotate", person=PERSON, detail={"snapshots": len(done)})
    click.echo(f"{len(done)} snapshots are under the new key.")
    if file is None:
        click.echo("Start servers and workers again with the new key.")
