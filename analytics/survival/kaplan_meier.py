"""Kaplan–Meier estimates by arm.

Computed from the counts themselves. lifelines gives the same curve to 12 digits and more, and tests
hold us to that; but it takes about ten times as long, its limits where S(t) is 0 or 1 and its
quantiles differ from R and SAS, and it offers one scale for the interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import TIE, SurvivalCounts
from analytics.survival.intervals import survival_limits
from analytics.survival.quantiles import time_to_level

CURVE_COLUMNS = (
    "time", "at_risk", "events", "censored", "survival", "std_err", "lower", "upper",
)  # fmt: skip


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve(Result):
    """The estimate of one arm.

    Parameters
    ----------
    arm : str
        Its name.
    subjects, events : int
        How many there are.
    table : DataFrame
        A row for time 0 and for each distinct time: `time`, `at_risk` (just before it), `events`
        and `censored` (at it), `survival` (from it on), `std_err` (Greenwood), `lower`, `upper`.
        `std_err` and the limits are NaN, not estimable, once survival is 0; see
        `survival_limits` for the limits while it is 1.
    """

    arm: str
    subjects: int
    events: int
    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, CURVE_COLUMNS, "a curve's table")

    def to_frame(self) -> pd.DataFrame:
        """The steps of the curve, with the arm in front."""
        return self.table.assign(arm=self.arm)[["arm", *CURVE_COLUMNS]]


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KaplanMeier(Result):
    """Kaplan–Meier estimates of all arms.

    Parameters
    ----------
    curves : tuple of Curve
        In the order of the arms.
    interval : str
        Scale of the confidence limits.
    confidence_level : float
        Their two-sided coverage.
    endpoint, time_unit : str
        As in the counts.
    """

    curves: tuple[Curve, ...]
    interval: str
    confidence_level: float
    endpoint: str
    time_unit: str

    def quantile(self, p: float = 0.5) -> pd.DataFrame:
        """Time by which a share `p` of the subjects has had the event.

        The limits are the times at which the limits of the curve first reach the same level
        (Brookmeyer and Crowley 1982). Where survival equals 1 - p on a stretch of time, the answer
        is its middle, as in R and SAS.

        Parameters
        ----------
        p : float
            Between 0 and 1; 0.5 for the median.

        Returns
        -------
        DataFrame
            `arm`, `estimate`, `lower`, `upper`; NaN means not reached.

        Examples
        --------
        >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 1, 1])
        >>> fit_kaplan_meier(counts).quantile(0.5)
                    arm  estimate  lower  upper
        0  All subjects       2.5    1.0    NaN
        """
        require(0 < p < 1, "0 < p < 1", p=p)
        rows = [quantile_row(curve.arm, curve.table, 1 - p) for curve in self.curves]
        return pd.DataFrame(rows)

    def landmark(self, time: float) -> pd.DataFrame:
        """Survival at one time.

        Returns
        -------
        DataFrame
            `arm`, `time`, `at_risk`, `survival`, `std_err`, `lower`, `upper`. Beyond an arm's
            last observed time survival is NaN: not estimable.

        Examples
        --------
        >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 0, 1])
        >>> fit_kaplan_meier(counts).landmark(2.5)[["at_risk", "survival"]]
           at_risk  survival
        0        2       0.5
        """
        require(0 <= time < np.inf, "0 <= time < infinity", time=time)
        rows = [landmark_row(curve.arm, curve.table, float(time)) for curve in self.curves]
        return pd.DataFrame(rows)

    def at_risk(self, times: Sequence[float] | NDArray[np.float64]) -> pd.DataFrame:
        """Numbers under the curve.

        Parameters
        ----------
        times : sequence of float
            Where to count.

        Returns
        -------
        DataFrame
            `arm`, `time`, `at_risk` (just before the time), `events` and `censored` (up to and
            including it).

        Examples
        --------
        >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 0, 1])
        >>> fit_kaplan_meier(counts).at_risk([0, 2])
                    arm  time  at_risk  events  censored
        0  All subjects   0.0        4       0         0
        1  All subjects   2.0        3       2         0
        """
        when = np.asarray(times, dtype=np.float64).ravel()
        wrong = when[~((when >= 0) & np.isfinite(when))]
        require(wrong.size == 0, "times are finite and >= 0", times=tuple(wrong[:3].tolist()))
        return pd.concat([_numbers(curve, when) for curve in self.curves], ignore_index=True)

    def median_followup(self) -> pd.DataFrame:
        """Median time under observation, by the reverse Kaplan–Meier estimate.

        Censoring is taken as the event and the event as censoring, so that early deaths do not
        make follow-up look short (Schemper and Smith 1996).

        Returns
        -------
        DataFrame
            `arm`, `estimate`, `lower`, `upper`; NaN means not reached.

        Examples
        --------
        >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 0, 1, 0])
        >>> float(fit_kaplan_meier(counts).median_followup()["estimate"].iloc[0])
        4.0
        """
        turned = tuple(
            _reversed(curve, self.interval, self.confidence_level) for curve in self.curves
        )
        return pd.DataFrame([quantile_row(curve.arm, curve.table, 0.5) for curve in turned])

    def to_frame(self) -> pd.DataFrame:
        """The steps of all curves, one below the other."""
        return pd.concat([curve.to_frame() for curve in self.curves], ignore_index=True)


def fit_kaplan_meier(
    counts: SurvivalCounts, *, interval: str = "log-log", confidence_level: float = 0.95
) -> KaplanMeier:
    """Estimate the survival curve of each arm.

    Strata in the counts are pooled: they belong to the test and the hazard ratio.

    Parameters
    ----------
    counts : SurvivalCounts
        One arm or several.
    interval : {"log-log", "log", "plain", "arcsin", "logit"}
        Scale of the pointwise confidence limits, see `survival_limits`.
    confidence_level : float
        Their two-sided coverage.

    References
    ----------
    Kaplan and Meier (1958), JASA 53:457-481; Greenwood (1926).

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 0, 1])
    >>> fit_kaplan_meier(counts).curves[0].table["survival"].tolist()
    [1.0, 0.75, 0.5, 0.5, 0.0]
    """
    frame = counts.frame
    curves = (
        _curve(arm, *_steps(frame[frame["arm"] == arm]), interval, confidence_level)
        for arm in counts.arms
    )
    return KaplanMeier(
        curves=tuple(curves),
        interval=interval,
        confidence_level=confidence_level,
        endpoint=counts.endpoint,
        time_unit=counts.time_unit,
    )


def _steps(rows: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Distinct times, from 0 on, of all strata together, with events and censorings."""
    time, place = np.unique(np.append(rows["time"].to_numpy(), 0.0), return_inverse=True)
    events, censored = np.zeros(time.size, np.int64), np.zeros(time.size, np.int64)
    np.add.at(events, place[:-1], rows["events"].to_numpy())
    np.add.at(censored, place[:-1], rows["censored"].to_numpy())
    return time, events, censored


