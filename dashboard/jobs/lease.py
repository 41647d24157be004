"""A lease on a piece of work: held by a living process, gone with it.

The operating system lets go of a file lock when its process ends, however it ends, so a
lease never has to be cleaned up after a crash and never outlives its holder.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from queries.errors import DataError


@contextmanager
def held(path: Path, *, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the lease at `path` for the length of the block.

    Parameters
    ----------
    path : Path
        The file to lock; made when absent.
    wait_seconds : float
        How long to wait for another holder to let go.

    Raises
    ------
    DataError
        When another process keeps holding it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a") as file:
        _lock(file.fileno(), path, time.monotonic() + wait_seconds)
        yield


def is_held(path: Path) -> bool:
    """Whether a living process holds the lease.

    Examples
    --------
    >>> is_held(Path("no-such-lease"))
    False
    """
    if not path.exists():
        return False
    with path.open("a") as file:
        try:
            # Shared, so that two who ask at once do not take each other for a holder.
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock(descriptor: int, path: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise DataError("one process at a time does this work", got=path.name) from None
            time.sleep(0.05)
