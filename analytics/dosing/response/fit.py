"""A dose-response curve fitted to estimates by dose, with its uncertainty (Mod)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm
from scipy.stats import t as student

from analytics.checks import NotEstimableError, require
from analytics.dosing.response.curves import curves_at, gradients_at
from analytics.dosing.response.estimates import DoseEstimates
from analytics.dosing.response.families import Family, family_named
from analytics.dosing.response.profile_fit import ProfileFit
from analytics.results import Result, registered

Floats = NDArray[np.float64]
Bounds = Mapping[str, tuple[float, float]]
_AT_BOUND = 1e-4
_CONDITION = 1e13


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseResponseFit(Result):
    """The curve of one family that is nearest to the estimates.

    Parameters
    ----------
    estimates : DoseEstimates
    family : str
    parameters : tuple of float
        In the order of `names`.
    covariance : array
        Of the parameters, from the curve's slopes at the estimate (delta method); NaN where they
        are not determined.
    constants : tuple of float
        The family's stated ones: offset of linear-log, scale of beta.
    bounds : array, searched parameters x 2
        Within which the fit was searched.
    at_bound : tuple of str
        Searched parameters that ended at a bound. Standard errors are then not to be trusted.
    criterion : float
        Weighted sum of squared differences between estimates and curve.
    """

    estimates: DoseEstimates
    family: str
    parameters: tuple[float, ...]
    covariance: np.ndarray
    constants: tuple[float, ...]
    bounds: np.ndarray
    at_bound: tuple[str, ...]
    criterion: float

    @property
    def kind(self) -> Family:
        """Its family."""
        return family_named(self.family)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the parameters."""
        return self.kind.parameters

    @property
    def std_err(self) -> tuple[float, ...]:
        """Of the parameters."""
        return tuple(np.sqrt(np.diag(self.covariance)).tolist())

    @property
    def residual_sum(self) -> float:
        """Sum of squared residuals of the subjects; for plain means of a normal response."""
        within = self.estimates.residual_sum
        return within + self.criterion * within / self.estimates.df

    @property
    def residual_df(self) -> float:
        """Subjects minus parameters; infinite for estimates with a known covariance."""
        counts = self.estimates.subjects
        return float("inf") if counts is None else float(sum(counts) - len(self.parameters))

    @property
    def log_likelihood(self) -> float:
        """Of the subjects' normal responses."""
        count = sum(self.estimates.subjects or ())
        return float(-count / 2 * (np.log(2 * np.pi * self.residual_sum / count) + 1))

    @property
    def aic(self) -> float:
        """Akaike's criterion, smaller is better.

        With subjects that of the normal likelihood, in which the residual variance is a parameter;
        otherwise the generalised one, the criterion plus twice the parameters. The two kinds are
        not comparable with each other.
        """
        if self.estimates.subjects is None:
            return self.criterion + 2 * len(self.parameters)
        return -2 * self.log_likelihood + 2 * (len(self.parameters) + 1)

    @property
    def bic(self) -> float | None:
        """Schwarz's criterion; none when the number of subjects is not known."""
        if self.estimates.subjects is None:
            return None
        penalty = np.log(sum(self.estimates.subjects)) * (len(self.parameters) + 1)
        return float(-2 * self.log_likelihood + penalty)

    def at(self, doses: ArrayLike) -> Floats:
        """Fitted responses at doses, >= 0.

        Examples
        --------
        >>> estimates = DoseEstimates(doses=(0, 1, 2), estimates=(0.1, 0.5, 0.9),
        ...     covariance=((0.04, 0, 0), (0, 0.04, 0), (0, 0, 0.04)))
        >>> fit_dose_response(estimates, "linear").at([0, 1.5]).round(3).tolist()
        [0.1, 0.7]
        """
        where = np.atleast_1d(np.asarray(doses, dtype=float))
        parameters = np.asarray(self.parameters, dtype=float)[None, :]
        constants = np.asarray(self.constants, dtype=float)
        return np.asarray(curves_at(self.kind, parameters, constants, where)[0])

    def curve(
        self, doses: ArrayLike, *, level: float = 0.95, over_placebo: bool = False
    ) -> pd.DataFrame:
        """The curve with a pointwise interval by the delta method.

        Parameters
        ----------
        doses : array
            >= 0; beyond the highest dose of the trial it is an extrapolation.
        level : float
        over_placebo : bool
            Whether the curve is that of the difference from placebo.

        Returns
        -------
        pandas.DataFrame
            `dose`, `estimate`, `std_err`, `lower`, `upper`.
        """
        require(0 < level < 1, "0 < level < 1", level=level)
        where = np.atleast_1d(np.asarray(doses, dtype=float))
        sound = bool((np.isfinite(where) & (where >= 0)).all())
        require(sound, "doses >= 0", doses=where.tolist())
        estimate, gradient = self.at(where), self.gradient(where)
        if over_placebo:
            estimate = estimate - self.at(0.0)
            gradient = gradient - self.gradient(np.zeros(1))
        # A curve that is flat in a parameter has rounding where its variance is 0.
        variance = np.einsum("di,ij,dj->d", gradient, self.covariance, gradient)
        error = np.sqrt(np.maximum(variance, 0.0))
        reach = quantile((1 + level) / 2, self.residual_df) * error
        return pd.DataFrame(
            {
                "dose": where,
                "estimate": estimate,
                "std_err": error,
                "lower": estimate - reach,
                "upper": estimate + reach,
            }
        )

    def gradient(self, doses: ArrayLike) -> Floats:
        """Derivatives of the response by the parameters, doses x parameters."""
        constants = np.asarray(self.constants, dtype=float)
        return gradients_at(self.kind, np.asarray(self.parameters, dtype=float), constants, doses)

    def to_frame(self) -> pd.DataFrame:
        """One row per parameter: its name, estimate, standard error, and whether at a bound."""
        return pd.DataFrame(
            {
                "parameter": self.names,
                "estimate": self.parameters,
                "std_err": self.std_err,
                "at_bound": [name in self.at_bound for name in self.names],
            }
        )


