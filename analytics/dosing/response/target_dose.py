"""The dose that gives a wanted effect, from one fitted curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.checks import NotEstimableError, require
from analytics.dosing.response.curves import first_doses, largest_effects
from analytics.dosing.response.fit import DoseResponseFit, quantile
from analytics.dosing.response.refits import (
    draw_estimates,
    percentile_interval,
    refit,
    sign_of,
    standard_normals,
)
from analytics.results import Result, registered

Floats = NDArray[np.float64]
INTERVALS = ("delta", "bootstrap")
_NEARLY = 1 - 1e-9


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDose(Result):
    """The smallest dose with a wanted effect.

    Parameters
    ----------
    wanted : {"difference", "share"}
        What `value` is: a difference from placebo, > 0 towards benefit, or a share of the largest
        benefit between 0 and the highest dose.
    value : float
    family : str
        Of the curve.
    direction : {"increase", "decrease"}
        Which change of the response is a benefit.
    estimate : float
        The dose.
    lower, upper : float
        Interval, within the doses of the trial; NaN when not estimable. An infinite upper end says
        that the effect may not be reached.
    level : float
    interval : {"delta", "bootstrap"}
        By the curve's slope and standard error (symmetric, cut at 0 and the highest dose), or by
        percentiles of curves fitted to drawn estimates.
    trial_dose : float, optional
        The smallest dose of the trial at which the curve has the effect; none when the curve has
        it only between doses.
    reached : float, optional
        Share of the drawn curves that reach the effect.
    draws, seed : int, optional
        Of the bootstrap.
    """

    wanted: str
    value: float
    family: str
    direction: str
    estimate: float
    lower: float
    upper: float
    level: float
    interval: str
    trial_dose: float | None
    reached: float | None = None
    draws: int | None = None
    seed: int | None = None


def estimate_target_dose(
    fit: DoseResponseFit,
    difference: float,
    *,
    direction: str = "increase",
    interval: str = "bootstrap",
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 1,
) -> TargetDose:
    """The smallest dose whose response differs from placebo by a relevant amount (TD, MED).

    Parameters
    ----------
    fit : DoseResponseFit
    difference : float
        > 0, towards benefit.
    direction : {"increase", "decrease"}
    interval : {"bootstrap", "delta"}
        See `TargetDose`.
    level : float
    draws, seed : int
        Of the bootstrap.

    Raises
    ------
    NotEstimableError
        When the curve does not reach the difference up to the highest dose.

    References
    ----------
    Bretz, Pinheiro and Branson (2005), Biometrics 61:738-748, section 3.2; Pinheiro et al. (2014),
    Statistics in Medicine 33:1646-1661.

    Examples
    --------
    >>> from analytics.dosing.response import DoseEstimates, fit_dose_response
    >>> estimates = DoseEstimates.from_counts([0, 10, 25, 50], [5, 9, 14, 17], [40] * 4)
    >>> fit = fit_dose_response(estimates, "emax")
    >>> found = estimate_target_dose(fit, 1.0, interval="delta")
    >>> round(found.estimate, 1), found.trial_dose
    (15.2, 25.0)
    """
    require(0 < difference < np.inf, "difference > 0", difference=difference)
    asked = _Asked(fit, "difference", float(difference), direction)
    return _target(asked, interval, level, draws, seed)


def estimate_effective_dose(
    fit: DoseResponseFit,
    share: float,
    *,
    direction: str = "increase",
    interval: str = "bootstrap",
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 1,
) -> TargetDose:
    """The smallest dose with a share of the largest benefit up to the highest dose (ED_p).

    Parameters
    ----------
    share : float
        0 < share < 1; 0.9 for ED90.
    fit, direction, interval, level, draws, seed
        See `estimate_target_dose`.

    Raises
    ------
    NotEstimableError
        When the curve shows no benefit at any dose.

    Examples
    --------
    >>> from analytics.dosing.response import DoseEstimates, fit_dose_response
    >>> estimates = DoseEstimates.from_counts([0, 10, 25, 50], [5, 9, 14, 17], [40] * 4)
    >>> fit = fit_dose_response(estimates, "linear")
    >>> round(estimate_effective_dose(fit, 0.9, interval="delta").estimate, 6)
    45.0
    """
    require(0 < share < 1, "0 < share < 1", share=share)
    return _target(_Asked(fit, "share", float(share), direction), interval, level, draws, seed)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A wanted effect, ready to be looked for in many curves of the fit's family."""

    fit: DoseResponseFit
    wanted: str
    value: float
    direction: str

    @property
    def highest_dose(self) -> float:
        return float(self.fit.estimates.doses[-1])

    def largest(self, parameters: Floats) -> Floats:
        """The largest benefit, by set of parameters."""
        sign, constants = sign_of(self.direction), np.asarray(self.fit.constants, dtype=float)
        return largest_effects(self.fit.kind, parameters, constants, sign, self.highest_dose)

    def benefits(self, parameters: Floats) -> Floats:
        """What has to be reached; NaN when a share of nothing is wanted."""
        if self.wanted == "difference":
            return np.full(len(parameters), self.value)
        largest = self.largest(parameters)
        return np.where(largest > 0, self.value * largest, np.nan)

    def doses(self, parameters: Floats) -> Floats:
        """Where it is reached, or infinite."""
        sign, constants = sign_of(self.direction), np.asarray(self.fit.constants, dtype=float)
        benefits = self.benefits(parameters)
        kind = self.fit.kind
        return first_doses(kind, parameters, constants, benefits, sign, self.highest_dose)

    def trial_dose(self, parameters: Floats) -> float | None:
        """The first dose of the trial at which the curve has it."""
        doses, needed = self.fit.estimates.doses, float(self.benefits(parameters)[0])
        over = sign_of(self.direction) * (self.fit.at(doses) - self.fit.at(0.0))
        having = (dose for dose, one in zip(doses, over, strict=True) if one >= needed * _NEARLY)
        return next(having, None)


