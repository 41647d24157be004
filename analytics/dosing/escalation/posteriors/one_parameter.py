"""Models with one parameter: the dose-toxicity curve of the prior guess, moved by exp(b)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Literal

import numpy as np
from scipy.special import logit

from analytics.dosing.escalation.counts import Counts, Floats
from analytics.dosing.escalation.posteriors.indicators import below
from analytics.dosing.escalation.posteriors.nodes import Nodes

Curve = Literal["power", "logistic"]
_WIDEST = 8.0  # beyond |b| = 8 every likelihood is flat
_REACH = 9.0  # prior standard deviations
_STEP = 0.25  # of the smallest standard deviation that a posterior can have


@dataclass(frozen=True, slots=True, kw_only=True)
class OneParameter:
    """p = skeleton^exp(b), or logit p = intercept + exp(b) x; b is normal around 0.

    Parameters
    ----------
    skeleton : tuple of float
        Toxicity probabilities by dose at b = 0.
    curve : {"power", "logistic"}
        Of the logistic curve, x = logit(skeleton) - intercept, which is below 0: whatever the
        curve, all probabilities fall as b rises.
    prior_sd : float
        Of b.
    intercept : float
        Of the logistic curve.
    """

    skeleton: tuple[float, ...]
    curve: Curve
    prior_sd: float
    intercept: float

    def log_toxic(self, b: Floats) -> Floats:
        """Log probability of a toxicity: one row per dose, one column per b."""
        guess = np.array(self.skeleton)[:, None]
        if self.curve == "power":
            return np.asarray(np.exp(b) * np.log(guess))
        return np.asarray(-np.logaddexp(0, -self._predictor(b)))

    def log_free(self, b: Floats) -> Floats:
        """Log probability of no toxicity."""
        if self.curve == "power":
            return np.asarray(np.log(-np.expm1(self.log_toxic(b))))
        return np.asarray(-np.logaddexp(0, self._predictor(b)))

    def _predictor(self, b: Floats) -> Floats:
        x = logit(np.array(self.skeleton))[:, None] - self.intercept
        return np.asarray(self.intercept + np.exp(b) * x)

    def reaches(self, probability: float) -> Floats:
        """By dose the b at which a probability is reached; -infinity where it never is."""
        guess = np.array(self.skeleton)
        if self.curve == "power":
            return np.asarray(np.log(np.log(probability) / np.log(guess)))
        distance = self.intercept - logit(probability)
        if distance <= 0:
            return np.full(len(guess), -np.inf)
        return np.asarray(np.log(distance / (self.intercept - logit(guess))))

    def grid(self, counts: Counts) -> OneParameterGrid:
        """Points that are close enough for these outcomes."""
        most = max(int(counts.patients.sum(axis=1).max(initial=0)), 1)
        return _grid(self, 12 * 2 ** max(int(np.ceil(np.log2(most / 12))), 0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OneParameterGrid:
    """Evenly spaced values of b."""

    model: OneParameter
    b: Floats
    step: float
    nodes: Nodes

    @property
    def every_other(self) -> OneParameterGrid:
        """Half the points: enough for expectations of smooth functions."""
        half = Nodes(
            log_toxic=self.nodes.log_toxic[:, ::2],
            log_free=self.nodes.log_free[:, ::2],
            log_weight=self.nodes.log_weight[::2],
        )
        return OneParameterGrid(model=self.model, b=self.b[::2], step=2 * self.step, nodes=half)

    def moments(self, counts: Counts) -> tuple[Floats, Floats]:
        """Posterior mean and variance of b."""
        rough = self.every_other
        found = rough.nodes.expectations(counts, np.stack([rough.b, rough.b**2], axis=1))
        return found[:, 0], found[:, 1] - found[:, 0] ** 2

    def mean_toxic(self, counts: Counts) -> Floats:
        """Posterior mean toxicity probabilities: one row per outcome, one column per dose."""
        rough = self.every_other.nodes
        return rough.expectations(counts, rough.toxic)

    def above(self, counts: Counts, probability: float) -> Floats:
        """Pr(toxicity > probability): one row per outcome, one column per dose."""
        reached = self.model.reaches(probability)
        weights = below(reached, self.b[:, None], self.step)
        return np.clip(self.nodes.expectations(counts, weights), 0.0, 1.0)

    def quantiles(self, counts: Counts, share: float) -> Floats:
        """Posterior quantile of b for each outcome.

        From the distribution and the density at the points, by cubic interpolation.
        """
        found = np.empty(counts.rows)
        for row in range(0, counts.rows, 2048):
            rows = np.arange(row, min(row + 2048, counts.rows))
            found[rows] = self.quantiles_of(self.nodes.weights(counts.take(rows)), share)
        return found

    def quantiles_of(self, weights: Floats, share: float) -> Floats:
        """Quantile of b for each row of posterior probabilities of the points."""
        reached = weights @ below(self.b[None, :], self.b[:, None], self.step)
        return _inverted(reached, weights / self.step, share, self)


@lru_cache(maxsize=64)
def _grid(model: OneParameter, most: int) -> OneParameterGrid:
    sharpest = (1 / model.prior_sd**2 + most * _information(model)) ** -0.5
    reach = max(_REACH * model.prior_sd, _WIDEST)
    half = 2 * ceil(reach / (2 * _STEP * sharpest))
    step = reach / half
    b = step * np.arange(-half, half + 1, dtype=np.float64)
    nodes = Nodes(
        log_toxic=model.log_toxic(b),
        log_free=model.log_free(b),
        log_weight=-(b**2) / (2 * model.prior_sd**2),
    )
    return OneParameterGrid(model=model, b=b, step=step, nodes=nodes)


def _information(model: OneParameter) -> float:
    """The most that one patient can tell about b."""
    b = np.linspace(-_WIDEST, _WIDEST, 4001)
    toxic = np.exp(model.log_toxic(b))
    slope = np.gradient(toxic, b, axis=1)
    certain = toxic * (1 - toxic)
    return float(np.max(np.where(certain > 1e-9, slope**2 / np.maximum(certain, 1e-9), 0.0)))


def _inverted(reached: Floats, density: Floats, share: float, grid: OneParameterGrid) -> Floats:
    """Where each distribution reaches a share, between the two points around it."""
    left = np.clip((reached < share).sum(axis=1) - 1, 0, len(grid.b) - 2)
    rows, step = np.arange(len(reached)), grid.step
    low, high = reached[rows, left], reached[rows, left + 1]
    first, last = step * density[rows, left], step * density[rows, left + 1]
    part = np.clip((share - low) / np.maximum(high - low, 1e-300), 0.0, 1.0)
    for _ in range(8):
        cubic = (first + last - 2 * (high - low)) * part + 3 * (high - low) - 2 * first - last
        value = low + part * (first + part * cubic)
        slope = first + part * (2 * cubic + (first + last - 2 * (high - low)) * part)
        part = np.clip(part - (value - share) / np.maximum(slope, 1e-300), 0.0, 1.0)
    return np.asarray(grid.b[left] + part * step)
