"""Fitting parametric models by maximum likelihood.

Own likelihoods with exact derivatives: lifelines agrees with R to four to six digits on
accelerated-failure-time models (two on a near-zero term), has no exponential regression and no
Gompertz, and its generalised-gamma regression does not converge on its own example.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.regression.columns import Columns, Floats, Ints
from analytics.survival.regression.follow_up import FollowUp
from analytics.survival.regression.identifiability import require_independent, require_varying
from analytics.survival.regression.interval_follow_up import IntervalFollowUp
from analytics.survival.regression.model_rows import Design, design_of
from analytics.survival.regression.newton import Expansion, Maximum, maximised
from analytics.survival.regression.parametric.distributions import DISTRIBUTIONS, family_of
from analytics.survival.regression.parametric.families import Family
from analytics.survival.regression.parametric.likelihood import ParametricLikelihood
from analytics.survival.regression.parametric.observations import Observations, observations
from analytics.survival.regression.sandwich import cluster_sums
from analytics.survival.regression.terms import Label, Term, require_terms

FIT_COLUMNS = (
    "parameter", "term", "level", "reference", "estimate", "std_err", "lower", "upper", "z",
    "p_value",
)  # fmt: skip
REPORTED_COLUMNS = ("parameter", "estimate", "lower", "upper")
_RUNAWAY = 15.0  # an estimate this far from its start, in steps of one size, is on its way out
_HAZARD_RATIO = ("exponential", "weibull")
"""Families of time ratios that are also families of hazard ratios."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParametricFit(Result):
    """A fitted parametric model.

    Parameters
    ----------
    distribution : str
        As in `fit_parametric`.
    cuts : tuple of float
        Where the hazard of a piecewise exponential changes; () for the others.
    table : DataFrame
        The parameters on the scale on which they are fitted: `parameter`, for covariates also
        `term`, `level` and `reference`, `estimate`, `std_err`, `lower`, `upper` (Wald), `z`,
        `p_value` (that it is 0).
    parameters : DataFrame
        The distribution's own parameters, `parameter`, `estimate`, `lower`, `upper`, when all
        covariates are 0 or the reference; limits of positive ones come from the log scale.
    covariance : array
        Of the estimates of the table; robust when `robust`.
    log_likelihood : float
        Of the times themselves (not of their logarithm), with all constants.
    log_likelihood_null : float or None
        Of the model without covariates; None when there are none.
    aic, bic : float
        2 k - 2 log-likelihood, and k log(rows) - 2 log-likelihood, k being the number of
        parameters.
    rows, events : int
        That the fit rests on.
    dropped : DataFrame
        `reason`, `rows`: rows left out because something is missing.
    robust : bool
        Whether variances are robust, by cluster.
    last_time : float
        The last time in the data; the model extrapolates beyond.
    terms : tuple
        What was fitted, with levels and references.
    method : str
        For footnotes.
    steps : int
        Newton steps until the estimate stood still.
    confidence_level : float
        Coverage of the limits.
    endpoint, time_unit : str
        As in the follow-up.
    """

    distribution: str
    cuts: tuple[float, ...]
    table: pd.DataFrame
    parameters: pd.DataFrame
    covariance: np.ndarray
    log_likelihood: float
    log_likelihood_null: float | None
    aic: float
    bic: float
    rows: int
    events: int
    dropped: pd.DataFrame
    robust: bool
    last_time: float
    terms: tuple[Term, ...]
    method: str
    steps: int
    confidence_level: float
    endpoint: str
    time_unit: str

    def __post_init__(self) -> None:
        require_columns(self.table, FIT_COLUMNS, "the table of a parametric fit")
        require_columns(self.parameters, REPORTED_COLUMNS, "the parameters of a parametric fit")

    @property
    def estimates(self) -> Floats:
        """The estimates, in the order of the table."""
        return np.asarray(self.table["estimate"], dtype=np.float64)

    def ratios(self) -> pd.DataFrame:
        """What each covariate does to time or hazard.

        Returns
        -------
        DataFrame
            `covariate`, `effect` ("time ratio", above 1: later events; "hazard ratio", above 1:
            more events), `estimate`, `lower`, `upper`. Weibull and exponential models have both.
        """
        family = family_of(self.distribution, self.cuts)
        own = np.flatnonzero(self.table["term"] != "")
        require(family.effect != "" or not own.size, "the distribution has ratios", got=family.name)
        pieces = [self._ratios(family.effect, own, np.eye(len(self.table)), self.estimates)]
        if self.distribution in _HAZARD_RATIO:
            pieces.append(self._ratios("hazard ratio", own, *self._as_hazard()))
        return pd.concat(pieces, ignore_index=True)

    def to_frame(self) -> pd.DataFrame:
        """One row per parameter."""
        return self.table.copy()

    def _as_hazard(self) -> tuple[Floats, Floats]:
        """Log hazard ratios, minus coefficient over scale, and their derivatives."""
        size = len(self.table)
        if self.distribution == "exponential":
            return -np.eye(size), -self.estimates
        shape = float(np.exp(-self.estimates[-1]))
        slopes = -shape * np.eye(size)
        slopes[:, -1] = shape * self.estimates
        return slopes, -shape * self.estimates

    def _ratios(self, effect: str, own: Ints, slopes: Floats, logs: Floats) -> pd.DataFrame:
        spread = np.sqrt(np.einsum("ij,jk,ik->i", slopes, self.covariance, slopes))
        reach = float(ndtri(0.5 + self.confidence_level / 2)) * spread
        return pd.DataFrame(
            {
                "covariate": self.table["parameter"].iloc[own].to_numpy(),
                "effect": effect,
                "estimate": np.exp(logs[own]),
                "lower": np.exp((logs - reach)[own]),
                "upper": np.exp((logs + reach)[own]),
            }
        )


