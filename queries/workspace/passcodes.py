"""Passcodes of shares: kept as Argon2id hashes."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from queries.errors import DataError
from queries.workspace.limits import checked_text

SHORTEST, LONGEST = 8, 100
_HASHER = PasswordHasher()


def hashed(passcode: str) -> str:
    """A passcode as it is kept.

    Examples
    --------
    >>> hashed("correct horse").startswith("$argon2id$")
    True
    >>> hashed("short")
    Traceback (most recent call last):
        ...
    queries.errors.DataError: a passcode has at least 8 characters.
    """
    if len(passcode.strip()) < SHORTEST:
        raise DataError(f"a passcode has at least {SHORTEST} characters")
    return _HASHER.hash(checked_text(passcode, "a passcode", longest=LONGEST))


def is_right(passcode: str, kept: str) -> bool:
    """Whether a passcode is the one that is kept.

    Examples
    --------
    >>> is_right("correct horse", hashed("correct horse")), is_right("wrong", hashed("a" * 9))
    (True, False)
    """
    if len(passcode) > 4 * LONGEST:
        return False
    try:
        return _HASHER.verify(kept, passcode.strip())
    except (VerificationError, InvalidHashError):
        return False
