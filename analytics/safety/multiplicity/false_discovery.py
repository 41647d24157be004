"""P-values adjusted for the rate of false discoveries, in one family or in several."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analytics.checks import require
from analytics.safety.incidence.cells import Flags, Floats, Ints


def adjust_benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Adjusted p-values of one family: a term is flagged at level q when its own is at most q.

    Under independence, and positive dependence of a certain kind, at most a share q of the flagged
    terms is expected to be false.

    Parameters
    ----------
    p_values : array of float
        From 0 to 1, in any order and shape. NaN, a test that does not exist, stays NaN and does
        not count as a hypothesis; a term without an event in either arm counts, with p = 1.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57:289-300.

    Examples
    --------
    >>> adjust_benjamini_hochberg([0.01, float("nan"), 0.04, 0.03]).round(3).tolist()
    [0.03, nan, 0.04, 0.04]
    """
    p = as_probabilities(p_values)
    return adjust_in_families(p.ravel(), np.zeros(p.size, dtype=np.int64)).reshape(p.shape)


def as_probabilities(p_values: ArrayLike) -> Floats:
    """P-values as floats: from 0 to 1, or NaN.

    Examples
    --------
    >>> as_probabilities([1, float("nan")]).tolist()
    [1.0, nan]
    """
    given = np.asarray(p_values)
    rule = "p-values are numbers from 0 to 1, or NaN"
    require(given.dtype.kind in "iuf", rule, dtype=str(given.dtype))
    p = given.astype(np.float64)
    wrong = ~((p >= 0) & (p <= 1) | np.isnan(p))
    require(not wrong.any(), rule, first=p[wrong][:1].tolist())
    return p


def adjust_in_families(p: Floats, family: Ints) -> Floats:
    """Adjust each family by itself; `family` numbers them from 0.

    Examples
    --------
    >>> p = np.array([0.01, 0.04, 0.02])
    >>> adjust_in_families(p, np.array([0, 0, 1])).tolist()
    [0.02, 0.04, 0.02]
    """
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    # The largest p-value of each family first: then a running minimum steps down through it.
    order = known[np.lexsort((-p[known], family[known]))]
    starts = np.flatnonzero(np.diff(family[order], prepend=-1))
    for rows in np.split(order, starts[1:]):
        ranks = np.arange(rows.size, 0, -1)
        adjusted[rows] = np.minimum.accumulate(p[rows] * (rows.size / ranks))
    return adjusted


def least_in_families(p: Floats, family: Ints, families: int) -> Floats:
    """The smallest p-value of each family; NaN for a family without any.

    Examples
    --------
    >>> least_in_families(np.array([0.3, 0.1, np.nan]), np.array([0, 0, 1]), 2).tolist()
    [0.1, nan]
    """
    least = np.full(families, np.inf)
    known: Flags = ~np.isnan(p)
    np.minimum.at(least, family[known], p[known])
    least[np.isinf(least)] = np.nan
    return least
