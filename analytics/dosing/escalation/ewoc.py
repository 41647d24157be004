"""Escalation with overdose control."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analytics.checks import require
from analytics.dosing.escalation.counts import Counts, Flags, Floats, Given, Limits, Whole
from analytics.dosing.escalation.outcomes import MOST_DOSES, Outcomes
from analytics.dosing.escalation.posteriors.control_grid import ControlModel
from analytics.results import Result, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Ewoc(Result):
    """The highest dose that is above the MTD with a probability of at most the feasibility bound.

    logit p is linear in the amount, given by the toxicity probability at the least amount and by
    the MTD, the amount at which it is the target; both have uniform priors. Of the doses listed,
    the highest one is taken that is not above the quantile of the MTD which the bound gives.

    Parameters
    ----------
    amounts : tuple of float
        The doses in their unit, rising.
    target : float
        Toxicity probability at the MTD, 0 < target < 1.
    feasibility : float
        Bound of the probability of giving more than the MTD, 0 < feasibility < 1.
    least, most : float, optional
        Amounts between which the MTD lies; by default the lowest and the highest dose.

    Notes
    -----
    With `least` at the lowest dose, that dose is never above the MTD and the method itself never
    stops a trial; add `Unsafe` with a `least` below it, or another rule.

    References
    ----------
    Babb, Rogatko and Zacks (1998), Statistics in Medicine 17:1103-1120.

    Examples
    --------
    >>> method = Ewoc(amounts=(100, 150, 200, 250, 300), target=0.33)
    >>> int(method.selected(Outcomes.parse("1NNN 2NNT", doses=5).counts)[0])
    2
    """

    amounts: tuple[float, ...]
    target: float
    feasibility: float = 0.25
    least: float | None = None
    most: float | None = None

    def __post_init__(self) -> None:
        many = 2 <= len(self.amounts) <= MOST_DOSES
        require(many, f"2 to {MOST_DOSES} amounts", amounts=self.amounts)
        rising = all(one < other for one, other in pairwise(self.amounts))
        finite = bool(np.isfinite(self.amounts).all())
        require(rising and finite, "amounts rise and are finite", amounts=self.amounts)
        require(0 < self.target < 1, "0 < target < 1", target=self.target)
        require(0 < self.feasibility < 1, "0 < feasibility < 1", feasibility=self.feasibility)
        model = self.model
        low = np.isfinite(model.least) and model.least <= self.amounts[0]
        require(bool(low), "least <= the lowest amount", least=self.least)
        high = np.isfinite(model.most) and model.most >= self.amounts[-1]
        require(bool(high), "most >= the highest amount", most=self.most)

    @property
    def doses(self) -> int:
        """Doses that may be given."""
        return len(self.amounts)

    @property
    def model(self) -> ControlModel:
        """The curve and its prior."""
        return ControlModel(
            amounts=tuple(map(float, self.amounts)),
            least=float(self.amounts[0] if self.least is None else self.least),
            most=float(self.amounts[-1] if self.most is None else self.most),
            target=float(self.target),
        )

    def next_doses(self, counts: Counts, given: Given) -> Whole:
        """The dose for the cohort after each cohort; 0 to stop."""
        return self.selected(counts)[given.rows]

    def selected(self, counts: Counts) -> Whole:
        """The highest dose within the bound; 0 for none."""
        return np.asarray(self.admissible(counts).sum(axis=1))

    def admissible(self, counts: Counts) -> Flags:
        """Doses within the bound; if one is, all below it are."""
        return np.asarray(self.above(counts, self.target) <= self.feasibility)

    def above(self, counts: Counts, probability: float) -> Floats:
        """Pr(toxicity > probability) of each dose; for the target, Pr(dose > MTD)."""
        return self.model.grid().above(counts, probability)

    def posterior(self, counts: Counts, level: float) -> Limits:
        """Posterior mean and equal-tailed credible interval of each dose."""
        grid, tail = self.model.grid(), (1 - level) / 2
        low, high = grid.quantiles(counts, (tail, 1 - tail))
        return grid.mean_toxic(counts), low, high

    def reasons(self, outcomes: Outcomes) -> tuple[str, ...]:
        """In words."""
        over = self.above(outcomes.counts, self.target)[0]
        chosen = int(self.selected(outcomes.counts)[0])
        bound = f"{self.feasibility:g}"
        if chosen == 0:
            return (f"Every dose is above the MTD with a probability over {bound}.",)
        said = f"Dose {chosen} is above the MTD with a probability of {over[chosen - 1]:.3f}"
        if chosen == self.doses:
            return (f"{said}, at most {bound}.",)
        return (f"{said}, at most {bound}; dose {chosen + 1} with {over[chosen]:.3f}.",)
