"""Whether a Cox model fits: proportional hazards, and the residuals of its subjects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analytics.checks import InputError, require
from analytics.survival.regression import (
    Numeric,
    ProportionalHazards,
    check_proportional_hazards,
    cox_residuals,
)
from analytics.survival.regression.columns import Columns, Floats
from analytics.survival.regression.natural_spline import natural_spline, spline_knots
from dashboard.analyses.survival.analysis import or_reason
from dashboard.analyses.survival.immortal_time import immortal_time
from dashboard.analyses.survival.regression import FittedModel, RegressionAnalysis
from queries.store import Store

LINEAR_PREDICTOR, TIME = "linear predictor", "time"
"""What residuals can stand against, besides a numeric covariate."""

_DEGREES, _POINTS = 4, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardsCheck:
    """The test of proportional hazards of a model.

    Parameters
    ----------
    model : RegressionAnalysis
    transform : {"km", "identity", "rank", "log"}
        The time scale on which a trend is looked for.
    """

    model: RegressionAnalysis
    transform: str = "km"

    def run(self, store: Store) -> ProportionalHazards | str:
        """The test; where there is none, the sentence that says why."""
        return or_reason(lambda: self._check(store), immortal_time(store, self.model.analysis))

    def _check(self, store: Store) -> ProportionalHazards:
        model = self.model.fitted(store)
        return check_proportional_hazards(
            model.fit,
            model.follow_up,
            transform=self.transform,
            confidence_level=self.model.analysis.confidence_level,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualsCheck:
    """The residuals of the subjects of a model.

    Parameters
    ----------
    model : RegressionAnalysis
    kind : {"martingale", "deviance", "dfbeta"}
        Observed less expected events; the same made symmetric; a coefficient less what it
        would be without the subject.
    against : str
        "linear predictor", "time" or the column of a numeric covariate.
    covariate : str, optional
        Whose dfbetas; the first unless given.
    """

    model: RegressionAnalysis
    kind: Literal["martingale", "deviance", "dfbeta"] = "martingale"
    against: str = LINEAR_PREDICTOR
    covariate: str | None = None

    def __post_init__(self) -> None:
        kinds = ("martingale", "deviance", "dfbeta")
        require(self.kind in kinds, f"kind in {kinds}", kind=self.kind)

    def run(self, store: Store) -> ModelResiduals | str:
        """The residuals; where there are none, the sentence that says why."""
        return or_reason(lambda: self._residuals(store), immortal_time(store, self.model.analysis))

    def _residuals(self, store: Store) -> ModelResiduals:
        model = self.model.fitted(store)
        found = cox_residuals(model.fit, model.follow_up, self.kind)
        names = found.covariates
        covariate = self.covariate if self.covariate in names else names[0]
        used = model.follow_up.frame.iloc[found.row]
        table = pd.DataFrame(
            {
                "subject": used["subject"].to_numpy(),
                "time": found.time,
                "event": used["event"].to_numpy(dtype=bool),
                "against": self._against(model, used, found.time),
                "residual": found.values[:, names.index(covariate)],
            }
        )
        smooth = _smooth(table) if self.kind != "dfbeta" else _NO_LINE
        return ModelResiduals(
            kind=self.kind, against=self.against, covariate=covariate, table=table, smooth=smooth
        )

    def _against(self, model: FittedModel, used: pd.DataFrame, time: Floats) -> Floats:
        if self.against == TIME:
            return time
        columns = Columns(frame=used)
        if self.against == LINEAR_PREDICTOR:
            coded = np.hstack([term.coded(columns) for term in model.fit.terms])
            return np.asarray((coded - coded.mean(axis=0)) @ model.fit.coefficients)
        numbers = [term.name for term in model.fit.terms if isinstance(term, Numeric)]
        if self.against not in numbers:
            rule = "residuals stand against the linear predictor, time or a numeric covariate"
            raise InputError(f"`{rule}` must hold, but got {self.against!r}.")
        return columns.numbers(self.against)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelResiduals:
    """Residuals and the line through them.

    Parameters
    ----------
    kind, against : str
        As asked for.
    covariate : str
        Whose dfbetas; "" for the other kinds.
    table : DataFrame
        `subject`, `time`, `event`, `against`, `residual`: one row for each subject used.
    smooth : DataFrame
        `against`, `estimate`: a natural cubic spline with four degrees of freedom; empty for
        dfbetas, and where there are fewer than three values to draw it through.
    """

    kind: str
    against: str
    covariate: str
    table: pd.DataFrame
    smooth: pd.DataFrame


_NO_LINE = pd.DataFrame({"against": [], "estimate": []}, dtype=float)


def _smooth(table: pd.DataFrame) -> pd.DataFrame:
    x = table["against"].to_numpy(dtype=np.float64)
    knots = np.unique(spline_knots(x, _DEGREES)) if np.ptp(x) > 0 else x[:1]
    if np.unique(x).size < 3 or knots.size < 2:
        return _NO_LINE
    scale = float(np.ptp(x))  # cubes of large numbers would lose the line to rounding
    grid = np.linspace(x.min(), x.max(), _POINTS)
    basis, shown = (natural_spline(v / scale, knots / scale) for v in (x, grid))
    weights, *_ = np.linalg.lstsq(basis, table["residual"].to_numpy(), rcond=None)
    return pd.DataFrame({"against": grid, "estimate": shown @ weights})
