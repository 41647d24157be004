"""Rates of recurrent events per patient-year, with a variance that lets subjects differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import DAYS
from analytics.survival.recurrent.daily import DailyEvents
from analytics.survival.recurrent.events import RecurrentEvents

Floats = NDArray[np.float64]

RATE_COLUMNS = (
    "arm", "subjects", "events", "patient_years", "rate", "lower", "upper", "log_std_err",
    "poisson_log_std_err",
)  # fmt: skip
_NO_SPREAD = 1e-9  # of Poisson's standard error: what is left of a robust one by rounding


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecurrentRates(Result):
    """Events over time under observation, by arm.

    Parameters
    ----------
    table : DataFrame
        One row per arm: `arm`, `subjects`, `events`, `patient_years`, `rate` (events per so many
        patient-years), `lower`, `upper`, `log_std_err` (robust) and, for comparison,
        `poisson_log_std_err`, which supposes that all subjects have the same rate. Without events,
        or when subjects do not differ, there is no robust width: the limits are NaN.
    per : float
        Patient-years that the rate refers to.
    confidence_level : float
        Coverage of `lower` and `upper`.
    endpoint : str
        What the events are.
    """

    table: pd.DataFrame
    per: float
    confidence_level: float
    endpoint: str

    def __post_init__(self) -> None:
        require_columns(self.table, RATE_COLUMNS, "a table of rates")

    def ratios(self) -> pd.DataFrame:
        """Each arm's rate over that of the first arm.

        Returns
        -------
        DataFrame
            `arm`, `reference`, `ratio` (below 1: fewer events than in the reference), `lower`,
            `upper`, `log_std_err` (robust), `p_value` (Wald). NaN when a rate is 0; all but the
            ratio also when a rate has no width.

        Examples
        --------
        >>> data = RecurrentEvents.from_subjects(
        ...     [365.25] * 4, [[10, 20, 30], [40], [50], []], arms=["A", "A", "B", "B"]
        ... )
        >>> estimate_recurrent_rates(data).ratios()["ratio"].tolist()
        [0.25]
        """
        if len(self.table) < 2:
            raise NotEstimableError("A comparison needs two arms, and there is only one.")
        first, others = self.table.iloc[0], self.table.iloc[1:]
        std_err = np.hypot(others["log_std_err"], first["log_std_err"])
        estimable = (others["rate"] > 0) & (first["rate"] > 0)
        ratio = others["rate"].where(estimable) / first["rate"]
        reach = np.exp(float(ndtri(0.5 + self.confidence_level / 2)) * std_err)
        columns = {
            "arm": others["arm"],
            "reference": first["arm"],
            "ratio": ratio,
            "lower": ratio / reach,
            "upper": ratio * reach,
            "log_std_err": std_err,
            "p_value": 2 * ndtr(-np.abs(np.log(ratio) / std_err)),
        }
        return pd.DataFrame(columns).reset_index(drop=True)

    def to_frame(self) -> pd.DataFrame:
        """One row per arm."""
        return self.table.copy()


def estimate_recurrent_rates(
    events: RecurrentEvents | DailyEvents, *, per: float = 100.0, confidence_level: float = 0.95
) -> RecurrentRates:
    """Rate of events in each arm, as if it were constant over time.

    The interval is symmetric on the log scale with the sandwich variance of a Poisson model: it
    holds when some subjects have more events than others, which is the rule. In arms of fewer than
    about 20 subjects it is too narrow.

    Parameters
    ----------
    events : RecurrentEvents or DailyEvents
        One arm or several.
    per : float
        Patient-years that the rate refers to.
    confidence_level : float
        Two-sided coverage.

    Raises
    ------
    NotEstimableError
        When nobody in an arm was followed for longer than no time.

    References
    ----------
    Lawless and Nadeau (1995), Technometrics 37:158-168; White (1982), Econometrica 50:1-25.

    Examples
    --------
    >>> data = RecurrentEvents.from_subjects([365.25, 365.25], [[10, 20, 30], [40]])
    >>> table = estimate_recurrent_rates(data).table
    >>> table[["events", "patient_years", "rate", "lower", "upper"]].round(1)
       events  patient_years   rate  lower  upper
    0       4            2.0  200.0  100.0  399.9
    """
    require(0 < per < np.inf, "0 < per < infinity", per=per)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    in_years = DAYS[events.time_unit] / DAYS["years"]
    reach = float(ndtri(0.5 + confidence_level / 2))
    rows = [
        _rate(arm, happened, end * in_years, reach)
        for arm, (happened, end) in events.totals().items()
    ]
    table = pd.DataFrame(rows, columns=list(RATE_COLUMNS))
    scaled = {name: table[name] * per for name in ("rate", "lower", "upper")}
    return RecurrentRates(
        table=table.assign(**scaled),
        per=float(per),
        confidence_level=confidence_level,
        endpoint=events.endpoint,
    )


def _rate(
    arm: str, events: NDArray[np.int64], years: Floats, reach: float
) -> tuple[str | int | float, ...]:
    total, time = int(events.sum()), float(years.sum())
    if time == 0:
        raise NotEstimableError(f"No rate: nobody in {arm!r} was followed for any time.")
    rate = total / time
    poisson = total**-0.5 if total else np.nan
    robust = float(np.sqrt(np.square(events - rate * years).sum())) / total if total else np.nan
    if not robust > _NO_SPREAD * poisson:
        robust = np.nan
    width = np.exp(reach * robust)
    return arm, events.size, total, time, rate, rate / width, rate * width, robust, poisson
