"""Curves fitted to the response of a study, their target doses, and their average."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import pandas as pd
from scipy.special import expit

from analytics.checks import NotEstimableError, require
from analytics.dosing.response import (
    AveragedCurve,
    DoseResponseFit,
    DoseResponseFits,
    average_curves,
    estimate_target_dose,
    fit_families,
)
from analytics.progress import Progress, unheard
from analytics.results import Result, registered, require_columns
from dashboard.analyses.dose_response.response import LEVEL, ResponseAnalysis, ResponseAnswer
from queries.store import Store

POINTS = 101
TARGET_COLUMNS = ("family", "estimate", "lower", "upper", "trial_dose", "reason")
CURVE_COLUMNS = ("family", "dose", "estimate", "lower", "upper")
WEIGHTINGS = ("average", "select")


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvesAnalysis:
    """Curves of some families, and the dose at which each has a wanted effect.

    Parameters
    ----------
    response : ResponseAnalysis
    families : tuple of str
        Of `analytics.dosing.response.FAMILIES`.
    wanted : float
        The effect that a target dose has, towards benefit: for means a difference from placebo,
        > 0; for shares an odds ratio, > 1.
    """

    response: ResponseAnalysis
    families: tuple[str, ...]
    wanted: float

    def __post_init__(self) -> None:
        if self.response.endpoint.is_share:
            require(1 < self.wanted < np.inf, "the wanted odds ratio > 1", wanted=self.wanted)
        else:
            require(0 < self.wanted < np.inf, "the wanted difference > 0", wanted=self.wanted)

    @property
    def difference(self) -> float:
        """The wanted effect on the scale of the estimates."""
        return log(self.wanted) if self.response.endpoint.is_share else self.wanted

    def run(self, store: Store) -> CurvesAnswer:
        """Ask the store and fit."""
        answer = self.response.run(store)
        fits = fit_families(answer.estimable(), self.families)
        grid = np.linspace(0, answer.doses.doses[-1], POINTS)
        curves = [_curve(fit, grid, answer.is_share) for fit in fits.fits]
        return CurvesAnswer(
            response=answer,
            fits=fits,
            curves=pd.concat(curves, ignore_index=True),
            targets=pd.DataFrame([self._target(fit) for fit in fits.fits], columns=TARGET_COLUMNS),
        )

    def _target(self, fit: DoseResponseFit) -> dict[str, object]:
        try:
            found = estimate_target_dose(
                fit,
                self.difference,
                direction=self.response.endpoint.benefit,
                interval="delta",
                level=LEVEL,
            )
        except NotEstimableError as error:
            nothing = dict.fromkeys(TARGET_COLUMNS[1:5], float("nan"))
            return {"family": fit.family, **nothing, "reason": str(error)}
        at = float("nan") if found.trial_dose is None else found.trial_dose
        values = (fit.family, found.estimate, found.lower, found.upper, at, "")
        return dict(zip(TARGET_COLUMNS, values, strict=True))


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurvesAnswer(Result):
    """Fitted curves of a response.

    Parameters
    ----------
    response : ResponseAnswer
    fits : DoseResponseFits
    curves : DataFrame
        Columns `CURVE_COLUMNS`: 101 doses of each family, on the scale of the response (shares in
        [0, 1]), with a pointwise 95% band by the delta method.
    targets : DataFrame
        Columns `TARGET_COLUMNS`, one row per family: target dose with its 95% interval (delta
        method), the first dose of the trial that has the effect, or why there is none.
    """

    response: ResponseAnswer
    fits: DoseResponseFits
    curves: pd.DataFrame
    targets: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.curves, CURVE_COLUMNS, "one row per family and dose")
        require_columns(self.targets, TARGET_COLUMNS, "one row per family")

    def to_frame(self) -> pd.DataFrame:
        """One row per family: criteria, weight and target dose."""
        targets = self.targets.rename(columns={"estimate": "target_dose"})
        return self.fits.to_frame().merge(targets, on="family")


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageAnalysis:
    """The average of the fitted curves, with an interval that knows of the choice among them.

    Parameters
    ----------
    curves : CurvesAnalysis
    weighting : {"average", "select"}
        By AIC, or the curve with the smallest alone.
    draws, seed : int
        Of the bootstrap.
    """

    curves: CurvesAnalysis
    weighting: str = "average"
    draws: int = 1000
    seed: int = 1

    def run(self, store: Store, progress: Progress = unheard) -> AveragedResponse:
        """Ask the store, fit all families to drawn estimates, and average."""
        answer = self.curves.response.run(store)
        progress(0.1, "Fitting curves to drawn estimates")
        average = average_curves(
            fit_families(answer.estimable(), self.curves.families),
            difference=self.curves.difference,
            direction=self.curves.response.endpoint.benefit,
            weighting=self.weighting,
            level=LEVEL,
            draws=self.draws,
            seed=self.seed,
        )
        return AveragedResponse(average=average, curve=_shown(average.table, answer.is_share))


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AveragedResponse(Result):
    """An averaged curve on the scale of the response.

    Parameters
    ----------
    average : AveragedCurve
    curve : DataFrame
        `dose`, `estimate`, `lower`, `upper`; shares in [0, 1].
    """

    average: AveragedCurve
    curve: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The curve."""
        return self.curve.copy()


def _curve(fit: DoseResponseFit, grid: np.ndarray, is_share: bool) -> pd.DataFrame:
    curve = _shown(fit.curve(grid, level=LEVEL), is_share)
    return curve.assign(family=fit.family)[list(CURVE_COLUMNS)]


def _shown(curve: pd.DataFrame, is_share: bool) -> pd.DataFrame:
    columns = ["dose", "estimate", "lower", "upper"]
    found = curve[columns].copy()
    if is_share:
        found[columns[1:]] = expit(found[columns[1:]])
    return found
