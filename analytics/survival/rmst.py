"""Restricted mean survival time by arm, and arms compared by it.

lifelines offers the point estimate; the variance it returns is that of the restricted time of one
subject, not of the mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import TIE, SurvivalCounts
from analytics.survival.kaplan_meier import Curve, fit_kaplan_meier

Floats = NDArray[np.float64]

ARM_COLUMNS = (
    "arm", "rmst", "std_err", "lower", "upper", "rmtl", "rmtl_lower", "rmtl_upper",
)  # fmt: skip
CONTRAST_COLUMNS = (
    "arm", "reference", "measure", "estimate", "std_err", "lower", "upper", "z", "p_value",
)  # fmt: skip
MEASURES = ("RMST difference", "RMST ratio", "RMTL ratio")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RestrictedMeans(Result):
    """Restricted mean survival time (RMST) and time lost (RMTL) up to a horizon.

    Parameters
    ----------
    horizon : float
        The time, in `time_unit`, up to which life is counted; RMST + RMTL equals it.
    horizon_from : {"stated", "shortest follow-up"}
        Whether the caller stated the horizon or it is the smallest of the arms' last observed
        times. The latter depends on the data; a protocol states a horizon.
    by_arm : DataFrame
        One row per arm: `arm`, `rmst`, `std_err` (of either mean), `lower`, `upper`, `rmtl`,
        `rmtl_lower`, `rmtl_upper`.
    contrasts : DataFrame
        Three rows per arm other than the reference, by `measure`: "RMST difference" (arm -
        reference: above 0 favours the arm when the event is bad), "RMST ratio" (above 1 favours
        it) and "RMTL ratio" (below 1 favours it). `std_err` and `z` are those of the difference
        or of the log ratio; `p_value` is two-sided.
    confidence_level : float
        Two-sided coverage of the limits.
    """

    horizon: float
    horizon_from: str
    by_arm: pd.DataFrame
    contrasts: pd.DataFrame
    confidence_level: float
    arms: tuple[str, ...]
    endpoint: str
    time_unit: str

    def __post_init__(self) -> None:
        require_columns(self.by_arm, ARM_COLUMNS, "the table of restricted means")
        require_columns(self.contrasts, CONTRAST_COLUMNS, "the table of contrasts")

    def to_frame(self) -> pd.DataFrame:
        """One row per arm, with the horizon beside it."""
        return self.by_arm.assign(horizon=self.horizon, time_unit=self.time_unit)


def compare_restricted_means(
    counts: SurvivalCounts, *, horizon: float | None = None, confidence_level: float = 0.95
) -> RestrictedMeans:
    """Estimate the mean time without the event up to a horizon, and compare arms by it.

    The mean is the area under the Kaplan–Meier curve. Strata in the counts are pooled. Where an
    arm has no event before the horizon, or everybody left has it at once and nobody before, its
    standard error, limits and contrasts are NaN: the formula would give 0, a false certainty.

    Parameters
    ----------
    counts : SurvivalCounts
        One arm or several; the first is the reference of the contrasts.
    horizon : float, optional
        Time above 0, in the unit of the counts. The smallest of the arms' last observed times
        unless given.
    confidence_level : float
        Two-sided coverage of the limits.

    Raises
    ------
    NotEstimableError
        When a curve ends before the horizon: its last observed time is earlier and is not an
        event of everybody left.

    References
    ----------
    Royston and Parmar (2011), Statistics in Medicine 30:2409-2421; Uno et al. (2014), Journal of
    Clinical Oncology 32:2380-2385, with the variance of R's survRM2: the sum over event times of
    the squared area from there to the horizon times d / (n (n - d)).

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects(
    ...     [6, 7, 10, 15, 19, 25, 1, 2, 3, 8, 12, 20], [1] * 12, arms=["A"] * 6 + ["B"] * 6
    ... )
    >>> compare_restricted_means(counts, horizon=15).by_arm[["arm", "rmst", "rmtl"]].round(3)
      arm    rmst   rmtl
    0   A  11.333  3.667
    1   B   6.833  8.167
    """
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    curves = fit_kaplan_meier(counts).curves
    until = _checked_horizon(curves, horizon)
    reach = float(ndtri(0.5 + confidence_level / 2))
    moments = [restricted_mean(curve, until) for curve in curves]
    named = zip(counts.arms, moments, strict=True)
    rows = [_arm_row(arm, *each, until, reach) for arm, each in named]
    contrasts = [
        {"arm": arm, "reference": counts.arms[0], **contrast}
        for arm, each in zip(counts.arms[1:], moments[1:], strict=True)
        for contrast in _contrasts(each, moments[0], until, reach)
    ]
    return RestrictedMeans(
        horizon=until,
        horizon_from="shortest follow-up" if horizon is None else "stated",
        by_arm=pd.DataFrame(rows, columns=list(ARM_COLUMNS)),
        contrasts=pd.DataFrame(contrasts, columns=list(CONTRAST_COLUMNS)),
        confidence_level=confidence_level,
        arms=counts.arms,
        endpoint=counts.endpoint,
        time_unit=counts.time_unit,
    )


def restricted_mean(curve: Curve, horizon: float) -> tuple[float, float]:
    """Area under the curve up to the horizon, and its standard error.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 0, 1])
    >>> mean, std_err = restricted_mean(fit_kaplan_meier(counts).curves[0], 3.0)
    >>> mean, round(std_err, 4)
    (2.25, 0.4146)
    """
    table = curve.table[curve.table["time"] < horizon]
    time, survival = table["time"].to_numpy(), table["survival"].to_numpy()
    at_risk, events = (table[name].to_numpy(np.float64) for name in ("at_risk", "events"))
    area = survival * np.diff(np.append(time, horizon))
    from_here = np.cumsum(area[::-1])[::-1]
    left = at_risk - events
    # Where everybody left has the event, survival is 0 from there on and so is the area.
    known = left > 0
    terms = from_here[known] ** 2 * events[known] / (at_risk[known] * left[known])
    variance = float(terms.sum())
    return float(area.sum()), sqrt(variance) if variance > 0 else float("nan")


def _checked_horizon(curves: tuple[Curve, ...], horizon: float | None) -> float:
    last = {curve.arm: float(curve.table["time"].iloc[-1]) for curve in curves}
    until = min(last.values()) if horizon is None else float(horizon)
    if horizon is None and until == 0:
        raise NotEstimableError("No restricted mean: an arm is followed to time 0 only.")
    require(0 < until < np.inf, "0 < horizon < infinity", horizon=until)
    for curve in curves:
        falls_to_zero = curve.table["survival"].iloc[-1] == 0
        if not falls_to_zero and until > last[curve.arm] + TIE * max(1.0, until):
            raise NotEstimableError(
                f"The restricted mean up to {until:g} is not estimable: the curve of "
                f"{curve.arm!r} ends at {last[curve.arm]:g}."
            )
    return until


def _arm_row(
    arm: str, mean: float, std_err: float, horizon: float, reach: float
) -> tuple[object, ...]:
    half, lost = reach * std_err, horizon - mean
    return (arm, mean, std_err, mean - half, mean + half, lost, lost - half, lost + half)


def _contrasts(
    arm: tuple[float, float], reference: tuple[float, float], horizon: float, reach: float
) -> list[dict[str, object]]:
    mean, error = np.array([arm, reference]).T
    lost = horizon - mean
    difference = _contrast(MEASURES[0], mean[0] - mean[1], np.hypot(*error), reach)
    ratios = [
        _ratio(measure, each, error, reach)
        for measure, each in zip(MEASURES[1:], (mean, lost), strict=True)
    ]
    return [difference, *ratios]


def _ratio(measure: str, mean: Floats, error: Floats, reach: float) -> dict[str, object]:
    if not (mean > 0).all():
        return _contrast(measure, np.nan, np.nan, reach)
    estimate, std_err = np.log(mean[0] / mean[1]), np.hypot(*(error / mean))
    limits = {"estimate": 0.0, "lower": -reach * std_err, "upper": reach * std_err}
    ratios = {name: float(np.exp(estimate + shift)) for name, shift in limits.items()}
    return {**_contrast(measure, estimate, std_err, reach), **ratios}


def _contrast(measure: str, estimate: float, std_err: float, reach: float) -> dict[str, object]:
    z = estimate / std_err if std_err > 0 else np.nan
    return {
        "measure": measure,
        "estimate": estimate,
        "std_err": std_err,
        "lower": estimate - reach * std_err,
        "upper": estimate + reach * std_err,
        "z": z,
        "p_value": 2 * float(ndtr(-abs(z))),
    }
