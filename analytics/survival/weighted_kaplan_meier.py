"""Kaplan–Meier estimates of weighted subjects, with robust standard errors.

For weights that are no counts of subjects, such as inverse probabilities of treatment or of
censoring. Greenwood's formula (all that lifelines has) takes a weight for so many subjects; here
each subject remains one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import SurvivalCounts, merged_times
from analytics.survival.intervals import survival_limits
from analytics.survival.kaplan_meier import landmark_row, quantile_row

Floats = NDArray[np.float64]

WEIGHTED_COLUMNS = (
    "arm", "time", "at_risk", "events", "censored", "survival", "std_err", "lower", "upper",
)  # fmt: skip


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedKaplanMeier(Result):
    """Weighted Kaplan–Meier estimates of all arms.

    Parameters
    ----------
    table : DataFrame
        For each arm a row for time 0 and for each distinct time: `arm`, `time`, `at_risk`,
        `events` and `censored` (sums of weights), `survival` (from the time on), `std_err`
        (infinitesimal jackknife), `lower`, `upper`. NaN, not estimable, once survival is 0.
    subjects : tuple of int
        Of each arm, whatever their weights.
    interval : str
        Scale of the confidence limits.
    confidence_level : float
        Their two-sided coverage.
    """

    table: pd.DataFrame
    subjects: tuple[int, ...]
    interval: str
    confidence_level: float
    arms: tuple[str, ...]
    endpoint: str
    time_unit: str

    def __post_init__(self) -> None:
        require_columns(self.table, WEIGHTED_COLUMNS, "the table of weighted curves")

    def landmark(self, time: float) -> pd.DataFrame:
        """Survival at one time; NaN, not estimable, beyond an arm's last observed time.

        Examples
        --------
        >>> fit = fit_weighted_kaplan_meier([1, 2, 3], [1, 1, 0], weights=[1.5, 1, 0.5])
        >>> fit.landmark(2.5)[["at_risk", "survival"]].round(4)
           at_risk  survival
        0      0.5    0.1667
        """
        require(0 <= time < np.inf, "0 <= time < infinity", time=time)
        return pd.DataFrame([landmark_row(*each, float(time)) for each in self._by_arm()])

    def quantile(self, p: float = 0.5) -> pd.DataFrame:
        """Time by which a share `p` has had the event, as `KaplanMeier.quantile`.

        Examples
        --------
        >>> fit = fit_weighted_kaplan_meier([1, 2, 3], [1, 1, 0], weights=[1.5, 1, 0.5])
        >>> fit.quantile(0.6)["estimate"].tolist()
        [2.0]
        """
        require(0 < p < 1, "0 < p < 1", p=p)
        return pd.DataFrame([quantile_row(*each, 1 - p) for each in self._by_arm()])

    def to_frame(self) -> pd.DataFrame:
        """The steps of all arms, one below the other."""
        return self.table.copy()

    def _by_arm(self) -> list[tuple[str, pd.DataFrame]]:
        return [(arm, self.table[self.table["arm"] == arm]) for arm in self.arms]


def fit_weighted_kaplan_meier(
    times: ArrayLike,
    events: ArrayLike,
    *,
    weights: ArrayLike,
    arms: Sequence[str] | None = None,
    order: tuple[str, ...] | None = None,
    interval: str = "log-log",
    confidence_level: float = 0.95,
    endpoint: str = "",
    time_unit: str = "days",
) -> WeightedKaplanMeier:
    """Estimate the survival curve of each arm from weighted subjects.

    The standard error is that of R's `survfit(..., robust=TRUE)`: the root of the sum over
    subjects of the squared weight times influence on S(t). It treats the weights as known; where
    they are estimated it is usually too large rather than too small. One row is one independent
    subject: rows of the same subject are not recognised as such.

    Parameters
    ----------
    times, events
        As in `SurvivalCounts.from_subjects`.
    weights : array
        Above 0 and finite, one per subject. They need not add up to the number of subjects.
    arms, order, endpoint, time_unit
        As in `SurvivalCounts.from_subjects`.
    interval, confidence_level
        As in `fit_kaplan_meier`.

    References
    ----------
    Xie and Liu (2005), Statistics in Medicine 24:3089-3110, for weights; Efron (1982), The
    Jackknife, chapter 6, for the infinitesimal jackknife.

    Examples
    --------
    >>> fit = fit_weighted_kaplan_meier([1, 2, 3], [1, 1, 0], weights=[1.5, 1, 0.5])
    >>> fit.table[["at_risk", "survival", "std_err"]].round(4).iloc[1].tolist()
    [3.0, 0.5, 0.3118]
    """
    counted = SurvivalCounts.from_subjects(  # whose checks hold here too
        times, events, arms=arms, order=order, endpoint=endpoint, time_unit=time_unit
    )
    rows = pd.DataFrame(
        {
            "arm": counted.arms[0] if arms is None else np.asarray(arms, dtype=object),
            "time": merged_times(np.asarray(times, dtype=np.float64).ravel() + 0.0),
            "event": np.asarray(events, dtype=np.float64).ravel(),
        }
    ).assign(weight=_checked(weights, counted.subjects))
    own = [rows[rows["arm"] == arm] for arm in counted.arms]
    tables = [_curve(each, interval, confidence_level) for each in own]
    return WeightedKaplanMeier(
        table=pd.concat(tables, ignore_index=True)[list(WEIGHTED_COLUMNS)],
        subjects=tuple(map(len, own)),
        interval=interval,
        confidence_level=confidence_level,
        arms=counted.arms,
        endpoint=endpoint,
        time_unit=time_unit,
    )


def _checked(weights: ArrayLike, subjects: int) -> Floats:
    each = np.asarray(weights, dtype=np.float64).ravel()
    require(each.size == subjects, "one weight per subject", weights=each.size, subjects=subjects)
    wrong = each[~((each > 0) & np.isfinite(each))]
    require(wrong.size == 0, "weights are > 0 and finite", weights=tuple(wrong[:3].tolist()))
    return each


def _curve(rows: pd.DataFrame, interval: str, confidence_level: float) -> pd.DataFrame:
    time, place = np.unique(np.append(rows["time"].to_numpy(), 0.0), return_inverse=True)
    place = place[:-1]
    event, weight = rows["event"].to_numpy(), rows["weight"].to_numpy()
    events = np.bincount(place, event * weight, time.size).astype(np.float64)
    leaving = np.bincount(place, weight, time.size).astype(np.float64)
    at_risk: Floats = np.cumsum(leaving[::-1])[::-1]
    left = np.append(at_risk[1:], 0.0) + (leaving - events)  # at_risk - events, exactly 0 at 0
    survival: Floats = np.cumprod(left / at_risk, dtype=np.float64)
    relative_variance = _relative_variance(place, event, weight, events, at_risk, left)
    lower, upper = survival_limits(
        survival, relative_variance, interval=interval, confidence_level=confidence_level
    )
    if leaving[0] == 0:
        lower[0] = upper[0] = 1.0  # nobody has left: everybody is alive by definition
    return pd.DataFrame(
        {
            "arm": rows["arm"].iloc[0],
            "time": time,
            "at_risk": at_risk,
            "events": events,
            "censored": leaving - events,
            "survival": survival,
            "std_err": np.where(survival > 0, survival * np.sqrt(relative_variance), np.nan),
            "lower": lower,
            "upper": upper,
        }
    )


def _relative_variance(
    place: NDArray[np.int64],
    event: Floats,
    weight: Floats,
    events: Floats,
    at_risk: Floats,
    left: Floats,
) -> Floats:
    """Sum of squared weight times influence on log S(t).

    A subject lowers the sum of d / (n (n - d)) up to its exit, and its event then adds
    1 / (n - d). Those still at risk share one influence; those gone keep theirs.
    """
    alive = left > 0
    safe = np.where(alive, left, 1.0)
    stays = np.cumsum(np.where(alive, events / (at_risk * safe), 0.0))
    gone = (weight * (stays[place] - event / safe[place])) ** 2
    squares = np.bincount(place, weight**2, stays.size)
    still = np.append(np.cumsum(squares[::-1])[::-1][1:], 0.0)
    return np.asarray(stays**2 * still + np.cumsum(np.bincount(place, gone, stays.size)))
