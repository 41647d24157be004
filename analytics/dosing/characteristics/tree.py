"""Every state that a trial of a design can be in, each once: built once, weighted per scenario."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit

from analytics.checks import NotEstimableError
from analytics.dosing.characteristics.merging import Keys, cell_key, merged_children, numbered
from analytics.dosing.escalation.counts import Counts, Flags, Floats, Given, Whole
from analytics.dosing.escalation.design import EscalationDesign
from analytics.dosing.escalation.rules.cohort_sizes import MOST_IN_COHORT

MOST_STATES = 6_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DecisionTree:
    """States in the order of their cohorts; the first one is before the first patient.

    Parameters
    ----------
    patients, toxicities : array
        One row per state, one column per dose.
    doses, sizes : array
        Of the next cohort; 0 where the trial ends.
    selected : array
        The dose selected where the trial ends; 0 for none, and where it goes on.
    cohorts : array
        Seen so far.
    first_child : array
        Where the children of each state begin in `children`, one per number of toxicities.
    children : array
        States.
    outcomes : int
        Distinct patients and toxicities by dose, however they were reached.
    """

    patients: Whole
    toxicities: Whole
    doses: Whole
    sizes: Whole
    selected: Whole
    cohorts: Whole
    first_child: Whole
    children: Whole
    outcomes: int

    @property
    def states(self) -> int:
        """How many states there are."""
        return len(self.doses)

    def reached(self, probabilities: Floats) -> Floats:
        """Probability of being in each state at some time: one row per state, one column per
        scenario.

        Parameters
        ----------
        probabilities : array
            Of a toxicity, one row per scenario, one column per dose.
        """
        chances = _cohort_chances(probabilities, int(self.sizes.max()))
        inputs = self.doses, self.sizes, self.first_child, self.children
        return np.asarray(_passed_forward(*inputs, chances))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """The states after the same number of cohorts, and the children of the former level."""

    counts: Counts
    keys: Keys
    doses: Whole
    sizes: Whole
    selected: Whole
    children: Whole
    outcomes: int


@lru_cache(maxsize=4)  # a tree of a million states takes 150 MB
def decision_tree(design: EscalationDesign) -> DecisionTree:
    """The tree of a design.

    Raises
    ------
    NotEstimableError
        More than 6 million states: many doses with cohorts of one. Simulate the design instead.

    Examples
    --------
    >>> from analytics.dosing.escalation import ThreePlusThree
    >>> tree = decision_tree(EscalationDesign(method=ThreePlusThree(doses=1), most_patients=6))
    >>> tree.states, tree.patients[tree.doses == 0].tolist()
    (9, [[3], [3], [3], [6], [6], [6], [6]])
    """
    levels, total = [_root(design)], 1
    while (going := levels[-1].doses > 0).any():
        levels.append(_next_level(design, levels[-1], going))
        total += len(levels[-1].doses)
        if total > MOST_STATES:
            said = f"The design has more than {MOST_STATES:,} states; simulate it instead."
            raise NotEstimableError(said)
    return _joined(levels)


def _root(design: EscalationDesign) -> _Level:
    none = np.zeros((1, design.doses), dtype=np.int64)
    key = sum((int(cell_key(d, 0, 0)) for d in range(design.doses)), 0) % 2**64
    return _Level(
        counts=Counts(patients=none, toxicities=none),
        keys=np.array([key], dtype=np.uint64),
        doses=np.array([design.start]),
        sizes=np.array([design.first_patients]),
        selected=np.zeros(1, dtype=np.int64),
        children=np.zeros(0, dtype=np.int64),
        outcomes=1,
    )


def _next_level(design: EscalationDesign, level: _Level, going: Flags) -> _Level:
    rows = np.flatnonzero(going)
    doses, sizes = level.doses[rows], level.sizes[rows]
    before = level.counts.take(rows)
    n, t, keys, outcome, state, seen = merged_children(
        before.patients, before.toxicities, level.keys[rows], doses, sizes
    )
    counts = Counts(patients=n, toxicities=t)
    given = Given(rows=outcome, doses=doses[state], patients=sizes[state], toxicities=seen)
    decided = design.decide(counts, given)
    choice = (outcome * (design.doses + 1) + decided.doses) * (design.doses + 1) + decided.selected
    children, first = numbered(choice * (MOST_IN_COHORT + 1) + decided.patients)
    own = outcome[first]
    return _Level(
        counts=counts.take(own),
        keys=keys[own],
        doses=decided.doses[first],
        sizes=decided.patients[first],
        selected=decided.selected[first],
        children=children,
        outcomes=len(n),
    )


def _joined(levels: list[_Level]) -> DecisionTree:
    lengths = [len(level.doses) for level in levels]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    children = [level.children + start for level, start in zip(levels, starts[:-1], strict=True)]
    doses = np.concatenate([level.doses for level in levels])
    sizes = np.concatenate([level.sizes for level in levels])
    families = np.where(doses > 0, sizes + 1, 0)
    return DecisionTree(
        patients=np.concatenate([level.counts.patients for level in levels]),
        toxicities=np.concatenate([level.counts.toxicities for level in levels]),
        doses=doses,
        sizes=sizes,
        selected=np.concatenate([level.selected for level in levels]),
        cohorts=np.repeat(np.arange(len(levels)), lengths),
        first_child=np.cumsum(families) - families,
        children=np.concatenate(children),
        outcomes=sum(level.outcomes for level in levels),
    )


def _cohort_chances(probabilities: Floats, most: int) -> Floats:
    """Binomial probabilities by size, toxicities, dose and scenario."""
    scenarios, doses = probabilities.shape
    chances = np.zeros((most + 1, most + 1, doses, scenarios))
    p = probabilities.T
    chances[0, 0] = 1.0
    for size in range(1, most + 1):
        chances[size] = chances[size - 1] * (1 - p)
        chances[size, 1:] += chances[size - 1, :-1] * p
    return chances


@njit(cache=True, nogil=True)
def _passed_forward(
    doses: Whole, sizes: Whole, first_child: Whole, children: Whole, chances: Floats
) -> Floats:
    states, scenarios = len(doses), chances.shape[3]
    reached = np.zeros((states, scenarios))
    reached[0] = 1.0
    for s in range(states):
        if doses[s] == 0:
            continue
        for y in range(sizes[s] + 1):
            child = children[first_child[s] + y]
            for k in range(scenarios):
                reached[child, k] += reached[s, k] * chances[sizes[s], y, doses[s] - 1, k]
    return reached
