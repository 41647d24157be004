"""What a group-sequential plan makes of the drift of a trial: its power, and the way back.

A test without interim looks that has a power of 1 - beta at one-sided alpha has the drift
z_alpha + z_beta, whatever its statistic: here this is called its fixed drift. A plan with interim
looks needs more information for the same power. The square root of that inflation is the lift.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from analytics.design.boundaries import Boundaries, GroupSequential, StoppingProbabilities
from analytics.design.boundaries.recursion import stop_probabilities

Floats = NDArray[np.float64]
FixedDrift = Callable[[Floats], Floats]
"""From subjects, both arms together, to the drift of a test without interim looks."""

ONE_LOOK = GroupSequential(information_fractions=(1.0,))
_LEAST, _USUAL, _MOST = 0.25, 6.0, 20.0  # drifts between which the lift is found
_SURE = 0.99997  # power above which nothing more is to be gained
_DEGREE = 32
_MOST_LIFT = 4.0
_MOST_ROUNDS, _HALVINGS = 30, 50


def critical_z(monitoring: GroupSequential) -> float:
    """Bound on z of a test without interim looks, at the type I error of one side.

    Examples
    --------
    >>> round(critical_z(ONE_LOOK), 4)
    1.96
    """
    return float(-ndtri(monitoring.alpha / monitoring.sides))


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredPower:
    """A plan with its bounds, found once.

    Parameters
    ----------
    monitoring : GroupSequential
    bounds : Boundaries
        Of the plan; `MonitoredPower.of` finds them.

    Examples
    --------
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
    >>> found = MonitoredPower.of(plan)
    >>> found.power([0.0, plan.drift(0.9)]).round(6).tolist()
    [0.025, 0.9]
    """

    monitoring: GroupSequential
    bounds: Boundaries

    @classmethod
    def of(cls, monitoring: GroupSequential) -> MonitoredPower:
        """Find the bounds of a plan."""
        return cls(monitoring=monitoring, bounds=monitoring.boundaries())

    def stopping(self, drift: float) -> StoppingProbabilities:
        """Probabilities to stop at each look."""
        below, beyond = self._leaving(drift)
        plan = self.monitoring
        return StoppingProbabilities.of(plan.information_fractions, below, beyond, plan.sides)

    def power(self, drifts: ArrayLike) -> Floats:
        """Probability to show efficacy at some look, for each drift."""
        each = np.asarray(drifts, dtype=float)
        found = [self._leaving(float(drift))[1].sum() for drift in each.ravel()]
        return np.array(found).reshape(each.shape)

    def lift(self, drifts: ArrayLike) -> Floats:
        """Drift over that of a test without interim looks with the same power.

        Its square is the inflation factor. Where interim looks leave next to no power it is cut
        at 4.

        Examples
        --------
        >>> plan = GroupSequential(information_fractions=(0.5, 1.0))
        >>> lift = MonitoredPower.of(plan).lift(plan.drift(0.9))
        >>> round(float(lift) ** 2 - plan.inflation_factor(0.9), 9) == 0
        True
        """
        inside = np.clip(np.asarray(drifts, dtype=float), *self._lifted())
        if len(self.monitoring.information_fractions) == 1:
            return np.ones_like(inside)
        reach = critical_z(self.monitoring) + ndtri(self.power(inside))
        return np.asarray(inside / np.maximum(reach, inside / _MOST_LIFT))

    def smooth_lift(self) -> FixedDrift:
        """The lift as a polynomial, for many drifts at once."""
        if len(self.monitoring.information_fractions) == 1:
            return np.ones_like
        ends = self._lifted()
        found = Chebyshev.interpolate(self.lift, _DEGREE, domain=ends)
        return lambda drifts: np.asarray(found(np.clip(drifts, *ends)))

    def _lifted(self) -> tuple[float, float]:
        """Drifts between which the lift varies; beyond, it is taken to stay what it is there."""
        most = _USUAL
        while most < _MOST and self.power(most + 1) < _SURE:
            most += 1
        return _LEAST, most

    def drift(
        self, fixed_drift: FixedDrift, subjects: ArrayLike, lift: FixedDrift | None = None
    ) -> Floats:
        """The drift of the trial with so many subjects.

        A trial of n subjects has the power of a test without interim looks with n / lift^2.

        Parameters
        ----------
        fixed_drift : callable
            From subjects to the drift of a test without interim looks.
        subjects : array
            Of which all are analysed at the last look.
        lift : callable, optional
            What to take for `lift`.

        Examples
        --------
        >>> found = MonitoredPower.of(GroupSequential(information_fractions=(0.5, 1.0)))
        >>> round(float(found.drift(lambda n: 0.15 * np.sqrt(n), 400.0)), 9)
        3.0
        """
        lift_of, planned = lift or self.lift, np.asarray(subjects, dtype=float)

        def drifts_with(factor: Floats) -> Floats:
            return np.asarray(factor * fixed_drift(planned / factor**2))

        factor = np.ones_like(planned)
        for _ in range(_MOST_ROUNDS):
            before, factor = factor, lift_of(drifts_with(factor))
            if np.allclose(before, factor, rtol=0, atol=1e-12):
                return drifts_with(factor)
        return drifts_with(_halved(lambda tried: lift_of(drifts_with(tried)), planned.shape))

    def _leaving(self, drift: float) -> tuple[Floats, Floats]:
        root = np.sqrt(np.array(self.monitoring.information_fractions))
        return stop_probabilities(root, drift * root, self.bounds.lower, self.bounds.upper)


def _halved(lift_from: FixedDrift, shape: tuple[int, ...]) -> Floats:
    """The lift that leads to itself, by halving, for tests so unlike z that steps do not settle."""
    low, high = np.full(shape, 1.0), np.full(shape, _MOST_LIFT)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        more = lift_from(middle) > middle
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.asarray((low + high) / 2)
