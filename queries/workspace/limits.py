"""What a text or a JSON object must look like before it enters the workspace."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping

from queries.errors import DataError

MAX_JSON_BYTES = 64 * 1024
MAX_JSON_DEPTH = 64


def checked_text(text: object, what: str, *, longest: int, lines: bool = False) -> str:
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
    hidden = any(unicodedata.category(character) in {"Cc", "Cs"} for character in shown)
    if hidden or not 1 <= len(stripped) <= longest:
        raise DataError(rule, got=text)
    return stripped


def checked_json(value: object, what: str) -> str:
    """A JSON object of limited size and depth, as text.

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
    if len(text) > MAX_JSON_BYTES:
        raise DataError(f"{what} takes at most {MAX_JSON_BYTES} bytes", got=len(text))
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
