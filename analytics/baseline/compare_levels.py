"""Whether levels are equally frequent in all groups: Pearson's chi-square, or Fisher's exact."""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc

from analytics.baseline.comparison import Comparison, require_comparable, require_enough
from analytics.baseline.groups import Floats, Ints
from analytics.baseline.level_counts import LevelCounts
from analytics.checks import NotEstimableError

SMALL = 5
"""An expected count below this makes the chi-square approximation doubtful (Cochran 1954)."""

_TIE = 1 + 1e-7  # tables this close in probability are equally likely, as in R's fisher.test


def compare_levels(counts: LevelCounts) -> Comparison:
    """Test that all groups have the same share of each level.

    Pearson's chi-square without continuity correction. When an expected count is below 5, two
    groups and two levels get Fisher's exact test instead, larger tables a note. Missing values and
    levels that nobody has are left out.

    Parameters
    ----------
    counts : LevelCounts
        Two groups or more, disjoint.

    Raises
    ------
    NotEstimableError
        With one group or overlapping ones, a group without values, or only one level.

    References
    ----------
    Pearson (1900), Philosophical Magazine 50:157-175; Fisher (1935), JRSS 98:39-82; Cochran
    (1954), Biometrics 10:417-451.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"group": list("AABB"), "level": list("FMFM"), "subjects": [8, 2, 1, 5]}
    ... )
    >>> test = compare_levels(LevelCounts(frame=frame, groups=("A", "B"), disjoint=True))
    >>> test.method, round(test.p_value, 5)
    ("Fisher's exact test", 0.03497)
    """
    require_comparable(counts)
    table = counts.table[:, :-1]
    require_enough(counts.groups, table.sum(axis=1).tolist(), least=1)
    table = table[:, table.any(axis=0)]
    if table.shape[1] == 1:
        raise NotEstimableError("No test: all subjects have the same level.")
    expected = table.sum(axis=1)[:, None] * (table.sum(axis=0) / table.sum())
    small = bool(expected.min() < SMALL)
    if small and table.shape == (2, 2):
        return _comparison(counts, _FISHER, None, (), fisher_exact(table))
    statistic = float(((table - expected) ** 2 / expected).sum())
    freedom = float((table.shape[0] - 1) * (table.shape[1] - 1))
    p_value = float(chdtrc(freedom, statistic))
    return _comparison(counts, _PEARSON, statistic, (freedom,), p_value, _NOTE if small else "")


_FISHER = "Fisher's exact test"
_PEARSON = "Pearson's chi-square test without continuity correction"
_NOTE = f"An expected count is below {SMALL}: the chi-square approximation may be poor."


def _comparison(
    counts: LevelCounts,
    method: str,
    statistic: float | None,
    freedom: tuple[float, ...],
    p_value: float,
    note: str = "",
) -> Comparison:
    return Comparison(
        method=method,
        statistic_name="" if statistic is None else "χ²",
        statistic=statistic,
        degrees_of_freedom=freedom,
        p_value=p_value,
        note=note,
        groups=counts.groups,
        variable=counts.variable,
    )


def fisher_exact(table: Ints) -> float:
    """Two-sided p-value of a 2 x 2 table with fixed margins.

    The probability of all tables that are no more likely than this one. scipy's `fisher_exact`
    counts tables as equally likely only when they agree to 1e-14, which rounding can break; R's
    tolerance of 1e-7 is kept here.

    Examples
    --------
    >>> round(fisher_exact(np.array([[3, 1], [1, 3]])), 4)
    0.4857
    """
    (row, _), (column, other) = table.sum(axis=1).tolist(), table.sum(axis=0).tolist()
    lowest, highest = max(0, row - other), min(row, column)
    likely = _hypergeometric(lowest, highest, row=row, column=column, other=other)
    own = likely[int(table[0, 0]) - lowest]
    return min(1.0, float(likely[likely <= own * _TIE].sum()))


def _hypergeometric(lowest: int, highest: int, *, row: int, column: int, other: int) -> Floats:
    """Probability of each first cell, from the ratios of neighbours: no factorial loses digits."""
    cell = np.arange(lowest, highest, dtype=np.float64)
    ratio = (column - cell) * (row - cell) / ((cell + 1) * (other - row + cell + 1))
    logs = np.concatenate(([0.0], np.cumsum(np.log(ratio))))
    likely: Floats = np.exp(logs - logs.max())
    likely /= likely.sum()
    return likely
