"""Mean cumulative count: how many events a subject has had by a time, on average."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.survival.arm_contrasts import arm_differences, arm_ratios
from analytics.survival.counts import DAYS
from analytics.survival.recurrent.daily import DailyEvents
from analytics.survival.recurrent.events import RecurrentEvents
from analytics.survival.step_function import asked_times, step_at, step_from

Floats = NDArray[np.float64]

MEAN_COUNT_COLUMNS = (
    "time", "at_risk", "events", "deaths", "ended", "mean", "std_err", "lower", "upper", "alive",
)  # fmt: skip
_ESTIMATES = ["mean", "std_err", "lower", "upper"]
_NO_SPREAD = 1e-12  # of the square of the mean: what is left of a variance by rounding


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanCountCurve(Result):
    """The mean cumulative count of one arm.

    Parameters
    ----------
    arm : str
        Its name.
    subjects, events, deaths : int
        How many there are.
    table : DataFrame
        A row for time 0 and for each distinct time: `time`, `at_risk` (subjects followed just
        before it), `events` and `deaths` (at it), `ended` (follow-up at it, death apart), `mean`
        (events per subject from it on), `std_err` (robust), `lower`, `upper`, `alive` (share of
        subjects, Kaplan–Meier). The limits are NaN, not estimable, while there are no events
        although follow-up of some has ended, and when subjects do not differ in their events.
    """

    arm: str
    subjects: int
    events: int
    deaths: int
    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, MEAN_COUNT_COLUMNS, "a mean count's table")

    def to_frame(self) -> pd.DataFrame:
        """The steps of the curve, with the arm in front."""
        return self.table.assign(arm=self.arm)[["arm", *MEAN_COUNT_COLUMNS]]


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanCumulativeCount(Result):
    """Mean cumulative counts of all arms.

    Parameters
    ----------
    curves : tuple of MeanCountCurve
        In the order of the arms.
    arms : tuple of str
        The reference first.
    method : str
        A sentence for footnotes.
    interval : str
        Scale of the confidence limits.
    confidence_level : float
        Their two-sided coverage.
    endpoint, time_unit : str
        As in the events.
    """

    curves: tuple[MeanCountCurve, ...]
    arms: tuple[str, ...]
    method: str
    interval: str
    confidence_level: float
    endpoint: str
    time_unit: str

    def landmark(self, time: float) -> pd.DataFrame:
        """Mean counts at one time.

        Returns
        -------
        DataFrame
            `arm`, `time`, `at_risk`, `mean`, `std_err`, `lower`, `upper`. Beyond an arm's last
            observed time they are NaN, unless everybody had died by then.

        Examples
        --------
        >>> data = RecurrentEvents.from_subjects([10, 8, 6], [[2, 5], [], [5]])
        >>> fit_mean_cumulative_count(data).landmark(5)[["at_risk", "mean"]]
           at_risk  mean
        0        3   1.0
        """
        when = asked_times([time])
        return pd.concat([_landmark(curve, when) for curve in self.curves], ignore_index=True)

    def differences(self, time: float) -> pd.DataFrame:
        """Each arm's mean count at one time less that of the first arm.

        Returns
        -------
        DataFrame
            `arm`, `reference`, `time`, `mean`, `reference_mean`, `difference` (below 0: fewer
            events than in the reference), `std_err`, `lower`, `upper`, `p_value` (Wald). The last
            four are NaN when an arm shows no variation from which to learn a width.

        Examples
        --------
        >>> data = RecurrentEvents.from_subjects(
        ...     [10, 8, 6, 9], [[2, 5], [], [5], []], arms=["A", "A", "B", "B"]
        ... )
        >>> fit_mean_cumulative_count(data).differences(5)["difference"].tolist()
        [-0.5]
        """
        return arm_differences(
            self.landmark(time), self.arms, "mean", confidence_level=self.confidence_level
        )

    def ratios(self, time: float) -> pd.DataFrame:
        """Each arm's mean count at one time over that of the first arm.

        Returns
        -------
        DataFrame
            As `differences`, with `ratio` and `log_std_err`; NaN also when a mean is 0.

        Examples
        --------
        >>> data = RecurrentEvents.from_subjects(
        ...     [10, 8, 6, 9], [[2, 5], [], [5], []], arms=["A", "A", "B", "B"]
        ... )
        >>> fit_mean_cumulative_count(data).ratios(5)["ratio"].tolist()
        [0.5]
        """
        return arm_ratios(
            self.landmark(time), self.arms, "mean", confidence_level=self.confidence_level
        )

    def in_unit(self, time_unit: str) -> MeanCumulativeCount:
        """The same on another time scale.

        Examples
        --------
        >>> data = RecurrentEvents.from_subjects([14], [[7]])
        >>> fit_mean_cumulative_count(data).in_unit("weeks").curves[0].table["time"].tolist()
        [0.0, 1.0, 2.0]
        """
        require(time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=time_unit)
        ratio = DAYS[self.time_unit] / DAYS[time_unit]
        curves = (
            replace(one, table=one.table.assign(time=one.table["time"] * ratio))
            for one in self.curves
        )
        return replace(self, curves=tuple(curves), time_unit=time_unit)

    def to_frame(self) -> pd.DataFrame:
        """The steps of all curves, one below the other."""
        return pd.concat([curve.to_frame() for curve in self.curves], ignore_index=True)


def fit_mean_cumulative_count(
    events: RecurrentEvents | DailyEvents,
    *,
    interval: str = "log",
    confidence_level: float = 0.95,
) -> MeanCumulativeCount:
    """Estimate the mean number of events per subject over time in each arm.

    Without deaths it is the sum of events over subjects at risk (Nelson–Aalen). With deaths each
    step is multiplied by the share still alive (Ghosh–Lin): the dead have no further events, and
    to take them as merely lost to follow-up would overstate the count. The variance is that of
    independent subjects and supposes nothing about events within one.

    Parameters
    ----------
    events : RecurrentEvents or DailyEvents
        One arm or several.
    interval : {"log", "plain"}
        Scale on which the interval is symmetric.
    confidence_level : float
        Two-sided coverage.

    References
    ----------
    Nelson (1988), Journal of Quality Technology 20:24-35; Lawless and Nadeau (1995), Technometrics
    37:158-168; Ghosh and Lin (2000), Biometrics 56:554-562.

    Examples
    --------
    >>> data = RecurrentEvents.from_subjects([10, 8, 6], [[2, 5], [], [5]], died=[0, 0, 1])
    >>> fit_mean_cumulative_count(data).curves[0].table[["time", "mean"]].round(3).tail(4)
       time  mean
    2   5.0   1.0
    3   6.0   1.0
    4   8.0   1.0
    5  10.0   1.0
    """
    require(interval in ("log", "plain"), "interval in ('log', 'plain')", interval=interval)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    curves = tuple(_curve(events, arm, interval, confidence_level) for arm in events.arms)
    deaths = any(curve.deaths for curve in curves)
    return MeanCumulativeCount(
        curves=curves,
        arms=events.arms,
        method=_method(deaths, interval),
        interval=interval,
        confidence_level=confidence_level,
        endpoint=events.endpoint,
        time_unit=events.time_unit,
    )


def _curve(
    events: RecurrentEvents | DailyEvents, arm: str, interval: str, confidence_level: float
) -> MeanCountCurve:
    found = events.mean_function(arm)
    std_err = np.sqrt(np.where(found.variance > _NO_SPREAD * found.mean**2, found.variance, 0.0))
    lower, upper = _limits(found.mean, std_err, interval, confidence_level)
    if found.at_risk[0] > 0 and not (found.events[0] or found.deaths[0] or found.ended[0]):
        lower[0] = upper[0] = 0.0  # nothing can have happened yet, by definition
    columns = (
        found.time, found.at_risk, found.events, found.deaths, found.ended,
        found.mean, std_err, lower, upper, found.alive,
    )  # fmt: skip
    return MeanCountCurve(
        arm=arm,
        subjects=int(found.at_risk[0]),
        events=int(found.events.sum()),
        deaths=int(found.deaths.sum()),
        table=pd.DataFrame(dict(zip(MEAN_COUNT_COLUMNS, columns, strict=True))),
    )


def _limits(
    mean: Floats, std_err: Floats, interval: str, confidence_level: float
) -> tuple[Floats, Floats]:
    known = std_err > 0
    mean, std_err = np.where(known, mean, np.nan), np.where(known, std_err, np.nan)
    reach = float(ndtri(0.5 + confidence_level / 2)) * std_err
    if interval == "plain":
        return np.maximum(mean - reach, 0.0), mean + reach
    return mean * np.exp(-reach / mean), mean * np.exp(reach / mean)


def _landmark(curve: MeanCountCurve, when: Floats) -> pd.DataFrame:
    steps = curve.table["time"].to_numpy()
    later = step_from(steps, when)
    found = curve.table.iloc[step_at(steps, when)].reset_index(drop=True)
    unknown = (later == steps.size) & (found["alive"] > 0).to_numpy()
    found.loc[unknown, _ESTIMATES] = np.nan
    at_risk = np.append(curve.table["at_risk"].to_numpy(), 0)[later]
    found = found.assign(arm=curve.arm, time=when, at_risk=at_risk)
    return found[["arm", "time", "at_risk", *_ESTIMATES]]


def _method(deaths: bool, interval: str) -> str:
    estimator = "Ghosh–Lin estimate with death as a terminal event" if deaths else "Nelson–Aalen"
    return f"Mean cumulative count ({estimator}), robust variance, {interval} scale intervals"
