"""Points of the log-minus-log plot: under proportional hazards the arms run parallel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.results import Result, registered, require_columns
from analytics.survival.counts import SurvivalCounts
from analytics.survival.kaplan_meier import Curve, fit_kaplan_meier

COLUMNS = ("arm", "time", "log_time", "log_minus_log")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogMinusLog(Result):
    """Steps of log(-log S(t)) against log t.

    Parameters
    ----------
    table : DataFrame
        For each arm and event time above 0: `arm`, `time`, `log_time`, `log_minus_log` (from the
        time on). Times at which survival is still 1 or already 0 have no point.
    """

    table: pd.DataFrame
    arms: tuple[str, ...]
    endpoint: str
    time_unit: str

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "the table of points")

    def to_frame(self) -> pd.DataFrame:
        """One row per arm and event time."""
        return self.table.copy()


def log_minus_log(counts: SurvivalCounts) -> LogMinusLog:
    """Points for judging proportional hazards by eye.

    Parallel steps mean proportional hazards; a straight line of slope 1 a constant hazard, of
    another slope a Weibull hazard. Strata in the counts are pooled.

    Parameters
    ----------
    counts : SurvivalCounts
        One arm or several.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([1, 2, 3], [1, 1, 1])
    >>> log_minus_log(counts).table[["log_time", "log_minus_log"]].round(3).to_numpy().tolist()
    [[0.0, -0.903], [0.693, 0.094]]
    """
    tables = [_points(curve) for curve in fit_kaplan_meier(counts).curves]
    return LogMinusLog(
        table=pd.concat(tables, ignore_index=True),
        arms=counts.arms,
        endpoint=counts.endpoint,
        time_unit=counts.time_unit,
    )


def _points(curve: Curve) -> pd.DataFrame:
    table = curve.table
    inside = (table["survival"] > 0) & (table["survival"] < 1)
    steps = table[inside & (table["events"] > 0) & (table["time"] > 0)]
    time, survival = steps["time"].to_numpy(), steps["survival"].to_numpy()
    return pd.DataFrame(
        {
            "arm": pd.Series([curve.arm] * len(steps), dtype=object),
            "time": time,
            "log_time": np.log(time),
            "log_minus_log": np.log(-np.log(survival)),
        }
    )
