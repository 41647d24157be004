"""Several families fitted to the same estimates: which one to choose, and their average."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import NotEstimableError, require
from analytics.dosing.response.curves import curves_at
from analytics.dosing.response.estimates import DoseEstimates
from analytics.dosing.response.fit import DoseResponseFit, fit_dose_response
from analytics.dosing.response.refits import (
    draw_estimates,
    percentile_interval,
    refit,
    sign_of,
    standard_normals,
)
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
WEIGHTS = ("average", "select")
CURVE_COLUMNS = ("dose", "estimate", "lower", "upper")
_GRID = 401


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseResponseFits(Result):
    """Curves of several families.

    Parameters
    ----------
    fits : tuple of DoseResponseFit
        In the order of the families.
    left_out : tuple of str
        Families with more parameters than there are doses.
    """

    fits: tuple[DoseResponseFit, ...]
    left_out: tuple[str, ...] = ()

    @property
    def weights(self) -> tuple[float, ...]:
        """Of the curves in an average: exp(-AIC / 2), scaled to sum to 1."""
        return tuple(_weights(np.array([[fit.aic for fit in self.fits]]), "average")[0].tolist())

    @property
    def best(self) -> DoseResponseFit:
        """The curve with the smallest AIC."""
        return min(self.fits, key=lambda fit: fit.aic)

    def to_frame(self) -> pd.DataFrame:
        """One row per family: its criteria, its weight, and parameters at a bound."""
        return pd.DataFrame(
            {
                "family": [fit.family for fit in self.fits],
                "parameters": [len(fit.parameters) for fit in self.fits],
                "aic": [fit.aic for fit in self.fits],
                "bic": [fit.bic for fit in self.fits],
                "weight": self.weights,
                "at_bound": [", ".join(fit.at_bound) for fit in self.fits],
            }
        )


def fit_families(estimates: DoseEstimates, families: Sequence[str]) -> DoseResponseFits:
    """Fit several families, leaving out those with more parameters than doses.

    Parameters
    ----------
    estimates : DoseEstimates
    families : sequence of str
        Of `FAMILIES`, all different; usually those whose contrasts were significant.

    Raises
    ------
    NotEstimableError
        When none can be fitted.

    References
    ----------
    Buckland, Burnham and Augustin (1997), Biometrics 53:603-618, for the weights.

    Examples
    --------
    >>> estimates = DoseEstimates.from_counts([0, 10, 25, 50], [5, 9, 14, 17], [40] * 4)
    >>> found = fit_families(estimates, ["linear", "emax"])
    >>> found.best.family, [round(weight, 2) for weight in found.weights]
    ('linear', [0.58, 0.42])
    """
    several = len(families) > 0 and len(set(families)) == len(families)
    require(several, "there are families, all different", families=tuple(families))
    fits, left_out = [], []
    for family in families:
        try:
            fits.append(fit_dose_response(estimates, family))
        except NotEstimableError:
            left_out.append(family)
    if not fits:
        raise NotEstimableError(f"No curve can be fitted to {len(estimates.doses)} doses.")
    return DoseResponseFits(fits=tuple(fits), left_out=tuple(left_out))


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AveragedCurve(Result):
    """The average of several curves, with its uncertainty including the choice among them.

    Parameters
    ----------
    fits : DoseResponseFits
    weighting : {"average", "select"}
        Weights by AIC, or all on the curve with the smallest.
    table : pandas.DataFrame
        Columns `CURVE_COLUMNS`, one row per dose; pointwise interval.
    shares : tuple of float
        By family, its mean weight over the draws.
    level : float
    draws, seed : int
        Of the bootstrap.
    difference : float, optional
        Wanted difference from placebo, > 0 towards benefit; with `direction`.
    direction : {"increase", "decrease"}
    target_dose, target_lower, target_upper : float, optional
        Smallest dose at which the averaged curve has the difference, and its interval; infinite
        where it is not reached up to the highest dose.
    target_reached : float, optional
        Share of the draws whose average reaches it.
    """

    fits: DoseResponseFits
    weighting: str
    table: pd.DataFrame
    shares: tuple[float, ...]
    level: float
    draws: int
    seed: int
    difference: float | None
    direction: str
    target_dose: float | None
    target_lower: float | None
    target_upper: float | None
    target_reached: float | None

    def __post_init__(self) -> None:
        require_columns(self.table, CURVE_COLUMNS, "one row per dose")

    def to_frame(self) -> pd.DataFrame:
        """The curve."""
        return self.table.copy()


def average_curves(
    fits: DoseResponseFits,
    *,
    doses: ArrayLike | None = None,
    difference: float | None = None,
    direction: str = "increase",
    weighting: str = "average",
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 1,
) -> AveragedCurve:
    """Average curves by their weights; the interval by fitting all of them to drawn estimates.

    Each draw weighs the families anew, so that the band knows that another trial might have chosen
    another one. Weights in draws are by the generalised criterion.

    Parameters
    ----------
    fits : DoseResponseFits
    doses : array, optional
        Of the table, within those of the trial; 101 even ones unless given.
    difference : float, optional
        For a target dose.
    direction : {"increase", "decrease"}
        Of a benefit, for the target dose.
    weighting : {"average", "select"}
    level : float
    draws, seed : int

    References
    ----------
    Schorning, Bornkamp, Bretz and Dette (2016), Statistics in Medicine 35:4021-4040; Bornkamp
    (2015), arXiv:1508.00281, for bootstrap averages.

    Examples
    --------
    >>> estimates = DoseEstimates.from_counts([0, 10, 25, 50], [5, 9, 14, 17], [40] * 4)
    >>> fits = fit_families(estimates, ["linear", "emax"])
    >>> found = average_curves(fits, difference=1.0, draws=200)
    >>> round(found.target_dose, 1), bool(found.target_lower < found.target_dose)
    (26.8, True)
    """
    require(weighting in WEIGHTS, f"weighting in {WEIGHTS}", weighting=weighting)
    require(0 < level < 1, "0 < level < 1", level=level)
    require(difference is None or difference > 0, "difference > 0", difference=difference)
    sign, estimates = sign_of(direction), fits.fits[0].estimates
    highest = float(estimates.doses[-1])
    shown = np.linspace(0, highest, 101) if doses is None else np.asarray(doses, dtype=float)
    within = shown.ndim == 1 and bool(((shown >= 0) & (shown <= highest)).all())
    require(within, "doses within those of the trial", doses=doses)
    grid = np.linspace(0, highest, _GRID)
    where = np.concatenate([shown, grid])
    weights = _weights(np.array([[fit.aic for fit in fits.fits]]), weighting)[0]
    curve = weights @ np.array([fit.at(where) for fit in fits.fits])
    drawn = draw_estimates(estimates, standard_normals(draws, len(estimates.doses), seed))
    curves, each = _drawn_average(fits, drawn, where, weighting)
    lower, upper = percentile_interval(curves[:, : shown.size], level)
    table = pd.DataFrame(
        {"dose": shown, "estimate": curve[: shown.size], "lower": lower, "upper": upper}
    )
    target: tuple[float | None, ...] = (None,) * 4
    if difference is not None:
        point = _crossings(grid, sign * curve[None, shown.size :], difference)
        found = _crossings(grid, sign * curves[:, shown.size :], difference)
        ends = percentile_interval(found, level)
        target = (float(point[0]), *map(float, ends), float(np.isfinite(found).mean()))
    return AveragedCurve(
        fits=fits,
        weighting=weighting,
        table=table,
        shares=tuple(each.mean(axis=0).tolist()),
        level=level,
        draws=draws,
        seed=seed,
        difference=difference,
        direction=direction,
        target_dose=target[0],
        target_lower=target[1],
        target_upper=target[2],
        target_reached=target[3],
    )


def _drawn_average(
    fits: DoseResponseFits, drawn: Floats, where: Floats, weighting: str
) -> tuple[Floats, Floats]:
    """Averaged curves, draws x doses, and the weights, draws x families."""
    found = [refit(fit, drawn) for fit in fits.fits]
    sizes = np.array([len(fit.parameters) for fit in fits.fits])
    weights = _weights(np.column_stack([one for _, one in found]) + 2 * sizes, weighting)
    total = np.zeros((len(drawn), where.size))
    for fit, (parameters, _), weight in zip(fits.fits, found, weights.T, strict=True):
        constants = np.asarray(fit.constants, dtype=float)
        total += weight[:, None] * curves_at(fit.kind, parameters, constants, where)
    return total, weights


def _weights(criteria: Floats, weighting: str) -> Floats:
    """Draws x families."""
    above = criteria - criteria.min(axis=1, keepdims=True)
    if weighting == "select":
        return np.asarray(np.eye(criteria.shape[1])[above.argmin(axis=1)])
    raw = np.exp(-above / 2)
    return np.asarray(raw / raw.sum(axis=1, keepdims=True))


def _crossings(grid: Floats, benefit: Floats, difference: float) -> Floats:
    """The first dose with the difference from placebo, linear between neighbours; or infinite."""
    over = benefit - benefit[:, :1]
    reached = over >= difference
    place = np.maximum(reached.argmax(axis=1), 1)
    rows = np.arange(len(over))
    below, above = over[rows, place - 1], over[rows, place]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (difference - below) / (above - below)
    dose = grid[place - 1] + share * (grid[place] - grid[place - 1])
    return np.where(reached.any(axis=1), dose, np.inf)