def _target(asked: _Asked, interval: str, level: float, draws: int, seed: int) -> TargetDose:
    require(interval in INTERVALS, f"interval in {INTERVALS}", interval=interval)
    require(0 < level < 1, "0 < level < 1", level=level)
    fit = asked.fit
    parameters = np.asarray(fit.parameters, dtype=float)[None, :]
    estimate = float(asked.doses(parameters)[0])
    if np.isinf(estimate):
        raise _not_reached(asked, parameters)
    reached: float | None = None
    if interval == "delta":
        lower, upper = _delta_interval(asked, estimate, level)
    else:
        normals = standard_normals(draws, len(fit.estimates.doses), seed)
        drawn, _ = refit(fit, draw_estimates(fit.estimates, normals))
        found = asked.doses(drawn)
        reached = float(np.isfinite(found).mean())
        lower, upper = (float(end) for end in percentile_interval(found, level))
    by_bootstrap = interval == "bootstrap"
    return TargetDose(
        wanted=asked.wanted,
        value=asked.value,
        family=fit.family,
        direction=asked.direction,
        estimate=estimate,
        lower=lower,
        upper=upper,
        level=level,
        interval=interval,
        trial_dose=asked.trial_dose(parameters),
        reached=reached,
        draws=draws if by_bootstrap else None,
        seed=seed if by_bootstrap else None,
    )


def _not_reached(asked: _Asked, parameters: Floats) -> NotEstimableError:
    curve, end = f"The {asked.fit.family} curve", f"{asked.highest_dose:g}"
    if asked.wanted == "share":
        shown = f"shows no benefit ({asked.direction}) at any dose up to {end}."
        return NotEstimableError(f"{curve} {shown}")
    top = float(asked.largest(parameters)[0])
    return NotEstimableError(
        f"{curve} reaches no difference of {asked.value:g} from placebo: up to dose {end} its "
        f"largest benefit ({asked.direction}) is {top:.4g}."
    )


def _delta_interval(asked: _Asked, estimate: float, level: float) -> tuple[float, float]:
    """From differences of the dose by each parameter; NaN where the dose jumps or stops."""
    fit = asked.fit
    parameters = np.asarray(fit.parameters, dtype=float)
    step = 1e-5 * np.maximum(np.abs(parameters), 1e-3)
    above, below = (asked.doses(parameters + side * np.diag(step)) for side in (1, -1))
    if not np.isfinite([above, below]).all():
        return float("nan"), float("nan")
    slopes = (above - below) / (2 * step)
    variance = float(slopes @ fit.covariance @ slopes)
    error = float(np.sqrt(variance)) if variance >= 0 else float("nan")
    reach = quantile((1 + level) / 2, fit.residual_df) * error
    lower, upper = np.clip([estimate - reach, estimate + reach], 0, asked.highest_dose)
    return float(lower), float(upper)
