"""Scenarios: the toxicity probability of each dose, as it might be in truth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import expit, logit

from analytics.checks import require
from analytics.dosing.escalation.counts import Floats
from analytics.dosing.escalation.outcomes import MOST_DOSES
from analytics.results import Result, registered

ROUNDING = 1e-9


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ToxicityScenario(Result):
    """True toxicity probabilities by dose.

    Parameters
    ----------
    probabilities : tuple of float
        By dose, nondecreasing, in [0, 1].
    name : str
        On tables and charts.
    right : tuple of int, optional
        Doses that are right to select, where that is not to be the nearest to the target; without
        any, it is right to select none.

    Examples
    --------
    >>> ToxicityScenario(probabilities=(0.1, 0.25, 0.5)).right_doses(0.3)
    (2,)
    >>> ToxicityScenario(probabilities=(0.6, 0.7, 0.8), right=()).right_doses(0.3)
    ()
    """

    probabilities: tuple[float, ...]
    name: str = ""
    right: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        p = self.probabilities
        require(1 <= len(p) <= MOST_DOSES, f"1 to {MOST_DOSES} doses", probabilities=p)
        require(all(0 <= one <= 1 for one in p), "0 <= probabilities <= 1", probabilities=p)
        rising = all(low <= high for low, high in pairwise(p))
        require(rising, "probabilities do not fall with dose", probabilities=p)
        listed = all(1 <= one <= len(p) for one in self.right or ())
        require(listed, f"right doses are from 1 to {len(p)}", right=self.right)

    @property
    def doses(self) -> int:
        """How many there are."""
        return len(self.probabilities)

    def right_doses(self, target: float) -> tuple[int, ...]:
        """Those right to select: as stated, or those whose probability is nearest to the target."""
        if self.right is not None:
            return self.right
        far = np.abs(np.array(self.probabilities) - target)
        return tuple(int(one) + 1 for one in np.flatnonzero(far <= far.min() + ROUNDING))

    def above(self, target: float) -> tuple[int, ...]:
        """The doses that are more toxic than the target."""
        over = np.array(self.probabilities) > target + ROUNDING
        return tuple(int(one) + 1 for one in np.flatnonzero(over))


def probabilities_of(scenarios: tuple[ToxicityScenario, ...], doses: int) -> Floats:
    """One row per scenario.

    Examples
    --------
    >>> probabilities_of((ToxicityScenario(probabilities=(0.1, 0.2)),), 2)
    array([[0.1, 0.2]])
    """
    require(len(scenarios) > 0, "at least one scenario", scenarios=scenarios)
    for one in scenarios:
        require(one.doses == doses, f"scenarios have {doses} doses", doses=one.doses)
    return np.array([one.probabilities for one in scenarios], dtype=np.float64)


def shifted_scenarios(
    *, doses: int, target: float, odds_ratio: float = 2.0
) -> tuple[ToxicityScenario, ...]:
    """One scenario per dose that has the target probability.

    The odds of a toxicity rise by the same ratio from dose to dose.

    Parameters
    ----------
    doses : int
        1 to 30.
    target : float
        0 < target < 1.
    odds_ratio : float
        Of neighbouring doses, above 1.

    Examples
    --------
    >>> [one.right_doses(0.3) for one in shifted_scenarios(doses=3, target=0.3)]
    [(1,), (2,), (3,)]
    """
    require(1 <= doses <= MOST_DOSES, f"1 <= doses <= {MOST_DOSES}", doses=doses)
    require(0 < target < 1, "0 < target < 1", target=target)
    require(1 < odds_ratio < np.inf, "odds_ratio > 1 and finite", odds_ratio=odds_ratio)
    steps = np.log(odds_ratio) * (np.arange(doses)[None, :] - np.arange(doses)[:, None])
    found = expit(logit(target) + steps)
    return tuple(
        ToxicityScenario(probabilities=tuple(map(float, row)), name=f"Target at dose {k}")
        for k, row in enumerate(found, start=1)
    )


def random_scenarios(
    *, doses: int, target: float, count: int, rng: np.random.Generator
) -> tuple[ToxicityScenario, ...]:
    """Scenarios in which each dose is equally often nearest to the target, otherwise at random.

    A dose j is drawn as the right one, then an upper bound target + (1 - target) M with M from
    Beta(max(doses - j, 0.5), 1), then sorted uniform probabilities below it until j is nearest.

    Parameters
    ----------
    doses : int
        1 to 30.
    target : float
        0 < target < 1.
    count : int
        1 to 10,000.
    rng : numpy.random.Generator
        Source of randomness.

    References
    ----------
    Clertant and O'Quigley (2017), Statistics in Medicine 36:1095-1112. As used by Zhou, Yuan and
    Nie (2018), Clinical Cancer Research 24:4357-4364.

    Examples
    --------
    >>> found = random_scenarios(doses=4, target=0.3, count=2, rng=np.random.default_rng(1))
    >>> [len(one.right_doses(0.3)) for one in found]
    [1, 1]
    """
    require(1 <= doses <= MOST_DOSES, f"1 <= doses <= {MOST_DOSES}", doses=doses)
    require(0 < target < 1, "0 < target < 1", target=target)
    require(1 <= count <= 10_000, "1 <= count <= 10,000", count=count)
    return tuple(
        ToxicityScenario(probabilities=_random(doses, target, rng), name=f"Random {k}")
        for k in range(1, count + 1)
    )


def _random(doses: int, target: float, rng: np.random.Generator) -> tuple[float, ...]:
    right = int(rng.integers(1, doses + 1))
    bound = target + (1 - target) * rng.beta(max(doses - right, 0.5), 1)
    while True:
        tries = np.sort(rng.uniform(0, bound, (256, doses)), axis=1)
        found = np.flatnonzero(np.abs(tries - target).argmin(axis=1) == right - 1)
        if found.size:
            return tuple(map(float, tries[found[0]]))
