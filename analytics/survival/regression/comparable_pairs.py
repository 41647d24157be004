"""Comparable pairs of one stratum, counted with weights, and what each row adds to the counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from analytics.checks import NotEstimableError, require
from analytics.survival.regression.columns import Flags, Floats, Ints
from analytics.survival.regression.dominance import later_weights
from analytics.survival.regression.event_grid import EventGrid
from analytics.survival.regression.model_rows import ModelRows

_NOTHING = 1e-12  # of the rows' weight


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairCounts:
    """Pairs by kind, and their derivatives by the rows' weights.

    Parameters
    ----------
    concordant, discordant, tied_score, tied_time, tied_both : float
        As in `Concordance`.
    influence : array, 3 x rows
        Derivatives of the first three.
    """

    concordant: float
    discordant: float
    tied_score: float
    tied_time: float
    tied_both: float
    influence: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timeline:
    """Events that ask, and rows that come and go, in one order of time.

    At one time: the rows with an event leave, then the events ask who is still there, then the
    censored leave, then late entries begin.

    Parameters
    ----------
    key : array of int
        Order of events, then of rows by their time, then (if any) of rows by their entry.
    asks : array of int
        The rows with an event.
    """

    key: Ints
    asks: Ints
    rows: int

    @classmethod
    def of(cls, time: Floats, entry: Floats | None, event: Flags) -> Self:
        """Of one stratum."""
        asks = np.flatnonzero(event)
        moments = time if entry is None else np.concatenate((time, entry))
        rank = 4 * np.unique(moments, return_inverse=True)[1]
        leaves = rank[: time.size]
        parts = (leaves[asks] + 1, leaves + np.where(event, 0, 2), rank[time.size :] + 3)
        order = np.argsort(np.concatenate(parts), kind="stable")
        key = np.empty(order.size, dtype=np.int64)
        key[order] = np.arange(order.size)
        return cls(key=key, asks=asks, rows=time.size)

    def later(self, rank: Ints, weight: Floats) -> Floats:
        """For each event: weight of rows still there with a lower, a higher, the same score."""
        here = np.concatenate((np.zeros(self.asks.size), weight, -weight))[: self.key.size]
        sums = self._sums(self.key, rank, here)[:, : self.asks.size]
        # Differences of running sums: what is left of nothing is rounding, of either sign.
        return np.where(sums > _NOTHING * weight.sum(), sums, 0.0)

    def earlier(self, rank: Ints, weight: Floats) -> Floats:
        """For each row: weight of the events it was there for with lower, higher, same score."""
        events = np.zeros(self.key.size)
        events[: self.asks.size] = weight
        sums = self._sums(self.key.size - 1 - self.key, rank, events)[:, self.asks.size :]
        if sums.shape[1] > self.rows:  # less the events before its entry
            return sums[:, : self.rows] - sums[:, self.rows :]
        return sums

    def _sums(self, key: Ints, rank: Ints, weight: Floats) -> Floats:
        score = np.concatenate((rank[self.asks], rank, rank))[: key.size]
        lower, same = later_weights(key, score, weight)
        by_key = np.empty(key.size)
        by_key[key] = weight
        total = (by_key.sum() - np.cumsum(by_key))[key]
        return np.vstack((lower, total - lower - same, same))


def count_pairs(
    rows: ModelRows, own: Ints, scores: Floats, weighting: str, until: float | None
) -> PairCounts:
    """Count the comparable pairs among some rows, which are a stratum.

    Parameters
    ----------
    rows : ModelRows
        All rows.
    own : array of int
        Those of the stratum.
    scores : array
        Of all rows; higher means earlier events.
    weighting : {"harrell", "uno"}
        As in `concordance_of_scores`.
    until : float or None
        Events after it start no pair.
    """
    time, event = rows.time[own], rows.event[own]
    entry = None if rows.entry is None else rows.entry[own]
    weight = np.ones(own.size) if rows.weight is None else rows.weight[own]
    rank = np.unique(scores[own], return_inverse=True)[1]
    line = Timeline.of(time, entry, event)
    counted = time[line.asks] <= (np.inf if until is None else until)
    importance = counted.astype(np.float64)
    if weighting == "uno":
        require(entry is None, "Uno's weights need everybody at risk from 0", entry="late")
        uncensored = _still_uncensored(time, event, weight, line.asks[counted])
        importance[counted] = uncensored**-2
    later = line.later(rank, weight)
    influence = line.earlier(rank, weight[line.asks] * importance)[[1, 0, 2]]
    influence[:, line.asks] += later * importance
    lower, higher, same = later @ (weight[line.asks] * importance)
    tied, both = _tied_events(time[line.asks], rank[line.asks], weight[line.asks], importance)
    return PairCounts(
        concordant=float(lower),
        discordant=float(higher),
        tied_score=float(same),
        tied_time=tied - both,
        tied_both=both,
        influence=influence,
    )


def _still_uncensored(time: Floats, event: Flags, weight: Floats, asks: Ints) -> Floats:
    """Kaplan-Meier estimate of remaining uncensored just before each event.

    Those with an event at a time are gone before the censorings of that time.
    """
    if event.all():
        return np.ones(asks.size)
    none = np.zeros(time.size, np.int64)
    grid = EventGrid.of(time, None, ~event, none)
    ordered = weight[grid.order]
    dead = np.zeros(grid.time.size)
    place = np.searchsorted(grid.time, time[asks])
    same = np.append(grid.time, np.inf)[place] == time[asks]
    np.add.at(dead, place[same], weight[asks][same])
    censored = np.add.reduceat(ordered[grid.death], grid.starts)
    left = 1 - censored / (grid.at_risk(ordered) - dead)
    before = np.concatenate(([1.0], np.cumprod(left)))[place]
    if (before <= 0).any():
        raise NotEstimableError(
            "No concordance with Uno's weights: an event follows the last censoring; "
            "set `until` to an earlier time."
        )
    return before


def _tied_events(
    time: Floats, rank: Ints, weight: Floats, importance: Floats
) -> tuple[float, float]:
    """Pairs of events at the same time, and those of them with the same score."""
    order = np.lexsort((rank, time))
    new_time = np.diff(time[order], prepend=-1.0) != 0
    new_both = new_time | (np.diff(rank[order], prepend=-1) != 0)
    totals = []
    for new in (new_time, new_both):
        starts = np.flatnonzero(new)
        sums = np.add.reduceat(weight[order], starts) if order.size else np.zeros(0)
        squares = np.add.reduceat(weight[order] ** 2, starts) if order.size else np.zeros(0)
        totals.append(float((sums**2 - squares) @ importance[order][starts] / 2))
    return totals[0], totals[1]
