"""In which order the levels of a column stand in a table.

The data say it where they carry a column of numbers beside the text, as ADaM has it: AGEGR1N
beside AGEGR1. Else levels that begin with a number stand in its order ("<65" before "65–80"), and
all others after them alphabetically.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from queries.cohorts.checking import column_kind
from queries.identifiers import quoted
from queries.store import Store

_LEADING_NUMBER = re.compile(r"\s*(<=|>=|[<>≤≥])?\s*(-?\d+(?:\.\d+)?)")
_BEFORE, _AFTER = ("<", "<=", "≤"), (">", ">=", "≥")
_LAST = float("inf")

Key = Callable[[str], tuple[float, int, str]]


def numbers_beside(store: Store, columns: Iterable[str]) -> dict[str, dict[str, float]]:
    """For each column of text that has a column of numbers beside it: the number of each level.

    Examples
    --------
    >>> numbers_beside(store, ["TRT01P", "SEX"])
    {'TRT01P': {'Active': 1.0, 'Placebo': 0.0}}
    """
    numbered = [name for name in columns if _has_numbers(store, name)]
    found: dict[str, dict[str, float]] = {name: {} for name in numbered}
    if not numbered:
        return {}
    parts = (
        f"SELECT {place} AS place, {quoted(name)} AS level, min({quoted(f'{name}N')}::DOUBLE) "
        f"AS number FROM {store.layout.subject_source} WHERE {quoted(name)} IS NOT NULL "
        f"AND {store.enrolled} GROUP BY level"
        for place, name in enumerate(numbered)
    )
    answer = store.execute(f"{' UNION ALL '.join(parts)} ORDER BY ALL", {}).dropna()
    for place, level, number in answer.itertuples(index=False, name=None):
        found[numbered[place]][level] = float(number)
    return found


def _has_numbers(store: Store, column: str) -> bool:
    kinds = [column_kind(store.columns.get(name, "")) for name in (column, f"{column}N")]
    return kinds[0] == "text" and kinds[1] in ("number", "whole number")


def ordered_levels(levels: Iterable[str], numbers: Mapping[str, float]) -> tuple[str, ...]:
    """Levels in the order of a table.

    Parameters
    ----------
    levels : iterable of str
    numbers : mapping of str to float
        From `numbers_beside`; empty where the data have none. A level without one stands last.

    Examples
    --------
    >>> ordered_levels(["65-80", ">80", "<65"], {})
    ('<65', '65-80', '>80')
    >>> ordered_levels(["High", "Low", "Medium"], {"Low": 1, "Medium": 2, "High": 3})
    ('Low', 'Medium', 'High')
    """
    known = sorted(levels)
    if numbers:
        return tuple(sorted(known, key=lambda level: numbers.get(level, _LAST)))
    return tuple(sorted(known, key=_by_number(known)))


def _by_number(levels: Sequence[str]) -> Key:
    found = {level: _LEADING_NUMBER.match(level) for level in levels}

    def key(level: str) -> tuple[float, int, str]:
        match = found[level]
        if match is None:
            return _LAST, 0, level.casefold()
        side = (match[1] in _AFTER) - (match[1] in _BEFORE)
        return float(match[2]), side, level

    return key
