"""Cox's partial likelihood on rows: value, score and information in one pass.

The sum over events of the second moments in the risk set, which would need a matrix per event,
is one weighted cross product of the rows: each row counts as often as the hazard it has lived
through. Only means, not matrices, are then needed at each event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from analytics.survival.regression.columns import Floats, Ints
from analytics.survival.regression.event_grid import EventGrid
from analytics.survival.regression.model_rows import ModelRows
from analytics.survival.regression.newton import Expansion


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Passage:
    """The events of each point, passed through one after the other at given coefficients.

    With Efron's ties the rows that die at a point leave its risk set by degrees: event k of d
    sees the share k/d of them gone (`passed`). With Breslow's nobody leaves before the end.

    Parameters
    ----------
    point : array of int, per event
        Its point.
    starts : array of int, per point
        Where its events begin.
    passed : array, per event
        Share of the dying that has left.
    inverse : array, per event
        1 / sum of the relative risks still there.
    hazard : array, per event
        Mean case weight of the point's events times `inverse`: its step of the baseline hazard.
    """

    point: Ints
    starts: Ints
    passed: Floats
    inverse: Floats
    hazard: Floats

    def sum(self, per_event: Floats) -> Floats:
        """Sums over the events of each point."""
        if self.starts.size == self.point.size:
            return per_event
        return np.add.reduceat(per_event, self.starts, axis=-1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxLikelihood:
    """The rows at risk at some event, sorted, with standardised covariates.

    Parameters
    ----------
    grid : EventGrid
        Sorted rows.
    covariates : array, columns x rows
        Centred and divided by `scale`.
    centre, scale : array, per column
        Of the covariates as given.
    weight : array or None
        Case weights of the sorted rows; None when all are 1.
    efron : bool
        Ties; else Breslow's.
    workspace : array
        Overwritten by each evaluation, so that large arrays are made only once.
    """

    grid: EventGrid
    covariates: Floats
    centre: Floats
    scale: Floats
    weight: Floats | None
    efron: bool
    workspace: Floats

    @classmethod
    def of(cls, rows: ModelRows, ties: str) -> Self:
        """Sort and standardise; there is at least one event."""
        grid = EventGrid.of(rows.time, rows.entry, rows.event, rows.stratum)
        covariates = np.take(rows.design.matrix.T, grid.order, axis=1)
        centre = covariates.mean(axis=1)
        covariates -= centre[:, None]
        scale = np.sqrt(np.einsum("ij,ij->i", covariates, covariates) / max(grid.order.size, 1))
        scale = np.where(scale > 1e-12 * np.abs(centre), scale, 1.0)
        covariates /= scale[:, None]
        return cls(
            grid=grid,
            covariates=covariates,
            centre=centre,
            scale=scale,
            weight=None if rows.weight is None else rows.weight[grid.order],
            efron=ties == "efron",
            workspace=np.empty((covariates.shape[0] + 1, covariates.shape[1])),
        )

    def weighted(self, values: Floats) -> Floats:
        """Values of the sorted rows times their case weights."""
        return values if self.weight is None else values * self.weight

    def risk(self, estimate: Floats) -> Floats:
        """Relative risk of each sorted row; that of the mean covariates is 1."""
        return np.exp(estimate @ self.covariates)

    def moments(self, risk: Floats) -> tuple[Floats, Floats]:
        """Sums over those at risk, and over those dying, of risks and risks times covariates."""
        self.workspace[0] = risk
        np.multiply(self.covariates, risk, out=self.workspace[1:])
        return self.grid.at_risk(self.workspace), self.grid.dying(self.workspace)

    def passage(self, at_risk: Floats, dying: Floats) -> Passage:
        """Denominators of all events, from the sums of relative risks per point."""
        grid = self.grid
        passed = np.zeros(grid.death.size)
        if self.efron:
            turn = np.arange(grid.death.size) - grid.starts[grid.point]
            passed = turn / grid.deaths[grid.point]
        inverse = 1 / (at_risk[grid.point] - passed * dying[grid.point])
        hazard = inverse
        if self.weight is not None:
            mean_weight = np.add.reduceat(self.weight[grid.death], grid.starts) / grid.deaths
            hazard = inverse * mean_weight[grid.point]
        return Passage(
            point=grid.point, starts=grid.starts, passed=passed, inverse=inverse, hazard=hazard
        )

    def at(self, estimate: Floats) -> Expansion:
        """The log-likelihood around these (standardised) coefficients."""
        grid = self.grid
        predictor = estimate @ self.covariates
        risk = self.weighted(np.exp(predictor))
        at_risk, dying = self.moments(risk)
        passage = self.passage(at_risk[0], dying[0])
        step, held = passage.sum(passage.hazard), passage.sum(passage.hazard * passage.passed)
        lived = grid.passed(step)
        lived[grid.death] -= held[grid.point]
        seen = np.ones(grid.death.size) if self.weight is None else self.weight[grid.death]
        own = np.take(self.covariates, grid.death, axis=1) @ seen
        rows = np.multiply(self.covariates, risk * lived, out=self.workspace[1:])
        return Expansion(
            estimate=estimate,
            value=float(seen @ predictor[grid.death] + _logs(passage)),
            score=own - at_risk[1:] @ step + dying[1:] @ held,
            information=rows @ self.covariates.T - _squared_means(passage, at_risk[1:], dying[1:]),
        )


def _logs(passage: Passage) -> float:
    """Sum of weight times log of 1 / denominator."""
    return float((passage.hazard / passage.inverse) @ np.log(passage.inverse))


def _squared_means(passage: Passage, at_risk: Floats, dying: Floats) -> Floats:
    """Sum over events of the outer products of the mean covariates, without the means."""
    square = passage.hazard * passage.inverse
    mixed = (at_risk * passage.sum(square * passage.passed)) @ dying.T
    whole = (at_risk * passage.sum(square)) @ at_risk.T
    return whole - mixed - mixed.T + (dying * passage.sum(square * passage.passed**2)) @ dying.T