def fit_dose_response(
    estimates: DoseEstimates,
    family: str,
    *,
    bounds: Bounds | None = None,
    offset: float | None = None,
    scale: float | None = None,
) -> DoseResponseFit:
    """Fit a curve by (generalised) least squares.

    Parameters
    ----------
    estimates : DoseEstimates
        Plain means of subjects give the least-squares fit to the subjects.
    family : str
        One of `FAMILIES`.
    bounds : mapping, optional
        Lowest and highest value of searched parameters by name; others keep the bounds of
        Bornkamp, Pinheiro and Bretz (2009), which grow with the highest dose.
    offset : float, optional
        Of linear-log; 0.01 times the highest dose unless given.
    scale : float, optional
        Of beta, above the highest dose; 1.2 times it unless given.

    Raises
    ------
    NotEstimableError
        When there are fewer doses than parameters.

    References
    ----------
    Pinheiro, Bornkamp, Glimm and Bretz (2014), Statistics in Medicine 33:1646-1661, section 2.3;
    Golub and Pereyra (1973), SIAM Journal on Numerical Analysis 10:413-432, for the profile.

    Examples
    --------
    >>> estimates = DoseEstimates.from_counts([0, 10, 25, 50], [5, 9, 14, 17], [40] * 4)
    >>> fit = fit_dose_response(estimates, "emax")
    >>> fit.to_frame()["estimate"].round(2).tolist(), round(fit.aic, 2)
    ([-1.96, 2.39, 21.04], 6.04)
    """
    kind = family_named(family)
    _require_estimable(estimates, kind)
    highest = float(estimates.doses[-1])
    constants = _constants(kind, highest, offset, scale)
    limits = _bounds(kind, highest, bounds)
    doses = np.asarray(estimates.doses, dtype=float)
    covariance = np.asarray(estimates.covariance, dtype=float)
    profile = ProfileFit.of(kind, doses, covariance, constants, limits)
    values = np.asarray(estimates.estimates, dtype=float)[None, :]
    parameters, criterion = profile.fit(values)
    found = parameters[0]
    searched = found[len(kind.coefficients) :]
    near = _AT_BOUND * np.abs(limits).min(axis=1, initial=np.inf)
    ended = (np.abs(limits - searched[:, None]) < near[:, None]).any(axis=1)
    slopes = profile.whitener @ gradients_at(kind, found, constants, doses)
    spread = _inverse(slopes.T @ slopes)
    if estimates.subjects is not None:
        within, count = estimates.residual_sum, sum(estimates.subjects)
        total = within + float(criterion[0]) * within / estimates.df
        spread = spread * total / (count - found.size) / (within / estimates.df)
    return DoseResponseFit(
        estimates=estimates,
        family=family,
        parameters=tuple(found.tolist()),
        covariance=spread,
        constants=tuple(constants.tolist()),
        bounds=limits,
        at_bound=tuple(name for name, end in zip(kind.searched, ended, strict=True) if end),
        criterion=float(criterion[0]),
    )


def quantile(probability: float, df: float) -> float:
    """Of t, or of the normal distribution when df is infinite.

    Examples
    --------
    >>> round(quantile(0.975, float("inf")), 3), round(quantile(0.975, 10), 3)
    (1.96, 2.228)
    """
    return float(norm.ppf(probability) if np.isinf(df) else student.ppf(probability, df))


def _require_estimable(estimates: DoseEstimates, kind: Family) -> None:
    needed, there = len(kind.parameters), len(estimates.doses)
    if there < needed:
        raise NotEstimableError(f"A {kind.name} curve needs {needed} doses, and there are {there}.")


def _constants(kind: Family, highest: float, offset: float | None, scale: float | None) -> Floats:
    fits = (offset is None or kind.name == "linear-log") and (scale is None or kind.name == "beta")
    rule = "offset is for linear-log, scale for beta"
    require(fits, rule, family=kind.name, offset=offset, scale=scale)
    if kind.name == "linear-log":
        shift = 0.01 * highest if offset is None else offset
        require(shift > 0, "offset > 0", offset=offset)
        return np.array([shift])
    if kind.name == "beta":
        width = 1.2 * highest if scale is None else scale
        require(width > highest, "scale > highest dose", scale=scale, highest_dose=highest)
        return np.array([width])
    return np.array([])


def _bounds(kind: Family, highest: float, stated: Bounds | None) -> Floats:
    limits = kind.search_bounds(highest)
    unknown = sorted(set(stated or {}) - set(kind.searched))
    require(not unknown, f"bounds are of {kind.searched}", unknown=unknown)
    for name, (low, high) in (stated or {}).items():
        sound = 0 < low < high < np.inf
        require(sound, "0 < lower bound < upper bound", parameter=name, bounds=(low, high))
        limits[kind.searched.index(name)] = low, high
    return limits


def _inverse(information: Floats) -> Floats:
    """Or NaN, when the estimates do not determine the parameters."""
    scale = np.sqrt(np.diag(information))
    if not (scale > 0).all():
        return np.full_like(information, np.nan)
    unit = information / np.outer(scale, scale)
    if np.linalg.cond(unit) > _CONDITION:
        return np.full_like(information, np.nan)
    return np.asarray(np.linalg.inv(unit) / np.outer(scale, scale))
