"""Families in which the logarithm of time (or time itself) is location + scale x noise.

Exponential, Weibull, log-normal and log-logistic are accelerated-failure-time models with the
parameters of R's `survreg`: coefficients act on log time, and log(scale) is fitted with them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_ndtr

from analytics.survival.regression.columns import Floats
from analytics.survival.regression.parametric.families import Parameter, Sample
from analytics.survival.regression.parametric.jets import Jet

Curve = tuple[Floats, Floats, Floats]
"""A function of z with its first two derivatives."""

_LOG_SQRT_2PI = 0.5 * float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationScale:
    """One of these families.

    Parameters
    ----------
    name : str
        As it is asked for.
    survival, density : callable
        log S and log f of the noise.
    scaled : bool
        Whether the scale is fitted; else it is 1.
    logged : bool
        Whether the location is that of log time; else of time.
    parameters : tuple of Parameter
        As they are reported.
    """

    name: str
    survival: Callable[[Floats], Curve]
    density: Callable[[Floats], Curve]
    scaled: bool = True
    logged: bool = True
    parameters: tuple[Parameter, ...] = ()

    @property
    def others(self) -> tuple[str, ...]:
        """The logarithm of the scale, if it is fitted."""
        return ("log(scale)",) if self.scaled else ()

    @property
    def effect(self) -> str:
        """exp(coefficient) stretches time."""
        return "time ratio" if self.logged else ""

    @property
    def intercept(self) -> bool:
        """Always."""
        return True

    @property
    def lowest(self) -> float:
        """Times are positive if their logarithm is taken."""
        return 0.0 if self.logged else -np.inf

    def log_survival(self, time: Floats, location: Floats, others: Floats) -> Jet:
        """log S(t)."""
        return self._jet(self.survival, self._y(time), location, others)

    def log_density(self, time: Floats, location: Floats, others: Floats) -> Jet:
        """log f(t): that of the noise, less log(scale), and less log(t) on the log scale."""
        y = self._y(time)
        jet = self._jet(self.density, y, location, others)
        value = jet.value - y if self.logged else jet.value
        first = jet.first.copy()
        if self.scaled:
            value = value - others[0]
            first[1] -= 1
        return Jet(value=value, first=first, second=jet.second)

    @property
    def dimensions(self) -> tuple[int, ...]:
        """The power of time in which each parameter is measured."""
        return (0 if self.logged else 1, *(0 for _ in self.others))

    def starts(self, sample: Sample) -> list[tuple[float, Floats]]:
        """The exponential distribution; or the moments of the times."""
        if self.logged:
            return [(-float(np.log(sample.rate)), np.zeros(len(self.others)))]
        return [(sample.mean, np.array([float(np.log(sample.spread))]))]

    def _y(self, time: Floats) -> Floats:
        return np.log(time) if self.logged else time

    def _jet(
        self, curve: Callable[[Floats], Curve], y: Floats, location: Floats, others: Floats
    ) -> Jet:
        scale = float(np.exp(others[0])) if self.scaled else 1.0
        z = (y - location) / scale
        value, slope, bend = curve(z)
        size = 2 if self.scaled else 1
        first, second = np.empty((size, z.size)), np.empty((size, size, z.size))
        first[0] = -slope / scale
        second[0, 0] = bend / scale**2
        if self.scaled:
            first[1] = -slope * z
            second[0, 1] = second[1, 0] = (bend * z + slope) / scale
            second[1, 1] = bend * z**2 + slope * z
        return Jet(value=value, first=first, second=second)


def _extreme_survival(z: Floats) -> Curve:
    power = -np.exp(z)
    return power, power, power


def _extreme_density(z: Floats) -> Curve:
    power = np.exp(z)
    return z - power, 1 - power, -power


def _normal_survival(z: Floats) -> Curve:
    value = log_ndtr(-z)
    hazard = np.exp(-(z**2) / 2 - _LOG_SQRT_2PI - value)
    return value, -hazard, -hazard * (hazard - z)


def _normal_density(z: Floats) -> Curve:
    return -(z**2) / 2 - _LOG_SQRT_2PI, -z, np.full_like(z, -1.0)


def _logistic_survival(z: Floats) -> Curve:
    share = expit(z)
    return -np.logaddexp(0, z), -share, -share * (1 - share)


def _logistic_density(z: Floats) -> Curve:
    share = expit(z)
    return z - 2 * np.logaddexp(0, z), 1 - 2 * share, -2 * share * (1 - share)


_SHAPE_AND_SCALE = (
    Parameter(name="shape", place=1, sign=-1),
    Parameter(name="scale", place=0, sign=1),
)

EXPONENTIAL = LocationScale(
    name="exponential",
    survival=_extreme_survival,
    density=_extreme_density,
    scaled=False,
    parameters=(Parameter(name="rate", place=0, sign=-1),),
)
WEIBULL = LocationScale(
    name="weibull",
    survival=_extreme_survival,
    density=_extreme_density,
    parameters=_SHAPE_AND_SCALE,
)
LOG_NORMAL = LocationScale(
    name="lognormal",
    survival=_normal_survival,
    density=_normal_density,
    parameters=(
        Parameter(name="meanlog", place=0, sign=0),
        Parameter(name="sdlog", place=1, sign=1),
    ),
)
LOG_LOGISTIC = LocationScale(
    name="loglogistic",
    survival=_logistic_survival,
    density=_logistic_density,
    parameters=_SHAPE_AND_SCALE,
)
NORMAL = LocationScale(
    name="normal",
    survival=_normal_survival,
    density=_normal_density,
    logged=False,
    parameters=(
        Parameter(name="mean", place=0, sign=0),
        Parameter(name="sd", place=1, sign=1),
    ),
)
