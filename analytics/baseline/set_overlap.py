"""How cohorts overlap: set sizes, exact intersections and pairs, as an UpSet plot shows them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.baseline.groups import Ints, require_frame, require_groups, whole_numbers
from analytics.checks import require
from analytics.results import Result, registered, require_columns

SET_COLUMNS = ("set", "subjects")
INTERSECTION_COLUMNS = ("pattern", "members", "degree", "subjects")
PAIR_COLUMNS = ("set", "other", "both", "either", "jaccard", "reason")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overlap(Result):
    """Sets of subjects and what they share.

    Parameters
    ----------
    names : tuple of str
        The sets, in order.
    sets : DataFrame
        `set`, `subjects`: its size.
    intersections : DataFrame
        `pattern` ("101": in the first and third set and in no other), `members` (the names, joined
        by " & "), `degree` (how many sets), `subjects`; the largest first. Only those that hold
        somebody.
    pairs : DataFrame
        `set`, `other`, `both`, `either`, `jaccard` (both / either), `reason` (why jaccard is NaN,
        not estimable; "" where it is a number).
    outside : int
        Subjects in none of the sets.
    """

    names: tuple[str, ...]
    sets: pd.DataFrame
    intersections: pd.DataFrame
    pairs: pd.DataFrame
    outside: int

    def __post_init__(self) -> None:
        require_columns(self.sets, SET_COLUMNS, "the sets")
        require_columns(self.intersections, INTERSECTION_COLUMNS, "the intersections")
        require_columns(self.pairs, PAIR_COLUMNS, "the pairs of sets")

    @property
    def disjoint(self) -> bool:
        """Whether nobody is in two sets."""
        return not bool(self.pairs["both"].any())

    @property
    def union(self) -> int:
        """Subjects in at least one set, each counted once."""
        return int(self.intersections["subjects"].sum())

    def to_frame(self) -> pd.DataFrame:
        """The intersections, the largest first."""
        return self.intersections.copy()


def overlap(patterns: pd.DataFrame, sets: tuple[str, ...]) -> Overlap:
    """Set sizes, intersections and pairwise overlap from counts per membership pattern.

    Parameters
    ----------
    patterns : DataFrame
        Columns `pattern` and `subjects`, one row per pattern. A pattern says for each set, in
        order, whether the subject is in it: text such as "101", or a tuple of booleans.
    sets : tuple of str
        The sets in order, 1 to 8; a set may be empty.

    Raises
    ------
    InputError
        A pattern that does not have one place per set, or has two rows; counts that are not whole
        numbers >= 0; more than 8 sets.

    References
    ----------
    Lex et al. (2014), IEEE Transactions on Visualization and Computer Graphics 20:1983-1992;
    Jaccard (1912), New Phytologist 11:37-50.

    Examples
    --------
    >>> frame = pd.DataFrame({"pattern": ["11", "10", "01", "00"], "subjects": [2, 5, 1, 9]})
    >>> found = overlap(frame, ("Over 65", "Diabetic"))
    >>> found.intersections[["members", "subjects"]]
                  members  subjects
    0             Over 65         5
    1  Over 65 & Diabetic         2
    2            Diabetic         1
    >>> float(found.pairs["jaccard"].iloc[0]), found.outside
    (0.25, 9)
    """
    require_groups(sets, "sets")
    require_frame(patterns, ("pattern", "subjects"), "the patterns")
    bits = pd.Series([_bits(one, len(sets)) for one in patterns["pattern"]], dtype=object)
    again = bits[bits.duplicated()].tolist()
    require(not again, "each pattern has one row", pattern=again[:1])
    member = np.array([[bit == "1" for bit in one] for one in bits], dtype=bool)
    member = member.reshape(len(bits), len(sets))
    subjects = whole_numbers(patterns["subjects"], "subjects")
    return Overlap(
        names=sets,
        sets=pd.DataFrame({"set": list(sets), "subjects": subjects @ member}),
        intersections=_intersections(bits, member, subjects, sets),
        pairs=_pairs(member, subjects, sets),
        outside=int(subjects[~member.any(axis=1)].sum()),
    )


def _bits(pattern: object, size: int) -> str:
    rule = f"a pattern is text of {size} zeros and ones, or a tuple of {size} booleans"
    if isinstance(pattern, tuple):
        places = all(isinstance(bit, bool | int | np.bool_ | np.integer) for bit in pattern)
        require(places, rule, pattern=pattern)
        text = "".join(str(int(bit)) for bit in pattern)
    else:
        text = pattern if isinstance(pattern, str) else ""
    require(len(text) == size and set(text) <= {"0", "1"}, rule, pattern=pattern)
    return text


def _intersections(
    bits: pd.Series[Any], member: NDArray[np.bool_], subjects: Ints, sets: tuple[str, ...]
) -> pd.DataFrame:
    members = [" & ".join(np.array(sets, dtype=object)[row]) for row in member]
    degree = member.sum(axis=1)
    columns = (bits, members, degree, subjects)
    frame = pd.DataFrame(dict(zip(INTERSECTION_COLUMNS, columns, strict=True)))
    held = frame[(degree > 0) & (subjects > 0)]
    # Equal sizes: fewer sets first, then the earlier sets first.
    order = ["subjects", "degree", "pattern"]
    return held.sort_values(order, ascending=[False, True, False], ignore_index=True)


def _pairs(member: NDArray[np.bool_], subjects: Ints, sets: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for one, other in combinations(range(len(sets)), 2):
        both = int(subjects[member[:, one] & member[:, other]].sum())
        either = int(subjects[member[:, one] | member[:, other]].sum())
        share = both / either if either else nan
        reason = "" if either else f"nobody is in {sets[one]!r} or {sets[other]!r}"
        rows.append((sets[one], sets[other], both, either, share, reason))
    return pd.DataFrame(rows, columns=list(PAIR_COLUMNS))
