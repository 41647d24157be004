"""A Cox model together with the rows it was fitted to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.checks import require
from analytics.survival.regression.columns import Floats
from analytics.survival.regression.cox import CoxRegression
from analytics.survival.regression.cox_likelihood import CoxLikelihood
from analytics.survival.regression.follow_up import FollowUp
from analytics.survival.regression.influence import HazardProcess
from analytics.survival.regression.model_rows import ModelRows, model_rows
from analytics.survival.regression.newton import Expansion

_AT_THE_TOP = 1e-5  # in standard errors; a fit leaves 1e-9, another data cut much more


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedCox:
    """Rows, likelihood and baseline hazard at the estimate.

    Parameters
    ----------
    fit : CoxRegression
        The model.
    rows : ModelRows
        Its complete rows.
    likelihood : CoxLikelihood
        The same, sorted, with standardised covariates.
    top : Expansion
        The log-likelihood around the (standardised) estimate.
    process : HazardProcess
        Baseline hazard and mean covariates at the estimate.
    """

    fit: CoxRegression
    rows: ModelRows
    likelihood: CoxLikelihood
    top: Expansion
    process: HazardProcess

    def per_row(self, values: Floats) -> Floats:
        """Values of the sorted rows in the order of the complete rows; 0 for rows never at risk."""
        return self.likelihood.grid.spread(values, self.rows.time.size)

    def influence(self) -> Floats:
        """Covariates x complete rows: each row's influence on the coefficients (dfbeta)."""
        scale = self.likelihood.scale[:, None]
        return self.per_row((self.top.covariance / scale) @ self.process.score_residuals())


def fitted_cox(fit: CoxRegression, follow_up: FollowUp) -> FittedCox:
    """Put a model and its follow-up together again.

    Raises
    ------
    InputError
        When the follow-up is not the one of the fit: other rows or events, or a likelihood that
        has its top elsewhere.

    Examples
    --------
    >>> import pandas as pd
    >>> from analytics.survival.regression import Numeric, fit_cox
    >>> frame = pd.DataFrame({"days": [1, 2, 3, 4], "died": [1, 1, 1, 0], "age": [6, 9, 5, 7]})
    >>> follow_up = FollowUp(frame=frame, time="days", event="died")
    >>> fit = fit_cox(follow_up, [Numeric("age")])
    >>> fitted_cox(fit, follow_up).process.expected().sum().round(9).tolist()
    3.0
    """
    rows = model_rows(follow_up, fit.terms)
    found = {"rows": rows.time.size, "events": int(rows.event.sum()), "strata": rows.strata}
    own = {"rows": fit.rows, "events": fit.events, "strata": fit.strata}
    require(found == own, f"the follow-up is that of the fit: {_told(own)}", **found)
    likelihood = CoxLikelihood.of(rows, fit.ties)
    top = likelihood.at(fit.coefficients * likelihood.scale)
    short = float(np.sqrt(max(float(top.score @ top.move()), 0.0)))
    rule = "the follow-up is that of the fit: its estimate maximises the likelihood"
    require(short < _AT_THE_TOP, rule, standard_errors_away=short)
    process = HazardProcess.at(likelihood, top.estimate)
    return FittedCox(fit=fit, rows=rows, likelihood=likelihood, top=top, process=process)


def _told(own: dict[str, object]) -> str:
    return f"{own['rows']} rows, {own['events']} events, strata {own['strata']}"
