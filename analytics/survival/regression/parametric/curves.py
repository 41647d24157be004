"""Survival, hazard, quantiles and restricted means of a fitted distribution, with limits.

All limits are Wald limits by the delta method, on a scale on which the quantity is unbounded.
They say how well the parameters are known, not whether the distribution is the right one: beyond
the data that is the larger uncertainty, and no interval shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.survival.regression.columns import Columns, Floats
from analytics.survival.regression.parametric.distributions import family_of
from analytics.survival.regression.parametric.families import Family
from analytics.survival.regression.parametric.fit import ParametricFit
from analytics.survival.regression.parametric.jets import Jet

CURVE_COLUMNS = (
    "profile", "time", "survival", "survival_lower", "survival_upper", "cumulative_hazard",
    "hazard", "hazard_lower", "hazard_upper", "extrapolated",
)  # fmt: skip
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)
_HALVINGS = 200
_FOREVER = 1e100


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParametricCurves(Result):
    """Survival and hazard of a fitted distribution at given times.

    Parameters
    ----------
    table : DataFrame
        `profile` (row of the profiles, from 0), `time`, `survival` with limits from
        log(-log S), `cumulative_hazard`, `hazard` per unit of time with limits from its log,
        `extrapolated` (the time is later than the last one in the data).
    distribution : str
        As in the fit.
    confidence_level : float
        Coverage of the pointwise limits.
    """

    table: pd.DataFrame
    distribution: str
    confidence_level: float

    def __post_init__(self) -> None:
        require_columns(self.table, CURVE_COLUMNS, "a table of parametric curves")

    def to_frame(self) -> pd.DataFrame:
        """One row per profile and time."""
        return self.table.copy()


def predict_parametric(
    fit: ParametricFit,
    times: Sequence[float],
    profiles: pd.DataFrame | None = None,
    *,
    confidence_level: float = 0.95,
) -> ParametricCurves:
    """Survival and hazard at given times, also beyond the data.

    Parameters
    ----------
    fit : ParametricFit
        The model.
    times : sequence of float
        Where to evaluate, > 0 (any for "normal").
    profiles : DataFrame, optional
        One row per subject, with the columns of the model's terms; not needed without terms.
    confidence_level : float
        Coverage of the limits.

    Examples
    --------
    >>> from analytics.survival.regression import FollowUp, fit_parametric
    >>> rows = pd.DataFrame({"days": [5.0, 8, 13, 21, 34], "died": [1, 1, 1, 1, 0]})
    >>> fit = fit_parametric(FollowUp(frame=rows, time="days", event="died"))
    >>> curves = predict_parametric(fit, [20, 40])
    >>> curves.table[["time", "survival", "extrapolated"]].round(3)
       time  survival  extrapolated
    0  20.0     0.377         False
    1  40.0     0.089          True
    """
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    when = _checked(fit, times)
    tables = []
    for number, covariates in enumerate(_profiles(fit, profiles)):
        model = _Profile.of(fit, covariates)
        survival, hazard = model.log_survival(when), model.log_hazard(when)
        cumulative = -survival.value
        reach = float(ndtri(0.5 + confidence_level / 2))
        # S = 1 has no log(-log S); near time 0 and far out limits can be wide beyond all numbers.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            spread = np.exp(reach * model.spread(survival) / cumulative)
            lower, upper = np.exp(-cumulative * spread), np.exp(-cumulative / spread)
            factor = np.exp(reach * model.spread(hazard))
            rate = np.exp(hazard.value)
            hazard_lower, hazard_upper = rate / factor, rate * factor
        columns = (
            np.full(when.size, number),
            when,
            np.exp(survival.value),
            lower,
            upper,
            cumulative,
            rate,
            hazard_lower,
            hazard_upper,
            when > fit.last_time,
        )
        tables.append(pd.DataFrame(dict(zip(CURVE_COLUMNS, columns, strict=True))))
    return ParametricCurves(
        table=pd.concat(tables, ignore_index=True),
        distribution=fit.distribution,
        confidence_level=confidence_level,
    )


def parametric_quantile(
    fit: ParametricFit,
    p: float = 0.5,
    profiles: pd.DataFrame | None = None,
    *,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Time by which a share `p` has had the event.

    Returns
    -------
    DataFrame
        `profile`, `estimate`, `std_err`, `lower`, `upper` (from the log of the time, except for
        "normal"), `extrapolated`. NaN when the distribution never gets there: a Gompertz with a
        falling hazard leaves some without the event.

    Examples
    --------
    >>> from analytics.survival.regression import FollowUp, fit_parametric
    >>> rows = pd.DataFrame({"days": [5.0, 8, 13, 21, 34], "died": [1, 1, 1, 1, 0]})
    >>> fit = fit_parametric(FollowUp(frame=rows, time="days", event="died"))
    >>> parametric_quantile(fit)[["estimate", "lower", "upper"]].round(2)
       estimate  lower  upper
    0     15.42   6.95  34.24
    """
    require(0 < p < 1, "0 < p < 1", p=p)
    rows = []
    for number, covariates in enumerate(_profiles(fit, profiles)):
        model = _Profile.of(fit, covariates)
        time = model.time_of(float(np.log1p(-p)))
        std_err = float("nan")
        if np.isfinite(time):
            at = np.array([time])
            hazard = float(np.exp(model.log_hazard(at).value[0]))
            std_err = float(model.spread(model.log_survival(at))[0]) / hazard
        rows.append((number, time, std_err))
    return _with_limits(fit, rows, confidence_level, np.array([row[1] for row in rows]))


