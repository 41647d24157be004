"""What a text or a JSON object must look like before it enters the workspace."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping

from queries.errors import DataError

MAX_JSON_BYTES = 64 * 1024
MAX_JSON_DEPTH = 64

_CONTROLS = {"Cc", "Cs"}
# Direction marks, blanks without width, private and unassigned characters, odd line breaks.
_UNSEEN = _CONTROLS | {"Cf", "Cn", "Co", "Zl", "Zp"}


def checked_text(
    text: object, what: str, *, longest: int, lines: bool = False, visible: bool = False
) -> str:
    """The text without blanks around it, or a refusal.

    Parameters
    ----------
    text : object
        What was received.
    what : str
        What the text is, as the subject of the refusal: "the code of a study".
    longest : int
        Most characters allowed; at least one is needed.
    lines : bool
        Whether line breaks are allowed.
    visible : bool
        Whether every character must show: for a text that names one thing among others, which
        a direction mark would let read like another.

    Examples
    --------
    >>> checked_text(" EQX-301 ", "the code of a study", longest=64)
    'EQX-301'
    >>> checked_text("", "the code of a study", longest=64)
    Traceback (most recent call last):
        ...
    queries.errors.DataError: the code of a study is 1 to 64 printable characters, but got ''.
    """
    rule = f"{what} is 1 to {longest} printable characters"
    if not isinstance(text, str):
        raise DataError(rule, got=type(text).__name__)
    stripped = text.strip()
    shown = stripped.replace("\n", "") if lines else stripped
    refused = _UNSEEN if visible else _CONTROLS
    hidden = any(unicodedata.category(character) in refused for character in shown)
    if hidden or not 1 <= len(stripped) <= longest:
        raise DataError(rule, got=text)
    return stripped


def checked_whole(value: object, what: str, *, low: int, high: int) -> int:
    """A whole number from `low` to `high`, or a refusal.

    Examples
    --------
    >>> checked_whole(720, "the number of subjects", low=0, high=10_000)
    720
    >>> checked_whole(4, "a version of 'Elderly'", low=1, high=3)
    Traceback (most recent call last):
        ...
    queries.errors.DataError: a version of 'Elderly' is a whole number from 1 to 3, but got 4.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        rule = f"{what} is a whole number from {low} to {high}"
        raise DataError(rule, got=printable(value))
    return value


def printable(value: object) -> object:
    """The value, unless it is an integer of so many digits that it cannot be printed.

    Examples
    --------
    >>> printable(720), printable(10**300)
    (720, 'a number of 997 bits')
    """
    if isinstance(value, int) and value.bit_length() > 200:
        return f"a number of {value.bit_length()} bits"
    return value


def checked_json(value: object, what: str, *, most_bytes: int = MAX_JSON_BYTES) -> str:
    """A JSON object of limited size and depth, as text.

    Parameters
    ----------
    value : object
        What was received.
    what : str
        What the object is, as the subject of the refusal.
    most_bytes : int
        Most bytes its text may take.

    Examples
    --------
    >>> checked_json({"endpoint": "OS"}, "the state of a page")
    '{"endpoint": "OS"}'
    >>> checked_json({"x": float("nan")}, "the state of a page")
    Traceback (most recent call last):
        ...
    queries.errors.DataError: the state of a page can be written as JSON.
    """
    if not isinstance(value, Mapping):
        raise DataError(f"{what} is a JSON object", got=type(value).__name__)
    _check_shape(value, what, depth=1)
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise DataError(f"{what} can be written as JSON") from None
    if len(text) > most_bytes:
        raise DataError(f"{what} takes at most {most_bytes} bytes", got=len(text))
    return text


def _check_shape(value: object, what: str, *, depth: int) -> None:
    if depth > MAX_JSON_DEPTH:
        raise DataError(f"{what} is nested at most {MAX_JSON_DEPTH} deep")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise DataError(f"{what} has text as its keys")
        parts = list(value.values())
    else:
        parts = list(value) if isinstance(value, (list, tuple)) else []
    for part in parts:
        _check_shape(part, what, depth=depth + 1)
