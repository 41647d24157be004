"""Whether one group tends to larger values: Wilcoxon for two groups, Kruskal–Wallis for more."""

from __future__ import annotations

from math import copysign, sqrt

import numpy as np
from scipy.special import chdtrc, ndtr

from analytics.baseline.comparison import Comparison, require_comparable, require_enough
from analytics.baseline.groups import Floats, Ints
from analytics.baseline.value_counts import ValueCounts
from analytics.checks import NotEstimableError

FEW = 10
"""With fewer values in a group the distributions used are rough, and the note says so."""


def compare_ranks(counts: ValueCounts) -> Comparison:
    """Test by ranks that all groups have the same distribution.

    Ties share their mean rank, and the variance allows for them. The p-value is that of the normal
    approximation with continuity correction (R's `wilcox.test(exact = FALSE)`), with three groups
    or more that of the chi-square approximation. Missing values are left out.

    Parameters
    ----------
    counts : ValueCounts
        Two groups or more, disjoint.

    Raises
    ------
    NotEstimableError
        With one group or overlapping ones, a group without values, or all values equal.

    References
    ----------
    Wilcoxon (1945), Biometrics Bulletin 1:80-83; Mann and Whitney (1947), Annals of Mathematical
    Statistics 18:50-60; Kruskal and Wallis (1952), JASA 47:583-621.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"group": list("AAABBB"), "value": [1, 2, 3, 3, 4, 8], "subjects": [1] * 6}
    ... )
    >>> test = compare_ranks(ValueCounts(frame=frame, groups=("A", "B"), disjoint=True))
    >>> test.statistic, round(test.p_value, 4)
    (8.5, 0.1212)
    """
    require_comparable(counts)
    table = _by_value(counts)
    size = table.sum(axis=1)
    require_enough(counts.groups, size.tolist(), least=1)
    if table.shape[1] == 1:
        raise NotEstimableError("No test by ranks: all values are equal.")
    two = len(counts.groups) == 2
    statistic, p_value = (_wilcoxon if two else _kruskal_wallis)(table)
    return Comparison(
        method=_WILCOXON if two else _KRUSKAL_WALLIS,
        statistic_name="W" if two else "H",
        statistic=statistic,
        degrees_of_freedom=() if two else (float(len(counts.groups) - 1),),
        p_value=p_value,
        note=_NOTE if size.min() < FEW else "",
        groups=counts.groups,
        variable=counts.variable,
    )


_WILCOXON = "Wilcoxon rank-sum test (normal approximation with continuity correction)"
_KRUSKAL_WALLIS = "Kruskal–Wallis test"
_NOTE = f"A group has fewer than {FEW} values: the approximation is rough."


def _by_value(counts: ValueCounts) -> Ints:
    """Subjects, one row per group, one column per distinct value in ascending order."""
    samples = counts.samples()
    distinct = np.unique(np.concatenate([sample.values for sample in samples]))
    table = np.zeros((len(samples), distinct.size), dtype=np.int64)
    for row, sample in zip(table, samples, strict=True):
        row[np.searchsorted(distinct, sample.values)] = sample.subjects
    return table


def _wilcoxon(table: Ints) -> tuple[float, float]:
    first, second = (int(size) for size in table.sum(axis=1))
    statistic = float(_rank_sums(table)[1]) - second * (second + 1) / 2
    distance = statistic - first * second / 2
    if distance:
        distance -= copysign(0.5, distance)
    variance = first * second / (first + second) * _variance_of_ranks(table)
    return statistic, min(1.0, 2 * float(ndtr(-abs(distance) / sqrt(variance))))


def _kruskal_wallis(table: Ints) -> tuple[float, float]:
    size = table.sum(axis=1)
    # From the distances to the mean rank: the textbook form loses digits with many subjects.
    distance = _rank_sums(table) / size - (int(size.sum()) + 1) / 2
    statistic = float((size * distance**2).sum()) / _variance_of_ranks(table)
    return statistic, float(chdtrc(len(table) - 1, statistic))


def _rank_sums(table: Ints) -> Floats:
    ties = table.sum(axis=0)
    doubled = 2 * (np.cumsum(ties) - ties) + ties + 1  # twice the mean rank is a whole number
    sums: Floats = (table * doubled).sum(axis=1) / 2
    return sums


def _variance_of_ranks(table: Ints) -> float:
    """Variance of the ranks of all subjects, divisor n - 1."""
    sizes, how_often = np.unique(table.sum(axis=0), return_counts=True)
    total = int(table.sum())
    # Whole numbers of any length: with nearly everybody tied, floats would cancel to noise.
    ties = sum(
        count * (size**3 - size)
        for size, count in zip(sizes.tolist(), how_often.tolist(), strict=True)
    )
    return float((total**3 - total - ties) / (12 * (total - 1)))
