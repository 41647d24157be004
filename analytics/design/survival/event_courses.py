"""Events of one subject by time since randomisation, and their integral: the closed form.

With S(v) the chance of being followed without the event at time v since randomisation and h(v)
the hazard of the event, the expected events of a subject who was randomised x ago are
F(x) = integral of h S up to x. Of subjects who enter at a constant rate they are
rate x [G(x1) - G(x2)], where G is the integral of F: G(x) = integral of (x - v) h(v) S(v). All
that is expected of a trial at a calendar time is a sum of values of G.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, expm1, inf
from typing import Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analytics.design.survival.arm_hazards import ArmHazard

Floats = NDArray[np.float64]


class EventCourses(Protocol):
    """F and G of several groups of subjects who are alike."""

    @property
    def starts(self) -> Floats:
        """The times since randomisation at which pieces begin, the first one at 0."""

    def integrated(self, lags: Floats) -> Floats:
        """G of the events in each piece: groups x pieces x lags, for lags >= 0."""

    def happened(self, lags: Floats) -> Floats:
        """F: groups x lags."""

    def eventually(self) -> Floats:
        """F after all time, by group."""


@dataclass(frozen=True, slots=True)
class PiecewiseCourses:
    """Groups with hazards that are constant in common pieces.

    Parameters
    ----------
    starts : array
        Of the pieces, the first one 0; the last one never ends.
    event, dropout : array, groups x pieces
        Hazards.

    Examples
    --------
    >>> courses = PiecewiseCourses(np.zeros(1), np.array([[0.1]]), np.array([[0.1]]))
    >>> courses.happened(np.array([10.0])).round(4), courses.eventually()
    (array([[0.4323]]), array([0.5]))
    >>> courses.integrated(np.array([10.0])).round(4)
    array([[[2.8383]]])
    """

    starts: Floats
    event: Floats
    dropout: Floats

    @classmethod
    def of(cls, arms: Sequence[ArmHazard]) -> PiecewiseCourses:
        """All cuts of all arms together."""
        starts = np.array([0.0, *sorted({cut for arm in arms for cut in arm.cuts})])
        rates = [arm.rates_from(starts) for arm in arms]
        return cls(
            starts, np.array([event for event, _ in rates]), np.array([lost for _, lost in rates])
        )

    def integrated(self, lags: Floats) -> Floats:
        """G of the events in each piece."""
        return np.asarray(_integrated(lags, self.starts, self.event, self.dropout))

    def happened(self, lags: Floats) -> Floats:
        """F."""
        return np.asarray(_happened(lags, self.starts, self.event, self.dropout))

    def eventually(self) -> Floats:
        """F after all time."""
        return self.happened(np.array([inf]))[:, 0]


@njit(cache=True, nogil=True)
def _integrated(lags: Floats, starts: Floats, event: Floats, dropout: Floats) -> Floats:
    groups, pieces = event.shape
    found = np.zeros((groups, pieces, lags.size))
    for group in range(groups):
        followed = 1.0
        for piece in range(pieces):
            total = event[group, piece] + dropout[group, piece]
            width = starts[piece + 1] - starts[piece] if piece + 1 < pieces else inf
            share = followed * event[group, piece]
            whole = share * _spent(total, width)
            for lag in range(lags.size):
                over = lags[lag] - starts[piece]
                if over > 0:
                    inside = min(over, width)
                    value = share * _spent_twice(total, inside)
                    if over > width:
                        value += whole * (over - width)
                    found[group, piece, lag] = value
            followed *= exp(-total * width)
    return found


@njit(cache=True, nogil=True)
def _happened(lags: Floats, starts: Floats, event: Floats, dropout: Floats) -> Floats:
    groups, pieces = event.shape
    found = np.zeros((groups, lags.size))
    for group in range(groups):
        followed = 1.0
        for piece in range(pieces):
            total = event[group, piece] + dropout[group, piece]
            width = starts[piece + 1] - starts[piece] if piece + 1 < pieces else inf
            for lag in range(lags.size):
                over = min(lags[lag] - starts[piece], width)
                if over > 0:
                    found[group, lag] += followed * event[group, piece] * _spent(total, over)
            followed *= exp(-total * width)
    return found


@njit(cache=True, nogil=True)
def _spent(rate: float, time: float) -> float:
    """The integral of exp(-rate v) up to a time."""
    if rate * time < 1e-8:
        return time * (1 - rate * time / 2)
    return -expm1(-rate * time) / rate


@njit(cache=True, nogil=True)
def _spent_twice(rate: float, time: float) -> float:
    """The integral of (time - v) exp(-rate v) up to a time."""
    x = rate * time
    if x < 1e-3:  # where the difference below loses digits
        return time * time * (0.5 - x / 6 + x * x / 24 - x * x * x / 120)
    return (x + expm1(-x)) / (rate * rate)
