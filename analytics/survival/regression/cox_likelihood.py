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
class Ties:
    """Points at which several rows die, to be passed through in Efron's manner.

    The rows that die at a point leave its risk set by degrees: event k of d sees the share k / d
    of them gone. With Breslow's ties nobody leaves before the end, and there are no such points.

    Parameters
    ----------
    point : array of int, per tied point
        Which it is.
    event : array of int, per tied event
        Which event it is.
    place, starts : array of int
        The tied point of each tied event, and where the events of each tied point begin.
    passed : array, per tied event
        Share of the dying that has left.
    """

    point: Ints
    event: Ints
    place: Ints
    starts: Ints
    passed: Floats

    @classmethod
    def of(cls, grid: EventGrid, efron: bool) -> Self:
        """The ties of a grid."""
        several = (grid.deaths > 1) & efron
        event = np.flatnonzero(several[grid.point])
        deaths = grid.deaths[several]
        starts = np.cumsum(deaths) - deaths
        turn = np.arange(event.size) - np.repeat(starts, deaths)
        return cls(
            point=np.flatnonzero(several),
            event=event,
            place=np.repeat(np.arange(deaths.size), deaths),
            starts=starts,
            passed=turn / np.repeat(deaths, deaths),
        )

    def sum(self, per_tied_event: Floats) -> Floats:
        """Sums over the events of each tied point."""
        return np.asarray(np.add.reduceat(per_tied_event, self.starts, axis=-1))

    def left(self, per_event: Floats) -> Floats:
        """For each tied point, the sum of its events' values times the share already gone."""
        return self.sum(per_event[..., self.event] * self.passed)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Passage:
    """The events of each point, passed through one after the other at given coefficients.

    Parameters
    ----------
    point : array of int, per event
        Its point.
    starts : array of int, per point
        Where its events begin.
    inverse : array, per event
        1 / sum of the relative risks still there.
    hazard : array, per event
        Mean case weight of the point's events times `inverse`: its step of the baseline hazard.
    """

    point: Ints
    starts: Ints
    inverse: Floats
    hazard: Floats

    def sum(self, per_event: Floats) -> Floats:
        """Sums over the events of each point."""
        if self.starts.size == self.point.size:
            return per_event
        return np.asarray(np.add.reduceat(per_event, self.starts, axis=-1))


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
    ties : Ties
        To be passed through.
    own : array, per column
        Sum of the covariates of the events, weighted.
    workspace : array
        Overwritten by each evaluation, so that large arrays are made only once.
    """

    grid: EventGrid
    covariates: Floats
    centre: Floats
    scale: Floats
    weight: Floats | None
    ties: Ties
    own: Floats
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
        weight = None if rows.weight is None else rows.weight[grid.order]
        seen = np.ones(grid.death.size) if weight is None else weight[grid.death]
        return cls(
            grid=grid,
            covariates=covariates,
            centre=centre,
            scale=scale,
            weight=weight,
            ties=Ties.of(grid, ties == "efron"),
            own=np.take(covariates, grid.death, axis=1) @ seen,
            workspace=np.empty((covariates.shape[0] + 1, covariates.shape[1])),
        )

    def weighted(self, values: Floats) -> Floats:
        """Values of the sorted rows times their case weights."""
        return values if self.weight is None else values * self.weight

    def risk(self, estimate: Floats) -> Floats:
        """Relative risk of each sorted row; that of the mean covariates is 1."""
        return np.exp(estimate @ self.covariates)

    def moments(self, risk: Floats) -> tuple[Floats, Floats]:
        """Sums of risks and of risks times covariates: over those at risk, and over those dying.

        The first per point, the second per tied point.
        """
        self.workspace[0] = risk
        np.multiply(self.covariates, risk, out=self.workspace[1:])
        dying = self.workspace[:, self.grid.death[self.ties.event]]
        return self.grid.at_risk(self.workspace), self.ties.sum(dying)

    def passage(self, at_risk: Floats, dying: Floats) -> Passage:
        """Denominators of all events, from the sums of relative risks."""
        grid, ties = self.grid, self.ties
        there = at_risk[grid.point]
        there[ties.event] -= ties.passed * dying[ties.place]
        inverse = 1 / there
        hazard = inverse
        if self.weight is not None:
            mean_weight = np.add.reduceat(self.weight[grid.death], grid.starts) / grid.deaths
            hazard = inverse * mean_weight[grid.point]
        return Passage(point=grid.point, starts=grid.starts, inverse=inverse, hazard=hazard)

    def at(self, estimate: Floats) -> Expansion:
        """The log-likelihood around these (standardised) coefficients."""
        ties = self.ties
        risk = self.weighted(self.risk(estimate))
        at_risk, dying = self.moments(risk)
        passage = self.passage(at_risk[0], dying[0])
        step, left = passage.sum(passage.hazard), ties.left(passage.hazard)
        lived = self.grid.passed(step)
        lived[self.grid.death[ties.event]] -= left[ties.place]
        rows = np.multiply(self.covariates, risk * lived, out=self.workspace[1:])
        means = self._squared_means(passage, at_risk[1:], dying[1:])
        return Expansion(
            estimate=estimate,
            value=float(self.own @ estimate) + _logs(passage),
            score=self.own - at_risk[1:] @ step + dying[1:] @ left,
            information=rows @ self.covariates.T - means,
        )

    def _squared_means(self, passage: Passage, at_risk: Floats, dying: Floats) -> Floats:
        """Sum over events of the outer products of the mean covariates, without the means."""
        ties, square = self.ties, passage.hazard * passage.inverse
        whole = (at_risk * passage.sum(square)) @ at_risk.T
        mixed = (at_risk[:, ties.point] * ties.left(square)) @ dying.T
        twice = ties.sum(square[ties.event] * ties.passed**2)
        return np.asarray(whole - mixed - mixed.T + (dying * twice) @ dying.T)


def _logs(passage: Passage) -> float:
    """Sum of weight times log of 1 / denominator."""
    return float((passage.hazard / passage.inverse) @ np.log(passage.inverse))
