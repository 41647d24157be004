"""The distribution of rates that makes the sites' own counts most likely (empirical Bayes)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import chi2, norm

from analytics.checks import NotEstimableError, require
from analytics.enrolment.rate_likelihood import LARGEST_LOG_SHAPE, RateLikelihood, climb
from analytics.enrolment.rate_prior import Clock, RatePrior
from analytics.enrolment.sites import Sites
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
Interval = Literal["profile", "normal"]
PARAMETERS = ("shape", "mean", "log_change")
FIT_COLUMNS = ("parameter", "estimate", "std_err", "lower", "upper")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedRatePrior(Result):
    """The distribution of rates with the largest likelihood (empirical Bayes).

    Parameters
    ----------
    sites : Sites
        With the counts.
    counted : {"randomised", "screened"}
        Whose rates these are.
    table : pandas.DataFrame
        Columns `FIT_COLUMNS`, one row per parameter: shape, mean rate, and with a trend the change
        of the log rate per month. `std_err` is that of the logarithm for shape and mean; NaN where
        the estimate is at its limit.
    log_likelihood : float
        Its maximum, up to a term that is the same for every clock.
    clock : {"none", "calendar", "age"}
        Of the trend.
    homogeneous : bool
        The counts vary no more than at one common rate: the shape is at its limit of 1,000.
    level, interval : float, str
        Of the intervals, and how they were made.
    """

    sites: Sites
    counted: str
    table: pd.DataFrame
    log_likelihood: float
    clock: Clock
    homogeneous: bool
    level: float
    interval: str

    def __post_init__(self) -> None:
        require_columns(self.table, FIT_COLUMNS, "one row per parameter")

    @property
    def prior(self) -> RatePrior:
        """At the estimates, as if they were certain."""
        values = dict(zip(self.table["parameter"], self.table["estimate"], strict=True))
        return RatePrior.gamma(
            shape=float(values["shape"]),
            mean=float(values["mean"]),
            log_change=float(values.get("log_change", 0.0)),
            clock=self.clock,
        )

    @property
    def aic(self) -> float:
        """Akaike's criterion, for the choice of a clock; smaller is better."""
        return 2 * len(self.table) - 2 * self.log_likelihood

    def to_frame(self) -> pd.DataFrame:
        """The estimates."""
        return self.table.copy()


def fit_rate_prior(
    sites: Sites,
    *,
    counted: Literal["randomised", "screened"] = "randomised",
    clock: Clock = "none",
    patients: pd.DataFrame | None = None,
    interval: Interval = "profile",
    level: float = 0.95,
) -> FittedRatePrior:
    """Maximise the marginal (negative binomial) likelihood of the sites' counts.

    Sites that were open count, those without patients too. A forecast that takes the estimates as
    certain has bands that are too narrow, most of all when many sites are still to open:
    `posterior_rate_prior` is for forecasts.

    Parameters
    ----------
    sites : Sites
    counted : {"randomised", "screened"}
        Whose rates.
    clock : {"none", "calendar", "age"}
        With a trend rates change log-linearly with months since the start of the study, or since
        a site opened; below 0 recruitment slows.
    patients : pandas.DataFrame, optional
        Needed by a trend: `site` and `month` of each patient that the sites count.
    interval : {"profile", "normal"}
        By the profile likelihood, or by standard errors (shape and mean on the log scale).
    level : float
        Of the intervals.

    Raises
    ------
    NotEstimableError
        When nobody has been enrolled, or patients came to sites that were never open.

    References
    ----------
    Anisimov and Fedorov (2007), Statistics in Medicine 26:4958-4975.

    Examples
    --------
    >>> sites = Sites.of({"site": list("ABCDEF"), "activated_month": [0.0] * 6,
    ...                   "randomised": [9, 1, 12, 3, 0, 5]}, now=6)
    >>> fit_rate_prior(sites).table["estimate"].round(3).tolist()
    [1.203, 0.833]
    """
    require(interval in ("profile", "normal"), "interval is profile or normal", interval=interval)
    require(0 < level < 1, "0 < level < 1", level=level)
    likelihood = RateLikelihood.of(sites, counts_of(sites, counted), clock, patients)
    top, curvature = climb(likelihood, likelihood.start())
    homogeneous = bool(top[0] >= LARGEST_LOG_SHAPE - 0.7)
    std_err = _standard_errors(curvature, homogeneous)
    if interval == "normal":
        reach = norm.isf((1 - level) / 2) * std_err
        ends = np.column_stack([top - reach, top + reach])
    else:
        ends = _profile_ends(likelihood, top, std_err, level)
    table = pd.DataFrame(
        {
            "parameter": list(PARAMETERS[: top.size]),
            "estimate": _natural(top),
            "std_err": std_err,
            "lower": _natural(ends[:, 0]),
            "upper": _natural(ends[:, 1]),
        }
    )
    return FittedRatePrior(
        sites=sites,
        counted=counted,
        table=table,
        log_likelihood=likelihood(top),
        clock=clock,
        homogeneous=homogeneous,
        level=level,
        interval=interval,
    )


