"""The key of codes, shifts of dates and tombstones: made once for a home, and kept.

With another one, the next data cut would get other codes and other shifts, and a subject who was
erased would not be known again. Who has it can tell which code is whose.
"""

from __future__ import annotations

import os
from pathlib import Path

from dashboard.access.key import new_key, read_keys, write_keys
from queries.errors import DataError

PSEUDONYM_VARIABLE = "EQUIPOISE_PSEUDONYM_KEY_FILE"
_FILE = "pseudonym.key"


def pseudonym_key(home: Path) -> str:
    """The key in the file that `EQUIPOISE_PSEUDONYM_KEY_FILE` names, else in the home folder.

    In the home folder it is made when it is first asked for.

    Raises
    ------
    DataError
        As `snapshot_key`, for a file that others can read or a key that could be guessed.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     pseudonym_key(Path(folder)) == pseudonym_key(Path(folder))
    True
    """
    named = os.environ.get(PSEUDONYM_VARIABLE)
    if named is not None:
        if not named.strip():
            raise DataError(f"{PSEUDONYM_VARIABLE} names a file, or is not set")
        return read_keys(Path(named))[0]
    file = home / _FILE
    if not file.exists():
        made = home / f"{_FILE}.{os.getpid()}"
        write_keys(made, [new_key()])
        try:
            os.link(made, file)  # of two who make one at once, the first one's counts
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return read_keys(file)[0]
