"""Designs that ask which interval of toxicity probabilities the posterior favours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from analytics.checks import require
from analytics.dosing.escalation.counts import Floats
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
from analytics.results import registered

_ROUNDING = 1e-12


class _StrongestInterval(IntervalDesign):
    """Moves towards the interval with the most posterior probability per length."""

    __slots__ = ()

    below: float
    beyond: float
    elimination: float
    eliminate_from: int

    def _edges(self) -> Floats:
        """The ends of all intervals, from 0 to 1."""
        raise NotImplementedError

    def _check(self) -> None:
        self._check_shared()
        low, high = self.target - self.below, self.target + self.beyond
        rule = "0 < target - below < target < target + beyond < 1"
        ordered = 0 < low < self.target < high < 1
        require(ordered, rule, target=self.target, below=self.below, beyond=self.beyond)
        sound = 0.5 < self.elimination < 1
        require(sound, "0.5 < elimination < 1", elimination=self.elimination)
        require(self.eliminate_from >= 1, "eliminate_from >= 1", eliminate_from=self.eliminate_from)

    def _table(self, most: int) -> Decisions:
        patients, toxicities = triangle(most)
        seen = np.minimum(toxicities, patients)
        edges = self._edges()
        reached = betainc(seen[..., None] + 1, (patients - seen)[..., None] + 1, edges)
        strongest = np.argmax(np.diff(reached, axis=-1) / np.diff(edges), axis=-1)
        target = int(np.searchsorted(edges, self.target)) - 1
        table = np.full((most + 1, most + 1), STAY, dtype=np.int8)
        table[strongest < target] = ESCALATE
        table[strongest > target] = DEESCALATE
        certain = posterior_above(self.target, most) > self.elimination
        table[certain & (patients >= self.eliminate_from)] = ELIMINATE
        table[0] = STAY
        return table


class _EqualKeys(_StrongestInterval):
    """Intervals as long as that of the target, to both sides; the outermost are cut off."""

    __slots__ = ()

    def _edges(self) -> Floats:
        low, high = self.target - self.below, self.target + self.beyond
        length = high - low
        left = np.arange(low, _ROUNDING, -length)[::-1]
        right = np.arange(high, 1 - _ROUNDING, length)
        return np.concatenate([[0.0], left, right, [1.0]])


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Keyboard(_EqualKeys):
    """The keyboard design: go towards the strongest key, of equally long ones.

    The strongest key has the most posterior probability per length under Beta(1, 1); the two
    outermost keys may be shorter.

    Parameters
    ----------
    doses : int
        1 to 30.
    target : float
        Toxicity probability aimed at, 0 < target < 1.
    below, beyond : float
        The target key is from target - below to target + beyond.
    elimination : float
        A dose is eliminated when it is above the target with more than this probability.
    eliminate_from : int
        Patients on whom a dose can be eliminated.

    References
    ----------
    Yan, Mandrekar and Yuan (2017), Clinical Cancer Research 23:3994-4003.

    Examples
    --------
    >>> Keyboard(doses=5, target=0.25).boundaries(6).iloc[5].tolist()
    [6.0, 1.0, 2.0, 4.0]
    """

    doses: int
    target: float
    below: float = 0.05
    beyond: float = 0.05
    elimination: float = 0.95
    eliminate_from: int = 3

    def __post_init__(self) -> None:
        self._check()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Mtpi2(_EqualKeys):
    """mTPI-2: the keyboard design, but for doses that can be eliminated after one patient.

    Parameters
    ----------
    doses, target, below, beyond, elimination, eliminate_from
        As of `Keyboard`.

    References
    ----------
    Guo, Wang, Yang, Lynn and Ji (2017), Contemporary Clinical Trials 58:23-33.

    Examples
    --------
    >>> Mtpi2(doses=5, target=0.3).decisions(3).iloc[2, 1:].tolist()
    ['E', 'S', 'D', 'DU']
    """

    doses: int
    target: float
    below: float = 0.05
    beyond: float = 0.05
    elimination: float = 0.95
    eliminate_from: int = 1

    def __post_init__(self) -> None:
        self._check()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Mtpi(_StrongestInterval):
    """mTPI: three intervals of unequal length, compared by probability per length.

    Stays at doses with many toxicities (3 of 6 at a target of 0.3), which `Mtpi2` was made to
    change.

    Parameters
    ----------
    doses, target, below, beyond, elimination, eliminate_from
        As of `Keyboard`.

    References
    ----------
    Ji, Liu, Li and Bekele (2010), Clinical Trials 7:653-663.

    Examples
    --------
    >>> Mtpi(doses=5, target=0.3).decisions(6).iloc[5, 1:].tolist()
    ['E', 'E', 'S', 'S', 'DU', 'DU', 'DU']
    """

    doses: int
    target: float
    below: float = 0.05
    beyond: float = 0.05
    elimination: float = 0.95
    eliminate_from: int = 1

    def __post_init__(self) -> None:
        self._check()

    def _edges(self) -> Floats:
        return np.array([0.0, self.target - self.below, self.target + self.beyond, 1.0])
