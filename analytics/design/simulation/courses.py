"""The course of one subject, drawn: how long until the event or dropout, and which of them.

The hazards of event and dropout together are added up to a table of knots, between which they are
constant. A piecewise exponential is such a table; any other family is one to about five digits of
the probability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analytics.design.assumptions.hazard import HazardAssumption
from analytics.design.survival.arm_hazards import ArmHazard

Floats = NDArray[np.float64]
_FEW = 8  # pieces that are looked through one by one
_FINE = 512  # knots for a family that is not piecewise exponential
_TAIL = 250  # knots beyond the time when few are left
_RARE = 4.0  # cumulative hazard from which on they are knots of the tail
_MOST = 250.0  # cumulative hazard that few survive even at a hundredth of it
_FOREVER = 1e300  # a time
_NOBODY = 1e-12  # a share of subjects, or a cumulative hazard


@dataclass(frozen=True, slots=True)
class CourseTables:
    """One row of knots for each arm of each subgroup, in the order of the arms.

    Parameters
    ----------
    pieces : array of int
        How many of each row are in use.
    starts, reached : arrays, arms x pieces
        Time since randomisation and total cumulative hazard at which a piece begins.
    pace : array
        Time per unit of cumulative hazard in the piece; infinite where nothing happens any more.
    event_share : array
        Probability that what happens in the piece is the event, not dropout.
    """

    pieces: NDArray[np.int64]
    starts: Floats
    reached: Floats
    pace: Floats
    event_share: Floats

    @classmethod
    def of(cls, arms: tuple[ArmHazard, ...]) -> CourseTables:
        """Tables of the arms.

        Examples
        --------
        >>> from analytics.design import HazardAssumption, TreatmentEffect
        >>> tables = CourseTables.of((ArmHazard(
        ...     subgroup="All subjects", arm="treatment", share=0.5,
        ...     control=HazardAssumption.exponential(rate=0.1),
        ...     effect=TreatmentEffect.delayed(hazard_ratio=0.5, delay=4), dropout=None),))
        >>> tables.starts.tolist(), tables.reached.round(3).tolist(), tables.pace.round(3).tolist()
        ([[0.0, 4.0]], [[0.0, 0.4]], [[10.0, 20.0]])
        """
        rows = [_knots(arm) for arm in arms]
        most = max(row[0].size for row in rows)
        padded = np.zeros((4, len(rows), most))
        for at, row in enumerate(rows):
            for kind in range(4):
                padded[kind, at, : row[kind].size] = row[kind]
        return cls(np.array([row[0].size for row in rows]), *padded)


def _knots(arm: ArmHazard) -> tuple[Floats, Floats, Floats, Floats]:
    if arm.piecewise:
        starts = np.array([0.0, *arm.cuts])
        event, dropout = arm.rates_from(starts)
    else:
        starts = _fine_starts(arm)
        spent = arm.cumulative_hazard(starts)
        starts, spent = starts[np.isfinite(spent)], spent[np.isfinite(spent)]
        widths = np.diff(starts)
        own = np.diff(spent) / widths
        if spent[-1] - spent[-2] < _NOBODY:
            own[-1] = 0.0  # all who ever have the event have had it
        lost = np.zeros(widths.size)
        if arm.dropout is not None:
            lost = np.diff(arm.dropout.cumulative_hazard(starts)) / widths
        event, dropout, starts = own, lost, starts[:-1]
    total = event + dropout
    reached = np.concatenate([[0.0], np.cumsum(total[:-1] * np.diff(starts))])
    with np.errstate(divide="ignore", invalid="ignore"):
        return starts, reached, 1.0 / total, np.where(total > 0, event / total, 0.0)


def _fine_starts(arm: ArmHazard) -> Floats:
    """Knots for the event and for dropout, and all cuts."""
    shapes = [one for one in (arm.control, arm.dropout) if one is not None]
    return np.unique(np.concatenate([[0.0], *(_knots_of(one) for one in shapes), arm.cuts]))


def _knots_of(hazard: HazardAssumption) -> Floats:
    """Times between which equal shares have the event, denser at both ends, and a tail.

    The tail is for arms with a much smaller hazard, or, where some never have the event, to say
    that nothing happens any more.
    """
    shares = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, _FINE))
    never = float(np.nan_to_num(hazard.survival([_FOREVER])[0]))
    levels = -np.log1p(-shares[1:-1] * (1 - never))
    if never < _NOBODY:
        levels = np.append(levels, np.geomspace(_RARE, _MOST, _TAIL))
    times = hazard._evaluated("time_of", levels, None)
    times = times[np.isfinite(times) & (times > 0)]
    return times if never < _NOBODY else np.append(times, times[-1] * np.array([10.0, 100.0]))


@njit(cache=True, nogil=True, inline="always")
def time_until(
    level: float, arm: int, pieces: NDArray[np.int64], starts: Floats, reached: Floats, pace: Floats
) -> tuple[float, int]:
    """When a total cumulative hazard is reached, and the piece in which that is."""
    last = pieces[arm] - 1
    piece = 0
    if last < _FEW:
        while piece < last and reached[arm, piece + 1] <= level:
            piece += 1
    else:
        beyond = last + 1
        while piece + 1 < beyond:
            middle = (piece + beyond) // 2
            if reached[arm, middle] <= level:
                piece = middle
            else:
                beyond = middle
    return starts[arm, piece] + (level - reached[arm, piece]) * pace[arm, piece], piece
