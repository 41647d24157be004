"""Double FDR: classes of terms are tested first, then the terms of the classes that pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.checks import require
from analytics.safety.incidence.cells import Flags, Floats, Ints
from analytics.safety.multiplicity.false_discovery import (
    adjust_benjamini_hochberg,
    adjust_in_families,
    as_probabilities,
    least_in_families,
)


class DoubleFdr(NamedTuple):
    """What double FDR finds in one family of terms.

    Parameters
    ----------
    adjusted : array
        P-value of each term adjusted for the second level, NaN where it does not exist.
    flagged : array of bool
        Whether a term passes both levels.
    class_of_term : array of int
        The place of each term's class in the arrays of classes.
    classes : tuple
        The classes in order of their first terms.
    representative : array
        The p-value that stands for each class.
    class_adjusted : array
        The same, adjusted for the number of classes.
    passes : array of bool
        Whether a class is at most at the first level.
    """

    adjusted: Floats
    flagged: Flags
    class_of_term: Ints
    classes: tuple[object, ...]
    representative: Floats
    class_adjusted: Floats
    passes: Flags


def double_fdr_2004(
    p_values: ArrayLike,
    classes: Sequence[object],
    *,
    alpha: float = 0.05,
    class_alpha: float | None = None,
) -> DoubleFdr:
    """Mehrotra and Heyse: the smallest p-value stands for a class; terms are adjusted within it.

    A term is flagged when its class, adjusted for the number of classes, is at most at
    `class_alpha`, and the term, adjusted within its class, at most at `alpha`.

    Parameters
    ----------
    p_values : array of float
        One per term; NaN does not count as a hypothesis.
    classes : sequence
        The class (system organ class) of each term.
    alpha : float
        Level of the terms.
    class_alpha : float, optional
        Level of the classes; by default `alpha`. Both are as given: no resampling looks for the
        pair that keeps the rate of false discoveries.

    References
    ----------
    Mehrotra and Heyse (2004), Statistical Methods in Medical Research 13:227-238.

    Examples
    --------
    >>> found = double_fdr_2004([0.001, 0.04, 0.03, 0.5], ["Skin", "Skin", "Eye", "Eye"])
    >>> found.class_adjusted.tolist(), found.adjusted.round(3).tolist(), found.flagged.tolist()
    ([0.002, 0.03], [0.002, 0.04, 0.06, 0.5], [True, True, False, False])
    """
    p, number, names = _in_classes(p_values, classes)
    within = adjust_in_families(p, number)
    representative = least_in_families(p, number, len(names))
    return _flagged(within, number, names, representative, *_levels(alpha, class_alpha))


def double_fdr_2012(
    p_values: ArrayLike,
    classes: Sequence[object],
    *,
    alpha: float = 0.05,
    class_alpha: float | None = None,
) -> DoubleFdr:
    """Mehrotra and Adewale: classes by their best adjusted term; terms adjusted across classes.

    The smallest p-value adjusted within a class stands for it. The terms of the classes that are
    at most at `class_alpha`, after adjusting for the number of classes, form one family; a term
    of it is flagged when it is at most at `alpha`, adjusted within that family.

    Parameters
    ----------
    p_values, classes, alpha, class_alpha
        As in `double_fdr_2004`. The adjusted p-value depends on `class_alpha`, which says who is
        in the family, and is NaN for a term of a class that does not pass.

    References
    ----------
    Mehrotra and Adewale (2012), Statistics in Medicine 31:1918-1930.

    Examples
    --------
    >>> found = double_fdr_2012([0.001, 0.04, 0.03, 0.5], ["Skin", "Skin", "Eye", "Eye"])
    >>> found.class_adjusted.tolist(), found.adjusted.round(3).tolist(), found.flagged.tolist()
    ([0.004, 0.06], [0.002, 0.04, nan, nan], [True, True, False, False])
    """
    p, number, names = _in_classes(p_values, classes)
    levels = _levels(alpha, class_alpha)
    representative = least_in_families(adjust_in_families(p, number), number, len(names))
    passes = adjust_benjamini_hochberg(representative) <= levels[1]
    pooled = adjust_benjamini_hochberg(np.where(passes[number], p, np.nan))
    return _flagged(pooled, number, names, representative, *levels)


def _levels(alpha: float, class_alpha: float | None) -> tuple[float, float]:
    first = alpha if class_alpha is None else class_alpha
    require(0 < alpha < 1, "0 < alpha < 1", alpha=alpha)
    require(0 < first < 1, "0 < class_alpha < 1", class_alpha=first)
    return alpha, first


def _in_classes(
    p_values: ArrayLike, classes: Sequence[object]
) -> tuple[Floats, Ints, tuple[object, ...]]:
    p = as_probabilities(p_values)
    same = p.ndim == 1 and len(classes) == p.size
    require(same, "one class for each p-value", shape=p.shape, classes=len(classes))
    number, names = pd.factorize(pd.Series(list(classes), dtype=object))
    require(bool((number >= 0).all()), "every term has a class", missing=int((number < 0).sum()))
    return p, number.astype(np.int64), tuple(names)


def _flagged(
    adjusted: Floats,
    number: Ints,
    names: tuple[object, ...],
    representative: Floats,
    alpha: float,
    class_alpha: float,
) -> DoubleFdr:
    class_adjusted = adjust_benjamini_hochberg(representative)
    passes = class_adjusted <= class_alpha
    return DoubleFdr(
        adjusted=adjusted,
        flagged=(adjusted <= alpha) & passes[number],
        class_of_term=number,
        classes=names,
        representative=representative,
        class_adjusted=class_adjusted,
        passes=passes,
    )
