"""Newcombe's hybrid score interval of a difference of proportions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analytics.safety.incidence.cells import Limits, share, two_arms
from analytics.safety.incidence.single_arm import wilson


def newcombe_difference(
    with_event: ArrayLike,
    subjects: ArrayLike,
    reference_with_event: ArrayLike,
    reference_subjects: ArrayLike,
    *,
    confidence_level: float = 0.95,
) -> Limits:
    """Limits of a difference of proportions, arm less reference, from Wilson's of each arm.

    They exist in every row, also without an event in either arm; without subjects in an arm they
    are -1 and 1. The parameters are those of `score_difference`.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890, method 10.

    Examples
    --------
    >>> lower, upper = newcombe_difference([56, 0], [70, 10], [48, 0], [80, 20])
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.0524, -0.1611], [0.3339, 0.2775])
    """
    x1, n1, x2, n2 = two_arms(with_event, subjects, reference_with_event, reference_subjects)
    one, other = share(x1, n1), share(x2, n2)
    lower_1, upper_1 = wilson(x1, n1, confidence_level=confidence_level)
    lower_2, upper_2 = wilson(x2, n2, confidence_level=confidence_level)
    lower = one - other - np.hypot(one - lower_1, upper_2 - other)
    upper = one - other + np.hypot(upper_1 - one, other - lower_2)
    return np.where(np.isnan(lower), -1.0, lower), np.where(np.isnan(upper), 1.0, upper)
