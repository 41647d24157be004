"""Passwords: what is asked of them, and their Argon2id hashes."""

from __future__ import annotations

import secrets
import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from queries.errors import DataError

SHORTEST, LONGEST = 12, 200
_DIFFERENT = 6
# Long enough for the rule, and yet among the first that anybody tries.
_COMMON = (
    "password",
    "passwort",
    "qwerty",
    "letmein",
    "iloveyou",
    "administrator",
    "equipoise",
    "changeme",
    "welcome",
    "1234567890",
    "abcdefgh",
)
_WORDS_OF = "abcdefghjkmnpqrstuvwxyz23456789"  # no signs that are read as others

_AT_ONCE = BoundedSemaphore(2)  # a hash takes 64 MiB: many posts must not take all memory
_hasher = PasswordHasher()  # Argon2id with the parameters of RFC 9106 for 64 MiB
_NOBODYS = _hasher.hash(secrets.token_urlsafe(16))


def check_password(password: str, *, name: str) -> str:
    """The password, when it keeps the rules, as it is hashed.

    Length counts, as NIST SP 800-63B asks; a mixture of kinds of signs does not.

    Parameters
    ----------
    password : str
    name : str
        Of the person it is for, which it does not hold.

    Raises
    ------
    DataError
        When it breaks a rule. The password itself is not shown.

    Examples
    --------
    >>> check_password("correct horse battery", name="anna")
    'correct horse battery'
    >>> check_password("short", name="anna")
    Traceback (most recent call last):
        ...
    queries.errors.DataError: a password has 12 to 200 characters.
    """
    given = unicodedata.normalize("NFKC", password)
    plain = given.casefold()
    if not SHORTEST <= len(given) <= LONGEST:
        raise DataError(f"a password has {SHORTEST} to {LONGEST} characters")
    if len(set(plain)) < _DIFFERENT:
        raise DataError(f"a password has at least {_DIFFERENT} different characters")
    if len(name) > 2 and name.casefold() in plain:
        raise DataError("a password does not hold the name of its person")
    for word in _COMMON:
        if len(plain.replace(word, "")) < SHORTEST / 2:
            raise DataError("a password is not one of those that are tried first")
    return given


def hash_password(password: str) -> str:
    """The Argon2id hash of a password that keeps the rules.

    Examples
    --------
    >>> hash_password("correct horse battery").startswith("$argon2id$")
    True
    """
    with _AT_ONCE:
        return _hasher.hash(unicodedata.normalize("NFKC", password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether a password has this hash; without a hash, no, after as long a time.

    Examples
    --------
    >>> is_right("correct horse battery", None)
    False
    """
    given = unicodedata.normalize("NFKC", password[: LONGEST + 1])
    try:
        with _AT_ONCE:
            _hasher.verify(password_hash or _NOBODYS, given)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def make_password() -> str:
    """A password of four groups, of about 99 random bits, to be given to somebody once.

    Examples
    --------
    >>> len(make_password())
    23
    """
    return "-".join("".join(secrets.choice(_WORDS_OF) for _ in range(5)) for _ in range(4))
