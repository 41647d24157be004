"""Measurements by arm and visit: summaries, and the values beyond Tukey's fences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.results import Result, registered, require_columns

SUMMARY_COLUMNS = (
    "arm", "visit", "quantity", "n", "mean", "sd", "min", "q1", "median", "q3", "max",
    "lower_whisker", "upper_whisker", "outliers",
)  # fmt: skip
VALUE_COLUMNS = ("subject", "arm", "visit", "value", "change")
QUANTITIES = ("value", "change")
FENCE = 1.5  # interquartile ranges beyond the quartiles (Tukey 1977)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VisitSummary(Result):
    """Values and changes from baseline, by arm and visit.

    Parameters
    ----------
    table : DataFrame
        `arm`, `visit`, `quantity` ("value" or "change"), `n`, `mean`, `sd` (NaN for one value),
        `min`, `q1`, `median`, `q3`, `max`, the whiskers (the furthest values within 1.5
        interquartile ranges of the quartiles) and `outliers`, how many lie beyond. Quartiles are
        interpolated linearly. Arms without a value at a visit have no row.
    outliers : DataFrame
        `subject`, `arm`, `visit`, `quantity` and `amount` of every value beyond the whiskers.
    arms, visits : tuple of str
        In order.

    References
    ----------
    Tukey (1977), Exploratory Data Analysis. Hyndman and Fan (1996), Am Stat 50:361-365, type 7.
    """

    table: pd.DataFrame
    outliers: pd.DataFrame
    arms: tuple[str, ...]
    visits: tuple[str, ...]

    def __post_init__(self) -> None:
        require_columns(self.table, SUMMARY_COLUMNS, "a summary by visit")

    def to_frame(self) -> pd.DataFrame:
        """One row per quantity, visit and arm."""
        return self.table.copy()


def summarise_visits(
    values: pd.DataFrame, *, arms: Sequence[str], visits: Sequence[str]
) -> VisitSummary:
    """Summarise values and changes from baseline by arm and visit.

    Parameters
    ----------
    values : DataFrame
        `subject`, `arm`, `visit`, `value` and `change` (either may be NaN), one row for each
        subject and visit. Rows of other arms or visits are left out.
    arms, visits : sequence of str
        In the order of the table.

    Examples
    --------
    >>> values = pd.DataFrame(
    ...     {"subject": list("123456"), "arm": "A", "visit": "Week 2",
    ...      "value": [1.0, 2.0, 3.0, 4.0, 5.0, 50.0], "change": np.nan}
    ... )
    >>> found = summarise_visits(values, arms=["A"], visits=["Week 2"])
    >>> found.table[["n", "median", "q3", "upper_whisker", "outliers"]].values.tolist()
    [[6.0, 3.5, 4.75, 5.0, 1.0]]
    >>> found.outliers["subject"].tolist()
    ['6']
    """
    missing = [name for name in VALUE_COLUMNS if name not in values.columns]
    require(not missing, f"values have the columns {', '.join(VALUE_COLUMNS)}", got=missing)
    once = not values.duplicated(["subject", "visit"]).any()
    require(once, "each subject and visit has one row")
    own = values[values["arm"].isin(arms) & values["visit"].isin(visits)]
    long = own.melt(["subject", "arm", "visit"], list(QUANTITIES), "quantity", "amount")
    long = long[np.isfinite(long["amount"].astype("float64"))]
    groups = dict(list(long.groupby(["arm", "visit", "quantity"])))
    keys = [(a, v, q) for q in QUANTITIES for v in visits for a in arms if (a, v, q) in groups]
    rows = [(*key, *_summary(groups[key]["amount"].to_numpy("float64"))) for key in keys]
    beyond = [groups[key][_beyond(groups[key]["amount"].to_numpy("float64"))] for key in keys]
    return VisitSummary(
        table=pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS)),
        outliers=pd.concat([long.iloc[:0], *beyond], ignore_index=True),
        arms=tuple(arms),
        visits=tuple(visits),
    )


def _summary(amounts: np.ndarray) -> tuple[float, ...]:
    q1, median, q3 = np.quantile(amounts, [0.25, 0.5, 0.75])
    beyond = _beyond(amounts)
    within = amounts[~beyond]
    sd = float(amounts.std(ddof=1)) if len(amounts) > 1 else float("nan")
    return (
        len(amounts), float(amounts.mean()), sd, float(amounts.min()), float(q1), float(median),
        float(q3), float(amounts.max()), float(within.min()), float(within.max()),
        int(beyond.sum()),
    )  # fmt: skip


def _beyond(amounts: np.ndarray) -> np.ndarray:
    """Which values lie beyond the fences."""
    q1, q3 = np.quantile(amounts, [0.25, 0.75])
    reach = FENCE * (q3 - q1)
    # A hair's breadth, so that a value on the fence is within it whatever its last bit.
    slack = 1e-12 * max(abs(q1), abs(q3), 1.0)
    beyond: np.ndarray = (amounts < q1 - reach - slack) | (amounts > q3 + reach + slack)
    return beyond
