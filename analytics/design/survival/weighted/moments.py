"""Means and variances of weighted log-rank statistics at several analyses, for large trials.

A statistic is the sum over events of w (p - [treated]), where p is the share of those at risk who
are on treatment: above 0 when the treatment is better. Under given hazards it is, but for terms
that vanish in large trials, a sum over subjects of integrals of h (dN - Y dL), with N the events of
the subject, Y whether at risk, L the pooled cumulative hazard. In h the estimation of p cancels
against L, and that of the weight adds a term that vanishes when the hazards are equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.design.survival.weighted.at_risk import AtRisk
from analytics.design.survival.weighted.weight_curves import WeightCurve

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WeightedMoments:
    """Of statistics in the order: all weights of the first analysis, of the second, ...

    Parameters
    ----------
    score : array
        Means of the statistics.
    null : array
        Their covariances as the tests estimate them, from the events of both arms together.
    actual : array
        Their covariances under the hazards that are assumed.
    """

    score: Floats
    null: Floats
    actual: Floats

    @classmethod
    def of(cls, risk: AtRisk, curves: tuple[WeightCurve, ...]) -> WeightedMoments:
        """For weights at all analyses."""
        drift = _drift(risk)
        score = risk.grid.integral(np.array([[d * c.value for c in curves] for d in drift]))
        return cls(score.ravel(), _null(risk, curves), _actual(risk, curves, drift))


def _drift(risk: AtRisk) -> Floats:
    """What a weight of 1 would add to the score at each time: analyses x nodes."""
    treated, total = risk.treated, risk.followed.sum(axis=0)
    each = treated * (1 - treated) * total * (risk.hazard[0] - risk.hazard[1])
    return np.asarray(each * risk.entered)


def _null(risk: AtRisk, curves: tuple[WeightCurve, ...]) -> Floats:
    treated, total = risk.treated, risk.followed.sum(axis=0)
    spread = treated * (1 - treated) * total * risk.pooled_hazard
    found = [
        [
            risk.grid.integral(one.value * other.value * spread * np.minimum(early, late))
            for late in risk.entered
            for other in curves
        ]
        for early in risk.entered
        for one in curves
    ]
    return np.array(found)


def _actual(risk: AtRisk, curves: tuple[WeightCurve, ...], drift: Floats) -> Floats:
    looks = range(len(risk.analyses))
    each = [
        (look, _influence(risk, curve, drift[look], look)) for look in looks for curve in curves
    ]
    size = len(each)
    found = np.zeros((size, size))
    for row in range(size):
        for column in range(row, size):
            value = sum(_covariance(risk, arm, each[row], each[column]) for arm in (0, 1))
            found[row, column] = found[column, row] = value
    return found


def _influence(risk: AtRisk, curve: WeightCurve, drift: Floats, look: int) -> Floats:
    """h by arm and node."""
    grid, at_risk = risk.grid, risk.followed.sum(axis=0) * risk.entered[look]
    moved = curve.slope * drift
    ahead = grid.integral(moved) - grid.running(moved)
    ahead = np.where(grid.times < curve.frozen_at, ahead, 0.0)
    estimated = np.divide(ahead, at_risk, out=np.zeros_like(ahead), where=at_risk > 0)
    arms = np.array([[0.0], [1.0]])
    return np.asarray(curve.value * (risk.treated - arms) - estimated)


def _covariance(
    risk: AtRisk, arm: int, early: tuple[int, Floats], late: tuple[int, Floats]
) -> float:
    """That the subjects of one arm bring in, who are a fixed number."""
    grid, pooled = risk.grid, risk.pooled_hazard
    (first, h_first), (second, h_second) = early, late
    one, two = h_first[arm], h_second[arm]
    followed, hazard = risk.followed[arm], risk.hazard[arm]
    seen, later = risk.entered[first], risk.entered[second]
    excess = hazard - pooled
    lag = float(risk.analyses[second] - risk.analyses[first])
    # The compensator at the first analysis, of those who are still at risk at the second.
    back = grid.times - lag
    long_ago = grid.up_to(back, one * pooled) * later
    lately = grid.running(one * pooled * seen) - grid.up_to(back, one * pooled * seen)
    before = grid.running(two * pooled)
    parts = (
        one * two * hazard * seen
        - one * excess * before * seen
        - two * excess * (long_ago + lately)
    )
    means = [
        float(grid.integral(h * excess * followed * entered))
        for h, entered in ((one, seen), (two, later))
    ]
    return float(grid.integral(followed * parts)) - means[0] * means[1] / float(risk.subjects[arm])
