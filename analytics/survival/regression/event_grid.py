"""Rows sorted once, and sums over the risk sets of all event times at once.

Everything Cox's model needs is a sum over the rows at risk at each event time. Sorted by time,
such a sum is a running sum over event times of what the rows leaving there bring along; late
entries are taken off where they begin. No loop runs over events or rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from analytics.survival.regression.columns import Flags, Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EventGrid:
    """The distinct event times of each stratum ("points"), and the rows at risk at them.

    Rows that are at risk at no event are left out. Arrays of values run over the rows in the
    order of `order` on their last axis.

    Parameters
    ----------
    order : array of int
        Positions of the rows, by stratum and time.
    first, last : array of int, per row
        The row is at risk at the points first <= point < last.
    entering : array of int
        The rows by `first`; () when nobody enters after the first point of its stratum.
    time, stratum : array, per point
        Ascending within the stratum; strata one after the other.
    leaving : array of int, per point
        Where the rows that leave at it begin; rows of a point lie together.
    death : array of int
        Places in `order` of the rows with an event.
    point : array of int, per death
        Its point.
    starts, deaths : array of int, per point
        Where its deaths begin in `death`, and how many they are.
    """

    order: Ints
    first: Ints
    last: Ints
    entering: Ints
    time: Floats
    stratum: Ints
    leaving: Ints
    death: Ints
    point: Ints
    starts: Ints
    deaths: Ints

    @classmethod
    def of(cls, time: Floats, entry: Floats | None, event: Flags, stratum: Ints) -> Self:
        """Sort the rows; there is at least one event."""
        single = int(stratum.max()) == 0
        order = np.argsort(time, kind="stable") if single else np.lexsort((time, stratum))
        ordered_time, ordered_stratum = time[order], stratum[order]
        new = (np.diff(ordered_time) != 0) | (np.diff(ordered_stratum) != 0)
        begins = np.concatenate(([0], np.flatnonzero(new) + 1))
        is_point = np.logical_or.reduceat(event[order], begins)
        last = np.repeat(np.cumsum(is_point), np.diff(begins, append=order.size))
        point = begins[is_point]
        opens = np.searchsorted(ordered_stratum[point], np.arange(int(stratum.max()) + 2))
        own = opens[ordered_stratum]
        first = own
        if entry is not None:
            first = _upto(ordered_time[point], opens, entry[order], ordered_stratum)
        active = last > first
        late = bool((first > own)[active].any())
        last, first = last[active], first[active]
        death = np.flatnonzero(event[order][active])
        starts = _begins(last[death])
        return cls(
            order=order[active],
            first=first,
            last=last,
            entering=np.argsort(first, kind="stable") if late else np.zeros(0, np.int64),
            time=ordered_time[point],
            stratum=ordered_stratum[point],
            leaving=_begins(last),
            death=death,
            point=last[death] - 1,
            starts=starts,
            deaths=np.diff(starts, append=death.size),
        )

    def at_risk(self, values: Floats) -> Floats:
        """Sums over the rows at risk, per point."""
        left = np.add.reduceat(values, self.leaving, axis=-1)
        opens = np.flatnonzero(np.diff(self.stratum, prepend=-1))
        net = left
        if self.entering.size:
            first = self.first[self.entering]
            begins = _begins(first)
            entered = np.add.reduceat(values[..., self.entering], begins, axis=-1)
            net = _less_entered(left, entered, first[begins])
        elif opens.size > 1:
            net = _less_entered(left, np.add.reduceat(left, opens, axis=-1), opens)
        return np.cumsum(net[..., ::-1], axis=-1)[..., ::-1]

    def passed(self, steps: Floats) -> Floats:
        """Sums of steps at points over the time each row is at risk, per row."""
        total = np.concatenate((np.zeros((*steps.shape[:-1], 1)), np.cumsum(steps, axis=-1)), -1)
        lived = np.take(total, self.last, axis=-1)
        if self.entering.size or int(self.stratum[-1]) > 0:
            lived = lived - np.take(total, self.first, axis=-1)
        return lived

    def spread(self, per_row: Floats, rows: int) -> Floats:
        """Values of the sorted rows at the places they came from; 0 for rows never at risk."""
        out = np.zeros((*per_row.shape[:-1], rows))
        out[..., self.order] = per_row
        return out

    def highest(self, values: Floats) -> Floats:
        """Largest value among the rows at risk, per point."""
        # A stretch of points is covered by two stretches whose length is a power of two;
        # maxima of long stretches are then handed down to their halves.
        level = np.frexp(self.last - self.first)[1] - 1
        deepest = int(level.max())
        best = np.full((deepest + 1, self.time.size), -np.inf)
        np.maximum.at(best, (level, self.first), values)
        np.maximum.at(best, (level, self.last - (1 << level)), values)
        for one in range(deepest, 0, -1):
            half = 1 << (one - 1)
            np.maximum(best[one - 1], best[one], out=best[one - 1])
            np.maximum(best[one - 1, half:], best[one, :-half], out=best[one - 1, half:])
        highest: Floats = best[0]
        return highest


def _begins(ascending: Ints) -> Ints:
    """Where each run of equal values begins."""
    return np.flatnonzero(np.diff(ascending, prepend=-1))


def _upto(points: Floats, opens: Ints, when: Floats, stratum: Ints) -> Ints:
    """How many points of the row's stratum are at or before a time, counted from all points."""
    if opens.size == 2:
        return np.searchsorted(points, when, side="right")
    rank = np.unique(np.concatenate((points, when)), return_inverse=True)[1]
    span = int(rank.max(initial=0)) + 1
    strata = np.repeat(np.arange(opens.size - 1), np.diff(opens))
    return np.searchsorted(
        strata * span + rank[: points.size], stratum * span + rank[points.size :], side="right"
    )


def _less_entered(left: Floats, entered: Floats, point: Ints) -> Floats:
    """Take what enters at a point off the point before it."""
    net = left.copy()
    later = point > 0
    net[..., point[later] - 1] -= entered[..., later]
    return net
