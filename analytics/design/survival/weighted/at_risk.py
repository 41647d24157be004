"""Who is at risk in each arm of a trial, on a grid of times since randomisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.design.survival.arm_hazards import CONTROL, arm_hazards

Floats = NDArray[np.float64]

_CELLS = 240  # of even width up to the last analysis, besides those that cuts make
_HALVINGS = 60  # of the first cell: a hazard may be infinite at 0
# Gauss's rule with three nodes, and the integrals up to each of them (Butcher 1964).
_NODES = np.array([0.5 - sqrt(15) / 10, 0.5, 0.5 + sqrt(15) / 10])
_WEIGHTS = np.array([5 / 18, 4 / 9, 5 / 18])
_UP_TO = np.array(
    [
        [5 / 36, 2 / 9 - sqrt(15) / 15, 5 / 36 - sqrt(15) / 30],
        [5 / 36 + sqrt(15) / 24, 2 / 9, 5 / 36 - sqrt(15) / 24],
        [5 / 36 + sqrt(15) / 30, 2 / 9 + sqrt(15) / 15, 5 / 36],
    ]
)


@dataclass(frozen=True, slots=True)
class TimeGrid:
    """Cells of time with three Gaussian nodes in each: integrals with errors of sixth order.

    Examples
    --------
    >>> grid = TimeGrid.of([0.0, 10.0])
    >>> round(float(grid.integral(grid.times)), 9), grid.up_to([5.0], grid.times).round(9).tolist()
    (50.0, [12.5])
    """

    edges: Floats

    @classmethod
    def of(cls, breaks: Sequence[float]) -> TimeGrid:
        """From the lowest to the highest of these times, with an edge at each."""
        edges = np.unique(np.asarray(breaks, dtype=float))
        most = (edges[-1] - edges[0]) / _CELLS
        fine = [
            np.linspace(low, high, 1 + int(np.ceil((high - low) / most)))[:-1]
            for low, high in pairwise(edges)
        ]
        even = np.append(np.concatenate(fine), edges[-1])
        near = even[0] + (even[1] - even[0]) * 0.5 ** np.arange(1, _HALVINGS)
        return cls(np.unique(np.concatenate([even, near])))

    @property
    def times(self) -> Floats:
        """The nodes."""
        width = np.diff(self.edges)[:, None]
        return np.asarray((self.edges[:-1, None] + width * _NODES).ravel())

    def integral(self, values: Floats) -> Floats:
        """Over all cells, of values at the nodes (last axis)."""
        return np.asarray(values @ (np.diff(self.edges)[:, None] * _WEIGHTS).ravel())

    def running(self, values: Floats) -> Floats:
        """From the first edge to each node."""
        by_cell = values.reshape(*values.shape[:-1], -1, 3)
        width = np.diff(self.edges)
        whole = (by_cell @ _WEIGHTS) * width
        before = np.cumsum(whole, axis=-1) - whole
        inside = (by_cell @ _UP_TO.T) * width[:, None]
        return np.asarray((before[..., None] + inside).reshape(values.shape))

    def up_to(self, limits: Sequence[float] | Floats, values: Floats) -> Floats:
        """From the first edge to any limits, of which those before it give 0; one row of values.

        Straight lines between edges and nodes, which leaves an error of second order.
        """
        by_cell = self.running(values).reshape(-1, 3)
        ends = np.append(0.0, np.cumsum((values.reshape(-1, 3) @ _WEIGHTS) * np.diff(self.edges)))
        points = np.column_stack([self.edges[:-1], self.times.reshape(-1, 3)]).ravel()
        reached = np.column_stack([ends[:-1], by_cell]).ravel()
        points, reached = np.append(points, self.edges[-1]), np.append(reached, ends[-1])
        return np.asarray(np.interp(np.asarray(limits, dtype=float), points, reached))


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Followed subjects and their events, by time since randomisation, control and treatment.

    Parameters
    ----------
    grid : TimeGrid
        Up to the last analysis.
    followed : array, arms x nodes
        Share of all subjects who are in the arm and followed without the event, when entry is no
        matter; without regard to subgroups.
    hazard : array, arms x nodes
        Of the event among them.
    entered : array, analyses x nodes
        Subjects who entered early enough to be followed so long at the analysis.
    analyses : array
        In calendar time.
    subjects : array
        Randomised to each arm in the end.
    """

    grid: TimeGrid
    followed: Floats
    hazard: Floats
    entered: Floats
    analyses: Floats
    subjects: Floats

    @classmethod
    def of(
        cls, assumptions: SurvivalAssumptions, analyses: Floats, delays: Sequence[float] = ()
    ) -> AtRisk:
        """At calendar times of analyses; `delays` are further times since randomisation with an
        edge of the grid."""
        arms = arm_hazards(assumptions)
        last = float(analyses.max())
        knots = np.array([0.0, *assumptions.accrual.ends])
        inside = {*(cut for arm in arms for cut in arm.cuts), *delays}
        inside |= set((analyses[:, None] - knots).ravel().tolist())
        grid = TimeGrid.of([0.0, *(time for time in inside if 0 < time < last), last])
        times = grid.times
        control = np.array([arm.arm == CONTROL for arm in arms])
        each = np.array([arm.share * arm.followed(times) for arm in arms])
        with np.errstate(over="ignore", invalid="ignore"):
            events = np.array([arm.hazard(times) for arm in arms])
        events = np.where(each > 0, each * events, 0.0)
        followed = np.array([each[of].sum(axis=0) for of in (control, ~control)])
        density = np.array([events[of].sum(axis=0) for of in (control, ~control)])
        hazard = np.divide(density, followed, out=np.zeros_like(density), where=followed > 0)
        entered = assumptions.accrual.entered(np.maximum(analyses[:, None] - times, 0.0))
        shares = np.array([assumptions.control_share, 1 - assumptions.control_share])
        subjects = assumptions.accrual.subjects * shares
        return cls(grid, followed, hazard, entered, analyses, subjects)

    @property
    def treated(self) -> Floats:
        """Share of those at risk who are on treatment."""
        total = self.followed.sum(axis=0)
        share = np.divide(self.followed[1], total, out=np.zeros_like(total), where=total > 0)
        return np.asarray(share)

    @property
    def pooled_hazard(self) -> Floats:
        """Of all at risk, both arms together; the same at all analyses."""
        share = self.treated
        return np.asarray((1 - share) * self.hazard[0] + share * self.hazard[1])

    @property
    def events(self) -> Floats:
        """Expected of both arms by each analysis."""
        density = (self.followed * self.hazard).sum(axis=0)
        return np.asarray(self.grid.integral(density * self.entered))
