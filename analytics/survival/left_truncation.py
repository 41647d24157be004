"""Kaplan–Meier estimates of subjects who come under observation late (left truncation).

lifelines refuses data in which the risk set empties, and counts entrants of a time among those at
risk for its events; R does neither, and nor do we.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import InputError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import DAYS, SurvivalCounts, merged_times
from analytics.survival.kaplan_meier import Curve, KaplanMeier, curve_of

ENTRY_COLUMNS = ("arm", "time", "entered", "events", "censored")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EntryCounts(Result):
    """Entries, events and censorings of each arm at each distinct time.

    A subject is at risk after its entry up to and including its exit. It is not at risk for events
    at its time of entry, nor at time 0.

    Parameters
    ----------
    frame : DataFrame
        `arm`, `time`, `entered` (subjects whose observation begins then), `events`, `censored`.
    arms : tuple of str
        The arms in order.
    endpoint, time_unit : str
        As in `SurvivalCounts`.

    Examples
    --------
    >>> counts = EntryCounts.from_subjects([0, 0, 5], [2, 3, 9], [1, 1, 1])
    >>> counts.frame[["time", "entered", "events"]].to_numpy().tolist()
    [[0.0, 2.0, 0.0], [2.0, 0.0, 1.0], [3.0, 0.0, 1.0], [5.0, 1.0, 0.0], [9.0, 0.0, 1.0]]
    """

    frame: pd.DataFrame
    arms: tuple[str, ...]
    endpoint: str = ""
    time_unit: str = "days"

    def __post_init__(self) -> None:
        require(self.time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=self.time_unit)
        require_columns(self.frame, ENTRY_COLUMNS, "the counts of entries and exits")
        for arm in self.arms:
            _require_exits_after_entries(self.frame[self.frame["arm"] == arm], arm)

    @classmethod
    def from_subjects(
        cls,
        entry: ArrayLike,
        exit: ArrayLike,
        events: ArrayLike,
        *,
        arms: Sequence[str] | None = None,
        order: tuple[str, ...] | None = None,
        endpoint: str = "",
        time_unit: str = "days",
    ) -> Self:
        """Count subjects given one by one.

        Parameters
        ----------
        entry, exit : array
            When observation begins and ends; entry is before exit.
        events : array of bool or 0/1
            Whether the exit is an event.
        arms : sequence of str, optional
            Each subject's arm; one arm "All subjects" unless given.
        order : tuple of str, optional
            The arms in order; alphabetical unless given.
        """
        began, ended = (np.asarray(one, dtype=np.float64).ravel() for one in (entry, exit))
        sizes = {"entry": began.size, "exit": ended.size}
        require(began.size == ended.size, "one value per subject", **sizes)
        _require_order(began, ended)
        together = merged_times(np.concatenate((began, ended)))
        began, ended = together[: began.size], together[began.size :]
        _require_order(began, ended)
        exits = SurvivalCounts.from_subjects(ended, events, arms=arms, order=order)
        entries = SurvivalCounts.from_subjects(
            began, np.zeros(began.size), arms=arms, order=order
        ).frame.rename(columns={"censored": "entered", "events": "none"})
        rows = pd.concat([entries, exits.frame]).fillna(0)
        names = ["entered", "events", "censored"]
        sums = rows.groupby(["arm", "time"], as_index=False)[names].sum()
        frame = sums.astype(dict.fromkeys(names, np.int64))
        return cls(frame=frame, arms=exits.arms, endpoint=endpoint, time_unit=time_unit)

    def to_frame(self) -> pd.DataFrame:
        """The counts: arm, time, entered, events, censored."""
        return self.frame.copy()


def fit_left_truncated(
    counts: EntryCounts, *, interval: str = "log-log", confidence_level: float = 0.95
) -> KaplanMeier:
    """Estimate the survival curve of each arm when subjects enter late.

    Meaningful when entry tells nothing about the hazard. Early risk sets can be so small that
    everybody in one has the event: the estimate is then 0 for good, as in R, however many enter
    afterwards. Look at `at_risk` before reading the curve. The row of time 0 counts those under
    observation from the start.

    Parameters
    ----------
    counts : EntryCounts
        One arm or several.
    interval, confidence_level
        As in `fit_kaplan_meier`.

    References
    ----------
    Tsai, Jewell and Wang (1987), Biometrika 74:883-886; Klein and Moeschberger (2003), Survival
    Analysis, section 4.6.

    Examples
    --------
    >>> counts = EntryCounts.from_subjects([0, 0, 0, 2], [2, 3, 4, 4], [1, 1, 0, 1])
    >>> fit_left_truncated(counts).curves[0].table[["time", "at_risk", "survival"]].round(3)
       time  at_risk  survival
    0   0.0        3     1.000
    1   2.0        3     0.667
    2   3.0        3     0.444
    3   4.0        2     0.222
    """
    curves = (
        _curve(arm, counts.frame[counts.frame["arm"] == arm], interval, confidence_level)
        for arm in counts.arms
    )
    return KaplanMeier(
        curves=tuple(curves),
        interval=interval,
        confidence_level=confidence_level,
        endpoint=counts.endpoint,
        time_unit=counts.time_unit,
    )


def _curve(arm: str, rows: pd.DataFrame, interval: str, confidence_level: float) -> Curve:
    names = ("time", "entered", "events", "censored")
    time, entered, events, censored = (rows[name].to_numpy() for name in names)
    if time[0] > 0:
        time, entered, events, censored = (
            np.append(one.dtype.type(0), one) for one in (time, entered, events, censored)
        )
    at_risk = _before(entered) - _before(events + censored)
    at_risk[0] = entered[0]
    return curve_of(arm, time, at_risk, events, censored, interval, confidence_level)


def _before(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.cumsum(counts) - counts


def _require_order(entry: NDArray[np.float64], exit: NDArray[np.float64]) -> None:
    wrong = np.flatnonzero(~((entry >= 0) & (entry < exit) & (exit < np.inf)))
    first = wrong[0] if wrong.size else 0
    got = {"entry": float(entry[first]), "exit": float(exit[first])} if wrong.size else {}
    require(
        wrong.size == 0, "0 <= entry < exit < infinity (rounding apart)", **got, rows=wrong.size
    )


def _require_exits_after_entries(rows: pd.DataFrame, arm: str) -> None:
    counted = rows[["entered", "events", "censored"]]
    if rows.empty or not ((counted >= 0).all(axis=None) and rows["time"].is_monotonic_increasing):
        raise InputError(f"`counts >= 0 in order of time` must hold, but not in arm={arm!r}.")
    left = counted["events"] + counted["censored"]
    under_observation = _before(counted["entered"].to_numpy()) - left.cumsum().to_numpy()
    sound = bool((under_observation >= 0).all()) and counted["entered"].sum() == left.sum()
    require(sound, "whoever leaves has entered before, and all who enter leave", arm=arm)
