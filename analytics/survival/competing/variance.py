"""Variance of a cumulative incidence at every time, in one pass.

Both estimators add up, over the event times, what chance at one time does to the incidence at a
later one. An event of the cause at time s adds S(s-) / n to the incidence; any event at s, of the
cause or not, also takes away a share r / n of all that comes after, where r = S(s-) / S(s):

    V(t) = sum over s <= t of
           v11 (S(s-) - D r)^2  -  2 v12 (S(s-) - D r) D r  +  v22 (D r)^2,   D = F(t) - F(s),

with v the covariance of the shares of those at risk who have the cause (1) or another event (2).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analytics.checks import require

Floats = NDArray[np.float64]
Covariance = tuple[Floats, Floats, Floats]


def incidence_variance(
    events: Floats, competing: Floats, at_risk: Floats, *, variance: str
) -> Floats:
    """Variance of the Aalen–Johansen estimate after each time.

    Parameters
    ----------
    events, competing : array
        Events of the cause, and of all others together, at each time.
    at_risk : array
        Subjects at risk just before it.
    variance : {"greenwood", "aalen"}
        See `fit_aalen_johansen`.

    Examples
    --------
    >>> one, none, four = np.array([1.0]), np.array([0.0]), np.array([4.0])
    >>> incidence_variance(one, none, four, variance="greenwood").tolist()  # 1/4 x 3/4 / 4
    [0.046875]
    >>> incidence_variance(one, none, four, variance="aalen").tolist()
    [0.0625]
    """
    require(variance in _SHARES, f"variance in {tuple(_SHARES)}", variance=variance)
    own, both, others = _SHARES[variance](events, competing, at_risk)
    left = at_risk - events - competing
    before = np.concatenate(([1.0], np.cumprod(left / at_risk)[:-1]))
    # Nobody left: nothing comes after that could be taken away.
    ratio = np.divide(at_risk, left, out=np.zeros_like(left), where=left > 0)
    rise = before * events / at_risk
    now = np.cumsum(before**2 * own)
    cross = _sum_of_later_rises(rise, before * ratio * (own + both))
    square = _sum_of_squared_later_rises(rise, ratio**2 * (own + 2 * both + others))
    return now - 2 * cross + square


def _sum_of_later_rises(rise: Floats, weight: Floats) -> Floats:
    """Sum over s <= t of weight(s) (F(t) - F(s)), for all t, without taking differences."""
    return np.cumsum(rise * _before(np.cumsum(weight)))


def _sum_of_squared_later_rises(rise: Floats, weight: Floats) -> Floats:
    """Sum over s <= t of weight(s) (F(t) - F(s))^2, for all t, without taking differences."""
    once, total = _sum_of_later_rises(rise, weight), np.cumsum(weight)
    return np.cumsum(2 * rise * _before(once) + rise**2 * _before(total))


def _before(sums: Floats) -> Floats:
    return np.concatenate(([0.0], sums[:-1]))


def _multinomial(events: Floats, competing: Floats, at_risk: Floats) -> Covariance:
    cube = at_risk**3
    own, others = events * (at_risk - events) / cube, competing * (at_risk - competing) / cube
    return own, -events * competing / cube, others


def _hypergeometric(events: Floats, competing: Floats, at_risk: Floats) -> Covariance:
    return (
        _without_replacement(events, at_risk),
        0 * events,
        _without_replacement(competing, at_risk),
    )


def _without_replacement(events: Floats, at_risk: Floats) -> Floats:
    ties = np.where(events > 1, (at_risk - events) / np.maximum(at_risk - 1, 1), 1.0)
    return events / at_risk**2 * ties


_SHARES: dict[str, Callable[[Floats, Floats, Floats], Covariance]] = {
    "greenwood": _multinomial,
    "aalen": _hypergeometric,
}
