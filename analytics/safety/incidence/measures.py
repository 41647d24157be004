"""The contrasts of two arms by name, each with its estimate, limits, p-value and reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from analytics.safety.incidence.cells import (
    ALL_EVENTS,
    NO_EVENTS,
    NO_SUBJECTS,
    NO_TIME,
    Flags,
    Floats,
    Limits,
    share,
)
from analytics.safety.incidence.conditional import exact_odds_ratio, fisher_test
from analytics.safety.incidence.newcombe import newcombe_difference
from analytics.safety.incidence.rate_ratios import (
    exact_rate_ratio,
    exact_rate_test,
    score_rate_ratio,
    score_rate_test,
)
from analytics.safety.incidence.score_limits import (
    score_difference,
    score_odds_ratio,
    score_ratio,
)
from analytics.safety.incidence.score_test import score_test


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """Estimate, limits and p-value of each row."""

    estimate: Floats
    lower: Floats
    upper: Floats
    p_value: Floats


Method = Callable[[Floats, Floats, Floats, Floats, float], Contrast]
"""From the cells of arm and reference and the confidence level."""


def reasons(
    measure: str, x1: Floats, size1: Floats, x2: Floats, size2: Floats
) -> NDArray[np.object_]:
    """Why each row's contrast would not be estimable; "" where it should be.

    Examples
    --------
    >>> cells = np.array([[0.0, 5.0], [9.0, 9.0], [0.0, 0.0], [9.0, 9.0]])
    >>> reasons("risk ratio", *cells).tolist()
    ['no events in either arm', '']
    """
    nothing = NO_TIME if measure == "rate ratio" else NO_SUBJECTS
    known: list[tuple[Flags, str]] = [((size1 <= 0) | (size2 <= 0), nothing)]
    if measure != "risk difference":
        known.append((x1 + x2 == 0, NO_EVENTS))
    if measure == "odds ratio":
        known.append((x1 + x2 == size1 + size2, ALL_EVENTS))
    flags, texts = zip(*known, strict=True)
    why: NDArray[np.object_] = np.select(flags, texts, "").astype(object)
    return why


def _method(
    estimate: Callable[..., Floats], limits: Callable[..., Limits], p_value: Callable[..., Floats]
) -> Method:
    def method(x1: Floats, size1: Floats, x2: Floats, size2: Floats, level: float) -> Contrast:
        cells = (x1, size1, x2, size2)
        found = limits(*cells, confidence_level=level)
        return Contrast(estimate(*cells), *found, p_value(*cells))

    return method


def _difference(x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> Floats:
    return share(x1, n1) - share(x2, n2)


def _risk_ratio(x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> Floats:
    return _ratio(x1 * n2, x2 * n1)


def _odds_ratio(x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> Floats:
    return _ratio(x1 * (n2 - x2), x2 * (n1 - x1))


def _rate_ratio(d1: Floats, t1: Floats, d2: Floats, t2: Floats) -> Floats:
    return np.where((t1 > 0) & (t2 > 0), _ratio(d1 * t2, d2 * t1), np.nan)


def _ratio(one: Floats, other: Floats) -> Floats:
    """Infinite to nothing; NaN for nothing to nothing."""
    found: Floats = np.where(one > 0, np.inf, np.nan)
    return np.divide(one, other, out=found, where=other > 0)


def _exact_odds(x1: Floats, n1: Floats, x2: Floats, n2: Floats, level: float) -> Contrast:
    found = exact_odds_ratio(x1, n1, x2, n2, confidence_level=level)
    return Contrast(*found, fisher_test(x1, n1, x2, n2))


_plain_score = partial(score_test, small_sample=False)

MEASURES: dict[str, dict[str, Method]] = {
    "risk difference": {
        "miettinen-nurminen": _method(_difference, score_difference, score_test),
        "newcombe": _method(_difference, newcombe_difference, _plain_score),
        "mee": _method(_difference, partial(score_difference, small_sample=False), _plain_score),
    },
    "risk ratio": {
        "miettinen-nurminen": _method(_risk_ratio, score_ratio, score_test),
        "koopman": _method(_risk_ratio, partial(score_ratio, small_sample=False), _plain_score),
    },
    "odds ratio": {
        "miettinen-nurminen": _method(_odds_ratio, score_odds_ratio, score_test),
        "cornfield": _method(
            _odds_ratio, partial(score_odds_ratio, small_sample=False), _plain_score
        ),
        "exact": _exact_odds,
    },
    "rate ratio": {
        "exact": _method(_rate_ratio, exact_rate_ratio, exact_rate_test),
        "score": _method(_rate_ratio, score_rate_ratio, score_rate_test),
    },
}
"""By measure and method of the interval; the first of each is the one to take."""

_SCORE, _PEARSON = "chi-squared with N - 1", "chi-squared without correction"

TESTS = {
    "risk difference": {"miettinen-nurminen": _SCORE, "newcombe": _PEARSON, "mee": _PEARSON},
    "risk ratio": {"miettinen-nurminen": _SCORE, "koopman": _PEARSON},
    "odds ratio": {"miettinen-nurminen": _SCORE, "cornfield": _PEARSON, "exact": "Fisher's exact"},
    "rate ratio": {"exact": "conditional exact", "score": "score"},
}
"""The p-value that goes with each interval."""