def parametric_rmst(
    fit: ParametricFit,
    until: float,
    profiles: pd.DataFrame | None = None,
    *,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Restricted mean survival time: the area under S(t) from 0 to `until`.

    Returns
    -------
    DataFrame
        `profile`, `estimate`, `std_err`, `lower`, `upper` (from the log), `extrapolated`.

    Examples
    --------
    >>> from analytics.survival.regression import FollowUp, fit_parametric
    >>> rows = pd.DataFrame({"days": [5.0, 8, 13, 21, 34], "died": [1, 1, 1, 1, 0]})
    >>> fit = fit_parametric(FollowUp(frame=rows, time="days", event="died"))
    >>> parametric_rmst(fit, 30)[["estimate", "std_err"]].round(2)
       estimate  std_err
    0     16.42      4.3
    """
    family = family_of(fit.distribution, fit.cuts)
    require(family.lowest == 0, "a restricted mean needs times > 0", distribution=fit.distribution)
    require(0 < until < np.inf, "0 < until < infinity", until=until)
    edges = np.array([0.0, *(cut for cut in fit.cuts if cut < until), until])
    time, weight = _quadrature(edges)
    rows = []
    for number, covariates in enumerate(_profiles(fit, profiles)):
        model = _Profile.of(fit, covariates)
        jet = model.log_survival(time)
        survival = np.exp(jet.value)
        slope = model.by_parameter(jet) @ (weight * survival)
        variance = float(slope @ fit.covariance @ slope)
        rows.append((number, float(weight @ survival), float(np.sqrt(variance))))
    return _with_limits(fit, rows, confidence_level, np.full(len(rows), float(until)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Profile:
    """The distribution of one subject."""

    family: Family
    covariance: Floats
    design: Floats
    location: float
    others: Floats

    @classmethod
    def of(cls, fit: ParametricFit, covariates: Floats) -> _Profile:
        family = family_of(fit.distribution, fit.cuts)
        design = np.concatenate((np.ones(int(family.intercept)), covariates))
        return cls(
            family=family,
            covariance=fit.covariance,
            design=design,
            location=float(design @ fit.estimates[: design.size]),
            others=fit.estimates[design.size :],
        )

    def log_survival(self, time: Floats) -> Jet:
        return self.family.log_survival(time, np.full(time.size, self.location), self.others)

    def log_hazard(self, time: Floats) -> Jet:
        location = np.full(time.size, self.location)
        density = self.family.log_density(time, location, self.others)
        return density.plus(self.log_survival(time), -1.0)

    def by_parameter(self, jet: Jet) -> Floats:
        return np.vstack((self.design[:, None] * jet.first[0], jet.first[1:]))

    def spread(self, jet: Jet) -> Floats:
        """Standard errors of the values of a jet."""
        slopes = self.by_parameter(jet)
        variance = np.einsum("ik,ij,jk->k", slopes, self.covariance, slopes)
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))

    def time_of(self, level: float) -> float:
        """When log S falls to a level, by halving; NaN when it does not."""
        low, high = (1e-300, 1.0) if self.family.lowest == 0 else (self.location - 1.0,) * 2
        step = 1.0
        while not self._log_survival(high) <= level:
            high, step = high + step, 2 * step
            if step > _FOREVER:
                return float("nan")
        step = 1.0
        while self.family.lowest != 0 and self._log_survival(low) < level:
            low, step = low - step, 2 * step
        for _ in range(_HALVINGS):
            middle = (low + high) / 2 if self.family.lowest != 0 else float(np.sqrt(low * high))
            if self._log_survival(middle) > level:
                low = middle
            else:
                high = middle
        return high

    def _log_survival(self, time: float) -> float:
        with np.errstate(all="ignore"):  # far out the derivatives overflow
            return float(self.log_survival(np.array([time])).value[0])


def _checked(fit: ParametricFit, times: Sequence[float]) -> Floats:
    when = np.asarray(times, dtype=np.float64).ravel()
    lowest = family_of(fit.distribution, fit.cuts).lowest
    good = bool((np.isfinite(when) & (when > lowest)).all())
    require(good, f"times are finite and > {lowest:g}", times=tuple(when[:5].tolist()))
    return when


def _profiles(fit: ParametricFit, profiles: pd.DataFrame | None) -> Floats:
    if not fit.terms:
        require(profiles is None, "a model without terms has no profiles", profiles="given")
        return np.zeros((1, 0))
    require(profiles is not None, "a model with terms needs profiles", profiles=None)
    columns = Columns(frame=profiles)
    require(len(columns) > 0, "there is at least one profile", profiles=0)
    for term in fit.terms:
        for name, missing in term.missing(columns).items():
            require(not missing.any(), f"each profile has {name!r}", missing=int(missing.sum()))
    return np.hstack([term.coded(columns) for term in fit.terms])


def _with_limits(
    fit: ParametricFit,
    rows: list[tuple[int, float, float]],
    confidence_level: float,
    reached: Floats,
) -> pd.DataFrame:
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    table = pd.DataFrame(rows, columns=["profile", "estimate", "std_err"])
    reach = float(ndtri(0.5 + confidence_level / 2)) * table["std_err"]
    if fit.distribution == "normal":
        return table.assign(
            lower=table["estimate"] - reach,
            upper=table["estimate"] + reach,
            extrapolated=reached > fit.last_time,
        )
    factor = np.exp(reach / table["estimate"])
    return table.assign(
        lower=table["estimate"] / factor,
        upper=table["estimate"] * factor,
        extrapolated=reached > fit.last_time,
    )


def _quadrature(edges: Floats) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on each stretch; t = u^3 tames S(t) near 0."""
    times, weights = [], []
    for low, high in zip(np.cbrt(edges[:-1]), np.cbrt(edges[1:]), strict=True):
        u = (high - low) / 2 * _NODES + (high + low) / 2
        times.append(u**3)
        weights.append((high - low) / 2 * _WEIGHTS * 3 * u**2)
    return np.concatenate(times), np.concatenate(weights)
