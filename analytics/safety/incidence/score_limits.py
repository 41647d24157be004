"""Score intervals of two arms: the values of a contrast that the data do not speak against.

A value is inside when the distance of the observed from the most likely proportions given that
value is at most so many standard errors, the standard error taken at those proportions. Their
variance has the factor N / (N - 1) of Miettinen and Nurminen, or not (Mee; Koopman).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from analytics.safety.incidence.cells import Flags, Floats, Ints, Limits, reach, share, two_arms
from analytics.safety.incidence.restricted import given_difference, given_odds_ratio, given_ratio
from analytics.safety.incidence.roots import INSIDE, crossings

Cells = tuple[Floats, Floats, Floats, Floats]
Score = Callable[[Cells, Floats], tuple[Floats, Floats]]
"""From cells and a value per row to the score there and its variance."""

FARTHEST = 40.0  # the logarithm of the largest ratio that is looked for


def score_difference(
    with_event: ArrayLike,
    subjects: ArrayLike,
    reference_with_event: ArrayLike,
    reference_subjects: ArrayLike,
    *,
    small_sample: bool = True,
    confidence_level: float = 0.95,
) -> Limits:
    """Limits of a difference of proportions, arm less reference.

    They exist in every row, also without an event in either arm; without subjects in an arm they
    are -1 and 1.

    Parameters
    ----------
    with_event, subjects, reference_with_event, reference_subjects : array
        Subjects with an event and all subjects, in the arm and in the reference; they broadcast.
    small_sample : bool
        The variance times N / (N - 1): Miettinen and Nurminen. Without it: Mee.
    confidence_level : float
        Two-sided coverage.

    References
    ----------
    Miettinen and Nurminen (1985), Statistics in Medicine 4:213-226; Mee (1984), Biometrics
    40:1175-1176.

    Examples
    --------
    >>> lower, upper = score_difference([9, 0], 10, [3, 0], 10)
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.17, -0.2879], [0.8406, 0.2879])
    """
    shape, cells = _rows(with_event, subjects, reference_with_event, reference_subjects)
    x1, n1, x2, n2 = cells
    known = (n1 > 0) & (n2 > 0)
    estimate = np.where(known, share(x1, n1) - share(x2, n2), 0.0)
    lower, upper = _both_sides(
        cells,
        _difference_score,
        reach(confidence_level) * np.sqrt(_factor(cells, small_sample)),
        starts=(np.full(x1.shape, -1.0), estimate - INSIDE, estimate + INSIDE, np.ones(x1.shape)),
        wanted=(known & (estimate > -1), known & (estimate < 1)),
    )
    lower, upper = np.where(np.isnan(lower), -1.0, lower), np.where(np.isnan(upper), 1.0, upper)
    return lower.reshape(shape), upper.reshape(shape)


def score_ratio(
    with_event: ArrayLike,
    subjects: ArrayLike,
    reference_with_event: ArrayLike,
    reference_subjects: ArrayLike,
    *,
    small_sample: bool = True,
    confidence_level: float = 0.95,
) -> Limits:
    """Limits of a ratio of proportions, arm over reference.

    Without an event in the arm the lower limit is 0, without one in the reference the upper is
    infinite; without events or subjects in either both are NaN, not estimable. The parameters are
    those of `score_difference`; `small_sample=False` gives the interval of Koopman.

    References
    ----------
    Miettinen and Nurminen (1985), Statistics in Medicine 4:213-226; Koopman (1984), Biometrics
    40:513-517.

    Examples
    --------
    >>> lower, upper = score_ratio([8, 0], [15, 15], [4, 4], [15, 15], small_sample=False)
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.815, 0.0], [5.336, 0.842])
    """
    shape, cells = _rows(with_event, subjects, reference_with_event, reference_subjects)
    x1, n1, x2, n2 = cells
    known = (n1 > 0) & (n2 > 0) & (x1 + x2 > 0)
    limits = _ratio_limits(
        cells,
        _ratio_score,
        reach(confidence_level) * np.sqrt(_factor(cells, small_sample)),
        (known, known & (x1 > 0), known & (x2 > 0)),
        _log_ratio(share(x1, n1), share(x2, n2)),
    )
    return limits[0].reshape(shape), limits[1].reshape(shape)


def score_odds_ratio(
    with_event: ArrayLike,
    subjects: ArrayLike,
    reference_with_event: ArrayLike,
    reference_subjects: ArrayLike,
    *,
    small_sample: bool = True,
    confidence_level: float = 0.95,
) -> Limits:
    """Limits of an odds ratio, arm over reference.

    A side of the table with a 0 opens the interval: 0 or infinity. Both limits are NaN, not
    estimable, when all subjects are alike, with an event or without, or an arm has none. The
    parameters are those of `score_difference`; `small_sample=False` gives the interval of
    Cornfield without continuity correction.

    References
    ----------
    Miettinen and Nurminen (1985), Statistics in Medicine 4:213-226; Cornfield (1956), Proceedings
    of the Third Berkeley Symposium 4:135-148.

    Examples
    --------
    >>> lower, upper = score_odds_ratio(28, 51, 71, 230, small_sample=False)
    >>> round(float(lower), 3), round(float(upper), 3)
    (1.476, 5.035)
    """
    shape, cells = _rows(with_event, subjects, reference_with_event, reference_subjects)
    x1, n1, x2, n2 = cells
    known = (n1 > 0) & (n2 > 0) & (x1 + x2 > 0) & (x1 + x2 < n1 + n2)
    limits = _ratio_limits(
        cells,
        _odds_score,
        reach(confidence_level) * np.sqrt(_factor(cells, small_sample)),
        (known, known & (x1 > 0) & (x2 < n2), known & (x2 > 0) & (x1 < n1)),
        _log_ratio(x1 * (n2 - x2), x2 * (n1 - x1)),
    )
    return limits[0].reshape(shape), limits[1].reshape(shape)


def _rows(*cells: ArrayLike) -> tuple[tuple[int, ...], Cells]:
    x1, n1, x2, n2 = two_arms(*cells)
    return x1.shape, (x1.ravel(), n1.ravel(), x2.ravel(), n2.ravel())


def _factor(cells: Cells, small_sample: bool) -> Floats:
    whole = cells[1] + cells[3]
    corrected = np.divide(whole, whole - 1, out=np.ones_like(whole), where=whole > 1)
    return np.where(small_sample, corrected, 1.0)


def _log_ratio(one: Floats, other: Floats) -> Floats:
    """Logarithm of a ratio, as far out as is looked when it is 0, infinite or unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(one) - np.log(other)
    start: Floats = np.clip(np.nan_to_num(log, nan=0.0), -FARTHEST, FARTHEST)
    return start


