"""Scenarios: the toxicity probability of each dose, as it might be in truth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analytics.checks import require
from analytics.dosing.escalation.counts import Floats
from analytics.dosing.escalation.outcomes import MOST_DOSES
from analytics.results import Result, registered

ROUNDING = 1e-9


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Result):
    """True toxicity probabilities by dose.

    Parameters
    ----------
    probabilities : tuple of float
        By dose, nondecreasing, in [0, 1].
    name : str
        On tables and charts.

    Examples
    --------
    >>> Scenario(probabilities=(0.1, 0.25, 0.5)).nearest(0.3)
    (2,)
    """

    probabilities: tuple[float, ...]
    name: str = ""

    def __post_init__(self) -> None:
        p = self.probabilities
        require(1 <= len(p) <= MOST_DOSES, f"1 to {MOST_DOSES} doses", probabilities=p)
        require(all(0 <= one <= 1 for one in p), "0 <= probabilities <= 1", probabilities=p)
        rising = all(low <= high for low, high in pairwise(p))
        require(rising, "probabilities do not fall with dose", probabilities=p)

    @property
    def doses(self) -> int:
        """How many there are."""
        return len(self.probabilities)

    def nearest(self, target: float) -> tuple[int, ...]:
        """The doses whose probability is nearest to the target: the right ones to select."""
        far = np.abs(np.array(self.probabilities) - target)
        return tuple(int(one) + 1 for one in np.flatnonzero(far <= far.min() + ROUNDING))

    def above(self, target: float) -> tuple[int, ...]:
        """The doses that are more toxic than the target."""
        over = np.array(self.probabilities) > target + ROUNDING
        return tuple(int(one) + 1 for one in np.flatnonzero(over))


def probabilities_of(scenarios: tuple[Scenario, ...], doses: int) -> Floats:
    """One row per scenario.

    Examples
    --------
    >>> probabilities_of((Scenario(probabilities=(0.1, 0.2)),), 2)
    array([[0.1, 0.2]])
    """
    require(len(scenarios) > 0, "at least one scenario", scenarios=scenarios)
    for one in scenarios:
        require(one.doses == doses, f"scenarios have {doses} doses", doses=one.doses)
    return np.array([one.probabilities for one in scenarios], dtype=np.float64)