def counts_of(sites: Sites, counted: str) -> Floats:
    """Patients of each site, randomised or screened.

    Examples
    --------
    >>> counts_of(Sites.planned([0, 1]), "randomised").tolist()
    [0.0, 0.0]
    """
    known = counted in ("randomised", "screened")
    require(known, "counted is randomised or screened", counted=counted)
    return sites.column(counted)


def _natural(at: Floats) -> list[float]:
    """Shape and mean from their logarithms."""
    return [*np.exp(at[:2]).tolist(), *at[2:].tolist()]


def _standard_errors(curvature: Floats, homogeneous: bool) -> Floats:
    """From the observed information; that of a shape at its limit is unknown."""
    errors = np.full(curvature.shape[0], np.nan)
    free = slice(1, None) if homogeneous else slice(None)
    try:
        variances = np.diag(np.linalg.inv(curvature[free, free]))
    except np.linalg.LinAlgError as error:
        raise NotEstimableError("The likelihood of the rates has no clear maximum.") from error
    errors[free] = np.sqrt(np.where(variances > 0, variances, np.nan))
    return errors


def _profile_ends(likelihood: RateLikelihood, top: Floats, std_err: Floats, level: float) -> Floats:
    """Where the profile likelihood has fallen by half a quantile of chi-squared."""
    floor = likelihood(top) - chi2.ppf(level, 1) / 2
    ends = np.empty((top.size, 2))
    for place in range(top.size):
        step = float(std_err[place]) if np.isfinite(std_err[place]) else 1.0
        for side, sign in enumerate((-1.0, 1.0)):
            ends[place, side] = _end(likelihood, top, place, sign * step, floor)
    return ends


def _end(likelihood: RateLikelihood, top: Floats, place: int, step: float, floor: float) -> float:
    """From the maximum in steps until below the floor, then the crossing; infinite if never."""

    def excess(ahead: float) -> float:
        at = top.copy()
        at[place] += step * ahead
        return _profiled(likelihood, at, place) - floor

    ahead, last = 1.0, 0.0
    while excess(ahead) > 0:
        beyond = place == 0 and step > 0 and top[0] + step * ahead > LARGEST_LOG_SHAPE
        if beyond or ahead > 64:
            return float("inf") if step > 0 else -float("inf")
        last, ahead = ahead, ahead * 1.5
    return float(top[place] + step * brentq(excess, last, ahead, xtol=1e-6))


def _profiled(likelihood: RateLikelihood, at: Floats, place: int) -> float:
    """The likelihood at a value of one parameter, maximised over the others."""
    others = [i for i in range(at.size) if i != place]

    def along(free: Floats) -> float:
        whole = at.copy()
        whole[others] = free
        return likelihood(whole)

    return along(climb(along, at[others])[0])
