"""The key that forms are signed with: made in the home folder, readable by its owner only."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from queries.errors import DataError

FILE = "signing.key"
_SHORTEST = 32
_DIFFERENT = 12  # 43 random signs of 64 have fewer once in more than 10^12 keys


def signing_key(home: Path) -> str:
    """The key of this home folder; made when there is none.

    Raises
    ------
    DataError
        When others can read it, or it is empty, too short, or was plainly not drawn at random.
        Deleting the file makes a new one: forms that are open then must be opened again.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     key = signing_key(Path(folder))
    ...     key == signing_key(Path(folder)), len(key) >= 32
    (True, True)
    """
    path = home / FILE
    if not os.path.lexists(path):
        _make(path)
    return _checked(path)


def _make(path: Path) -> None:
    # Whole at once: another process that starts now finds all of it or nothing.
    draft = path.with_name(f"{FILE}.{secrets.token_hex(8)}")
    opened = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(opened, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _checked(path: Path) -> str:
    try:
        mode, key = path.lstat().st_mode, path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise DataError("a signing key can be read", file=path.name) from None
    if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & 0o077:
        rule = "a signing key is a file that its owner only can read (chmod 600)"
        raise DataError(rule, file=path.name)
    if len(key) < _SHORTEST or len(set(key)) < _DIFFERENT:
        rule = f"a signing key has at least {_SHORTEST} random characters (delete it for a new one)"
        raise DataError(rule, file=path.name)
    return key
