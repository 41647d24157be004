"""Benefit against harm over dose: a utility curve with a band, and the dose where it is highest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from analytics.checks import require
from analytics.dosing.response.fit import DoseResponseFit
from analytics.dosing.response.refits import (
    draw_estimates,
    percentile_interval,
    refitted_curves,
    sign_of,
    standard_normals,
)
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
SCALES = ("as fitted", "probability")
UTILITY_COLUMNS = ("dose", "benefit", "harm", "utility", "lower", "upper", "highest_share")
_POINTS = 201


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Tradeoff(Result):
    """How much harm a benefit is worth.

    Parameters
    ----------
    benefit_weight, harm_weight : float
        Utility of one unit of benefit, > 0, and disutility of one unit of harm, >= 0; units are
        those of the scales.
    benefit_direction : {"increase", "decrease"}
        Which change of the efficacy response is a benefit. An increase of the safety response is a
        harm.
    efficacy_scale, safety_scale : {"as fitted", "probability"}
        "probability" turns fitted log odds into probabilities before they are weighed.

    Examples
    --------
    >>> Tradeoff(harm_weight=0.5, safety_scale="probability").harm_weight
    0.5
    """

    benefit_weight: float = 1.0
    harm_weight: float = 1.0
    benefit_direction: str = "increase"
    efficacy_scale: str = "as fitted"
    safety_scale: str = "as fitted"

    def __post_init__(self) -> None:
        weights = self.benefit_weight, self.harm_weight
        sound = bool(np.isfinite(weights).all()) and weights[0] > 0 and weights[1] >= 0
        require(sound, "benefit_weight > 0 and harm_weight >= 0", weights=weights)
        sign_of(self.benefit_direction)
        scales = self.efficacy_scale, self.safety_scale
        require(set(scales) <= set(SCALES), f"scales in {SCALES}", scales=scales)

    def weigh(self, efficacy: Floats, safety: Floats) -> tuple[Floats, Floats, Floats]:
        """Benefit, harm and utility over placebo; curves along the last axis, placebo first."""
        gain = _over_first(efficacy, self.efficacy_scale) * sign_of(self.benefit_direction)
        loss = _over_first(safety, self.safety_scale)
        return gain, loss, self.benefit_weight * gain - self.harm_weight * loss


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UtilityCurve(Result):
    """Utility over dose, relative to placebo.

    Parameters
    ----------
    efficacy, safety : DoseResponseFit
    tradeoff : Tradeoff
    table : pandas.DataFrame
        Columns `UTILITY_COLUMNS`, one row per dose from 0: `benefit` and `harm` over placebo,
        their weighted difference `utility` with a pointwise band, and the share of draws in which
        this dose has the highest utility.
    best_dose, best_lower, best_upper : float
        The dose with the highest utility, and a percentile interval; 0 when no dose is worth its
        harm.
    best_utility : float
        At that dose.
    beneficial : float
        Share of the draws in which some dose has a utility above that of placebo.
    correlation : float
        Assumed between the estimates of efficacy and safety at a dose.
    level : float
    draws, seed : int
    """

    efficacy: DoseResponseFit
    safety: DoseResponseFit
    tradeoff: Tradeoff
    table: pd.DataFrame
    best_dose: float
    best_lower: float
    best_upper: float
    best_utility: float
    beneficial: float
    correlation: float
    level: float
    draws: int
    seed: int

    def __post_init__(self) -> None:
        require_columns(self.table, UTILITY_COLUMNS, "one row per dose")

    def to_frame(self) -> pd.DataFrame:
        """The curve."""
        return self.table.copy()


def utility_curve(
    efficacy: DoseResponseFit,
    safety: DoseResponseFit,
    tradeoff: Tradeoff,
    *,
    doses: ArrayLike | None = None,
    correlation: float = 0.0,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 1,
) -> UtilityCurve:
    """Weigh a fitted benefit against a fitted harm over dose.

    The band is that of both curves fitted anew to estimates drawn with their covariances.

    Parameters
    ----------
    efficacy, safety : DoseResponseFit
        Of the same doses.
    tradeoff : Tradeoff
    doses : array, optional
        Rising from 0, within those of the trial; 201 even ones unless given. The best dose is
        chosen among them.
    correlation : float
        Between the standardised errors of efficacy and safety at a dose, which come from the same
        subjects: within -1 and 1.
    level : float
    draws, seed : int

    References
    ----------
    Ouellet et al. (2009), Clinical Pharmacology and Therapeutics 85:277-282 (clinical utility
    index); Thall and Cook (2004), Biometrics 60:684-693, for trading efficacy against toxicity.

    Examples
    --------
    >>> from analytics.dosing.response import DoseEstimates, fit_dose_response
    >>> good = DoseEstimates.from_counts([0, 10, 25, 50], [5, 15, 22, 24], [40] * 4)
    >>> bad = DoseEstimates.from_counts([0, 10, 25, 50], [2, 3, 6, 16], [40] * 4)
    >>> found = utility_curve(fit_dose_response(good, "emax"), fit_dose_response(bad, "linear"),
    ...     Tradeoff(efficacy_scale="probability", safety_scale="probability"), draws=200)
    >>> found.best_dose, round(found.best_utility, 2)
    (23.0, 0.3)
    """
    same = efficacy.estimates.doses == safety.estimates.doses
    require(same, "efficacy and safety have the same doses")
    require(-1 <= correlation <= 1, "-1 <= correlation <= 1", correlation=correlation)
    require(0 < level < 1, "0 < level < 1", level=level)
    trial = efficacy.estimates.doses
    where = np.linspace(0, trial[-1], _POINTS) if doses is None else np.asarray(doses, dtype=float)
    sound = where.ndim == 1 and where.size >= 2 and where[0] == 0 and where[-1] <= trial[-1]
    rising = sound and bool((np.diff(where) > 0).all())
    require(rising, "doses rise from 0 within those of the trial", doses=doses)
    benefit, harm, utility = tradeoff.weigh(efficacy.at(where), safety.at(where))
    normals = standard_normals(draws, 2 * len(trial), seed)
    first, other = normals[:, : len(trial)], normals[:, len(trial) :]
    second = correlation * first + np.sqrt(1 - correlation**2) * other
    drawn = tradeoff.weigh(
        refitted_curves(efficacy, draw_estimates(efficacy.estimates, first), where),
        refitted_curves(safety, draw_estimates(safety.estimates, second), where),
    )[2]
    lower, upper = percentile_interval(drawn, level)
    top, tops = int(utility.argmax()), drawn.argmax(axis=1)
    ends = percentile_interval(where[tops], level)
    shares = np.bincount(tops, minlength=where.size) / draws
    columns = (where, benefit, harm, utility, lower, upper, shares)
    return UtilityCurve(
        efficacy=efficacy,
        safety=safety,
        tradeoff=tradeoff,
        table=pd.DataFrame(dict(zip(UTILITY_COLUMNS, columns, strict=True))),
        best_dose=float(where[top]),
        best_lower=float(ends[0]),
        best_upper=float(ends[1]),
        best_utility=float(utility[top]),
        beneficial=float((drawn.max(axis=1) > 0).mean()),
        correlation=correlation,
        level=level,
        draws=draws,
        seed=seed,
    )


def _over_first(curves: Floats, scale: str) -> Floats:
    values = expit(curves) if scale == "probability" else curves
    return np.asarray(values - values[..., :1])