def _curve(
    arm: str,
    time: NDArray[np.float64],
    events: NDArray[np.int64],
    censored: NDArray[np.int64],
    interval: str,
    confidence_level: float,
) -> Curve:
    at_risk = np.cumsum((events + censored)[::-1])[::-1]
    return curve_of(arm, time, at_risk, events, censored, interval, confidence_level)


def curve_of(
    arm: str,
    time: NDArray[np.float64],
    at_risk: NDArray[np.int64],
    events: NDArray[np.int64],
    censored: NDArray[np.int64],
    interval: str,
    confidence_level: float,
) -> Curve:
    """One arm's estimate from its risk sets; the first row is that of time 0.

    Examples
    --------
    >>> time, at_risk, events = np.array([0.0, 5]), np.array([2, 2]), np.array([0, 1])
    >>> curve_of("A", time, at_risk, events, 1 - events, "log-log", 0.95).table["survival"].tolist()
    [1.0, 0.5]
    """
    survival, relative_variance = product_limit(events, at_risk)
    lower, upper = survival_limits(
        survival, relative_variance, interval=interval, confidence_level=confidence_level
    )
    if events[0] + censored[0] == 0:
        lower[0] = upper[0] = 1.0  # nobody has left: everybody is alive by definition
    alive = survival > 0
    std_err = np.full_like(survival, np.nan)
    std_err[alive] = survival[alive] * np.sqrt(relative_variance[alive])
    columns = (time, at_risk, events, censored, survival, std_err, lower, upper)
    table = pd.DataFrame(dict(zip(CURVE_COLUMNS, columns, strict=True)))
    subjects = int(events.sum() + censored.sum())
    return Curve(arm=arm, subjects=subjects, events=int(events.sum()), table=table)


