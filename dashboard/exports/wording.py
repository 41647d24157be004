"""Text out of the data, for files of every kind: what can be written, and nothing that tricks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from numbers import Integral, Real

import pandas as pd

# Embeddings, overrides and isolates turn the text around them, not only their own.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
_REPLACED = "\N{REPLACEMENT CHARACTER}"
_DEEPEST = 4
EXPLORATORY = "exploratory"


def printable(text: object) -> str:
    """Text in one line, without what XML forbids or what turns the text around it.

    Examples
    --------
    >>> printable("Grade\\x0b 3\\n\\u202eor  worse")
    'Grade 3 or worse'
    """
    return " ".join("".join(map(_kept, str(text))).split())


def paragraphs(text: object) -> list[str]:
    """Text in its paragraphs, which empty lines part; each one `printable`.

    Examples
    --------
    >>> paragraphs("First,\\nin two lines.\\n\\nSecond.")
    ['First, in two lines.', 'Second.']
    """
    lines = [line.strip() for line in str(text).splitlines()]
    parts = "\n".join(lines).split("\n\n")
    return [said for part in parts if (said := printable(part))]


def code_lines(text: object) -> list[str]:
    """Lines of code as they are, without what XML forbids.

    Examples
    --------
    >>> code_lines("def f():\\n\\treturn 1\\x00")
    ['def f():', '    return 1']
    """
    return [
        "".join(_kept(sign) if not sign.isspace() else " " for sign in line)
        for line in str(text).expandtabs(4).split("\n")
    ]


def _kept(sign: str) -> str:
    if sign.isspace():
        return " "
    if unicodedata.category(sign) == "Cs" or ord(sign) & 0xFFFE == 0xFFFE:
        return _REPLACED
    return "" if unicodedata.category(sign) == "Cc" or sign in _TURNING else sign


def cell_text(value: object) -> str:
    """A cell of a frame as text that keeps its leading space; what is missing is empty.

    Examples
    --------
    >>> [cell_text(value) for value in (3, 0.1 + 0.2, float("nan"), "A", date(2026, 3, 31))]
    ['3', '0.3', '', 'A', '2026-03-31']
    """
    if is_missing(value):
        return ""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Real) and not isinstance(value, bool):
        return f"{float(value):.6g}"
    if isinstance(value, datetime | date):
        return value.isoformat(*[" "] * isinstance(value, datetime)).removesuffix(" 00:00:00")
    return str(value)


def is_missing(value: object) -> bool:
    """Whether a cell is empty: None, NaN, NaT, NA.

    Examples
    --------
    >>> is_missing(None), is_missing(pd.NaT), is_missing(""), is_missing([1, None])
    (True, True, False, False)
    """
    return value is None or bool(pd.api.types.is_scalar(value) and pd.isna(value))


def indented(text: str) -> tuple[int, str]:
    """How deep a cell is indented by its leading space, and its text without it.

    Examples
    --------
    >>> indented("\\N{EM SPACE}Nausea"), indented("\\N{NO-BREAK SPACE}" * 3 + "Female")
    ((1, 'Nausea'), (1, 'Female'))
    """
    lead = text[: len(text) - len(text.lstrip())].replace("\n", "").replace("\t", "   ")
    wide = lead.count("\N{EM SPACE}")
    narrow = len(lead) - wide
    level = wide + (max(1, round(narrow / 3)) if narrow > 1 else 0)
    return min(level, _DEEPEST), printable(text)


def is_exploratory(note: str) -> bool:
    """Whether a note is the mark of what confirms nothing.

    Examples
    --------
    >>> is_exploratory("Exploratory: the cohort is filtered."), is_exploratory("Safety set.")
    (True, False)
    """
    return note.lstrip().lower().startswith(EXPLORATORY)


def said(notes: Sequence[str]) -> list[str]:
    """Notes, each one printable, without the empty ones.

    Examples
    --------
    >>> said(["Safety population. ", ""])
    ['Safety population.']
    """
    return [text for note in notes if (text := printable(note))]
