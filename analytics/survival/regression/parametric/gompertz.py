"""The Gompertz family: a hazard that grows or falls by a constant factor per unit of time."""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np

from analytics.survival.regression.columns import Floats
from analytics.survival.regression.parametric.families import Parameter, Sample
from analytics.survival.regression.parametric.jets import Jet

_SERIES = 24  # terms; enough for 16 digits where |x| < 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Gompertz:
    """Hazard rate x exp(shape x t); the location is log(rate), so covariates act on the hazard.

    With a negative shape some subjects never have the event: S(t) ends at exp(rate / shape).

    References
    ----------
    Gompertz (1825), Philosophical Transactions 115:513-583.
    """

    name: str = "gompertz"

    @property
    def others(self) -> tuple[str, ...]:
        """The shape, of either sign."""
        return ("shape",)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Shape and rate."""
        return (
            Parameter(name="shape", place=1, sign=0),
            Parameter(name="rate", place=0, sign=1),
        )

    @property
    def effect(self) -> str:
        """exp(coefficient) multiplies the hazard."""
        return "hazard ratio"

    @property
    def intercept(self) -> bool:
        """The logarithm of the rate."""
        return True

    @property
    def lowest(self) -> float:
        """Times are positive."""
        return 0.0

    def log_survival(self, time: Floats, location: Floats, others: Floats) -> Jet:
        """Minus rate x (exp(shape x t) - 1) / shape."""
        grown, slope, bend = exponential_mean(others[0] * time)
        rate = -np.exp(location)
        value, by_shape, twice = rate * time * grown, rate * time**2 * slope, rate * time**3 * bend
        return Jet(
            value=value,
            first=np.array([value, by_shape]),
            second=np.array([[value, by_shape], [by_shape, twice]]),
        )

    def log_density(self, time: Floats, location: Floats, others: Floats) -> Jet:
        """The log hazard, location + shape x t, and log S(t)."""
        survival = self.log_survival(time, location, others)
        hazard = Jet(
            value=location + others[0] * time,
            first=np.array([np.ones_like(time), time]),
            second=np.zeros((2, 2, time.size)),
        )
        return hazard.plus(survival)

    @property
    def dimensions(self) -> tuple[int, ...]:
        """The power of time in which each parameter is measured."""
        return (0, -1)

    def starts(self, sample: Sample) -> list[tuple[float, Floats]]:
        """The exponential distribution."""
        return [(float(np.log(sample.rate)), np.zeros(1))]


def exponential_mean(x: Floats) -> tuple[Floats, Floats, Floats]:
    """(exp(x) - 1) / x, the mean of exp(u x) over u from 0 to 1, with two derivatives.

    Examples
    --------
    >>> [float(one[0]) for one in exponential_mean(np.array([0.0]))]
    [1.0, 0.5, 0.3333333333333333]
    """
    near = np.abs(x) < 1
    small, large = np.where(near, x, 0.0), np.where(near, 1.0, x)
    grown = np.exp(large)
    far = (
        np.expm1(large) / large,
        (grown * (large - 1) + 1) / large**2,
        (grown * (large**2 - 2 * large + 2) - 2) / large**3,
    )
    series = [
        np.polynomial.polynomial.polyval(
            small, [1 / (factorial(k) * (k + 1 + order)) for k in range(_SERIES)]
        )
        for order in range(3)
    ]
    value, slope, bend = (np.where(near, *pair) for pair in zip(series, far, strict=True))
    return value, slope, bend


GOMPERTZ = Gompertz()
