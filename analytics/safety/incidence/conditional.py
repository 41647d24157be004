"""Exact inference given the margins: Fisher's test, the exact odds ratio, the exact rate test."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from analytics.safety.incidence.cells import Floats, Ints, tail, two_arms
from analytics.safety.incidence.outcomes import Outcomes, portions

_FAR = 40.0  # standard deviations
_SURELY_ALL = 2000.0  # numbers on either side of the mean that are looked at whatever it is


def fisher_test(
    with_event: ArrayLike,
    subjects: ArrayLike,
    reference_with_event: ArrayLike,
    reference_subjects: ArrayLike,
) -> Floats:
    """Two-sided p-value of Fisher's exact test.

    The probability, given both margins, of a table no more likely than the one observed; 1 without
    events, or without subjects in an arm. The parameters are those of `score_difference`.

    References
    ----------
    Fisher (1935), Journal of the Royal Statistical Society 98:39-82; Freeman and Halton (1951),
    Biometrika 38:141-149.

    Examples
    --------
    >>> fisher_test([13, 0], 148, [3, 0], 132).round(6).tolist()
    [0.020893, 1.0]
    """
    shape, cells = _rows(with_event, subjects, reference_with_event, reference_subjects)
    found, ends = np.empty(cells.shape[1]), _likely_ends(cells)
    for rows in portions(ends[1] - ends[0] + 1):
        own = cells[:, rows]
        tables = _tables(own, ends[:, rows])
        found[rows] = tables.no_more_likely(own[0], np.zeros(own.shape[1]))
    return found.reshape(shape)


def exact_odds_ratio(
    with_event: ArrayLike,
    subjects: ArrayLike,
    reference_with_event: ArrayLike,
    reference_subjects: ArrayLike,
    *,
    confidence_level: float = 0.95,
) -> tuple[Floats, Floats, Floats]:
    """The conditional odds ratio, arm over reference, with exact limits.

    The estimate is the most likely value given both margins; it differs from the ratio of the
    odds. When the table is at an end of what its margins allow, it is 0 or infinite and so is one
    limit; when they allow only one table, all three are NaN, not estimable. The parameters are
    those of `score_difference`.

    Returns
    -------
    estimate, lower, upper : array

    References
    ----------
    Cornfield (1956), Proceedings of the Third Berkeley Symposium 4:135-148.

    Examples
    --------
    >>> estimate, lower, upper = exact_odds_ratio([13, 2], 148, [3, 0], 132)
    >>> estimate.round(3).tolist(), lower.round(3).tolist(), upper.round(3).tolist()
    ([4.123, inf], [1.098, 0.168], [23.071, inf])
    """
    shape, cells = _rows(with_event, subjects, reference_with_event, reference_subjects)
    beyond = tail(confidence_level)
    found = np.empty((3, cells.shape[1]))
    for rows in portions(_possible(cells)):
        found[:, rows] = _odds_ratios(cells[:, rows], beyond)
    return tuple(one.reshape(shape) for one in found)  # type: ignore[return-value]


def binomial_test(successes: Floats, trials: Floats, log_odds: Floats) -> Floats:
    """Two-sided exact p-value of given odds of a success; 1 without trials.

    Examples
    --------
    >>> binomial_test(np.array([9.0]), np.array([10.0]), np.array([0.0])).round(4).tolist()
    [0.0215]
    """
    x, n, odds = (one.ravel() for one in np.broadcast_arrays(successes, trials, log_odds))
    found = np.empty(x.size)
    for rows in portions(n + 1):
        number = n[rows]

        def log_choose(k: Floats, row: Ints, number: Floats = number) -> Floats:
            return -_log_factorial(k) - _log_factorial(number[row] - k)

        own = Outcomes.between(np.zeros(number.size), number, log_choose)
        found[rows] = own.no_more_likely(x[rows], odds[rows])
    return found.reshape(successes.shape)


def _rows(*cells: ArrayLike) -> tuple[tuple[int, ...], Floats]:
    x1, n1, x2, n2 = two_arms(*cells)
    return x1.shape, np.stack([one.ravel() for one in (x1, n1, x2, n2)])


def _ends(cells: Floats) -> tuple[Floats, Floats]:
    """Least and greatest number of events in the arm that the margins allow."""
    x1, n1, x2, n2 = cells
    return np.maximum(0.0, x1 + x2 - n2), np.minimum(n1, x1 + x2)


def _likely_ends(cells: Floats) -> Floats:
    """The ends without tables too unlikely to be seen in any sum of probabilities.

    With a standard deviation of 50 or more, what lies 40 of them from the mean has a probability
    below 1e-270 (Bernstein's inequality, which holds for the hypergeometric distribution). Large
    trials have a hundred times as many possible tables.
    """
    x1, n1, x2, n2 = cells
    events, total = x1 + x2, n1 + n2
    share = np.divide(n1, total, np.zeros_like(total), where=total > 0)
    others = np.maximum(total - events, 0.0)
    variance = events * share * (1 - share) * others / np.maximum(total - 1, 1.0)
    reach = np.maximum(_SURELY_ALL, _FAR * np.sqrt(variance))
    least, greatest = _ends(cells)
    low = np.minimum(x1, np.floor(events * share - reach))
    high = np.maximum(x1, np.ceil(events * share + reach))
    return np.stack([np.maximum(least, low), np.minimum(greatest, high)])


def _possible(cells: Floats) -> Floats:
    least, greatest = _ends(cells)
    return greatest - least + 1


def _tables(cells: Floats, ends: Floats | None = None) -> Outcomes:
    """The tables with these margins; at tilt 0 their number of events is hypergeometric."""
    x1, n1, x2, n2 = cells
    events = x1 + x2

    def log_choices(k: Floats, row: Ints) -> Floats:
        others = events[row] - k
        own = _log_factorial(k) + _log_factorial(n1[row] - k)
        return -own - _log_factorial(others) - _log_factorial(n2[row] - others)

    least, greatest = _ends(cells) if ends is None else ends
    return Outcomes.between(least, greatest, log_choices)


def _log_factorial(number: Floats) -> Floats:
    logarithm: Floats = gammaln(number + 1)
    return logarithm


def _odds_ratios(cells: Floats, beyond: float) -> Floats:
    x1, n1, x2, n2 = cells
    tables = _tables(cells)
    least, greatest = x1 <= tables.least, x1 >= tables.greatest
    first = np.log((x1 + 0.5) * (n2 - x2 + 0.5)) - np.log((x2 + 0.5) * (n1 - x1 + 0.5))
    estimate = np.exp(tables.tilt_with_mean(x1, first, ~least & ~greatest))
    lower = np.exp(tables.tilt_with_tail(x1, first, beyond, 1))
    upper = np.exp(tables.tilt_with_tail(x1, first, beyond, -1))
    estimate[least], lower[least] = 0.0, 0.0
    estimate[greatest], upper[greatest] = np.inf, np.inf
    found = np.stack([estimate, lower, upper])
    found[:, least & greatest] = np.nan
    return found
