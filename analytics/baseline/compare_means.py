"""Whether means differ: Welch's t-test for two groups, his analysis of variance for more."""

from __future__ import annotations

from math import hypot, sqrt

import numpy as np
from scipy.special import fdtrc, stdtr

from analytics.baseline.comparison import Comparison, require_comparable, require_enough
from analytics.baseline.samples import Moments, moments, negligible
from analytics.baseline.value_counts import ValueCounts
from analytics.checks import NotEstimableError


def compare_means(counts: ValueCounts) -> Comparison:
    """Test that the means of all groups are equal, without taking the variances to be.

    Missing values are left out.

    Parameters
    ----------
    counts : ValueCounts
        Two groups or more, disjoint.

    Raises
    ------
    NotEstimableError
        With one group or overlapping ones, a group with fewer than two values, or without spread:
        in both groups of two, in any of more.

    References
    ----------
    Welch (1947), Biometrika 34:28-35; Welch (1951), Biometrika 38:330-336.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"group": list("AAABBB"), "value": [1, 2, 3, 3, 4, 8], "subjects": [1] * 6}
    ... )
    >>> test = compare_means(ValueCounts(frame=frame, groups=("A", "B"), disjoint=True))
    >>> test.method, round(test.statistic, 4), round(test.p_value, 4)
    ("Welch's t-test", 1.8371, 0.1791)
    """
    require_comparable(counts)
    found = [moments(sample) for sample in counts.samples()]
    require_enough(counts.groups, [one.size for one in found], least=2)
    if len(found) == 2:
        method, name = "Welch's t-test", "t"
        statistic, freedom = _two_means(*found)
        p_value = 2 * float(stdtr(freedom[0], -abs(statistic)))
    else:
        method, name = "Welch's one-way analysis of variance", "F"
        statistic, freedom = _many_means(counts.groups, found)
        p_value = float(fdtrc(*freedom, statistic))
    return Comparison(
        method=method,
        statistic_name=name,
        statistic=statistic,
        degrees_of_freedom=freedom,
        p_value=p_value,
        note="",
        groups=counts.groups,
        variable=counts.variable,
    )


def _two_means(reference: Moments, group: Moments) -> tuple[float, tuple[float, ...]]:
    first, second = (one.sd / sqrt(one.size) for one in (reference, group))
    error = hypot(first, second)
    if negligible(error, reference.mean, group.mean):
        raise NotEstimableError("No test of means: neither group has any spread.")
    shares = (first / error) ** 2, (second / error) ** 2  # of the variance of the difference
    freedom = 1 / (shares[0] ** 2 / (reference.size - 1) + shares[1] ** 2 / (group.size - 1))
    return (group.mean - reference.mean) / error, (freedom,)


def _many_means(groups: tuple[str, ...], found: list[Moments]) -> tuple[float, tuple[float, ...]]:
    for name, one in zip(groups, found, strict=True):
        if negligible(one.sd, one.mean):
            raise NotEstimableError(f"No test of means: {name!r} has no spread.")
    size, mean, sd = (
        np.array([getattr(one, field) for one in found]) for field in ("size", "mean", "sd")
    )
    unit = sd.min()  # weights of very small variances would overflow
    weight = size * (unit / sd) ** 2
    share = weight / weight.sum()
    distance = (mean - (share * mean).sum()) / unit
    count = len(found)
    slack = float(((1 - share) ** 2 / (size - 1)).sum()) / (count**2 - 1)
    between = float((weight * distance**2).sum()) / (count - 1)
    return between / (1 + 2 * (count - 2) * slack), (float(count - 1), 1 / (3 * slack))
