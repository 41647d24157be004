"""How likely a subject still is to be under observation: Kaplan–Meier with censoring as the event.

Fine–Gray regression keeps those with a competing event in the risk set, with the weight of having
been followed up to that time at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.checks import require

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CENSORING_TIES = ("with events", "after events")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Censoring:
    """Censoring in one group of subjects.

    Parameters
    ----------
    time : array
        Distinct times of the group, ascending.
    at_risk : array
        Subjects that can be censored at each time.
    hazard : array
        The share of them that is.
    """

    time: Floats
    at_risk: Floats
    hazard: Floats

    def uncensored_before(self, when: Floats) -> Floats:
        """Probability of not being censored before these times; 0 after the last observed one.

        Examples
        --------
        >>> time, censored = np.array([1.0, 2.0]), np.array([1.0, 0.0])
        >>> one = censoring_of(time, censored, np.ones(2), "with events")
        >>> one.uncensored_before(np.array([1.0, 2.0, 3.0])).tolist()
        [1.0, 0.5, 0.0]
        """
        steps = np.concatenate(([1.0], np.cumprod(1 - self.hazard)))
        return np.where(when > self.time[-1], 0.0, steps[np.searchsorted(self.time, when)])


def censoring_of(time: Floats, censored: Floats, numbers: Floats, ties: str) -> Censoring:
    """Estimate it from the subjects of one group.

    Parameters
    ----------
    time : array
        When follow-up ends, with an event or without.
    censored : array of 0 and 1
        Whether it ends without.
    numbers : array
        How many subjects each row stands for.
    ties : {"with events", "after events"}
        Whether those who have an event at a time could still have been censored at it.

    Examples
    --------
    >>> time, censored = np.array([1.0, 1.0, 2.0]), np.array([1.0, 0.0, 0.0])
    >>> censoring_of(time, censored, np.ones(3), "with events").at_risk.tolist()
    [3.0, 1.0]
    >>> censoring_of(time, censored, np.ones(3), "after events").at_risk.tolist()
    [2.0, 0.0]
    """
    require(ties in CENSORING_TIES, f"censoring_ties in {CENSORING_TIES}", censoring_ties=ties)
    distinct, place = np.unique(time, return_inverse=True)
    leaving, lost = np.zeros(distinct.size), np.zeros(distinct.size)
    np.add.at(leaving, place, numbers)
    np.add.at(lost, place, numbers * censored)
    at_risk = np.cumsum(leaving[::-1])[::-1]
    if ties == "after events":
        at_risk = at_risk - (leaving - lost)
    hazard = np.divide(lost, at_risk, out=np.zeros_like(lost), where=at_risk > 0)
    return Censoring(time=distinct, at_risk=at_risk, hazard=hazard)