def _ratio_limits(
    cells: Cells,
    score: Score,
    reached: Floats,
    open_sides: tuple[Flags, Flags, Flags],
    log_estimate: Floats,
) -> Limits:
    """Limits of a ratio: where known but not sought, 0 below and infinity above."""
    known, below, above = open_sides
    outer = np.full(log_estimate.shape, FARTHEST)
    log_lower, log_upper = _both_sides(
        cells,
        lambda own, log: score(own, np.exp(log)),
        reached,
        starts=(-outer, log_estimate - INSIDE, log_estimate + INSIDE, outer),
        wanted=(below, above),
    )
    lower, upper = np.exp(log_lower), np.exp(log_upper)
    lower[known & ~below], upper[known & ~above] = 0.0, np.inf
    return lower, upper


def _both_sides(
    cells: Cells,
    score: Score,
    reached: Floats,
    *,
    starts: tuple[Floats, Floats, Floats, Floats],
    wanted: tuple[Flags, Flags],
) -> Limits:
    """Where the score is `reached` standard errors above 0, and where so many below."""

    def beyond(side: float) -> Callable[[Floats, Ints], Floats]:
        def excess(value: Floats, rows: Ints) -> Floats:
            own: Cells = (cells[0][rows], cells[1][rows], cells[2][rows], cells[3][rows])
            distance, variance = score(own, value)
            return distance - side * reached[rows] * np.sqrt(variance)

        return excess

    outer_left, inner_left, inner_right, outer_right = starts
    return (
        crossings(beyond(1.0), outer_left, inner_left, wanted[0]),
        crossings(beyond(-1.0), inner_right, outer_right, wanted[1]),
    )


def _difference_score(cells: Cells, difference: Floats) -> tuple[Floats, Floats]:
    x1, n1, x2, n2 = cells
    one, other = given_difference(x1, n1, x2, n2, difference)
    variance = one * (1 - one) / n1 + other * (1 - other) / n2
    return x1 / n1 - x2 / n2 - difference, variance


def _ratio_score(cells: Cells, ratio: Floats) -> tuple[Floats, Floats]:
    x1, n1, x2, n2 = cells
    one, other = given_ratio(x1, n1, x2, n2, ratio)
    variance = one * (1 - one) / n1 + ratio**2 * other * (1 - other) / n2
    return x1 / n1 - ratio * x2 / n2, variance


def _odds_score(cells: Cells, odds_ratio: Floats) -> tuple[Floats, Floats]:
    x1, n1, x2, n2 = cells
    one, other = given_odds_ratio(x1, n1, x2, n2, odds_ratio)
    # The proportions without an event, solved for as well: 1 less the others would lose digits.
    no_one, no_other = given_odds_ratio(n1 - x1, n1, n2 - x2, n2, 1 / odds_ratio)
    first, second = n1 * one * no_one, n2 * other * no_other
    both = first + second
    variance = np.divide(first * second, both, out=np.zeros_like(both), where=both > 0)
    # Up to the sign all four cells are equally far from what is expected; rounding spares the
    # smallest one.
    observed = np.stack([x1, n1 - x1, n2 - x2, x2])
    expected = np.stack([n1 * one, n1 * no_one, n2 * no_other, n2 * other])
    smallest = observed.argmin(axis=0)[None]
    apart = np.take_along_axis(observed - expected, smallest, axis=0)[0]
    return np.where(smallest[0] % 2, -apart, apart), variance
