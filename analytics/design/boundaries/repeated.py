"""Inference that holds at every look, whether or not the trial stops there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from analytics.design.boundaries.course import Course
from analytics.design.boundaries.recursion import FAR, stop_probabilities
from analytics.design.boundaries.rules import HaybittlePeto, NoEfficacyStop, WangTsiatis
from analytics.design.boundaries.solving import Looks, bounds_at, efficacy_with

Floats = NDArray[np.float64]
_LEAST = 1e-12  # a p-value
# One-sided errors between which a bound is followed. Bounds of spending functions fall up to 0.3
# (their spending at each look rises until then); the last bound of Wang-Tsiatis, which takes what
# other looks leave, may rise again earlier.
_SPENDING = (0.3, 0.33, 0.37, 0.4, 0.44, 0.47, 0.4999999)
_WANG_TSIATIS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, *_SPENDING)


def repeated_intervals(
    course: Course, z: tuple[float, ...]
) -> tuple[tuple[float | None, float | None], ...]:
    """Limits for theta at each look that hold for all looks together.

    The estimate plus and minus the efficacy bound over sqrt(information). Together they miss
    theta on one side with probability alpha at most (alpha / 2 in two-sided plans), whatever rule
    stops the trial. Efficacy bounds that count on stops for futility would not do here: the ones
    that ignore them are used.

    Parameters
    ----------
    course : Course
    z : tuple of float
        Of the looks until now.

    Returns
    -------
    tuple of (lower, upper)
        None where the look has no efficacy bound.

    References
    ----------
    Jennison and Turnbull (1989), Journal of the Royal Statistical Society B 51:305-361.

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
    >>> half = Course.of(plan, (4.0,), 8.0, final=False, remaining=None, as_planned=False)
    >>> [tuple(round(one, 3) for one in pair) for pair in repeated_intervals(half, (1.5,))]
    [(-0.731, 2.231)]
    """
    upper = course.bounds.upper
    if course.plan.binding:
        free = replace(course.plan, futility=None, binding=False)
        _, upper = bounds_at(free, course.looks, None)
    root, found = course.root_information, []
    for one, bound, scale in zip(z, upper[: len(z)], root[: len(z)], strict=True):
        has = abs(bound) < FAR
        limits = float((one - bound) / scale), float((one + bound) / scale)
        found.append(limits if has else (None, None))
    return tuple(found)


def repeated_p_values(course: Course, z: tuple[float, ...]) -> tuple[float | None, ...]:
    """At each look, the least alpha with which its efficacy bound would have been reached.

    Of the plan's family of bounds, at the looks as they came; two-sided in two-sided plans. With
    binding futility bounds these stay as they are. Values from 1e-12 to 0.5 (of one side) are
    found; above, 1 is given. None at a look whose bound does not depend on alpha: interim looks
    of Haybittle-Peto, and without stops for efficacy.

    Parameters
    ----------
    course : Course
    z : tuple of float
        Of the looks until now.

    References
    ----------
    Jennison and Turnbull (2000), Group Sequential Methods, section 9.5.

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
    >>> half = Course.of(plan, (4.0,), 8.0, final=False, remaining=None, as_planned=False)
    >>> [round(p, 4) for p in repeated_p_values(half, (1.9,))]
    [0.1219]
    """
    return tuple(_repeated_p(course, look, one) for look, one in enumerate(z, start=1))


def sequential_p_value(repeated: tuple[float | None, ...]) -> float | None:
    """The least alpha with which some look until now would have stopped the trial for efficacy.

    References
    ----------
    Liu and Anderson (2008), Journal of the American Statistical Association 103:1621-1630.

    Examples
    --------
    >>> sequential_p_value((0.12, None, 0.03))
    0.03
    """
    return min((p for p in repeated if p is not None), default=None)


def _repeated_p(course: Course, look: int, z: float) -> float | None:
    if isinstance(course.plan.efficacy, HaybittlePeto | NoEfficacyStop):
        return _last_p(course, z) if look == len(course.information) else None
    toward = abs(z) if course.plan.sides == 2 else z

    def excess(error: float) -> float:
        return toward - _bound_with(course, look, error)

    given = isinstance(course.plan.efficacy, WangTsiatis)
    error = _least_error(excess, _WANG_TSIATIS if given else _SPENDING)
    return 1.0 if error is None else course.plan.sides * error


def _least_error(excess: Callable[[float], float], candidates: tuple[float, ...]) -> float | None:
    """Where a bound that mostly falls with the error is first reached; of one side."""

    def at(probit: float) -> float:
        return excess(float(ndtr(probit)))

    before = float(ndtri(_LEAST))
    if at(before) >= 0:
        return _LEAST
    for probit in ndtri(candidates).tolist():
        if at(probit) >= 0:
            return float(ndtr(brentq(at, before, probit, xtol=1e-12)))
        before = probit
    return None


def _bound_with(course: Course, look: int, error: float) -> float:
    """The efficacy bound at a look if the error of one side were another one."""
    plan, looks, lower = course.plan, course.looks, course.bounds.lower
    if not isinstance(plan.efficacy, WangTsiatis):
        looks, lower = Looks(share=looks.share[:look], root=looks.root[:look]), lower[:look]
    return float(efficacy_with(plan, plan.sides * error, looks, lower)[look - 1])


def _last_p(course: Course, z: float) -> float:
    """At the last look, when interim bounds do not depend on alpha."""
    upper, toward = course.bounds.upper, abs(z) if course.plan.sides == 2 else z
    upper[-1] = toward
    lower = -upper if course.plan.sides == 2 else course.bounds.lower
    if course.plan.sides == 1 and not course.plan.binding:
        lower = np.full(upper.size, -FAR)
    beyond = stop_probabilities(course.looks.root, np.zeros(upper.size), lower, upper)[1]
    return float(min(1.0, course.plan.sides * beyond.sum()))
