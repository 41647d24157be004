"""The score test of equal proportions in two arms."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from analytics.safety.incidence.cells import Floats, two_arms


def score_test(
    with_event: ArrayLike,
    subjects: ArrayLike,
    reference_with_event: ArrayLike,
    reference_subjects: ArrayLike,
    *,
    small_sample: bool = True,
) -> Floats:
    """Two-sided p-value of equal proportions; it agrees with the score intervals.

    With `small_sample` the chi-squared statistic times (N - 1) / N, as in `score_difference`;
    without it Pearson's, without continuity correction. When nothing speaks against equality,
    because all subjects are alike or an arm has none, it is 1. The parameters are those of
    `score_difference`.

    References
    ----------
    Miettinen and Nurminen (1985), Statistics in Medicine 4:213-226; Campbell (2007), Statistics
    in Medicine 26:3661-3675.

    Examples
    --------
    >>> score_test([13, 0], 148, [3, 0], 132).round(4).tolist()
    [0.0193, 1.0]
    """
    x1, n1, x2, n2 = two_arms(with_event, subjects, reference_with_event, reference_subjects)
    whole, events = n1 + n2, x1 + x2
    scale = whole - 1 if small_sample else whole
    product = n1 * n2 * events * (whole - events)
    distance = (x1 * n2 - x2 * n1) ** 2 * scale
    statistic = np.divide(distance, product, out=np.zeros_like(product), where=product > 0)
    p_value: Floats = chdtrc(1, statistic)
    return p_value