def fit_parametric(
    follow_up: FollowUp | IntervalFollowUp,
    terms: Sequence[Term] = (),
    *,
    distribution: str = "weibull",
    cuts: Sequence[float] = (),
    robust: bool | None = None,
    confidence_level: float = 0.95,
) -> ParametricFit:
    """Fit a distribution to times, with or without covariates.

    Parameters
    ----------
    follow_up : FollowUp or IntervalFollowUp
        Times > 0 (any for "normal"), of one arm or with the arm among the terms. No strata: fit
        the parts of `FollowUp.split` for an own distribution in each arm.
    terms : sequence of Numeric, Factor or Interaction
        They shift the location: log time for "exponential", "weibull", "lognormal",
        "loglogistic" and "gengamma" (as in R's `survreg`), the log hazard for "gompertz" and
        "piecewise", the mean for "normal".
    distribution : str
        One of those eight. "normal" is for quantities with censored values, as below a limit of
        detection.
    cuts : sequence of float
        For "piecewise": ascending times > 0 after which the hazard may change.
    robust : bool, optional
        Sandwich variances; unless given, when the follow-up names clusters.
    confidence_level : float
        Two-sided coverage of the limits.

    Raises
    ------
    NotEstimableError
        No events; a covariate that does not vary or that others determine; a piece without
        events; a likelihood without a maximum, with the parameters that run away.

    References
    ----------
    Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure Time Data, chapter 3;
    White (1982), Econometrica 50:1-25.

    Examples
    --------
    >>> rows = pd.DataFrame({"days": [5.0, 8, 13, 21, 34], "died": [1, 1, 1, 1, 0]})
    >>> fit = fit_parametric(FollowUp(frame=rows, time="days", event="died"))
    >>> fit.parameters.round(3)
      parameter  estimate  lower   upper
    0     shape     1.313  0.590   2.918
    1     scale    20.393  9.645  43.118
    """
    require_terms(tuple(terms))
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    family = family_of(distribution, tuple(map(float, cuts)))
    columns = Columns(frame=follow_up.frame)
    design = design_of(columns, terms)
    seen = observations(follow_up, columns, design.row, family.lowest)
    _require_estimable(family, seen, design)
    null = _climbed(ParametricLikelihood.of(family, seen, design.matrix[:, :0]), design, None)
    top = null
    likelihood = ParametricLikelihood.of(family, seen, design.matrix)
    if design.labels:
        top = _climbed(likelihood, design, null)
    robust = seen.cluster is not None if robust is None else robust
    return _result(follow_up, family, design, seen, likelihood, null, top, robust, confidence_level)


def _require_estimable(family: Family, seen: Observations, design: Design) -> None:
    if not seen.events:
        raise NotEstimableError("No fit: there are no events.")
    require_varying(design.matrix, design.covariates)
    if design.labels:
        standard = (design.matrix - design.matrix.mean(axis=0)) / design.matrix.std(axis=0)
        require_independent(standard.T @ standard, design.covariates, "in the data")
    piece = getattr(family, "piece", None)
    if piece is not None:
        found = set(piece(seen.upper[np.isfinite(seen.upper)]).tolist())
        empty = [name for place, name in enumerate(family.others) if place not in found]
        if empty:
            raise NotEstimableError(f"No {' or '.join(empty)}: there are no events in the piece.")


def _climbed(likelihood: ParametricLikelihood, design: Design, null: Maximum | None) -> Maximum:
    """The highest top that can be reached; from the null model's, if that is known."""
    family = likelihood.family
    first, split = int(family.intercept), likelihood.design.shape[0]
    covariates = slice(first, split)
    names = (*["(Intercept)"] * first, *design.covariates[: split - first], *family.others)
    if null is not None:
        found = null.top.estimate
        starts = [np.concatenate((found[:first], np.zeros(split - first), found[first:]))]
    else:
        starts = [
            np.linalg.solve(likelihood.to_units, np.concatenate(([intercept] * first, others)))
            for intercept, others in family.starts(likelihood.seen.sample())
        ]
    tops, reasons = [], []
    for start in starts:
        try:
            tops.append(_climb(likelihood, start, names, covariates))
        except NotEstimableError as error:
            reasons.append(error)
    if not tops:
        raise reasons[0]
    return max(tops, key=lambda one: one.top.value)


