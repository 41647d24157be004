"""Weighted likelihood of a dose curve, its top, and the robust covariance there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from analytics.checks import NotEstimableError
from analytics.safety.prediction.data import Floats
from analytics.safety.prediction.dose_curves import DoseCurve

_MOST_STEPS = 300
_SMALL_GAIN = 1e-12  # of the loss
_SURE = 1e-3  # damping at which a step is as good as Newton's


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseLikelihood:
    """Log-likelihood of who has had the event.

    Parameters
    ----------
    shape : DoseCurve
        Of the risk by dose.
    dose : array
        Of each subject.
    covariates : array, subjects x columns
        Centred; they add to the logit.
    happened : array of 0 and 1
        The event by the day.
    weight : array
        For censoring.
    penalty : float
        Precision of the covariates' coefficients.
    """

    shape: DoseCurve
    dose: Floats
    covariates: Floats
    happened: Floats
    weight: Floats
    penalty: float

    def linear(self, estimate: Floats, dose: Floats, covariates: Floats) -> tuple[Floats, Floats]:
        """Logit of the risk, and its slopes in all parameters."""
        size = self.shape.size
        linear, slopes = self.shape.linear(estimate[:size], dose)
        whole = np.column_stack([slopes, covariates])
        return linear + covariates @ estimate[size:], whole

    def loss(self, estimate: Floats) -> tuple[float, Floats]:
        """Minus the penalised log-likelihood, and its slopes."""
        linear, slopes = self.linear(estimate, self.dose, self.covariates)
        value = self.weight @ (np.logaddexp(0, linear) - self.happened * linear)
        pull = self.precision * estimate
        gradient = slopes.T @ (self.weight * (expit(linear) - self.happened)) + pull
        return float(value + pull @ estimate / 2), gradient

    def information(self, estimate: Floats) -> Floats:
        """Expected curvature of the loss."""
        linear, slopes = self.linear(estimate, self.dose, self.covariates)
        risk = expit(linear)
        spread = self.weight * risk * (1 - risk)
        return np.asarray((slopes * spread[:, None]).T @ slopes + np.diag(self.precision))

    def covariance(self, estimate: Floats, free: np.ndarray) -> Floats:
        """Sandwich covariance of the free parameters; 0 for those at a bound."""
        linear, slopes = self.linear(estimate, self.dose, self.covariates)
        each = slopes[:, free] * (self.weight * (self.happened - expit(linear)))[:, None]
        bread = self.information(estimate)[np.ix_(free, free)]
        inverse = np.linalg.pinv(bread, rcond=1e-10, hermitian=True)
        whole = np.zeros((estimate.size, estimate.size))
        whole[np.ix_(free, free)] = inverse @ (each.T @ each) @ inverse
        return whole

    @property
    def precision(self) -> Floats:
        """Of each parameter; 0 for those of the curve."""
        own = np.zeros(self.shape.size)
        return np.concatenate([own, np.full(self.covariates.shape[1], self.penalty)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Climb:
    """Where the likelihood is highest.

    Parameters
    ----------
    likelihood : DoseLikelihood
        That was climbed.
    estimate, covariance : array
        Of the curve's parameters, then the covariates'.
    log_likelihood : float
        Weighted, without the penalty.
    at_bound : bool
        Whether a parameter of the curve stands at its bound.
    """

    likelihood: DoseLikelihood
    estimate: Floats
    covariance: Floats
    log_likelihood: float
    at_bound: bool


def climbed(likelihood: DoseLikelihood) -> Climb:
    """The highest of the tops that are reached from the shape's starts.

    Raises
    ------
    NotEstimableError
        When no start leads to a top.
    """
    ends = [_end(likelihood, start) for start in _starts(likelihood)]
    ends = [one for one in ends if np.isfinite(one[0])]
    if not ends:
        raise NotEstimableError("No dose curve: its likelihood has no top.")
    _, estimate = min(ends, key=lambda one: one[0])
    free = (np.abs(estimate[:, None] - np.array(_bounds(likelihood))) > 1e-6).all(axis=1)
    pull = likelihood.precision @ estimate**2 / 2
    return Climb(
        likelihood=likelihood,
        estimate=estimate,
        covariance=likelihood.covariance(estimate, free),
        log_likelihood=-(likelihood.loss(estimate)[0] - float(pull)),
        at_bound=not bool(free.all()),
    )


def _starts(likelihood: DoseLikelihood) -> list[Floats]:
    weight, happened = likelihood.weight, likelihood.happened
    crude = float(logit((weight @ happened + 0.5) / (weight.sum() + 1)))
    flat = np.zeros(likelihood.covariates.shape[1])
    return [np.concatenate([one, flat]) for one in likelihood.shape.starts(crude)]


def _bounds(likelihood: DoseLikelihood) -> list[tuple[float, float]]:
    """Of all parameters; the covariates have none."""
    return likelihood.shape.bounds() + [(-np.inf, np.inf)] * likelihood.covariates.shape[1]


def _end(likelihood: DoseLikelihood, start: Floats) -> tuple[float, Floats]:
    """Levenberg and Marquardt's way down the loss, by expected information, within the bounds."""
    lowest, highest = np.array(_bounds(likelihood)).T
    here, damping = np.clip(start, lowest, highest), 1e-3
    loss, slope = likelihood.loss(here)
    for _ in range(_MOST_STEPS):
        held = ((here <= lowest) & (slope > 0)) | ((here >= highest) & (slope < 0))
        step = _step(likelihood.information(here), slope, ~held, damping)
        there = np.clip(here - step, lowest, highest)
        new_loss, new_slope = likelihood.loss(there)
        if not new_loss <= loss:
            damping *= 8
            if damping > 1e12:  # rounding leaves nothing to gain
                break
            continue
        still = loss - new_loss <= _SMALL_GAIN * abs(loss) and damping <= _SURE
        here, loss, slope, damping = there, new_loss, new_slope, max(damping / 8, 1e-12)
        if still:
            break
    return loss, here


def _step(information: Floats, slope: Floats, free: np.ndarray, damping: float) -> Floats:
    inner = information[np.ix_(free, free)]
    inner = inner + np.diag(damping * np.diag(inner) + 1e-12)
    step = np.zeros(slope.size)
    step[free] = np.linalg.solve(inner, slope[free])
    return step
