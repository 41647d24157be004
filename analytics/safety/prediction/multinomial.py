"""Penalised multinomial regression of what happens in each period, without person-period rows.

A subject's covariates are the same in every period, so that sums over periods can be taken
before the covariates come in: a step of Newton's method costs as much as one on subjects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.checks import NotEstimableError
from analytics.safety.prediction.data import Floats
from analytics.survival.regression.newton import Expansion

_LEVEL = 0.01  # precision that keeps a period without events from minus infinity
_MOST_STEPS = 50
_SETTLED = 1e-10  # gain that Newton's step still promises


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Multinomial:
    """The penalised log-likelihood.

    Parameters
    ----------
    covariates : array, subjects x columns
        Centred.
    lived : array, subjects x periods
        Weight of the subject's row in the period; 0 where not at risk.
    happened : array, causes x subjects x periods
        1 where the cause strikes.
    width : array, per period
        Its length, in units of the mean length: hazards in longer periods are higher.
    penalty : float
        Precision of the coefficients: half of it times their squares is taken off.
    smoothing : float
        The same for differences of a cause's hazard between neighbouring periods.
    """

    covariates: Floats
    lived: Floats
    happened: Floats
    width: Floats
    penalty: float
    smoothing: float

    def chances(self, estimate: Floats, covariates: Floats) -> Floats:
        """Chance of each cause in each period; causes x subjects x periods."""
        baseline, slopes = self.parts(estimate)
        linear = baseline[:, None, :] + np.log(self.width) + (slopes @ covariates.T)[:, :, None]
        top = np.maximum(linear.max(axis=0), 0.0)
        raised = np.exp(linear - top)
        return np.asarray(raised / (np.exp(-top) + raised.sum(axis=0)))

    def parts(self, estimate: Floats) -> tuple[Floats, Floats]:
        """Baselines (causes x periods) and coefficients (causes x columns)."""
        table = estimate.reshape(len(self.happened), -1)
        periods = self.width.size
        return table[:, :periods], table[:, periods:]

    @property
    def start(self) -> Floats:
        """Everybody at the average hazard."""
        rows = np.zeros((len(self.happened), self.width.size + self.covariates.shape[1]))
        rows[:, : self.width.size] = self.level[:, None]
        return rows.ravel()

    @property
    def level(self) -> Floats:
        """Log odds of each cause against nothing, over all periods; per cause."""
        events = self.happened.sum(axis=(1, 2))
        nothing = max(float(self.lived.sum() - events.sum()), 0.5)
        return np.asarray(np.log(events / nothing))

    def at(self, estimate: Floats) -> Expansion:
        """It and its derivatives at an estimate."""
        chance = self.chances(estimate, self.covariates)
        expected = self.lived * chance
        logs = np.log(np.maximum(chance, 1e-300))
        nothing = np.log(np.maximum(1 - chance.sum(axis=0), 1e-300))
        value = (self.happened * logs).sum()
        value += ((self.lived - self.happened.sum(axis=0)) * nothing).sum()
        rest = self.happened - expected
        score = np.concatenate([rest.sum(axis=1), rest.sum(axis=2) @ self.covariates], axis=1)
        penalty, pull = self._penalty(estimate)
        information = self._information(chance, expected) + self._curvature()
        return Expansion(
            estimate=estimate,
            value=float(value) - penalty,
            score=score.ravel() - pull,
            information=information,
        )

    def _information(self, chance: Floats, expected: Floats) -> Floats:
        causes, periods = len(chance), self.width.size
        size = periods + self.covariates.shape[1]
        whole = np.zeros((causes, size, causes, size))
        for one in range(causes):
            for other in range(one, causes):
                spread = -expected[one] * chance[other]
                if one == other:
                    spread = spread + expected[one]
                block = self._block(spread, periods)
                whole[one, :, other] = block
                whole[other, :, one] = block.T
        return whole.reshape(causes * size, causes * size)

    def _block(self, spread: Floats, periods: int) -> Floats:
        """One pair of causes: periods first, then columns."""
        x = self.covariates
        block = np.zeros((periods + x.shape[1],) * 2)
        block[:periods, :periods] = np.diag(spread.sum(axis=0))
        block[:periods, periods:] = spread.T @ x
        block[periods:, :periods] = block[:periods, periods:].T
        block[periods:, periods:] = (x * spread.sum(axis=1)[:, None]).T @ x
        return block

    def _precision(self) -> Floats:
        """Of one cause's baseline."""
        periods = self.width.size
        steps = np.diff(np.eye(periods), axis=0)
        return np.asarray(self.smoothing * steps.T @ steps + _LEVEL * np.eye(periods))

    def _penalty(self, estimate: Floats) -> tuple[float, Floats]:
        """What is taken off the log-likelihood, and its slope."""
        baseline, slopes = self.parts(estimate)
        away = baseline - self.level[:, None]
        pull = np.concatenate([away @ self._precision(), self.penalty * slopes], axis=1)
        value = (away * pull[:, : self.width.size]).sum() + self.penalty * (slopes**2).sum()
        return float(value) / 2, pull.ravel()

    def _curvature(self) -> Floats:
        periods, size = self.width.size, self.width.size + self.covariates.shape[1]
        one = self.penalty * np.eye(size)
        one[:periods, :periods] = self._precision()
        return np.asarray(np.kron(np.eye(len(self.happened)), one), dtype=np.float64)


def maximise(likelihood: Multinomial) -> Floats:
    """The estimate at its top; the penalties make it one.

    Examples
    --------
    >>> rows = np.array([[1.0], [1.0], [1.0], [1.0]])
    >>> even = Multinomial(covariates=np.zeros((4, 0)), lived=rows, width=np.ones(1),
    ...                    happened=np.array([[[1.0], [0.0], [0.0], [0.0]]]),
    ...                    penalty=1.0, smoothing=0.0)
    >>> round(float(even.chances(maximise(even), even.covariates)[0, 0, 0]), 6)
    0.25
    """
    here = likelihood.at(likelihood.start)
    for _ in range(_MOST_STEPS):
        move = np.asarray(np.linalg.solve(here.information, here.score), dtype=np.float64)
        if float(here.score @ move) < _SETTLED:
            return np.asarray(here.estimate + move)
        here = _uphill(likelihood, here, move)
    raise NotEstimableError("No model: the penalised likelihood has no top that 50 steps reach.")


def _uphill(likelihood: Multinomial, here: Expansion, move: Floats) -> Expansion:
    for _ in range(30):
        there = likelihood.at(here.estimate + move)
        if there.value >= here.value - 1e-10 * abs(here.value):
            return there
        move = move / 2
    return here
