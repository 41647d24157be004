"""Whether a new external share and an open one, one less the other, speak of a few subjects."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from analytics.disclosure import small_differences
from queries.workspace import ShownOutside


def too_alike(subjects: Collection[str], threshold: int, open_ones: Sequence[ShownOutside]) -> str:
    """Why an external share of these subjects is refused; "" when it is not.

    Parameters
    ----------
    subjects : collection of str
        Keyed hashes, as in `open_ones`.
    threshold : int
        Of the new share; the greatest of all of them counts.
    open_ones : sequence of ShownOutside
        What external readers of the study can open now.

    Examples
    --------
    >>> shown = ShownOutside(share="S" * 22, title="Safety", number=1, threshold=11,
    ...                      subjects=frozenset(map(str, range(100))))
    >>> too_alike([str(n) for n in range(99)], 11, [shown])
    'It differs by too few subjects from “Safety”, shared before.'
    >>> too_alike([str(n) for n in range(100)], 11, [shown])
    ''
    """
    others: dict[str, frozenset[str]] = {}
    for one in open_ones:
        if not one.subjects or one.subjects in others.values():
            continue
        said = f"“{one.title}”" if one.number == 1 else f"“{one.title}”, version {one.number}"
        same = sum(name.startswith(said) for name in others)
        others[f"{said} ({same + 1})" if same else said] = one.subjects
    greatest = max([threshold, *(one.threshold for one in open_ones)])
    found = small_differences(frozenset(subjects), others, threshold=greatest)
    return found[0].sentence() if found else ""
