"""Survival at one time compared between arms, and the difference of whole curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr, ndtri

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import SurvivalCounts
from analytics.survival.kaplan_meier import Curve, fit_kaplan_meier

Floats = NDArray[np.float64]

DIFFERENCE_COLUMNS = (
    "arm", "reference", "time", "difference", "std_err", "lower", "upper",
)  # fmt: skip
TEST_COLUMNS = ("arm", "reference", "scale", "statistic", "p_value")

_TRANSFORMED: dict[str, Callable[[Floats, Floats], tuple[Floats, Floats]]] = {
    "plain": lambda s, v: (s, s**2 * v),
    "log": lambda s, v: (np.log(s), v),
    "log-log": lambda s, v: (np.log(-np.log(s)), v / np.log(s) ** 2),
    "arcsin": lambda s, v: (np.arcsin(np.sqrt(s)), v * s / (4 * (1 - s))),
    "logit": lambda s, v: (np.log(s / (1 - s)), v / (1 - s) ** 2),
}
SCALES = tuple(_TRANSFORMED)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MilestoneComparison(Result):
    """Arms compared at one time.

    Parameters
    ----------
    time : float
        The milestone, in `time_unit`.
    by_arm : DataFrame
        As `KaplanMeier.landmark`: `arm`, `time`, `at_risk`, `survival`, `std_err`, `lower`,
        `upper` (log-log).
    differences : DataFrame
        One row per arm other than the reference: `arm`, `reference`, `time`, `difference`
        (survival of the arm - that of the reference: above 0 favours the arm when the event is
        bad), `std_err`, `lower`, `upper` (Wald, not cut off at -1 and 1), `z`, `p_value`.
    tests : DataFrame
        That survival is the same: one row per arm other than the reference and `scale` on which
        it is compared: "plain", "log", "log-log", "arcsin", "logit"; `statistic` (chi-square with
        1 degree of freedom), `p_value`. Klein et al. recommend "log-log" and "arcsin"; "plain"
        rejects too often in small samples.
    confidence_level : float
        Two-sided coverage of the limits.
    """

    time: float
    by_arm: pd.DataFrame
    differences: pd.DataFrame
    tests: pd.DataFrame
    confidence_level: float
    arms: tuple[str, ...]
    endpoint: str
    time_unit: str

    def __post_init__(self) -> None:
        columns = (*DIFFERENCE_COLUMNS, "z", "p_value")
        require_columns(self.differences, columns, "the table of differences")
        require_columns(self.tests, TEST_COLUMNS, "the table of tests")

    def to_frame(self) -> pd.DataFrame:
        """One row per difference."""
        return self.differences.copy()


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveDifference(Result):
    """Difference of survival curves at every time.

    Parameters
    ----------
    table : DataFrame
        `arm`, `reference`, `time`, `difference` (survival of the arm - that of the reference,
        from the time on), `std_err`, `lower`, `upper` (Wald). From time 0 to the earlier of the
        two last observed times, a row for each time at which one of the curves steps.
    confidence_level : float
        Of the limits at each single time. They are no band: somewhere on the axis the truth lies
        outside them far more often.
    """

    table: pd.DataFrame
    confidence_level: float
    arms: tuple[str, ...]
    endpoint: str
    time_unit: str

    def __post_init__(self) -> None:
        require_columns(self.table, DIFFERENCE_COLUMNS, "the table of differences")

    def to_frame(self) -> pd.DataFrame:
        """One row per arm and time."""
        return self.table.copy()


def compare_at_milestone(
    counts: SurvivalCounts, time: float, *, confidence_level: float = 0.95
) -> MilestoneComparison:
    """Compare the Kaplan–Meier estimates of arms at one time.

    The curves are steps: between event times survival and its variance are those of the last
    event, never interpolated. Strata in the counts are pooled. Where survival is 0 or 1 its
    variance is not estimable, and neither are difference limits and tests (NaN).

    Parameters
    ----------
    counts : SurvivalCounts
        Two or more arms; the first is the reference.
    time : float
        At least 0, in the unit of the counts.
    confidence_level : float
        Two-sided coverage of the limits.

    Raises
    ------
    NotEstimableError
        With one arm; or when an arm's last observed time is before `time`.

    References
    ----------
    Klein, Logan, Harhoff and Andersen (2007), Statistics in Medicine 26:4505-4519.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects(
    ...     [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20], [1] * 12, arms=["A"] * 6 + ["B"] * 6
    ... )
    >>> compare_at_milestone(counts, 10).differences[["difference", "lower", "upper"]].round(3)
       difference  lower  upper
    0      -0.167 -0.717  0.383
    """
    _require_two_arms(counts)
    curves = fit_kaplan_meier(counts, confidence_level=confidence_level)
    by_arm = curves.landmark(time)
    _require_followed(curves.curves, by_arm)
    survival = by_arm["survival"].to_numpy()
    inside = (survival > 0) & (survival < 1)
    relative = np.where(inside, (by_arm["std_err"] / by_arm["survival"]) ** 2, np.nan)
    others = range(1, len(counts.arms))
    rows = [_difference(counts.arms, k, float(time), survival, relative) for k in others]
    differences = _with_limits(pd.DataFrame(rows), confidence_level)
    z = differences["difference"] / differences["std_err"]
    tests = [test for k in others for test in _tests(counts.arms, k, survival, relative)]
    return MilestoneComparison(
        time=float(time),
        by_arm=by_arm,
        differences=differences.assign(z=z, p_value=2 * ndtr(-np.abs(z))),
        tests=pd.DataFrame(tests, columns=list(TEST_COLUMNS)),
        confidence_level=confidence_level,
        arms=counts.arms,
        endpoint=counts.endpoint,
        time_unit=counts.time_unit,
    )


def difference_of_curves(
    counts: SurvivalCounts, *, confidence_level: float = 0.95
) -> CurveDifference:
    """Survival of each arm less that of the reference, over time.

    Limits are NaN, not estimable, where one of the curves is still at 1 or already at 0.

    Parameters
    ----------
    counts : SurvivalCounts
        Two or more arms; the first is the reference.
    confidence_level : float
        Two-sided coverage of the limits at each single time.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4, 5, 6], [1] * 6, arms=list("ABABAB"))
    >>> difference_of_curves(counts).table[["time", "difference"]].round(2).to_numpy().tolist()
    [[0.0, 0.0], [1.0, 0.33], [2.0, 0.0], [3.0, 0.33], [4.0, 0.0], [5.0, 0.33]]
    """
    _require_two_arms(counts)
    reference, *others = fit_kaplan_meier(counts).curves
    table = pd.concat([_over_time(curve, reference) for curve in others], ignore_index=True)
    return CurveDifference(
        table=_with_limits(table, confidence_level),
        confidence_level=confidence_level,
        arms=counts.arms,
        endpoint=counts.endpoint,
        time_unit=counts.time_unit,
    )


def _require_two_arms(counts: SurvivalCounts) -> None:
    if len(counts.arms) < 2:
        raise NotEstimableError("A difference compares arms, and there is only one arm.")


def _require_followed(curves: tuple[Curve, ...], by_arm: pd.DataFrame) -> None:
    for curve, survival in zip(curves, by_arm["survival"], strict=True):
        if np.isnan(survival):
            last = curve.table["time"].iloc[-1]
            raise NotEstimableError(
                f"Survival at {by_arm['time'].iloc[0]:g} is not estimable in {curve.arm!r}: its "
                f"last observed time is {last:g}."
            )


def _difference(
    arms: tuple[str, ...], k: int, time: float, survival: Floats, relative: Floats
) -> dict[str, object]:
    variance = survival**2 * relative
    return {
        "arm": arms[k],
        "reference": arms[0],
        "time": time,
        "difference": survival[k] - survival[0],
        "std_err": np.sqrt(variance[k] + variance[0]),
    }


def _tests(
    arms: tuple[str, ...], k: int, survival: Floats, relative: Floats
) -> list[tuple[str, str, str, float, float]]:
    pair = [0, k]
    rows = []
    for scale, transform in _TRANSFORMED.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            value, variance = transform(survival[pair], relative[pair])
            statistic = float((value[1] - value[0]) ** 2 / variance.sum())
        rows.append((arms[k], arms[0], scale, statistic, float(chdtrc(1, statistic))))
    return rows


def _over_time(curve: Curve, reference: Curve) -> pd.DataFrame:
    both = (curve.table, reference.table)
    pair = [table[(table["events"] > 0) | (table["time"] == 0)] for table in both]
    time = np.unique(np.concatenate([steps["time"] for steps in pair]))
    until = min(table["time"].iloc[-1] for table in both)
    time = time[time <= until]
    survival, variance = np.array([_steps(one, time) for one in pair]).transpose(1, 0, 2)
    return pd.DataFrame(
        {
            "arm": curve.arm,
            "reference": reference.arm,
            "time": time,
            "difference": survival[0] - survival[1],
            "std_err": np.sqrt(variance.sum(axis=0)),
        }
    )


def _steps(steps: pd.DataFrame, time: Floats) -> tuple[Floats, Floats]:
    row = np.searchsorted(steps["time"].to_numpy(), time, side="right") - 1
    survival, std_err = (steps[name].to_numpy()[row] for name in ("survival", "std_err"))
    return survival, np.where((survival > 0) & (survival < 1), std_err**2, np.nan)


def _with_limits(table: pd.DataFrame, confidence_level: float) -> pd.DataFrame:
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    half = float(ndtri(0.5 + confidence_level / 2)) * table["std_err"]
    return table.assign(lower=table["difference"] - half, upper=table["difference"] + half)
