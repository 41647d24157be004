"""Every snapshot under one key: encrypting plain ones, and going from one key to the next.

A snapshot at a time is written anew, compared with the original and switched, so that readers
go on reading. During a rotation the key file holds both keys. What was interrupted goes on where
it stopped when it is asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard.access.key import checked_key, write_keys
from dashboard.jobs import rewriting
from queries.encryption import key_of, rewrite
from queries.errors import DataError
from queries.workspace import Snapshot, Workspace

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotKey:
    """Under which key a snapshot is.

    Parameters
    ----------
    state : {"plain", "current", "former", "unknown"}
        Not encrypted; encrypted with the key that writes, or with a former one; or with none that
        is known here.
    """

    snapshot: Snapshot
    path: Path
    state: str


def key_states(workspace: Workspace, keys: Sequence[str]) -> tuple[SnapshotKey, ...]:
    """Under which key each snapshot file is.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     key_states(workspace, ["correct horse battery staple"])
    ()
    """
    return tuple(
        SnapshotKey(snapshot=one, path=path, state=_state(path, keys))
        for one, path in rewriting.files(workspace)
    )


def _state(path: Path, keys: Sequence[str]) -> str:
    try:
        found = key_of(path, keys)
    except DataError:
        return "unknown"
    return "plain" if found is None else "current" if found == keys[0] else "former"


def encrypt_plain(
    workspace: Workspace, keys: Sequence[str], progress: Progress
) -> tuple[SnapshotKey, ...]:
    """Encrypt the snapshots that are plain; gives back those that were."""
    if not keys:
        raise DataError("there is a key to encrypt with")
    with rewriting.alone(workspace.home):
        return _rewritten(workspace, keys, {"plain"}, keys[0], progress)


def rotate(
    workspace: Workspace,
    *,
    keys: Sequence[str],
    key_file: Path | None,
    new_key: str,
    progress: Progress,
) -> tuple[SnapshotKey, ...]:
    """Go to a new key: every encrypted snapshot is written anew under it.

    Parameters
    ----------
    keys : sequence of str
        Those in use, the one that writes first.
    key_file : Path or None
        Where they come from: it holds both keys meanwhile and the new one alone in the end.
        Without one the processes that run have to be started again with the new key.

    Returns
    -------
    tuple of SnapshotKey
        The snapshots that were written anew.

    Raises
    ------
    DataError
        When a snapshot has a key that is not known; when an import is still running under the
        former key, which the key file then keeps. Asked again, it goes on.
    """
    checked_key(new_key, "the new key")
    every = tuple(dict.fromkeys((new_key, *keys)))
    with rewriting.alone(workspace.home):
        unknown = [one for one in key_states(workspace, every) if one.state == "unknown"]
        if unknown:
            raise DataError("every snapshot opens with its key", file=unknown[0].path.name)
        if key_file is not None:
            write_keys(key_file, list(every))
        done = _rewritten(workspace, every, {"former"}, new_key, progress)
        if rewriting.imports_run(workspace.home):
            rule = "no import runs while the former key is given up; ask again when it has ended"
            raise DataError(rule)
        done += _rewritten(workspace, every, {"former"}, new_key, progress)
        if key_file is not None:
            write_keys(key_file, [new_key])
    return done


def _rewritten(
    workspace: Workspace, keys: Sequence[str], states: set[str], key: str, progress: Progress
) -> tuple[SnapshotKey, ...]:
    todo = [one for one in key_states(workspace, keys) if one.state in states]
    for place, one in enumerate(todo):
        progress(place / len(todo), f"Snapshot {place + 1} of {len(todo)}")
        with rewriting.replaced(workspace.home, one.path) as target:
            rewrite(one.path, target, key=key_of(one.path, keys), new_key=key)
    return tuple(todo)
