"""The hazard over time, smoothed from the steps of the cumulative hazard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.counts import SurvivalCounts
from analytics.survival.kaplan_meier import Curve, fit_kaplan_meier

Floats = NDArray[np.float64]

SMOOTH_COLUMNS = ("arm", "time", "hazard", "std_err", "lower", "upper")
_ENOUGH_AT_RISK = 10
_GRID = 101


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmoothedHazard(Result):
    """Kernel estimates of the hazard of all arms.

    Parameters
    ----------
    table : DataFrame
        `arm`, `time`, `hazard` (events per subject and unit of time), `std_err`, `lower`,
        `upper`. The limits hold at each single time, on the log scale, and do not know of the
        bias that smoothing brings: peaks come out too low, valleys too high. NaN, not estimable,
        where no event is within reach.
    bandwidth : float
        Half-width of the kernel, in `time_unit`, the same for all arms.
    until : float
        End of the estimate; later events are not used.
    confidence_level : float
        Two-sided coverage of the limits.
    """

    table: pd.DataFrame
    bandwidth: float
    until: float
    confidence_level: float
    arms: tuple[str, ...]
    endpoint: str
    time_unit: str

    def __post_init__(self) -> None:
        require_columns(self.table, SMOOTH_COLUMNS, "the table of hazards")

    def to_frame(self) -> pd.DataFrame:
        """One row per arm and time."""
        return self.table.copy()


def smooth_hazard(
    counts: SurvivalCounts,
    *,
    bandwidth: float | None = None,
    until: float | None = None,
    times: Sequence[float] | None = None,
    confidence_level: float = 0.95,
) -> SmoothedHazard:
    """Estimate the hazard of each arm by a kernel with corrected boundaries.

    The Epanechnikov kernel, and within a bandwidth of time 0 and of the end the boundary kernels
    of Müller and Wang, which keep the estimate from falling there for want of neighbours. They
    can be negative; where the estimate is, it is set to 0.

    Parameters
    ----------
    counts : SurvivalCounts
        One arm or several; strata are pooled.
    bandwidth : float, optional
        Half-width of the kernel, above 0 and at most half of `until`. Unless given, a rule of
        thumb: until / 2 times d^(-1/5), where d is the number of events of the arm that has
        fewest (arms without events apart). Look at half and twice of it before believing a bump.
    until : float, optional
        End of the estimate. Unless given, the last time at which each arm still has 10 subjects
        at risk (or its last observed time, if it never had 10).
    times : sequence of float, optional
        Where to estimate, from 0 to `until`; 101 equidistant times unless given.
    confidence_level : float
        Two-sided coverage of the limits.

    Raises
    ------
    NotEstimableError
        Without events.

    References
    ----------
    Ramlau-Hansen (1983), Annals of Statistics 11:453-466; Müller and Wang (1994), Biometrics
    50:61-76, table 1.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects(range(1, 101), [1] * 100)
    >>> fit = smooth_hazard(counts, bandwidth=20, times=[25, 50])
    >>> fit.until, fit.table["hazard"].round(4).tolist()
    (91.0, [0.0133, 0.0202])
    """
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    curves = fit_kaplan_meier(counts).curves
    if not any(curve.events for curve in curves):
        raise NotEstimableError("A hazard is smoothed from events, and there are none.")
    end = min(map(_last_with_enough, curves)) if until is None else float(until)
    _require_followed(curves, end)
    width = _rule_of_thumb(curves, end) if bandwidth is None else float(bandwidth)
    require(0 < width <= end / 2, "0 < bandwidth <= until / 2", bandwidth=width, until=end)
    when = np.linspace(0, end, _GRID) if times is None else np.asarray(times, float).ravel()
    inside = bool(((when >= 0) & (when <= end)).all())
    require(inside, "times are from 0 to until", until=end, times=tuple(when[:3].tolist()))
    reach = float(ndtri(0.5 + confidence_level / 2))
    tables = [_smoothed(curve, when, width, end, reach) for curve in curves]
    return SmoothedHazard(
        table=pd.concat(tables, ignore_index=True),
        bandwidth=width,
        until=end,
        confidence_level=confidence_level,
        arms=counts.arms,
        endpoint=counts.endpoint,
        time_unit=counts.time_unit,
    )


def boundary_kernel(z: Floats, q: Floats) -> Floats:
    """Müller and Wang's kernel on [-1, q], for 0 <= q <= 1; Epanechnikov's where q is 1.

    z is (t - event) / bandwidth, and q the distance of t to the boundary in bandwidths.

    Examples
    --------
    >>> boundary_kernel(np.array([0.0, 0.0, -1.5]), np.array([1.0, 0.0, 1.0])).tolist()
    [0.75, 6.0, 0.0]
    """
    slope = z * (1 - 2 * q) + (3 * q**2 - 2 * q + 1) / 2
    kernel = 12 / (1 + q) ** 4 * (z + 1) * slope
    return np.where((z >= -1) & (z <= q), kernel, 0.0)


def _last_with_enough(curve: Curve) -> float:
    time, at_risk = (curve.table[name].to_numpy() for name in ("time", "at_risk"))
    enough = at_risk >= (_ENOUGH_AT_RISK if curve.subjects >= _ENOUGH_AT_RISK else 1)
    return float(time[enough][-1])


def _require_followed(curves: tuple[Curve, ...], end: float) -> None:
    require(0 < end < np.inf, "0 < until < infinity", until=end)
    for curve in curves:
        last = float(curve.table["time"].iloc[-1])
        if last < end:
            raise NotEstimableError(
                f"The hazard up to {end:g} is not estimable: {curve.arm!r} is followed to {last:g}."
            )


def _rule_of_thumb(curves: tuple[Curve, ...], end: float) -> float:
    fewest = min(curve.events for curve in curves if curve.events)
    return float(end / 2 * fewest**-0.2)


def _smoothed(curve: Curve, when: Floats, width: float, end: float, reach: float) -> pd.DataFrame:
    steps = curve.table[(curve.table["events"] > 0) & (curve.table["time"] <= end)]
    time, events, at_risk = (
        steps[name].to_numpy(np.float64) for name in ("time", "events", "at_risk")
    )
    weight = _kernel(when[:, None], time, width, end) / width
    hazard = np.maximum(weight @ (events / at_risk), 0.0)
    std_err = np.sqrt(weight**2 @ (events / at_risk**2))
    std_err[std_err == 0] = np.nan
    some = hazard > 0
    factor = np.full_like(hazard, np.nan)
    factor[some] = np.exp(np.minimum(reach * std_err[some] / hazard[some], 700.0))
    return pd.DataFrame(
        {
            "arm": curve.arm,
            "time": when,
            "hazard": hazard,
            "std_err": std_err,
            "lower": hazard / factor,
            "upper": hazard * factor,
        }
    )


def _kernel(when: Floats, time: Floats, width: float, end: float) -> Floats:
    z = (when - time) / width
    near_start = boundary_kernel(z, np.minimum(when / width, 1.0))
    near_end = boundary_kernel(-z, np.minimum((end - when) / width, 1.0))
    return np.where(when < width, near_start, near_end)
