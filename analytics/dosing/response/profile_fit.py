"""Generalised least squares for many sets of estimates at once.

Whatever the shape parameters, the coefficients follow by linear least squares. That leaves one or
two parameters. A grid over their whole range finds the neighbourhood of the best fit, smaller grids
come nearer, and damped steps reach it: nothing depends on starting values.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from analytics.dosing.response.families import Family

Floats = NDArray[np.float64]
_GRID = {1: 240, 2: 48}
_NARROWEST, _ROUNDS = 1e-3, 40
_DESCENTS, _DIFFERENCE, _STILL, _STIFF = 60, 1e-5, 1e-8, 1e6


@dataclass(frozen=True, slots=True)
class ProfileFit:
    """Ready to fit one family to estimates at the same doses with the same covariance.

    Parameters
    ----------
    family : Family
    doses, constants : array
    bounds : array, searched parameters x 2
    whitener : array
        Turns errors of the estimates into independent ones with variance 1.
    """

    family: Family
    doses: Floats
    constants: Floats
    bounds: Floats
    whitener: Floats

    @classmethod
    def of(
        cls, family: Family, doses: Floats, covariance: Floats, constants: Floats, bounds: Floats
    ) -> ProfileFit:
        """From the covariance of the estimates."""
        whitener = np.linalg.inv(np.linalg.cholesky(covariance))
        return cls(family, doses, constants, bounds, whitener)

    def fit(self, estimates: Floats) -> tuple[Floats, Floats]:
        """The best parameters and the criterion, for sets x doses.

        Returns
        -------
        parameters : array, sets x parameters
        criterion : array
            Weighted sum of squared differences between estimates and curve.
        """
        white = estimates @ self.whitener.T
        if len(self.bounds) == 0:
            return self._linear(white)
        near = self._narrowed(white, self._from_grid(white))
        return self._profiled(white, self._descended(white, near))

    @property
    def _ahead(self) -> Floats:
        """The direction of a change of all responses alike, among independent errors."""
        total = self.whitener.sum(axis=1)
        return np.asarray(total / np.linalg.norm(total))

    def _columns(self, searched: Floats) -> tuple[Floats, Floats]:
        """The curve's column among independent errors, and what of it is not constant."""
        fixed = np.broadcast_to(self.constants, (*searched.shape[:-1], len(self.constants)))
        shape = np.concatenate([searched, fixed], axis=-1)[..., None, :]
        column = self.family.standard(self.doses, shape) @ self.whitener.T
        ahead = self._ahead
        return column, column - (column @ ahead)[..., None] * ahead

    def _explained(self, white: Floats, searched: Floats) -> Floats:
        """Sum of squares that the curve explains beyond a constant: sets x trials."""
        _, varying = self._columns(searched)
        size = (varying**2).sum(axis=-1)
        along = (varying * white[:, None, :]).sum(axis=-1)
        return np.where(size > 1e-20, along**2 / np.maximum(size, 1e-20), 0.0)

    def _from_grid(self, white: Floats) -> Floats:
        points = _GRID[len(self.bounds)]
        axes = [np.geomspace(low, high, points) for low, high in self.bounds]
        trials = np.array(list(product(*axes)))
        _, varying = self._columns(trials)
        size = np.linalg.norm(varying, axis=1)
        unit = varying / np.maximum(size, 1e-10)[:, None]
        best = ((white @ unit.T) ** 2).argmax(axis=1)
        return np.asarray(trials[best])

    def _narrowed(self, white: Floats, searched: Floats) -> Floats:
        """Around the best so far: where a neighbour is better go there, else halve the distance."""
        low, high = np.log(self.bounds).T
        near = product((0.0, -1.0, -0.5, 0.5, 1.0), repeat=len(self.bounds))
        offsets = np.array(list(near))  # the best so far comes first, and so wins ties
        at = np.log(searched)
        reach = np.tile((high - low) / _GRID[len(self.bounds)], (len(white), 1))
        rows = np.arange(len(white))
        for _ in range(_ROUNDS):
            trials = np.clip(at[:, None, :] + offsets * reach[:, None, :], low, high)
            best = self._explained(white, np.exp(trials)).argmax(axis=1)
            at = trials[rows, best]
            reach = np.where(best[:, None] == 0, reach / 2, reach)
            if reach.max() < _NARROWEST:
                break
        return np.exp(at)

    def _descended(self, white: Floats, searched: Floats) -> Floats:
        """Levenberg-Marquardt within the bounds: down valleys that run askew of the grid."""
        low, high = np.log(self.bounds).T
        at, damping = np.log(searched), np.full(len(white), 1e-3)
        rows = np.arange(len(white))
        for _ in range(_DESCENTS):
            here, values = at[rows], white[rows]
            rest = self._left(values, here)
            trial = np.clip(here + self._step(values, here, rest, damping[rows]), low, high)
            there = self._left(values, trial)
            better = (there**2).sum(axis=1) < (rest**2).sum(axis=1)
            at[rows] = np.where(better[:, None], trial, here)
            change = np.where(better, damping[rows] / 5, damping[rows] * 4)
            damping[rows] = np.clip(change, 1e-12, None)
            moving = np.abs(trial - here).max(axis=1) > _STILL
            rows = rows[moving & (damping[rows] < _STIFF)]
            if rows.size == 0:
                break
        return np.exp(at)

    def _step(self, white: Floats, at: Floats, rest: Floats, damping: Floats) -> Floats:
        """One damped step by set; nothing pushes through a bound."""
        low, high = np.log(self.bounds).T
        sides = _DIFFERENCE * np.eye(len(self.bounds))
        slopes = np.stack(
            [(self._left(white, at + side) - self._left(white, at - side)) for side in sides],
            axis=-1,
        ) / (2 * _DIFFERENCE)
        pull = np.einsum("skp,sk->sp", slopes, rest)
        held = ((at <= low) & (pull > 0)) | ((at >= high) & (pull < 0))
        slopes = np.where(held[:, None, :], 0.0, slopes)
        bend = np.einsum("skp,skq->spq", slopes, slopes)
        size = np.einsum("spp->sp", bend) * damping[:, None] + 1e-14
        bend = bend + size[:, :, None] * np.eye(len(self.bounds))
        return -np.linalg.solve(bend, np.where(held, 0.0, pull)[..., None])[..., 0]

    def _left(self, white: Floats, at: Floats) -> Floats:
        """What the best coefficients leave over, sets x doses, at logarithms of the parameters."""
        ahead = self._ahead
        _, varying = self._columns(np.exp(at))
        size = np.maximum((varying**2).sum(axis=-1), 1e-20)
        slope = (varying * white).sum(axis=-1) / size
        centred = white - (white @ ahead)[:, None] * ahead
        return np.asarray(centred - slope[:, None] * varying)

    def _profiled(self, white: Floats, searched: Floats) -> tuple[Floats, Floats]:
        column, varying = self._columns(searched)
        size = np.maximum((varying**2).sum(axis=-1), 1e-20)
        slope = (varying * white).sum(axis=-1) / size
        rest = white - slope[:, None] * column
        total = self.whitener.sum(axis=1)
        start = rest @ total / (total @ total)
        criterion = ((rest - start[:, None] * total) ** 2).sum(axis=1)
        return np.column_stack([start, slope, searched]), np.asarray(criterion)

    def _linear(self, white: Floats) -> tuple[Floats, Floats]:
        columns = self.family.columns(self.doses, self.constants)
        design = self.whitener @ np.column_stack([np.ones(self.doses.size), columns])
        found = np.linalg.lstsq(design, white.T, rcond=None)[0].T
        criterion = ((white - found @ design.T) ** 2).sum(axis=1)
        return np.asarray(found), np.asarray(criterion)
