"""Codes in place of identifiers, and secret shifts of dates: HMAC-SHA-256 with a key of the home.

The same value gets the same code, and the same study or subject the same shift, in every import
under the same key. Whoever has the key and a list of identifiers can tell which is which.
"""

from __future__ import annotations

import hashlib
import hmac

_CODE_DIGITS = 16
_WEEKS = (52, 572)  # of the shift of a study, in the past; whole weeks, so that Mondays stay so
_DAYS = (1, 365)  # of the shift of a subject


def keyed_hash(key: str, *parts: str) -> str:
    """The HMAC-SHA-256 of some texts, as 64 digits.

    Examples
    --------
    >>> keyed_hash("k" * 32, "subject", "EQX-301", "01-701")[:8]
    'a61f9b82'
    """
    message = "\x00".join(parts).encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def code(key: str, value: str) -> str:
    """The code that stands for a value: 16 digits, the same in every column.

    Examples
    --------
    >>> len(code("k" * 32, "01-701"))
    16
    """
    return keyed_hash(key, "value", value)[:_CODE_DIGITS]


def study_shift(key: str, study: str) -> int:
    """Days to add to every date of a study: 1 to 11 years back, in whole weeks.

    Examples
    --------
    >>> study_shift("k" * 32, "EQX-301") % 7, study_shift("k" * 32, "EQX-301") < -363
    (0, True)
    """
    return -7 * _between(keyed_hash(key, "shift of a study", study), *_WEEKS)


def subject_shift(key: str, study: str, subject: str) -> int:
    """Days to add to every date of a subject: 1 to 365 days back.

    Examples
    --------
    >>> -366 < subject_shift("k" * 32, "EQX-301", "01-701") < 0
    True
    """
    return -_between(keyed_hash(key, "shift of a subject", study, subject), *_DAYS)


def subject_hash(key: str, study: str, subject: str) -> str:
    """What stands for a subject in the record of acts, where the identifier must not.

    Examples
    --------
    >>> len(subject_hash("k" * 32, "EQX-301", "01-701"))
    64
    """
    return keyed_hash(key, "subject", study, subject)


def _between(digits: str, least: int, most: int) -> int:
    return least + int(digits, 16) % (most - least + 1)
