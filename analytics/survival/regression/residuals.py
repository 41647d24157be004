"""Residuals of a Cox model.

lifelines' score residuals and delta-betas are wrong unless covariates have standard deviation 1,
and its martingale residuals take Breslow's ties on an Efron fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.results import Result, registered
from analytics.survival.regression.columns import Floats, Ints
from analytics.survival.regression.cox import CoxRegression
from analytics.survival.regression.fitted import FittedCox, fitted_cox
from analytics.survival.regression.follow_up import FollowUp


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxResiduals(Result):
    """Residuals of one kind.

    Parameters
    ----------
    kind : str
        As in `cox_residuals`.
    row : array of int
        Positions of the rows in the follow-up's frame, from 0: all rows of the fit, or (for
        Schoenfeld's) those with an event, by stratum and time.
    time : array
        Their times.
    covariates : tuple of str
        One per column of `values`; ("",) for the kinds with one value per row.
    values : array, rows x covariates
        The residuals. Case weights multiply dfbeta and dfbetas only, as in R.
    """

    kind: str
    row: np.ndarray
    time: np.ndarray
    covariates: tuple[str, ...]
    values: np.ndarray

    def to_frame(self) -> pd.DataFrame:
        """One row per residual: `row`, `time`, `covariate`, `residual`."""
        return pd.DataFrame(
            {
                "row": np.tile(self.row, len(self.covariates)),
                "time": np.tile(self.time, len(self.covariates)),
                "covariate": np.repeat(np.array(self.covariates, dtype=object), self.row.size),
                "residual": self.values.ravel(order="F"),
            }
        )


def cox_residuals(fit: CoxRegression, follow_up: FollowUp, kind: str) -> CoxResiduals:
    """Residuals of a Cox model.

    Parameters
    ----------
    fit : CoxRegression
        The model.
    follow_up : FollowUp
        What it was fitted to.
    kind : str
        "martingale": observed less expected events; "deviance": the same, made symmetric;
        "score": part of the score; "dfbeta": coefficients less what they would be without the
        row, to first order; "dfbetas": that in (model-based) standard errors; "schoenfeld":
        covariates of each event less their mean among those at risk; "scaled schoenfeld": scaled
        so that their mean is the coefficient, and their trend its trend in time.

    References
    ----------
    Therneau, Grambsch and Fleming (1990), Biometrika 77:147-160; Schoenfeld (1982), Biometrika
    69:239-241; Grambsch and Therneau (1994), Biometrika 81:515-526.

    Examples
    --------
    >>> from analytics.survival.regression import Numeric, fit_cox
    >>> frame = pd.DataFrame({"days": [1, 2, 3, 4], "died": [1, 1, 1, 0], "age": [6, 9, 5, 7]})
    >>> follow_up = FollowUp(frame=frame, time="days", event="died")
    >>> fit = fit_cox(follow_up, [Numeric("age")])
    >>> cox_residuals(fit, follow_up, "martingale").values.sum().round(9).tolist()
    0.0
    """
    require(kind in KINDS, f"kind in {tuple(KINDS)}", kind=kind)
    model = fitted_cox(fit, follow_up)
    values = KINDS[kind](model)
    at_events = kind in ("schoenfeld", "scaled schoenfeld")
    place = _deaths(model) if at_events else np.arange(model.rows.time.size)
    whole = kind in ("martingale", "deviance")
    return CoxResiduals(
        kind=kind,
        row=model.rows.design.row[place],
        time=model.rows.time[place],
        covariates=("",) if whole else model.rows.design.covariates,
        values=np.atleast_2d(values).T,
    )


def schoenfeld(model: FittedCox) -> Floats:
    """Covariates x events: covariates less their mean in the risk set, in their own units."""
    likelihood = model.likelihood
    own = np.take(likelihood.covariates, likelihood.grid.death, axis=1)
    return (own - model.process.mean_at_death()) * likelihood.scale[:, None]


def scaled_schoenfeld(model: FittedCox) -> Floats:
    """Covariates x events: Schoenfeld's, times events times the model's covariance, centred."""
    spread = model.fit.model_covariance * model.fit.events
    return np.asarray(spread @ schoenfeld(model) + model.fit.coefficients[:, None])


def _martingale(model: FittedCox) -> Floats:
    expected = model.per_row(model.process.expected())
    return model.rows.event - expected


def _deviance(model: FittedCox) -> Floats:
    martingale = _martingale(model)
    event = model.rows.event
    logs = np.zeros(event.size)
    logs[event] = np.log(1 - martingale[event])
    return np.sign(martingale) * np.sqrt(np.maximum(-2 * (martingale + logs), 0.0))


def _score(model: FittedCox) -> Floats:
    return model.per_row(model.process.score_residuals()) * model.likelihood.scale[:, None]


def _dfbeta(model: FittedCox) -> Floats:
    influence = model.influence()
    return influence if model.rows.weight is None else influence * model.rows.weight


def _dfbetas(model: FittedCox) -> Floats:
    return _dfbeta(model) / np.sqrt(np.diag(model.fit.model_covariance))[:, None]


def _deaths(model: FittedCox) -> Ints:
    grid = model.likelihood.grid
    return grid.order[grid.death]


KINDS: dict[str, Callable[[FittedCox], Floats]] = {
    "martingale": _martingale,
    "deviance": _deviance,
    "score": _score,
    "dfbeta": _dfbeta,
    "dfbetas": _dfbetas,
    "schoenfeld": schoenfeld,
    "scaled schoenfeld": scaled_schoenfeld,
}
"""How each kind of residual is computed."""
