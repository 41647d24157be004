"""The keys of encrypted snapshot files: from the environment, or a file only its owner can read.

The first key writes. A key file may hold former keys on further lines: they only read, so that
snapshots of two keys open side by side while `equipoise keys rotate` goes from one to the next.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from itertools import pairwise
from pathlib import Path

import duckdb

from queries.encryption import load_openssl
from queries.errors import DataError

VARIABLE = "EQUIPOISE_KEY_FILE"
KEY_VARIABLE = "EQUIPOISE_KEY"
_SHORTEST = 16
_DIFFERENT = 8
# What stands in examples and defaults; a key of which little else is left is no secret.
_KNOWN = re.compile(
    r"change|default|example|equipoise|insert|letmein|passphrase|password|placeholder|qwerty"
    r"|replace|sample|secret|your|key|here|this|test|1234567890|123456"
)


def snapshot_key(file: Path | None = None) -> str | None:
    """The key that writes: in `file`, else of `snapshot_keys`; None without encryption.

    Raises
    ------
    DataError
        When the file cannot be read, others can read it too, or the key is empty, weak or a
        default.

    Examples
    --------
    >>> snapshot_key(Path("no-such-key"))
    Traceback (most recent call last):
        ...
    queries.errors.DataError: no-such-key: a key file can be read.
    """
    keys = snapshot_keys() if file is None else read_keys(file)
    return keys[0] if keys else None


def snapshot_keys() -> tuple[str, ...]:
    """The keys that read: `EQUIPOISE_KEY`, else of the file that `EQUIPOISE_KEY_FILE` names.

    Raises
    ------
    DataError
        As `snapshot_key`; and when both are set, or one is set to nothing.
    """
    text, named = os.environ.get(KEY_VARIABLE), os.environ.get(VARIABLE)
    if text is not None and named is not None:
        raise DataError(f"a key comes from one place: {KEY_VARIABLE} or {VARIABLE}")
    if text is not None:
        return (checked_key(text.strip(), KEY_VARIABLE),)
    if named is None:
        return ()
    if not named.strip():
        raise DataError(f"{VARIABLE} names a file, or is not set")
    return read_keys(Path(named))


def refuse_careless_key() -> None:
    """Refuse to start with a key that is empty, weak or open to others, or that nothing can use.

    Raises
    ------
    DataError
        With the rule; without a key there is nothing to refuse.

    Examples
    --------
    >>> refuse_careless_key()
    """
    if snapshot_keys():
        with duckdb.connect(":memory:") as connection:
            load_openssl(connection)


def read_keys(path: Path) -> tuple[str, ...]:
    """The keys in a file, one a line, the one that writes first.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "key"
    ...     write_keys(file, ["correct horse battery staple"])
    ...     read_keys(file)
    ('correct horse battery staple',)
    """
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise DataError("a key file can be read", file=path.name) from None
    if stat.S_IMODE(mode) & 0o077:
        raise DataError("a key file is readable by its owner only (chmod 600)", file=path.name)
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [""]
    return tuple(checked_key(line, path.name) for line in lines)


def checked_key(key: str, where: str) -> str:
    """The key itself, if it is none that could be guessed; never shown in an error.

    Examples
    --------
    >>> checked_key("change-me-secret-key", "key")
    Traceback (most recent call last):
        ...
    queries.errors.DataError: key: a key is no default, sequence or repetition \
(equipoise keys new FILE makes one).
    """
    made = "(equipoise keys new FILE makes one)"
    if len(key) < _SHORTEST:
        raise DataError(f"a key has at least {_SHORTEST} characters {made}", file=where)
    if len(set(key)) < _DIFFERENT:
        rule = f"a key has at least {_DIFFERENT} different characters {made}"
        raise DataError(rule, file=where)
    if _is_guessable(key):
        raise DataError(f"a key is no default, sequence or repetition {made}", file=where)
    return key


def _is_guessable(key: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", key.lower())
    repeated = key in (key + key)[1:-1]
    steps = [ord(after) - ord(before) for before, after in pairwise(key)]
    in_sequence = sum(step in (1, -1) for step in steps) > len(steps) / 2
    return repeated or in_sequence or len(_KNOWN.sub("", plain)) < len(plain) / 2


def new_key() -> str:
    """A random key: 256 bits as text.

    Examples
    --------
    >>> len(new_key())
    43
    """
    return secrets.token_urlsafe(32)


def write_keys(path: Path, keys: list[str]) -> None:
    """Write a key file in one step, for its owner alone.

    Raises
    ------
    DataError
        When its folder cannot be written.
    """
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(keys) + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise DataError(f"a key file can be written ({error.strerror})", file=path.name) from None
