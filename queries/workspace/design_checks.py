"""The single checks that a saved design is made of."""

from __future__ import annotations

import json
import re

from queries.errors import DataError
from queries.workspace.limits import MAX_JSON_DEPTH

MAX_DESIGN_BYTES = 1024 * 1024

_KIND = re.compile(r"[a-z][a-z0-9-]{0,63}")
_RULE = "a design is a JSON object, in Unicode without NUL and with finite numbers"


def checked_kind(kind: str) -> str:
    """What the JSON of a design holds, as a short name.

    Examples
    --------
    >>> checked_kind("group-sequential-survival")
    'group-sequential-survival'
    """
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        rule = "a kind of design is named in lower-case letters, digits and dashes"
        raise DataError(rule, got=kind if isinstance(kind, str) else type(kind).__name__)
    return kind


def checked_design(design_json: str) -> str:
    """A design as it is stored: the very text, so that every bit of its numbers stays.

    Examples
    --------
    >>> checked_design('{"alpha": 0.025}')
    '{"alpha": 0.025}'
    >>> checked_design('{"alpha": NaN}')
    Traceback (most recent call last):
        ...
    queries.errors.DataError: a design is a JSON object, in Unicode without NUL and with finite \
numbers.
    """
    if not isinstance(design_json, str):
        raise DataError("a design is JSON text", got=type(design_json).__name__)
    _check_size(design_json)
    try:
        found = json.loads(design_json, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise DataError(_RULE) from None
    if not isinstance(found, dict):
        raise DataError(_RULE)
    if _depth(found) > MAX_JSON_DEPTH:
        raise DataError(f"a design is nested at most {MAX_JSON_DEPTH} deep")
    return design_json


def _check_size(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise DataError(_RULE) from None
    if "\x00" in text:
        raise DataError(_RULE)
    if size > MAX_DESIGN_BYTES:
        raise DataError(f"a design takes at most {MAX_DESIGN_BYTES:,} bytes", got=size)


def _refuse(name: str) -> float:
    raise ValueError(name)


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        inner = [one for one in level if isinstance(one, dict | list)]
        parts = [one.values() if isinstance(one, dict) else one for one in inner]
        level = [part for each in parts for part in each]
    return depth
