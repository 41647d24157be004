"""The date of each milestone of an ongoing trial, by simulation of its future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import require
from analytics.milestones.follow_up import TrialFollowUp
from analytics.milestones.futures import Enrolment, Futures
from analytics.milestones.models import EventModels
from analytics.progress import Progress, unheard
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
CURVE_COLUMNS = ("time", "expected", "lower", "median", "upper", "enrolled")
_GRID = 60
_PILOT = 400
_FAR = 0.95  # the curve goes on until this share of the draws has reached the last milestone


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MilestoneForecast(Result):
    """When each milestone is reached, and the events by calendar time.

    Parameters
    ----------
    milestones : tuple of int
        Events, ascending.
    draws : array, replications x milestones
        Calendar times at which they are reached; infinite where they never are. A milestone that
        had been reached by the cut-off has the time of its event in all draws.
    curve : DataFrame
        `time` (calendar), `expected` events so far, `lower`, `median` and `upper` band of their
        number, `enrolled` (expected subjects so far).
    models : EventModels
        What it rests on.
    now : float
        Calendar time of the cut-off.
    events, subjects : int
        By the cut-off.
    uncertain : bool
        Whether hazards were drawn from what is believed of them; else the plug-in forecast.
    seed, confidence_level, time_unit, endpoint
        As asked for.
    """

    milestones: tuple[int, ...]
    draws: np.ndarray
    curve: pd.DataFrame
    models: EventModels
    now: float
    events: int
    subjects: int
    uncertain: bool
    seed: int
    confidence_level: float
    time_unit: str
    endpoint: str

    def __post_init__(self) -> None:
        fits = self.draws.ndim == 2 and self.draws.shape[1] == len(self.milestones)
        require(fits, "one column per milestone", shape=self.draws.shape)
        require_columns(self.curve, CURVE_COLUMNS, "the curve of a forecast")

    @property
    def replications(self) -> int:
        """Futures that were drawn."""
        return int(self.draws.shape[0])

    def quantile(self, milestone: int, p: float) -> float:
        """The time by which a milestone is reached with probability `p`; infinite when it is not.

        The smallest drawn time with at least the share `p` of the draws at or before it.
        """
        require(0 < p < 1, "0 < p < 1", p=p)
        return float(np.quantile(self._column(milestone), p, method="inverted_cdf"))

    def probability_by(self, milestone: int, time: float) -> float:
        """That a milestone is reached by a calendar time.

        Its Monte-Carlo standard error is sqrt(p (1 - p) / replications).
        """
        return float((self._column(milestone) <= time).mean())

    def standard_error_of_quantile(self, milestone: int, p: float) -> float:
        """Monte-Carlo standard error of a quantile: sqrt(p (1 - p) / n) over the density at it."""
        spread = (p * (1 - p) / self.replications) ** 0.5
        low, high = max(p - 2 * spread, 1e-9), min(p + 2 * spread, 1 - 1e-9)
        ends = [self.quantile(milestone, one) for one in (low, high)]
        return (ends[1] - ends[0]) / 4 if isfinite(ends[1]) else inf

    def to_frame(self) -> pd.DataFrame:
        """One row per milestone.

        Returns
        -------
        DataFrame
            `milestone`, `reached` (by the cut-off), `lower`, `median`, `upper` (of the band), and
            `probability_ever`, that it is ever reached with the subjects that there will be.
        """
        tail = (1 - self.confidence_level) / 2
        rows = [
            {
                "milestone": one,
                "reached": one <= self.events,
                "lower": self.quantile(one, tail),
                "median": self.quantile(one, 0.5),
                "upper": self.quantile(one, 1 - tail),
                "probability_ever": float(np.isfinite(self._column(one)).mean()),
            }
            for one in self.milestones
        ]
        return pd.DataFrame(rows)

    def _column(self, milestone: int) -> Floats:
        known = milestone in self.milestones
        require(known, f"the milestone is one of {self.milestones}", milestone=milestone)
        return np.asarray(self.draws[:, self.milestones.index(milestone)])


def forecast_milestones(
    follow_up: TrialFollowUp,
    models: EventModels,
    milestones: Sequence[int],
    *,
    enrolment: Enrolment = None,
    allocation: Sequence[float] | None = None,
    followup_limit: float = inf,
    uncertain: bool = True,
    times: Sequence[float] | None = None,
    replications: int = 10_000,
    seed: int = 1,
    confidence_level: float = 0.9,
    progress: Progress = unheard,
    threads: int = 2,
) -> MilestoneForecast:
    """When an ongoing trial reaches its milestones of events.

    Each draw takes hazards from what is believed of them, and with them the time to the event and
    to dropout of everyone at risk, given the time on study, and of everyone still to enter. An
    event that comes between a subject's last contact and the cut-off counts at the cut-off.

    Parameters
    ----------
    follow_up : TrialFollowUp
    models : EventModels
        For the same arms and time unit.
    milestones : sequence of int
        Numbers of events > 0.
    enrolment : RemainingEnrolment, EntryTimes or None
        None when enrolment is complete.
    allocation : sequence of float, optional
        Shares of the arms among those still to enter, who take turns; by default equal shares.
    followup_limit : float
        Time on study after which a subject is no longer followed.
    uncertain : bool
        Draw hazards from their posterior (Bayesian); False takes the estimates (plug-in).
    times : sequence of float, optional
        Calendar times of the curve, ascending, from the cut-off on; by default 60 steps to where
        the last milestone is nearly surely reached.
    replications : int
        1 to 1,000,000.
    seed : int
        From 0 to 2^32 - 1. The same seed gives the same draws on any number of threads.
    confidence_level : float
        Two-sided coverage of the bands.
    progress : callable
    threads : int

    References
    ----------
    Bagiella and Heitjan (2001), Predicting analysis times in randomized clinical trials,
    Statistics in Medicine 20:2055-2063; Ying and Heitjan (2008), Weibull prediction of event
    times in clinical trials, Pharmaceutical Statistics 7:107-120.

    Examples
    --------
    >>> from analytics.design import HazardAssumption
    >>> from analytics.milestones import stated_models
    >>> known = TrialFollowUp.from_subjects(
    ...     entry=range(20), time=[20 - i for i in range(20)],
    ...     status=["event"] * 8 + ["at risk"] * 12, now=20)
    >>> found = forecast_milestones(
    ...     known, stated_models(["All subjects"], [HazardAssumption.exponential(rate=0.1)]), [10],
    ...     replications=4000)
    >>> 20.5 < found.quantile(10, 0.5) < 22, found.to_frame()["probability_ever"].tolist()
    (True, [1.0])
    """
    wanted = tuple(sorted(dict.fromkeys(int(one) for one in milestones)))
    require(bool(wanted) and wanted[0] > 0, "milestones are events > 0", milestones=wanted)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    past = follow_up.event_times
    futures = Futures.of(
        follow_up,
        models,
        needed=tuple(max(one - past.size, 0) for one in wanted),
        enrolment=enrolment,
        allocation=allocation,
        followup_limit=followup_limit,
        uncertain=uncertain,
        draws=replications,
        seed=seed,
    )
    grid = _times(times, futures, follow_up.now, threads)
    months, counts, enrolled = futures.run(grid, threads=threads, progress=progress)
    for place, one in enumerate(wanted):
        if one <= past.size:
            months[:, place] = past[one - 1]
    return MilestoneForecast(
        milestones=wanted,
        draws=months,
        curve=_curve(grid, counts + past.size, enrolled + len(follow_up.frame), confidence_level),
        models=models,
        now=follow_up.now,
        events=int(past.size),
        subjects=len(follow_up.frame),
        uncertain=uncertain,
        seed=seed,
        confidence_level=confidence_level,
        time_unit=follow_up.time_unit,
        endpoint=follow_up.endpoint,
    )


def _times(times: Sequence[float] | None, futures: Futures, now: float, threads: int) -> Floats:
    if times is None:
        return _grid(futures.first(_PILOT).run(np.empty(0), threads=threads)[0], now)
    grid = np.asarray(times, dtype=np.float64)
    rising = bool((np.diff(grid) > 0).all()) and grid.size > 0
    require(rising and float(grid[0]) >= now, "times rise from now on", now=now)
    return grid


def _grid(months: Floats, now: float) -> Floats:
    """To where the last milestone that ever comes has nearly surely come."""
    far = now
    for column in months.T:
        finite = np.sort(column[np.isfinite(column)])
        if finite.size:
            far = max(far, float(finite[int(_FAR * (finite.size - 1))]))
    return np.linspace(now, max(far, now + 1.0), _GRID + 1)


def _curve(grid: Floats, counts: Any, enrolled: Any, level: float) -> pd.DataFrame:
    tails = ((1 - level) / 2, 0.5, (1 + level) / 2)
    lower, median, upper = np.quantile(counts, tails, axis=0, method="inverted_cdf")
    columns = (grid, counts.mean(axis=0), lower, median, upper, enrolled.mean(axis=0))
    return pd.DataFrame(dict(zip(CURVE_COLUMNS, columns, strict=True)))
