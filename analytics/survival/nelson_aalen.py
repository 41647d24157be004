"""Cumulative hazard by the Nelson–Aalen estimate.

lifelines gives the same hazard, with a variance of d (n - d) / n^3 instead of R's d / n^2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import TIE, SurvivalCounts
from analytics.survival.kaplan_meier import Curve, fit_kaplan_meier

Floats = NDArray[np.float64]

HAZARD_COLUMNS = (
    "arm", "time", "at_risk", "events", "censored", "cumulative_hazard", "std_err", "lower",
    "upper",
)  # fmt: skip


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NelsonAalen(Result):
    """Nelson–Aalen estimates of all arms.

    Parameters
    ----------
    table : DataFrame
        For each arm a row for time 0 and for each distinct time: `arm`, `time`, `at_risk` (just
        before it), `events` and `censored` (at it), `cumulative_hazard` (from it on), `std_err`,
        `lower`, `upper`. The limits are NaN, not estimable, while the hazard is 0 but subjects
        have left.
    interval : str
        Scale of the confidence limits.
    confidence_level : float
        Their two-sided coverage.
    """

    table: pd.DataFrame
    interval: str
    confidence_level: float
    arms: tuple[str, ...]
    endpoint: str
    time_unit: str

    def __post_init__(self) -> None:
        require_columns(self.table, HAZARD_COLUMNS, "the table of cumulative hazards")

    def at(self, times: Sequence[float] | NDArray[np.float64]) -> pd.DataFrame:
        """Cumulative hazard at some times.

        Returns
        -------
        DataFrame
            `arm`, `time`, `cumulative_hazard`, `std_err`, `lower`, `upper`; NaN, not estimable,
            beyond an arm's last observed time.

        Examples
        --------
        >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 0, 1])
        >>> fit_nelson_aalen(counts).at([2.5, 5])["cumulative_hazard"].round(4).tolist()
        [0.5833, nan]
        """
        when = np.asarray(times, dtype=np.float64).ravel()
        wrong = when[~((when >= 0) & np.isfinite(when))]
        require(wrong.size == 0, "times are finite and >= 0", times=tuple(wrong[:3].tolist()))
        rows = [_rows_at(self.table[self.table["arm"] == arm], arm, when) for arm in self.arms]
        return pd.concat(rows, ignore_index=True)

    def to_frame(self) -> pd.DataFrame:
        """The steps of all arms, one below the other."""
        return self.table.copy()


def fit_nelson_aalen(
    counts: SurvivalCounts, *, interval: str = "log", confidence_level: float = 0.95
) -> NelsonAalen:
    """Estimate the cumulative hazard of each arm.

    Parameters
    ----------
    counts : SurvivalCounts
        One arm or several; strata are pooled.
    interval : {"log", "plain"}
        Scale on which the limits are symmetric; "log" keeps them above 0, "plain" is cut off
        there.
    confidence_level : float
        Two-sided coverage of the limits.

    References
    ----------
    Nelson (1972), Technometrics 14:945-966; Aalen (1978), Annals of Statistics 6:701-726.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 0, 1])
    >>> fit_nelson_aalen(counts).table[["cumulative_hazard", "std_err"]].round(4).iloc[-1].tolist()
    [1.5833, 1.0833]
    """
    require(interval in ("log", "plain"), "interval in ('log', 'plain')", interval=interval)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    curves = fit_kaplan_meier(counts).curves
    reach = float(ndtri(0.5 + confidence_level / 2))
    tables = [_hazard(curve, interval, reach) for curve in curves]
    return NelsonAalen(
        table=pd.concat(tables, ignore_index=True)[list(HAZARD_COLUMNS)],
        interval=interval,
        confidence_level=confidence_level,
        arms=counts.arms,
        endpoint=counts.endpoint,
        time_unit=counts.time_unit,
    )


def _hazard(curve: Curve, interval: str, reach: float) -> pd.DataFrame:
    table = curve.table[["time", "at_risk", "events", "censored"]].assign(arm=curve.arm)
    at_risk, events = (table[name].to_numpy(np.float64) for name in ("at_risk", "events"))
    hazard = np.cumsum(events / at_risk)
    std_err = np.sqrt(np.cumsum(events / at_risk**2))
    lower, upper = np.full_like(hazard, np.nan), np.full_like(hazard, np.nan)
    some = hazard > 0
    half = reach * std_err[some]
    if interval == "log":
        factor = np.exp(half / hazard[some])
        lower[some], upper[some] = hazard[some] / factor, hazard[some] * factor
    else:
        lower[some], upper[some] = np.maximum(hazard[some] - half, 0.0), hazard[some] + half
    if table["events"].iloc[0] + table["censored"].iloc[0] == 0:
        lower[0] = upper[0] = 0.0  # nothing has happened yet, by definition
    return table.assign(cumulative_hazard=hazard, std_err=std_err, lower=lower, upper=upper)


def _rows_at(table: pd.DataFrame, arm: str, when: Floats) -> pd.DataFrame:
    time = table["time"].to_numpy()
    slack = TIE * np.maximum(when, 1.0)
    row = np.searchsorted(time, when + slack, side="right") - 1
    columns = ["cumulative_hazard", "std_err", "lower", "upper"]
    found = table[columns].iloc[row].reset_index(drop=True)
    found[when > time[-1] + slack] = np.nan
    return pd.concat([pd.DataFrame({"arm": arm, "time": when}), found], axis=1)