def product_limit(
    events: NDArray[np.int64], at_risk: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Survival after each time, and Greenwood's variance relative to its square.

    The relative variance is infinite once survival is 0. Nobody at risk (late entry) and hence no
    event leaves survival as it was.

    Examples
    --------
    >>> survival, variance = product_limit(np.array([1, 1]), np.array([4, 3]))
    >>> survival.tolist(), [round(v, 4) for v in variance.tolist()]
    ([0.75, 0.5], [0.0833, 0.25])
    """
    someone = np.maximum(at_risk, 1)
    left = someone - events
    survival: NDArray[np.float64] = np.cumprod(left / someone, dtype=np.float64)
    with np.errstate(divide="ignore"):
        relative_variance = np.cumsum(events / (someone.astype(np.float64) * left))
    return survival, relative_variance


def quantile_row(arm: str, table: pd.DataFrame, target: float) -> dict[str, object]:
    """When a curve and its limits fall to a level; see `KaplanMeier.quantile`.

    Examples
    --------
    >>> table = pd.DataFrame({"time": [0.0, 3.0], "survival": [1, 0.2], "lower": 0.1, "upper": 1})
    >>> quantile_row("A", table, 0.5)
    {'arm': 'A', 'estimate': 3.0, 'lower': 0.0, 'upper': nan}
    """
    time = table["time"].to_numpy()
    row: dict[str, object] = {"arm": arm}
    for name, column in (("estimate", "survival"), ("lower", "lower"), ("upper", "upper")):
        row[name] = time_to_level(time, table[column].to_numpy(), target)
    return row


def landmark_row(arm: str, table: pd.DataFrame, time: float) -> dict[str, object]:
    """A curve at one time; see `KaplanMeier.landmark`.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([1, 2], [1, 1])
    >>> landmark_row("A", fit_kaplan_meier(counts).curves[0].table, 1.5)["survival"]
    0.5
    """
    when = table["time"].to_numpy()
    step, later = (int(one) for one in _places(when, time))
    beyond = later == when.size
    row: dict[str, object] = {"arm": arm, "time": time}
    row["at_risk"] = 0 if beyond else table["at_risk"].iloc[later].item()
    for name in ("survival", "std_err", "lower", "upper"):
        row[name] = float("nan") if beyond else float(table[name].iloc[step])
    return row


def _places(
    time: NDArray[np.float64], when: float | NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Last row at or before, and first row at or after; rounding apart, as in the counts."""
    slack = TIE * np.maximum(when, 1.0)
    step = np.searchsorted(time, when + slack, side="right") - 1
    return step, np.searchsorted(time, when - slack, side="left")


def _numbers(curve: Curve, when: NDArray[np.float64]) -> pd.DataFrame:
    table = curve.table
    time = table["time"].to_numpy()
    step, before = _places(time, when)
    return pd.DataFrame(
        {
            "arm": curve.arm,
            "time": when,
            "at_risk": np.append(table["at_risk"].to_numpy(), 0)[before],
            "events": table["events"].to_numpy().cumsum()[step],
            "censored": table["censored"].to_numpy().cumsum()[step],
        }
    )


def _reversed(curve: Curve, interval: str, confidence_level: float) -> Curve:
    names = ("time", "at_risk", "censored", "events")
    time, at_risk, censored, events = (curve.table[name].to_numpy() for name in names)
    return curve_of(curve.arm, time, at_risk, censored, events, interval, confidence_level)
