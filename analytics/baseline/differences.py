"""Standardised mean differences: how far apart groups are, whatever their size."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import hypot, nan, sqrt

import numpy as np
import pandas as pd

from analytics.baseline.groups import Floats, Ints
from analytics.baseline.level_counts import LevelCounts
from analytics.baseline.samples import Moments, moments, negligible
from analytics.baseline.value_counts import ValueCounts
from analytics.baseline.value_table import spread_refusal
from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns

COLUMNS = ("group", "against", "difference", "reason")
MISSING = "missing"

Answer = tuple[float, str]
"""A difference, and why it is NaN ("" when it is a number)."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StandardisedDifferences(Result):
    """Standardised differences of one variable between all pairs of groups.

    Parameters
    ----------
    table : DataFrame
        A row per pair, those against the first group first: `group`, `against`, `difference`,
        `reason` (why a difference is NaN, not estimable; "" where it is a number). Above 0 when
        `group` has the larger mean, or the larger share of the second of two levels; with more
        levels a distance, never below 0.
    groups : tuple of str
        In order; the first is the reference.
    method : str
        The formula, in words.
    missing_as_level : bool
        Whether a missing value counted as a level of its own; else it is left out.
    variable : str
        What was compared.
    """

    table: pd.DataFrame
    groups: tuple[str, ...]
    method: str
    missing_as_level: bool
    variable: str

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "the table of differences")

    def against_reference(self) -> pd.DataFrame:
        """Each group against the first."""
        return self.table[self.table["against"] == self.groups[0]].reset_index(drop=True)

    def largest(self) -> Answer:
        """The largest absolute difference of any pair, and why there is none.

        One pair without an answer leaves none for the largest: it may well be that pair.

        Examples
        --------
        >>> frame = pd.DataFrame(
        ...     {"group": list("AABBCC"), "value": [1, 3, 2, 4, 5, 7], "subjects": [1] * 6}
        ... )
        >>> counts = ValueCounts(frame=frame, groups=("A", "B", "C"), disjoint=True)
        >>> round(standardised_differences(counts).largest()[0], 4)
        2.8284
        """
        without = self.table[self.table["difference"].isna()]
        if len(without):
            return nan, str(without["reason"].iloc[0])
        return float(self.table["difference"].abs().max()), ""

    def to_frame(self) -> pd.DataFrame:
        """A row per pair of groups."""
        return self.table.copy()


def standardised_differences(
    counts: LevelCounts | ValueCounts, *, missing_as_level: bool = False
) -> StandardisedDifferences:
    """Standardised difference between each two groups.

    - Numeric: difference of the means / sqrt of the mean of the two variances.
    - Two levels: difference of the shares of the second level / sqrt of the mean of the two
      variances p (1 - p).
    - More levels: Mahalanobis distance of the level shares, with the mean of the two multinomial
      covariances; for two levels that is the absolute value of the above.

    Without variance in either group the difference is 0 when the groups are equal and not
    estimable when they are not. Groups that share no level have no Mahalanobis distance; a
    generalised inverse would give one, and hide that it is infinite.

    Parameters
    ----------
    counts : LevelCounts or ValueCounts
        Two groups or more; they may overlap.
    missing_as_level : bool
        Categorical variables: whether a missing value counts as a level of its own.

    Raises
    ------
    NotEstimableError
        With one group.

    References
    ----------
    Yang and Dalton (2012), SAS Global Forum, paper 335; Austin (2009), Statistics in Medicine
    28:3083-3107.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"group": list("AABB"), "level": list("FMFM"), "subjects": [5, 5, 2, 8]}
    ... )
    >>> counts = LevelCounts(frame=frame, groups=("A", "B"), disjoint=True)
    >>> standardised_differences(counts).table[["group", "against", "difference"]].round(4)
      group against  difference
    0     B       A      0.6626
    """
    if len(counts.groups) < 2:
        raise NotEstimableError("A standardised difference compares groups, and there is only one.")
    if isinstance(counts, ValueCounts):
        rule = "missing values of a numeric variable are no level of it"
        require(not missing_as_level, rule, missing_as_level=missing_as_level)
        method, answers = _numeric(counts)
    else:
        method, answers = _categorical(counts, missing_as_level)
    pairs = zip(combinations(counts.groups, 2), answers, strict=True)
    rows = [(group, against, *answer) for (against, group), answer in pairs]
    return StandardisedDifferences(
        table=pd.DataFrame(rows, columns=list(COLUMNS)),
        groups=counts.groups,
        method=method,
        missing_as_level=missing_as_level,
        variable=counts.variable,
    )


def _numeric(counts: ValueCounts) -> tuple[str, list[Answer]]:
    found = zip(counts.groups, map(moments, counts.samples()), strict=True)
    answers = [_between_means(*one, *other) for one, other in combinations(found, 2)]
    return "difference of means / root of the mean variance", answers


def _between_means(name: str, reference: Moments, other: str, group: Moments) -> Answer:
    refusal = spread_refusal(name, reference.size) or spread_refusal(other, group.size)
    if refusal:
        return nan, refusal
    spread = hypot(reference.sd, group.sd) / sqrt(2)
    difference = group.mean - reference.mean
    if not negligible(spread, reference.mean, group.mean):
        return difference / spread, ""
    if negligible(abs(difference), reference.mean, group.mean):
        return 0.0, ""
    return nan, f"{name!r} and {other!r} each have one value only, and not the same"


def _categorical(counts: LevelCounts, missing_as_level: bool) -> tuple[str, list[Answer]]:
    table = counts.table if missing_as_level else counts.table[:, :-1]
    held = np.flatnonzero(table.any(axis=0))
    binary = held.size == 2
    named = (*counts.levels, MISSING)
    found = zip(counts.groups, table[:, held], strict=True)
    answers = [_between_levels(*one, *other, binary) for one, other in combinations(found, 2)]
    if binary:
        method = f"difference of the shares of {named[held[1]]!r} / root of the mean variance"
    else:
        method = "Mahalanobis distance of the level shares (Yang and Dalton)"
    return method, answers


def _between_levels(name: str, reference: Ints, other: str, group: Ints, binary: bool) -> Answer:
    for one, subjects in ((name, reference), (other, group)):
        if not subjects.any():
            return nan, f"no subject of {one!r} has a value"
    if not (reference * (group > 0)).any():
        return nan, f"{name!r} and {other!r} have no level in common"
    p, q = group / group.sum(), reference / reference.sum()
    return (_between_shares(p, q) if binary else _mahalanobis(p, q)), ""


def _between_shares(p: Floats, q: Floats) -> float:
    difference = float(p[1] - q[1])
    return difference / sqrt((p[0] * p[1] + q[0] * q[1]) / 2) if difference else 0.0


def _mahalanobis(p: Floats, q: Floats) -> float:
    # The shares add up to 1, so one level is redundant; without the most frequent one the
    # covariance is as far from singular as can be.
    kept = np.flatnonzero((p + q > 0) & (np.arange(p.size) != (p + q).argmax()))
    p, q = p[kept], q[kept]
    covariance = (np.diag(p) - np.outer(p, p) + np.diag(q) - np.outer(q, q)) / 2
    difference = p - q
    if not difference.any():
        return 0.0
    return sqrt(max(float(difference @ np.linalg.solve(covariance, difference)), 0.0))
