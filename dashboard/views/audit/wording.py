"""Acts in words, for the screen. What is read may have been tampered with."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_LONGEST = 120
_TOLD = (
    "what",
    "name",
    "title",
    "question",
    "file",
    "template",
    "page",
    "kind",
    "person",
    "reason",
)


def visible(text: object) -> str:
    """Text of which every character shows: what would not show stands as a box.

    Examples
    --------
    >>> visible("anna\u202e")
    'anna\ufffd'
    """
    return "".join("\ufffd" if unicodedata.category(one) in _UNSEEN else one for one in str(text))


def in_short(detail: Mapping[str, Any]) -> str:
    """What an act was about, on a line.

    Examples
    --------
    >>> in_short({"cohort": "UUutBvEIZSFITTC", "version": 2, "name": "Elderly"})
    'Elderly, version 2'
    >>> in_short({"person": "vera", "roles": ["viewer"]})
    'vera'
    >>> in_short({"title": {"old": "Review", "new": "Review of March"}})
    'Review of March'
    >>> in_short({"blinded": {"old": True, "new": False}, "reason": "to see"})
    'to see'
    """
    told = next((_now(detail[name]) for name in _TOLD if detail.get(name)), "")
    if not told and isinstance(detail.get("snapshot"), str):
        told = f"snapshot {detail['snapshot'][:8]}"
    if not told and isinstance(detail.get("acts"), int):
        told = f"{detail['acts']:,} acts"
    if told and isinstance(detail.get("version"), int):
        told += f", version {detail['version']}"
    if told and isinstance(detail.get("format"), str):
        told += f" as {detail['format'].upper()}"
    shown = visible(" ".join(told.split()))
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _now(held: object) -> str:
    """What stands there now, where an old and a new value are kept."""
    return str(held["new"] if isinstance(held, Mapping) and "new" in held else held)


def value(held: object) -> str:
    """An old or a new value, on a line.

    Examples
    --------
    >>> value(None), value(True), value({"alpha": 0.025})
    ('–', 'yes', '{"alpha": 0.025}')
    """
    if held is None:
        return "–"
    if isinstance(held, bool):
        return "yes" if held else "no"
    return visible(held if isinstance(held, str) else json.dumps(held, ensure_ascii=False))
