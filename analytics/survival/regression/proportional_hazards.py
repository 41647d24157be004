"""Test of proportional hazards: does a coefficient change with time?

The score test, as in R's `survival` since version 3. lifelines has the approximation that R
used before 2019, which on Veteran gives age p = 0.03 for 0.14.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtri
from scipy.stats import rankdata

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.survival.regression.columns import Floats
from analytics.survival.regression.cox import CoxRegression
from analytics.survival.regression.event_grid import EventGrid
from analytics.survival.regression.fitted import FittedCox, fitted_cox
from analytics.survival.regression.follow_up import FollowUp
from analytics.survival.regression.natural_spline import natural_spline, spline_knots
from analytics.survival.regression.residuals import scaled_schoenfeld

TRANSFORMS = ("km", "identity", "rank", "log")
PH_COLUMNS = ("term", "statistic", "degrees_of_freedom", "p_value")
GLOBAL = "GLOBAL"
_DEGREES = 4
_SMOOTH_POINTS = 40


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProportionalHazards(Result):
    """Outcome of the test, and the figure that goes with it.

    Parameters
    ----------
    table : DataFrame
        `term` (the last row, GLOBAL, for all together), `statistic` (chi-square),
        `degrees_of_freedom`, `p_value`; small when the hazard ratio changes with time.
    residuals : DataFrame
        The points of the figure: `covariate`, `time`, `transformed_time`, `residual` (scaled
        Schoenfeld).
    smooth : DataFrame
        The line through them: `covariate`, `transformed_time`, `estimate` of the coefficient at
        that time, `lower`, `upper`; a natural cubic spline with four degrees of freedom. `time`
        has the event time at or before the transformed one, for axis labels.
    transform : {"km", "identity", "rank", "log"}
        The time scale on which a trend was looked for.
    confidence_level : float
        Coverage of the limits of the smooth.
    """

    table: pd.DataFrame
    residuals: pd.DataFrame
    smooth: pd.DataFrame
    transform: str
    confidence_level: float

    def __post_init__(self) -> None:
        require_columns(self.table, PH_COLUMNS, "the table of a proportional-hazards test")

    def to_frame(self) -> pd.DataFrame:
        """One row per term, and GLOBAL."""
        return self.table.copy()


def check_proportional_hazards(
    fit: CoxRegression,
    follow_up: FollowUp,
    *,
    transform: str = "km",
    confidence_level: float = 0.95,
) -> ProportionalHazards:
    """Score test that no coefficient changes with a transform g of time.

    The model is enlarged by covariate x g(time); the test asks whether the larger model's score
    is 0 at the fitted estimate. A factor's coefficients are tested together.

    Parameters
    ----------
    fit : CoxRegression
        The model.
    follow_up : FollowUp
        What it was fitted to.
    transform : {"km", "identity", "rank", "log"}
        g: one less the (pooled) Kaplan-Meier estimate just before the time, which no outlying
        time can dominate; the time itself; its rank among the times of all rows; its logarithm.
    confidence_level : float
        Coverage of the limits of the smooth.

    References
    ----------
    Grambsch and Therneau (1994), Biometrika 81:515-526; Therneau and Grambsch (2000), Modeling
    Survival Data, chapter 6.

    Examples
    --------
    >>> from analytics.survival.regression import Numeric, fit_cox
    >>> frame = pd.DataFrame({
    ...     "days": [1, 2, 3, 4, 5, 6], "died": [1, 1, 1, 0, 1, 1], "age": [6, 9, 5, 7, 8, 4],
    ... })
    >>> follow_up = FollowUp(frame=frame, time="days", event="died")
    >>> fit = fit_cox(follow_up, [Numeric("age")])
    >>> check_proportional_hazards(fit, follow_up, transform="identity").table.round(3)
         term  statistic  degrees_of_freedom  p_value
    0     age      0.331                   1    0.565
    1  GLOBAL      0.331                   1    0.565
    """
    require(transform in TRANSFORMS, f"transform in {TRANSFORMS}", transform=transform)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    model = fitted_cox(fit, follow_up)
    scale = transformed_times(model, transform)
    residuals = _residuals(model, scale)
    return ProportionalHazards(
        table=_table(model, scale),
        residuals=residuals,
        smooth=_smooth(model, residuals, confidence_level),
        transform=transform,
        confidence_level=confidence_level,
    )


def transformed_times(model: FittedCox, transform: str) -> Floats:
    """The transformed time of each event, in the order of the grid's deaths."""
    grid = model.likelihood.grid
    time = grid.time[grid.point]
    if transform == "km":
        return _share_gone(model)
    if transform == "rank":
        return np.asarray(rankdata(model.rows.time)[grid.order[grid.death]], dtype=np.float64)
    if transform == "log":
        require(bool((time > 0).all()), "with transform 'log', events are later than 0", time=0.0)
        return np.log(time)
    return time


