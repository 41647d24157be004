"""The key of encrypted snapshot files: read from a file that only its owner can read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from queries.errors import DataError

VARIABLE = "EQUIPOISE_KEY_FILE"
_SHORTEST = 16


def snapshot_key(file: Path | None = None) -> str | None:
    """The key in `file`, else in the file that `EQUIPOISE_KEY_FILE` names, else none.

    Raises
    ------
    DataError
        When the file cannot be read, others can read it too, or the key is too short.

    Examples
    --------
    >>> snapshot_key(Path("no-such-key"))
    Traceback (most recent call last):
        ...
    queries.errors.DataError: no-such-key: a key file can be read.
    """
    named = os.environ.get(VARIABLE)
    path = file or (Path(named) if named else None)
    if path is None:
        return None
    try:
        mode, key = path.stat().st_mode, path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise DataError("a key file can be read", file=path.name) from None
    if stat.S_IMODE(mode) & 0o077:
        raise DataError("a key file is readable by its owner only (chmod 600)", file=path.name)
    if len(key) < _SHORTEST:
        raise DataError(f"a key has at least {_SHORTEST} characters", file=path.name)
    return key
