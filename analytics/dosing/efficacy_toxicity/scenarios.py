"""Scenarios of efficacy and toxicity by dose."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np

from analytics.checks import require
from analytics.dosing.escalation.counts import Floats
from analytics.dosing.escalation.outcomes import MOST_DOSES
from analytics.results import Result, registered

_ROUNDING = 1e-9


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class EfficacyToxicityScenario(Result):
    """True probabilities by dose.

    Parameters
    ----------
    toxicity : tuple of float
        By dose, nondecreasing, in [0, 1].
    efficacy : tuple of float
        By dose, in [0, 1]; it need not rise.
    name : str
        On tables and charts.
    odds_ratio : float
        Between efficacy and toxicity of a patient, above 0; 1 is independence.

    References
    ----------
    Plackett (1965), Journal of the American Statistical Association 60:516-522.

    Examples
    --------
    >>> truth = EfficacyToxicityScenario(toxicity=(0.1, 0.5), efficacy=(0.4, 0.6))
    >>> truth.both.round(2).tolist(), truth.utilities(40.0, 60.0).round(1).tolist()
    ([0.04, 0.3], [60.0, 56.0])
    """

    toxicity: tuple[float, ...]
    efficacy: tuple[float, ...]
    name: str = ""
    odds_ratio: float = 1.0

    def __post_init__(self) -> None:
        t, e = self.toxicity, self.efficacy
        require(1 <= len(t) <= MOST_DOSES, f"1 to {MOST_DOSES} doses", toxicity=t)
        require(len(t) == len(e), "as many doses with efficacy", toxicity=t, efficacy=e)
        require(all(0 <= one <= 1 for one in (*t, *e)), "probabilities in [0, 1]", got=(*t, *e))
        rising = all(low <= high for low, high in pairwise(t))
        require(rising, "toxicity does not fall with dose", toxicity=t)
        sound = 0 < self.odds_ratio < float("inf")
        require(sound, "odds_ratio > 0 and finite", odds_ratio=self.odds_ratio)

    @property
    def doses(self) -> int:
        """How many there are."""
        return len(self.toxicity)

    @property
    def both(self) -> Floats:
        """Probability of efficacy with toxicity by dose."""
        pairs = zip(self.toxicity, self.efficacy, strict=True)
        return np.array([_joint(t, e, self.odds_ratio) for t, e in pairs])

    def utilities(self, neither: float, both: float) -> Floats:
        """Mean utility by dose, where efficacy alone is 100 and toxicity alone 0."""
        t, e, joint = np.array(self.toxicity), np.array(self.efficacy), self.both
        none = 1 - t - e + joint
        return np.asarray(100 * (e - joint) + neither * none + both * joint)

    def best(
        self, *, toxicity_limit: float, least_efficacy: float, neither: float, both: float
    ) -> tuple[int, ...]:
        """The acceptable doses with the highest utility; none when no dose is acceptable."""
        t, e = np.array(self.toxicity), np.array(self.efficacy)
        fit = (t <= toxicity_limit + _ROUNDING) & (e >= least_efficacy - _ROUNDING)
        if not fit.any():
            return ()
        utility = np.where(fit, self.utilities(neither, both), -np.inf)
        return tuple(int(one) + 1 for one in np.flatnonzero(utility >= utility.max() - _ROUNDING))


def _joint(t: float, e: float, odds_ratio: float) -> float:
    """Probability of both from those of each."""
    if abs(odds_ratio - 1) < 1e-6:
        return t * e
    more = odds_ratio - 1
    middle = 1 + more * (t + e)
    return (middle - sqrt(middle**2 - 4 * odds_ratio * more * t * e)) / (2 * more)