def _share_gone(model: FittedCox) -> Floats:
    """1 less the Kaplan-Meier estimate just before each event, strata pooled, rows unweighted."""
    rows, grid = model.rows, model.likelihood.grid
    pooled = EventGrid.of(rows.time, rows.entry, rows.event, np.zeros(rows.time.size, np.int64))
    left = 1 - pooled.deaths / pooled.at_risk(np.ones(pooled.order.size))
    before = np.concatenate(([1.0], np.cumprod(left)[:-1]))
    return 1 - before[np.searchsorted(pooled.time, grid.time[grid.point])]


def _table(model: FittedCox, scale: Floats) -> pd.DataFrame:
    trend = scale - scale.mean()
    score, information = _enlarged(model, trend)
    size = score.size // 2
    term_of = model.rows.design.term_of
    groups = [np.flatnonzero(term_of == place) for place in range(len(model.fit.terms))]
    names = [term.name for term in model.fit.terms]
    rows = []
    for name, own in zip([*names, GLOBAL], [*groups, np.arange(size)], strict=True):
        part = np.concatenate((np.arange(size), size + own))
        slope = np.linalg.solve(information[np.ix_(part, part)], score[part])
        statistic = max(float(score[part] @ slope), 0.0)
        rows.append((name, statistic, own.size, float(chdtrc(own.size, statistic))))
    return pd.DataFrame(rows, columns=list(PH_COLUMNS))


def _enlarged(model: FittedCox, trend: Floats) -> tuple[Floats, Floats]:
    """Score and information of coefficients and their trends, at trends of 0."""
    plain, cross, square = (_information(model, trend**power) for power in (0, 1, 2))
    likelihood, passage = model.likelihood, model.process.passage
    weight = likelihood.weighted(np.ones(likelihood.grid.order.size))[likelihood.grid.death]
    own = np.take(likelihood.covariates, likelihood.grid.death, axis=1) @ (weight * trend)
    expected = model.process.mean @ (passage.hazard / passage.inverse * trend)
    score = np.concatenate((np.zeros(own.size), own - expected))
    return score, np.block([[plain, cross], [cross, square]])


def _information(model: FittedCox, factor: Floats) -> Floats:
    """Sum over events of the covariance of the covariates at risk, times a factor."""
    process, passage = model.process, model.process.passage
    covariates = model.likelihood.covariates
    weight = model.likelihood.weighted(process.risk) * process.lived(passage.hazard * factor)
    means = process.mean * (passage.hazard / passage.inverse * factor)
    return np.asarray((covariates * weight) @ covariates.T - means @ process.mean.T)


def _residuals(model: FittedCox, scale: Floats) -> pd.DataFrame:
    grid = model.likelihood.grid
    values = scaled_schoenfeld(model)
    names = np.array(model.rows.design.covariates, dtype=object)
    return pd.DataFrame(
        {
            "covariate": np.repeat(names, scale.size),
            "time": np.tile(grid.time[grid.point], names.size),
            "transformed_time": np.tile(scale, names.size),
            "residual": values.ravel(),
        }
    )


def _smooth(model: FittedCox, residuals: pd.DataFrame, confidence_level: float) -> pd.DataFrame:
    events, covariates = model.fit.events, model.rows.design.covariates
    x = residuals["transformed_time"].to_numpy()[:events]
    time = residuals["time"].to_numpy()[:events]
    grid = np.linspace(x.min(), x.max(), _SMOOTH_POINTS)
    knots = spline_knots(x, _DEGREES)
    basis, shown = natural_spline(x, knots), natural_spline(grid, knots)
    weights = shown @ np.linalg.pinv(basis)
    values = residuals["residual"].to_numpy().reshape(len(covariates), events)
    # A scaled residual has about the variance (coefficient's variance) x events.
    spread = np.sqrt(np.diag(model.fit.model_covariance) * events)
    reach = float(ndtri(0.5 + confidence_level / 2)) * np.sqrt((weights**2).sum(axis=1))
    estimate = values @ weights.T
    order = np.argsort(x, kind="stable")
    place = np.searchsorted(x[order], grid + 1e-12 * np.ptp(x), side="right") - 1
    return pd.DataFrame(
        {
            "covariate": np.repeat(np.array(covariates, dtype=object), grid.size),
            "time": np.tile(time[order][np.maximum(place, 0)], len(covariates)),
            "transformed_time": np.tile(grid, len(covariates)),
            "estimate": estimate.ravel(),
            "lower": (estimate - spread[:, None] * reach).ravel(),
            "upper": (estimate + spread[:, None] * reach).ravel(),
        }
    )
