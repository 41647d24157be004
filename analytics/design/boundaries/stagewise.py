"""Estimates after a trial has stopped, by the order of the looks at which it could stop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from analytics.design.boundaries.course import Course
from analytics.design.boundaries.recursion import FAR, stop_probabilities
from analytics.results import Result, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class StagewiseEstimate(Result):
    """What a stopped trial says of theta, adjusted for the looks at which it could have stopped.

    An outcome is the more in favour of the treatment the earlier the efficacy bound is crossed,
    and at the same look the higher z is.

    Parameters
    ----------
    look : int
        At which the trial stopped, counted from 1.
    p_value : float
        One-sided in one-sided plans, two-sided in two-sided ones.
    median_unbiased : float
        Theta with which half of all outcomes are more in favour of the treatment.
    lower, upper : float
        Confidence limits of theta.
    confidence : float
        1 - 2 alpha in one-sided plans, 1 - alpha in two-sided ones.

    References
    ----------
    Tsiatis, Rosner and Mehta (1984), Biometrics 40:797-803; Jennison and Turnbull (2000), Group
    Sequential Methods, sections 8.4 and 8.5.

    Examples
    --------
    >>> StagewiseEstimate(
    ...     look=1, p_value=0.001, median_unbiased=0.4, lower=0.1, upper=0.6, confidence=0.95
    ... ).confidence
    0.95
    """

    look: int
    p_value: float
    median_unbiased: float
    lower: float
    upper: float
    confidence: float


def stagewise_estimate(course: Course, look: int, z: float) -> StagewiseEstimate:
    """The estimate of a trial that stopped at a look with z.

    Stops for futility count when they are binding; bounds that are not are ignored, as they are
    by the efficacy bounds. The p-value is at most alpha when efficacy was shown; after a stop at
    futility bounds that are not binding and lie close to the efficacy bounds it can be, too.

    Parameters
    ----------
    course : Course
    look : int
        Counted from 1.
    z : float

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
    >>> end = Course.of(plan, (4.0, 8.0), 8.0, final=True, remaining=None, as_planned=False)
    >>> found = stagewise_estimate(end, 2, 2.2)
    >>> round(found.p_value, 4), round(found.median_unbiased, 3), round(found.lower, 3)
    (0.0146, 0.775, 0.079)
    """

    def in_favour(theta: float) -> float:
        return more_in_favour(course, look, z, theta)

    one_side = course.plan.alpha / course.plan.sides
    p_value = in_favour(0.0)
    return StagewiseEstimate(
        look=look,
        p_value=p_value if course.plan.sides == 1 else 2 * min(p_value, 1 - p_value),
        median_unbiased=_theta_with(course, look, z, 0.5),
        lower=_theta_with(course, look, z, one_side),
        upper=_theta_with(course, look, z, 1 - one_side),
        confidence=1 - 2 * one_side,
    )


def more_in_favour(course: Course, look: int, z: float, theta: float) -> float:
    """The probability of this outcome or one more in favour of the treatment; rises with theta.

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
    >>> half = Course.of(plan, (4.0,), 8.0, final=False, remaining=None, as_planned=False)
    >>> round(more_in_favour(half, 1, 1.0, 0.5), 9)
    0.5
    """
    upper, lower = course.bounds.upper[:look], course.bounds.lower[:look]
    upper[-1] = z
    if course.plan.sides == 1 and not course.plan.binding:
        lower = np.full(look, -FAR)
    lower[-1] = -FAR
    means = theta * course.root_information[:look]
    _, beyond = stop_probabilities(course.looks.root[:look], means, lower, upper)
    return float(beyond.sum())


def _theta_with(course: Course, look: int, z: float, probability: float) -> float:
    """Theta with which so many outcomes are more in favour of the treatment."""
    root = course.root_information[:look]

    def gap(theta: float) -> float:
        return more_in_favour(course, look, z, theta) - probability

    low = high = float(z / root[-1])
    step = float(2 / root[-1])
    while gap(low) > 0:
        low, step = low - step, 1.5 * step
    step = float(2 / root[-1])
    while gap(high) < 0:
        high, step = high + step, 1.5 * step
    return float(brentq(gap, low, high, xtol=1e-12 / root[-1]))
