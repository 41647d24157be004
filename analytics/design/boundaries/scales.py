"""Bounds on every scale on which they are read."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtr

from analytics.checks import require
from analytics.design.boundaries.conditional import success_ahead
from analytics.design.boundaries.course import Course
from analytics.design.boundaries.group_sequential import GroupSequential

COLUMNS = [
    "look",
    "information_fraction",
    "information",
    "bound",
    "z",
    "p_value",
    "effect",
    "b_value",
    "conditional_power_trend",
    "conditional_power_assumed",
]


def bound_scales(
    plan: GroupSequential,
    *,
    planned_information: float = 1.0,
    information: tuple[float, ...] | None = None,
    assumed_theta: float | None = None,
) -> pd.DataFrame:
    """The bounds of a plan on z, p, effect, B-value and conditional power.

    Conditional power is the probability to cross an efficacy bound at a later look when z is
    right at this one; later stops for futility are acted on. In two-sided plans the bounds are
    those on the side of the treatment; the others are their mirror.

    Parameters
    ----------
    plan : GroupSequential
    planned_information : float
        At the end, on the scale on which z has mean theta sqrt(information). With 1, effects are
        on the scale of the drift.
    information : tuple of float, optional
        At all looks, the last being the end; as planned by default.
    assumed_theta : float, optional
        The effect under which conditional power is wanted; positive favours the treatment.

    Returns
    -------
    DataFrame
        One row per look and bound: look, information_fraction, information, bound ("efficacy" or
        "futility"), z, p_value (one-sided), effect (z / sqrt(information)), b_value
        (z sqrt(fraction)), conditional_power_trend (theta as estimated at the bound) and
        conditional_power_assumed; these two are NaN at the last look, and the second without an
        assumed effect.

    References
    ----------
    Lan and Wittes (1988), Biometrics 44:579-585.

    Examples
    --------
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
    >>> shown = ["look", "bound", "z", "effect", "b_value", "conditional_power_trend"]
    >>> bound_scales(plan, planned_information=330 / 4)[shown].round(3)
       look     bound      z  effect  b_value  conditional_power_trend
    0     1  efficacy  2.963   0.461    2.095                    0.999
    1     2  efficacy  1.969   0.217    1.969                      NaN
    """
    fine = assumed_theta is None or bool(np.isfinite(assumed_theta))
    require(fine, "assumed_theta is finite", assumed_theta=assumed_theta)
    if information is None:
        information = tuple(one * planned_information for one in plan.information_fractions)
    course = Course.of(
        plan, information, planned_information, final=True, remaining=None, as_planned=False
    )
    named = ("efficacy", course.bounds.z_efficacy), ("futility", course.bounds.z_futility)
    rows = [
        _row(course, place + 1, name, bounds[place], assumed_theta)
        for place in range(len(information))
        for name, bounds in named
        if bounds[place] is not None
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(
    course: Course, look: int, name: str, z: float | None, assumed: float | None
) -> tuple[object, ...]:
    assert z is not None
    fraction, information = course.bounds.information_fractions[look - 1], course.information
    effect = float(z / np.sqrt(information[look - 1]))

    def conditional(theta: float | None) -> float:
        if theta is None or look == len(information):
            return np.nan
        return float(success_ahead(course, look, z, mean=theta).sum())

    return (
        look,
        fraction,
        information[look - 1],
        name,
        z,
        float(ndtr(-z)),
        effect,
        float(z * np.sqrt(fraction)),
        conditional(effect),
        conditional(assumed),
    )
