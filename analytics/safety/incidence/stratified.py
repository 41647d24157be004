"""A difference of proportions common to several strata, with its score interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from analytics.checks import require
from analytics.safety.incidence.cells import Flags, Floats, Ints, Limits, reach, share, two_arms
from analytics.safety.incidence.restricted import given_difference
from analytics.safety.incidence.roots import INSIDE, Excess, crossings

WEIGHTS = ("mantel-haenszel", "miettinen-nurminen")
_ROUNDS = 12  # each gains two digits or more


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CommonDifference:
    """Weighted differences of proportions, arm less reference; one value per row.

    Parameters
    ----------
    estimate, lower, upper : array
        NaN, -1 and 1 where no stratum has subjects of both arms.
    p_value : array
        Score test of no difference; with either weights that of Cochran, Mantel and Haenszel
        without continuity correction. 1 when nothing speaks against it.
    strata : array
        Strata with subjects of both arms; the others say nothing and are left out.
    """

    estimate: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    strata: Ints


def stratified_difference(
    with_event: ArrayLike,
    subjects: ArrayLike,
    reference_with_event: ArrayLike,
    reference_subjects: ArrayLike,
    *,
    weights: str = "mantel-haenszel",
    confidence_level: float = 0.95,
) -> CommonDifference:
    """The common difference of proportions over strata, by Miettinen and Nurminen's score.

    Parameters
    ----------
    with_event, subjects, reference_with_event, reference_subjects : array
        As in `score_difference`; the last axis are the strata.
    weights : {"mantel-haenszel", "miettinen-nurminen"}
        n1 n2 / (n1 + n2), or weights that for each value of the difference are worked out from
        the weighted proportions under it. They differ little unless arms are of unequal size.
    confidence_level : float
        Two-sided coverage.

    References
    ----------
    Miettinen and Nurminen (1985), Statistics in Medicine 4:213-226; Mantel and Haenszel (1959),
    Journal of the National Cancer Institute 22:719-748.

    Examples
    --------
    >>> found = stratified_difference([21, 11, 8], [464, 165, 69], [26, 25, 11], [453, 174, 70])
    >>> round(float(found.lower), 5), round(float(found.upper), 5), round(float(found.p_value), 4)
    (-0.05895, -0.00367, 0.0263)
    """
    require(weights in WEIGHTS, f"weights in {WEIGHTS}", weights=weights)
    cells = two_arms(with_event, subjects, reference_with_event, reference_subjects)
    rule = "the last axis of the counts are the strata"
    require(cells[0].ndim > 0 and cells[0].shape[-1] > 0, rule, shape=cells[0].shape)
    shape, width = cells[0].shape[:-1], cells[0].shape[-1]
    table = _Strata.of(*(one.reshape(-1, width) for one in cells), iterative=weights == WEIGHTS[1])
    estimate = table.estimate()
    lower, upper = table.limits(estimate, reach(confidence_level))
    return CommonDifference(
        estimate=estimate.reshape(shape),
        lower=lower.reshape(shape),
        upper=upper.reshape(shape),
        p_value=table.p_value().reshape(shape),
        strata=table.used.sum(axis=1).reshape(shape),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Strata:
    """Cells with a row per comparison and a column per stratum; unused strata weigh nothing."""

    x1: Floats
    n1: Floats
    x2: Floats
    n2: Floats
    used: Flags
    factor: Floats
    iterative: bool

    @classmethod
    def of(cls, x1: Floats, n1: Floats, x2: Floats, n2: Floats, *, iterative: bool) -> _Strata:
        used = (n1 > 0) & (n2 > 0)
        # Strata without one of the arms get a subject each, so that nothing divides by 0.
        x1, x2 = np.where(used, x1, 0.0), np.where(used, x2, 0.0)
        n1, n2 = np.where(used, n1, 1.0), np.where(used, n2, 1.0)
        factor = (n1 + n2) / (n1 + n2 - 1)
        return cls(x1, n1, x2, n2, used, factor, iterative)

    @property
    def known(self) -> Flags:
        """Rows with a stratum that has both arms."""
        return np.asarray(self.used.any(axis=1))

    def at(self, difference: Floats, rows: Ints) -> tuple[Floats, Floats]:
        """Score and its variance in some rows, given a common difference in each."""
        n1, n2, given = self.n1[rows], self.n2[rows], difference[:, None]
        one, other = given_difference(self.x1[rows], n1, self.x2[rows], n2, given)
        weight = self._weights(one, other, rows)
        variance = self.factor[rows] * (one * (1 - one) / n1 + other * (1 - other) / n2)
        distance = self.x1[rows] / n1 - self.x2[rows] / n2 - given
        return (weight * distance).sum(axis=1), (weight**2 * variance).sum(axis=1)

    def _weights(self, one: Floats, other: Floats, rows: Ints) -> Floats:
        """Of each stratum, adding up to 1."""
        equal = np.ones(rows.size)
        weight = self._shares(equal, equal, rows)
        for _ in range(_ROUNDS if self.iterative else 0):
            own, reference = (
                rate * (1 - rate) for rate in ((weight * one).sum(1), (weight * other).sum(1))
            )
            neither = (own <= 0) & (reference <= 0)
            weight = self._shares(np.where(neither, 1.0, own), reference + neither, rows)
        return weight

    def _shares(self, own: Floats, reference: Floats, rows: Ints) -> Floats:
        """In inverse proportion to the variance, given that of one subject of each arm."""
        variance = own[:, None] / self.n1[rows] + reference[:, None] / self.n2[rows]
        weight = np.where(self.used[rows], 1 / variance, 0.0)
        total = weight.sum(axis=1, keepdims=True)
        return weight / np.where(total > 0, total, 1.0)

    def estimate(self) -> Floats:
        """The difference at which the score is 0."""
        rows = np.flatnonzero(self.known)
        apart = self.x1 / self.n1 - self.x2 / self.n2
        found, equal = np.full(self.known.shape, np.nan), np.ones(rows.size)
        found[rows] = (self._shares(equal, equal, rows) * apart[rows]).sum(axis=1)
        inside = self.known & (np.abs(found) < 1)
        if self.iterative:
            ends = np.full(found.shape, 1.0)
            solved = crossings(lambda value, own: self.at(value, own)[0], -ends, ends, inside)
            found = np.where(inside, solved, found)
        return found

    def limits(self, estimate: Floats, reached: float) -> Limits:
        """Where the score is so many standard errors above 0, and so many below."""

        def beyond(side: float) -> Excess:
            def excess(value: Floats, rows: Ints) -> Floats:
                distance, variance = self.at(value, rows)
                return distance - side * reached * np.sqrt(variance)

            return excess

        start, end = np.where(self.known, estimate, 0.0), np.ones(estimate.shape)
        below, above = self.known & (estimate > -1), self.known & (estimate < 1)
        lower = crossings(beyond(1.0), -end, start - INSIDE, below)
        upper = crossings(beyond(-1.0), start + INSIDE, end, above)
        return np.where(below, lower, -1.0), np.where(above, upper, 1.0)

    def p_value(self) -> Floats:
        """Of no difference in any stratum."""
        score, variance = self.at(np.zeros(self.known.shape), np.arange(self.known.size))
        statistic = share(score**2, variance)
        return np.where(np.isnan(statistic), 1.0, chdtrc(1, np.nan_to_num(statistic)))