def _climb(
    likelihood: ParametricLikelihood, start: Floats, names: tuple[str, ...], covariates: slice
) -> Maximum:
    def stuck(here: Expansion, move: Floats) -> None:
        gone = here.estimate - start
        direction = np.where(np.abs(gone) > _RUNAWAY, gone, 0.0)
        if not direction.any():
            direction = np.nan_to_num(move)
        runaway = np.abs(direction) > 0.1 * np.abs(direction).max()
        if runaway[covariates].any():  # the intercept and other parameters go with them
            runaway[: covariates.start] = runaway[covariates.stop :] = False
        ends = [
            f"{name!r} goes to {'' if slope > 0 else 'minus '}infinity"
            for name, slope, part in zip(names, direction, runaway, strict=True)
            if part
        ]
        if ends:
            raise NotEstimableError(f"No fit: the likelihood keeps rising as {' and '.join(ends)}.")

    with np.errstate(all="ignore"):
        here = likelihood.at(start)
    return maximised(likelihood.at, here, what="fit", stuck=stuck)


def _result(
    follow_up: FollowUp | IntervalFollowUp,
    family: Family,
    design: Design,
    seen: Observations,
    likelihood: ParametricLikelihood,
    null: Maximum,
    top: Maximum,
    robust: bool,
    confidence_level: float,
) -> ParametricFit:
    estimates = likelihood.to_units @ top.top.estimate
    covariance = top.top.covariance
    if robust:
        parts = cluster_sums(covariance @ likelihood.scores(top.top.estimate), seen.cluster)
        covariance = parts @ parts.T
    covariance = likelihood.to_units @ covariance @ likelihood.to_units.T
    size, rows = estimates.size, seen.lower.size
    deviance = -2 * top.top.value
    return ParametricFit(
        distribution=family.name,
        cuts=getattr(family, "cuts", ()),
        table=_table(family, design, estimates, covariance, confidence_level),
        parameters=_reported(family, design, estimates, covariance, confidence_level),
        covariance=covariance,
        log_likelihood=top.top.value,
        log_likelihood_null=null.top.value if design.labels else None,
        aic=2 * size + deviance,
        bic=float(size * np.log(rows)) + deviance,
        rows=rows,
        events=seen.events,
        dropped=design.dropped,
        robust=robust,
        last_time=seen.last,
        terms=design.terms,
        method=_method(family, seen, robust),
        steps=top.steps,
        confidence_level=confidence_level,
        endpoint=follow_up.endpoint,
        time_unit=follow_up.time_unit,
    )


def _table(
    family: Family,
    design: Design,
    estimates: Floats,
    covariance: Floats,
    confidence_level: float,
) -> pd.DataFrame:
    intercept = [Label("(Intercept)", "", "", "")] * family.intercept
    labels = [*intercept, *design.labels, *(Label(name, "", "", "") for name in family.others)]
    std_err = np.sqrt(np.diag(covariance))
    reach = float(ndtri(0.5 + confidence_level / 2)) * std_err
    z = estimates / std_err
    columns = (
        *(np.array(part, dtype=object) for part in zip(*labels, strict=True)),
        estimates,
        std_err,
        estimates - reach,
        estimates + reach,
        z,
        2 * ndtr(-np.abs(z)),
    )
    return pd.DataFrame(dict(zip(FIT_COLUMNS, columns, strict=True)))


def _reported(
    family: Family,
    design: Design,
    estimates: Floats,
    covariance: Floats,
    confidence_level: float,
) -> pd.DataFrame:
    reach = float(ndtri(0.5 + confidence_level / 2)) * np.sqrt(np.diag(covariance))
    rows = []
    for one in family.parameters:
        place = one.place - (not family.intercept)
        place += len(design.labels) if one.place else 0
        limits = estimates[place] + np.array([0.0, -1.0, 1.0]) * reach[place]
        if one.sign:
            limits = np.exp(one.sign * limits)
        middle, *ends = limits.tolist()
        rows.append((one.name, middle, min(ends), max(ends)))
    return pd.DataFrame(rows, columns=list(REPORTED_COLUMNS))


def _method(family: Family, seen: Observations, robust: bool) -> str:
    kinds = {
        "left-censored": np.isinf(seen.lower),
        "interval-censored": ~seen.exact & np.isfinite(seen.lower) & np.isfinite(seen.upper),
    }
    censored = "".join(f", {name} times" for name, rows in kinds.items() if rows.any())
    late = ", late entry" if seen.entry is not None else ""
    weights = ", case weights" if seen.weight is not None else ""
    variance = "robust variance" if robust else "model-based variance"
    name = DISTRIBUTIONS[family.name]
    return f"{name} model, maximum likelihood{censored}{late}{weights}, {variance}"
