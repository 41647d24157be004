"""Cohorts so alike that two of their tables, one less the other, speak of a few subjects."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from itertools import combinations, permutations

from analytics.checks import require


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Cohorts that a new one differs from by too few subjects.

    Parameters
    ----------
    others : tuple of str
        Names of the earlier cohort, or of the two whose union or difference it is.
    subjects : int
        In one and not in the other.
    """

    others: tuple[str, ...]
    subjects: int

    def sentence(self) -> str:
        """Why the new cohort is refused; it does not say how many: that would tell."""
        named = " and ".join(self.others)
        return f"It differs by too few subjects from {named}, shared before."


def small_differences(
    cohort: Set[str], others: Mapping[str, Set[str]], *, threshold: int = 11
) -> tuple[Difference, ...]:
    """Earlier cohorts that this one differs from by 1 to `threshold − 1` subjects.

    Compared are each earlier cohort, the union of each two of them that have no subject in
    common, and one less the other where that is part of it. The same subjects again are no
    difference. Not covered: three and more together,
    two data cuts of the same cohort (what is new in the second is the difference), and
    different questions about the same subjects.

    Parameters
    ----------
    cohort : set of str
        Subjects, by any key that is the same in all cohorts; a keyed hash will do.
    others : mapping
        By name, those of the same study that an external audience has been shown.
    threshold : int

    Examples
    --------
    >>> everyone = {str(n) for n in range(100)}
    >>> small_differences(everyone - {"7"}, {"all": everyone})
    (Difference(others=('all',), subjects=1),)
    """
    require(threshold >= 2, "threshold >= 2", threshold=threshold)
    singles: dict[tuple[str, ...], frozenset[str]] = {
        (name,): frozenset(own) for name, own in others.items()
    }
    pairs: dict[tuple[str, ...], frozenset[str]] = {
        (*one, *two): singles[one] | singles[two]
        for one, two in combinations(singles, 2)
        if not singles[one] & singles[two]
    }
    parts = {
        (*one, *two): singles[one] - singles[two]
        for one, two in permutations(singles, 2)
        if singles[two] < singles[one]
    }
    found = ((names, len(own ^ cohort)) for names, own in (singles | pairs | parts).items())
    return tuple(Difference(others=names, subjects=n) for names, n in found if 0 < n < threshold)
