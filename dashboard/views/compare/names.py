"""Names of groups and variables: each its own, and none that a table needs for itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analytics.baseline.table_display import RESERVED

OVERALL = "Overall"
_LONGEST = 100


def group_names(wanted: Sequence[object]) -> list[str]:
    """Names for groups, in order: short, different, and no name of a column of the table.

    Examples
    --------
    >>> group_names(["Placebo", " Placebo", "Overall", ""])
    ['Placebo', 'Placebo (2)', 'Overall (2)', '(blank)']
    """
    return different([_short(name) for name in wanted], taken=(*RESERVED, OVERALL))


def different(wanted: Sequence[str], *, taken: Iterable[str] = ()) -> list[str]:
    """Texts made different by a number behind those that were there before.

    Examples
    --------
    >>> different(["Age", "Sex", "Age", "Age (2)"])
    ['Age', 'Sex', 'Age (2)', 'Age (2) (2)']
    """
    used = set(taken)
    names = []
    for text in wanted:
        numbered = (f"{text} ({number})" for number in range(2, len(wanted) + len(used) + 2))
        name = text if text not in used else next(one for one in numbered if one not in used)
        used.add(name)
        names.append(name)
    return names


def _short(name: object) -> str:
    text = " ".join(str(name).split()) or "(blank)"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
