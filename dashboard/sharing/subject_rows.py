"""Whether a result tells of single subjects: their identifiers in it, or a column for them.

A second lock behind what results say of themselves: it looks at everything that a result holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from dashboard.cards import Card

_COLUMNS = frozenset({"usubjid", "subjid", "subject", "subject id", "patient", "patient id"})
_WORD = re.compile(r"[^\s,;:<>()\[\]{}'\"|=]+")
_TELLING = 6  # signs; a shorter identifier may as well be a number or a code of something else


def tells_of_subjects(card: Card, subjects: Collection[str]) -> bool:
    """Whether a subject's identifier, or a column of them, is anywhere in a result.

    Parameters
    ----------
    card : Card
    subjects : collection of str
        Every identifier of the snapshot.

    Examples
    --------
    >>> tells_of_subjects(Card(name="A", notes=("All but EQX-301-101-001.",)), {"EQX-301-101-001"})
    True
    >>> tells_of_subjects(Card(name="A", notes=("All subjects.",)), {"EQX-301-101-001"})
    False
    """
    tables = [table for table in (card.shown, card.data) if table is not None]
    heads = {str(name).strip().casefold() for table in tables for name in table.columns}
    if heads & _COLUMNS:
        return True
    known = {one for one in subjects if _tells(one)}
    content = json.loads(card.to_json())["card"] | {"script": None}
    return any(_names_one(text, known) for text in _texts(content))


def _tells(identifier: str) -> bool:
    return len(identifier) >= _TELLING or not identifier.isalnum()


def _names_one(text: str, known: Collection[str]) -> bool:
    if text in known:
        return True
    return any(word in known or word.rstrip(".?!") in known for word in _WORD.findall(text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
