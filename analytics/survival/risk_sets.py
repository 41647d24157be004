"""Events and subjects at risk at each time, as arrays: what the kernels of this room compute on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.survival.counts import SurvivalCounts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskSets:
    """One row per stratum and distinct time, one column per arm.

    Parameters
    ----------
    stratum : array of int
        Position of the row's stratum among `SurvivalCounts.strata`.
    time : array of float
        Ascending within the stratum.
    events, leaving : array of int, rows x arms
        Events at the time; subjects whose follow-up ends at it, with an event or without.
    at_risk : array of int, rows x arms
        Subjects followed up to the time or longer.
    """

    stratum: NDArray[np.int64]
    time: NDArray[np.float64]
    events: NDArray[np.int64]
    leaving: NDArray[np.int64]
    at_risk: NDArray[np.int64]

    def with_events(self) -> RiskSets:
        """Only the rows at which something happens."""
        some = self.events.any(axis=1)
        return RiskSets(
            stratum=self.stratum[some],
            time=self.time[some],
            events=self.events[some],
            leaving=self.leaving[some],
            at_risk=self.at_risk[some],
        )


def risk_sets(counts: SurvivalCounts) -> RiskSets:
    """The risk sets of every stratum.

    Subjects censored at a time are at risk for the events of that time.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([1, 2, 2], [1, 1, 0], arms=["A", "A", "B"])
    >>> risk_sets(counts).at_risk.tolist()
    [[2, 1], [1, 1]]
    """
    frame = counts.frame
    arm = _positions(frame["arm"].to_numpy(), counts.arms)
    stratum = _positions(frame["stratum"].to_numpy(), counts.strata)
    time = frame["time"].to_numpy()
    order = np.lexsort((time, stratum))
    new = (np.diff(stratum[order]) != 0) | (np.diff(time[order]) != 0)
    start = np.concatenate(([0], np.flatnonzero(new) + 1))
    row = np.empty(order.size, dtype=np.int64)
    row[order] = np.concatenate(([0], np.cumsum(new)))
    shape = (start.size, len(counts.arms))
    events, leaving = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    events[row, arm] = frame["events"].to_numpy()
    leaving[row, arm] = frame["events"].to_numpy() + frame["censored"].to_numpy()
    stratum, time = stratum[order][start], time[order][start]
    return RiskSets(
        stratum=stratum,
        time=time,
        events=events,
        leaving=leaving,
        at_risk=at_risk_before(leaving, stratum),
    )


def at_risk_before(leaving: NDArray[np.int64], stratum: NDArray[np.int64]) -> NDArray[np.int64]:
    """Subjects at risk just before each row's time, from those leaving at it.

    Examples
    --------
    >>> at_risk_before(np.array([[1], [2], [1]]), np.array([0, 0, 1])).ravel().tolist()
    [3, 2, 1]
    """
    from_here: NDArray[np.int64] = np.cumsum(leaving[::-1], axis=0)[::-1]
    last = np.searchsorted(stratum, stratum, side="right")
    after = np.concatenate((from_here, np.zeros((1, leaving.shape[1]), np.int64)))[last]
    return from_here - after


def _positions(labels: NDArray[np.object_], order: tuple[str, ...]) -> NDArray[np.int64]:
    return np.asarray(pd.Index(order, dtype=object).get_indexer(labels), dtype=np.int64)
