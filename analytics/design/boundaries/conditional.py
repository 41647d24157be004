"""How probable it is that a trial still succeeds, given what it has shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analytics.checks import require
from analytics.design.boundaries.course import Course
from analytics.design.boundaries.recursion import FAR, stop_probabilities
from analytics.results import Result, registered

Floats = NDArray[np.float64]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class NormalPrior(Result):
    """What is believed of the effect theta before the trial.

    Parameters
    ----------
    mean : float
        Of theta; positive favours the treatment.
    std_dev : float
        > 0.

    Examples
    --------
    >>> NormalPrior(mean=0.3, std_dev=0.2)
    NormalPrior(mean=0.3, std_dev=0.2)
    """

    mean: float
    std_dev: float

    def __post_init__(self) -> None:
        require(bool(np.isfinite(self.mean)), "mean is finite", mean=self.mean)
        require(0 < self.std_dev < np.inf, "std_dev is finite and > 0", std_dev=self.std_dev)

    def given(self, z: float, information: float) -> tuple[float, float]:
        """Mean and variance of theta after a statistic with this information.

        Examples
        --------
        >>> NormalPrior(mean=0.0, std_dev=0.5).given(2.0, 4.0)
        (0.5, 0.125)
        """
        precision = information + self.std_dev**-2
        return (z * information**0.5 + self.mean * self.std_dev**-2) / precision, 1 / precision


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalPower(Result):
    """The probability to cross an efficacy bound from here on, if the effect is theta.

    Parameters
    ----------
    effect : {"null", "current trend", "assumed"}
    theta : float
        0 for null; z / sqrt(information) for the current trend.
    next_look, end : float
        At the next look; at any look until the end.

    References
    ----------
    Lan, Simon and Halperin (1982), Communications in Statistics C 1:207-219.

    Examples
    --------
    >>> ConditionalPower(effect="null", theta=0.0, next_look=0.01, end=0.03).end
    0.03
    """

    effect: Literal["null", "current trend", "assumed"]
    theta: float
    next_look: float
    end: float


def success_ahead(
    course: Course, look: int, z: float, *, mean: float, variance: float = 0.0, stops: bool = True
) -> Floats:
    """Probabilities to cross the efficacy bound at each later look, given z at one.

    What is still to come is a trial of its own, with the information that is still to come. With
    theta normal, its statistic over (1 + variance x information) has independent increments
    again, so that one recursion does for conditional and for predictive power.

    Parameters
    ----------
    course : Course
    look : int
        The look, counted from 1, at which the statistic was z.
    z : float
    mean, variance : float
        Of theta; without variance theta is known.
    stops : bool
        Whether later stops for futility are acted on. In two-sided plans the trial always stops
        at the other bound.

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential, NoEfficacyStop
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0), efficacy=NoEfficacyStop())
    >>> half = Course.of(plan, (1.0,), 2.0, final=False, remaining=None, as_planned=False)
    >>> success_ahead(half, 1, 1.0, mean=1.0).round(6).tolist()
    [0.220114]
    """
    fractions = np.array(course.bounds.information_fractions)
    told = fractions[look:] - fractions[look - 1]
    gained = np.array(course.information[look:]) - course.information[look - 1]
    spread = np.sqrt(1 + variance * gained)

    def moved(bounds: Floats) -> Floats:
        reached = z * np.sqrt(fractions[look - 1])
        own = (bounds[look:] * np.sqrt(fractions[look:]) - reached) / np.sqrt(told)
        shifted = np.clip((own - mean * np.sqrt(gained)) / spread, 1 - FAR, FAR - 1)
        return np.where(np.abs(bounds[look:]) < FAR, shifted, bounds[look:])

    lower = course.bounds.lower
    if not stops and course.plan.sides == 1:
        lower = np.full(lower.size, -FAR)
    root = np.sqrt(gained) / spread if variance > 0 else np.sqrt(told)
    _, beyond = stop_probabilities(
        root, np.zeros(told.size), moved(lower), moved(course.bounds.upper)
    )
    return beyond


def conditional_power(
    course: Course,
    look: int,
    z: float,
    *,
    theta: float,
    effect: Literal["null", "current trend", "assumed"] = "assumed",
) -> ConditionalPower:
    """Conditional power to the next look and to the end, later stops for futility acted on.

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential
    >>> plan = GroupSequential(information_fractions=(0.5, 0.75, 1.0))
    >>> half = Course.of(plan, (50.0,), 100.0, final=False, remaining=None, as_planned=False)
    >>> round(conditional_power(half, 1, 1.5, theta=0.3).end, 4)
    0.7874
    """
    ahead = success_ahead(course, look, z, mean=theta)
    return ConditionalPower(
        effect=effect, theta=theta, next_look=float(ahead[0]), end=float(ahead.sum())
    )


def predictive_power(course: Course, look: int, z: float, prior: NormalPrior | None) -> float:
    """Conditional power over what is believed of theta after the look; None is a flat prior.

    References
    ----------
    Spiegelhalter, Freedman and Blackburn (1986), Controlled Clinical Trials 7:8-17.

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential, NoEfficacyStop
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0), efficacy=NoEfficacyStop())
    >>> half = Course.of(plan, (1.0,), 2.0, final=False, remaining=None, as_planned=False)
    >>> round(predictive_power(half, 1, 1.0, None), 6)
    0.292619
    """
    information = course.information[look - 1]
    if prior is None:
        mean, variance = z / information**0.5, 1 / information
    else:
        mean, variance = prior.given(z, information)
    return float(success_ahead(course, look, z, mean=mean, variance=variance).sum())


def conditional_rejection_probability(course: Course, look: int, z: float) -> float:
    """The type I error that is left to what is still to come, given z at a look.

    Later stops for futility count when they are binding.

    References
    ----------
    Mueller and Schaefer (2001), Biometrics 57:886-891.

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
    >>> half = Course.of(plan, (1.0,), 2.0, final=False, remaining=None, as_planned=False)
    >>> round(conditional_rejection_probability(half, 1, 1.5), 4)
    0.0996
    """
    ahead = success_ahead(course, look, z, mean=0.0, stops=course.plan.binding)
    return float(ahead.sum())
