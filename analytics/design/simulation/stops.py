"""Where simulated trials stop, test by test, and what is kept of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.design.boundaries import Boundaries
from analytics.design.simulation.block import Block

Floats = NDArray[np.float64]
CONTINUES, EFFICACY, FUTILITY, HARM = 0, 1, 2, 3


@dataclass(slots=True)
class Stops:
    """Of each test and trial: the look at which it stops, why, when, with whom; sums over trials.

    Parameters
    ----------
    looks, reasons : arrays, tests x trials
        The look counts from 0; the last one ends every trial. The reason is one of EFFICACY,
        FUTILITY, HARM, or CONTINUES when the last look shows none of them.
    months, subjects, events : arrays, tests x trials
        At that look.
    sums : dict
        Over all trials, by look: "months", "months_squared", "events", "short"; by test and look:
        "z", "z_squared".
    """

    places: tuple[list[int], ...]
    boundaries: tuple[Boundaries, ...]
    looks: NDArray[np.int8]
    reasons: NDArray[np.int8]
    months: NDArray[np.float32]
    subjects: NDArray[np.int32]
    events: NDArray[np.int32]
    sums: dict[str, Floats]
    done: int = 0

    @classmethod
    def empty(
        cls, places: tuple[list[int], ...], boundaries: tuple[Boundaries, ...], replications: int
    ) -> Stops:
        """Room for as many trials as are simulated; `places` are the weights of each test."""
        shape = (len(places), replications)
        looks = len(boundaries[0].information_fractions)
        by_look = ("months", "months_squared", "events", "short")
        return cls(
            places=places,
            boundaries=boundaries,
            looks=np.empty(shape, dtype=np.int8),
            reasons=np.empty(shape, dtype=np.int8),
            months=np.empty(shape, dtype=np.float32),
            subjects=np.empty(shape, dtype=np.int32),
            events=np.empty(shape, dtype=np.int32),
            sums={
                **{name: np.zeros(looks) for name in by_look},
                **{name: np.zeros((shape[0], looks)) for name in ("z", "z_squared")},
            },
        )

    def add(self, block: Block) -> None:
        """Take in the next trials."""
        size = block.months.shape[0]
        rows, own = np.arange(size), slice(self.done, self.done + size)
        self.sums["months"] += block.months.sum(axis=0)
        self.sums["months_squared"] += (block.months**2).sum(axis=0)
        self.sums["events"] += block.events.sum(axis=0)
        self.sums["short"] += block.short.sum(axis=0)
        spread = np.sqrt(np.diagonal(block.covariances, axis1=2, axis2=3))
        with np.errstate(divide="ignore", invalid="ignore"):
            each = np.where(spread > 0, block.scores / spread, 0.0)
        for test, (places, bounds) in enumerate(zip(self.places, self.boundaries, strict=True)):
            z = each[:, :, places].max(axis=2)
            self.sums["z"][test] += z.sum(axis=0)
            self.sums["z_squared"][test] += (z**2).sum(axis=0)
            look, reason = stopped(z, bounds)
            self.looks[test, own], self.reasons[test, own] = look, reason
            self.months[test, own] = block.months[rows, look]
            self.subjects[test, own] = block.enrolled[rows, look]
            self.events[test, own] = block.events[rows, look]
        self.done += size


def stopped(z: Floats, bounds: Boundaries) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """The look at which each trial (a row of statistics) stops, and why.

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential
    >>> bounds = GroupSequential(information_fractions=(0.5, 1.0)).boundaries()
    >>> stopped(np.array([[3.0, 0.0], [0.0, 2.5], [0.0, 1.0]]), bounds)
    (array([0, 1, 1]), array([1, 1, 0], dtype=int8))
    """
    found = np.where(z >= bounds.upper, EFFICACY, CONTINUES).astype(np.int8)
    if bounds.sides == 2:
        found[z <= -bounds.upper] = HARM
    else:
        futile = (z <= bounds.lower) & (found == CONTINUES)
        futile[:, -1] = False
        found[futile] = FUTILITY
    ends = found != CONTINUES
    ends[:, -1] = True
    look = ends.argmax(axis=1)
    return look, found[np.arange(look.size), look]
