"""P-values adjusted for the number of tests made."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require

Floats = NDArray[np.float64]
METHODS = ("holm", "bonferroni", "benjamini-hochberg", "none")


def adjusted_p_values(p_values: ArrayLike, method: str) -> Floats:
    """Adjust the p-values of one family of tests.

    Parameters
    ----------
    p_values : array
        Between 0 and 1. NaN, a test that could not be made, stays NaN but counts as a member of
        the family, so that the others are not judged more leniently for it.
    method : {"holm", "bonferroni", "benjamini-hochberg", "none"}
        Holm and Bonferroni bound the chance of any false rejection (Holm is never the weaker of
        the two); Benjamini–Hochberg bounds the expected share of false ones among the rejections.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6:65-70; Benjamini and Hochberg (1995), JRSS B
    57:289-300.

    Examples
    --------
    >>> adjusted_p_values([0.01, 0.04, 0.03], "holm").tolist()
    [0.03, 0.06, 0.06]
    >>> adjusted_p_values([0.01, 0.04, 0.03], "benjamini-hochberg").round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    require(method in METHODS, f"method in {METHODS}", method=method)
    given = np.asarray(p_values, dtype=np.float64).ravel()
    wrong = given[~np.isnan(given) & ~((given >= 0) & (given <= 1))]
    require(wrong.size == 0, "p-values are between 0 and 1", p_values=tuple(wrong[:3].tolist()))
    order = np.argsort(given)  # NaN comes last
    adjusted = np.full(given.size, np.nan)
    adjusted[order] = np.minimum(_ADJUST[method](np.fmin(given[order], 1.0)), 1.0)
    adjusted[np.isnan(given)] = np.nan
    return adjusted


def _holm(ascending: Floats) -> Floats:
    left = np.arange(ascending.size, 0, -1)
    return np.maximum.accumulate(left * ascending)


def _bonferroni(ascending: Floats) -> Floats:
    return ascending.size * ascending


def _benjamini_hochberg(ascending: Floats) -> Floats:
    share = ascending.size / np.arange(1, ascending.size + 1)
    return np.minimum.accumulate((share * ascending)[::-1])[::-1]


_ADJUST: dict[str, Callable[[Floats], Floats]] = {
    "holm": _holm,
    "bonferroni": _bonferroni,
    "benjamini-hochberg": _benjamini_hochberg,
    "none": lambda ascending: ascending,
}
