"""BOIN: escalate or de-escalate when the observed share of toxicities crosses optimal limits."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from analytics.checks import require
from analytics.dosing.escalation.counts import Counts, Whole
from analytics.dosing.escalation.interval_design import (
    DEESCALATE,
    ELIMINATE,
    ESCALATE,
    STAY,
    Decisions,
    IntervalDesign,
    posterior_above,
    triangle,
)
from analytics.dosing.escalation.isotonic_regression import above
from analytics.results import registered

_FEWEST = 3  # patients on whom a dose can be eliminated


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Boin(IntervalDesign):
    """The Bayesian optimal interval design.

    Escalates when the share of toxicities at the current dose is at most `escalate_at`,
    de-escalates when it is at least `deescalate_at`. A dose is eliminated, with all above it, when
    Pr(toxicity > target) > `elimination` under Beta(1, 1) with 3 or more patients.

    Parameters
    ----------
    doses : int
        1 to 30.
    target : float
        Toxicity probability aimed at, 0 < target < 1.
    under, over : float, optional
        Toxicity probabilities that mean a dose is too low and too high; by default 0.6 and 1.4
        times the target. 0 < under < target < over < 1.
    elimination : float
        Of the probability above the target, 0.5 < elimination < 1.
    extra_safety : float, optional
        Below `elimination`: the trial stops when the lowest dose is above the target with
        probability > elimination - extra_safety (the offset of the software; 0.05 is usual).
    bounded : bool
        Whether only a dose whose isotonic estimate is at most `deescalate_at` can be selected.

    References
    ----------
    Liu and Yuan (2015), Journal of the Royal Statistical Society C 64:507-523.
    Yuan, Hess, Hilsenbeck and Gilbert (2016), Clinical Cancer Research 22:4291-4301.

    Examples
    --------
    >>> design = Boin(doses=5, target=0.3)
    >>> round(design.escalate_at, 3), round(design.deescalate_at, 3)
    (0.236, 0.359)
    >>> design.boundaries(6).iloc[[2, 5]].to_numpy().tolist()
    [[3.0, 0.0, 2.0, 3.0], [6.0, 1.0, 3.0, 4.0]]
    """

    doses: int
    target: float
    under: float | None = None
    over: float | None = None
    elimination: float = 0.95
    extra_safety: float | None = None
    bounded: bool = False

    def __post_init__(self) -> None:
        self._check_shared()
        low, high = self.alternatives
        ordered = 0 < low < self.target < high < 1
        require(ordered, "0 < under < target < over < 1", under=low, target=self.target, over=high)
        sound = 0.5 < self.elimination < 1
        require(sound, "0.5 < elimination < 1", elimination=self.elimination)
        offset = self.extra_safety
        if offset is not None:
            rule = "0 < extra_safety < elimination - 0.5"
            require(0 < offset < self.elimination - 0.5, rule, extra_safety=offset)

    @property
    def alternatives(self) -> tuple[float, float]:
        """The probabilities that mean too low and too high."""
        under = 0.6 * self.target if self.under is None else self.under
        over = 1.4 * self.target if self.over is None else self.over
        return under, over

    @property
    def escalate_at(self) -> float:
        """Lambda e: where the target and the lower alternative are equally likely."""
        under = self.alternatives[0]
        odds = self.target * (1 - under) / (under * (1 - self.target))
        return log((1 - under) / (1 - self.target)) / log(odds)

    @property
    def deescalate_at(self) -> float:
        """Lambda d: where the target and the upper alternative are equally likely."""
        over = self.alternatives[1]
        odds = over * (1 - self.target) / (self.target * (1 - over))
        return log((1 - self.target) / (1 - over)) / log(odds)

    def _table(self, most: int) -> Decisions:
        patients, toxicities = triangle(most)
        table = np.full((most + 1, most + 1), STAY, dtype=np.int8)
        table[toxicities <= self.escalate_at * patients] = ESCALATE
        table[toxicities >= self.deescalate_at * patients] = DEESCALATE
        certain = posterior_above(self.target, most) > self.elimination
        table[certain & (patients >= _FEWEST)] = ELIMINATE
        table[0] = STAY
        return table

    def _ceiling(self, counts: Counts) -> Whole:
        left = IntervalDesign._ceiling(self, counts)
        if self.extra_safety is None:
            return left
        lowest = Counts(patients=counts.patients[:, :1], toxicities=counts.toxicities[:, :1])
        certain = above(self.target, lowest)[:, 0] > self.elimination - self.extra_safety
        return np.where(certain & (lowest.patients[:, 0] >= _FEWEST), 0, left)

    def _highest_estimate(self) -> float:
        return self.deescalate_at if self.bounded else 1.0
