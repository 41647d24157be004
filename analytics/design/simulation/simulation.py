"""Simulate a survival trial many times: what its looks find, with the error of the simulation."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analytics.checks import require
from analytics.design.assumptions.survival import SurvivalAssumptions
from analytics.design.boundaries import Boundaries
from analytics.design.cost import Costs, ValueCurve
from analytics.design.simulation.block import Block, simulate_block
from analytics.design.simulation.courses import CourseTables
from analytics.design.simulation.random_numbers import MOST_REPLICATIONS
from analytics.design.simulation.simulated_trials import SimulatedTrials
from analytics.design.simulation.stops import Stops
from analytics.design.simulation.tests_compared import (
    LOG_RANK_TEST,
    ComparedTest,
    boundaries_of,
)
from analytics.design.simulation.trial import EVEN, FLEMING_HARRINGTON, MODEST, RANDOM
from analytics.design.survival.arm_hazards import TREATMENT, arm_hazards
from analytics.design.survival.design import SurvivalDesign
from analytics.design.survival.weighted.weight_curves import LogRankWeight, ModestWeight
from analytics.progress import Progress, part, unheard
from analytics.results import Result, registered
from analytics.survival.logrank_weights import LOG_RANK

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
ENTRIES = ("random", "even")
MOST_TRIALS = 10_000_000
MOST_SUBJECTS = 100_000
MOST_SUBGROUPS = 100
_BLOCK = 2_000_000  # subjects in a block of trials
_LONGEST_BLOCK = 1_024
_PILOT = 4_000
_PILOT_SEED = 0x5EED


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class TrialSimulation(Result):
    """A simulation as a value: the design, how it is analysed, how often, and the seed.

    Parameters
    ----------
    design : SurvivalDesign
        Subjects are rounded to whole ones; the events of each look are rounded up. Uncertain
        assumptions are taken at their central values.
    look_times : tuple of float or None
        Calendar times of the looks instead of events; one per look, rising.
    tests : tuple of ComparedTest
        Each analyses the same simulated trials; the first one is that of the design.
    own_boundaries : bool
        Whether tests other than the log-rank test have boundaries by their own information. When
        False they are given those of the log-rank test, which does not keep alpha.
    entry : {"random", "even"}
        Subjects enter as a Poisson process with the assumed rates until all are in, or at equal
        steps of the expected accrual. Arms and subgroups take turns in their proportions.
    replications : int
        1 to 10,000,000 trials.
    seed : int
        From 0 to 2^32 - 1. The same seed gives the same trials on any number of threads.
    costs : Costs, optional
        Without a price per subject and month on study.
    value : ValueCurve, optional
        With costs, what the first test's trials cost and what finishing them is worth.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, TreatmentEffect
    >>> from analytics.design.boundaries import GroupSequential
    >>> design = SurvivalDesign(
    ...     assumptions=SurvivalAssumptions.of(
    ...         control=HazardAssumption.exponential(median=12),
    ...         effect=TreatmentEffect.constant(0.7),
    ...         accrual=Accrual.uniform(subjects=100, duration=18)),
    ...     monitoring=GroupSequential(information_fractions=(0.5, 1.0)), events=66)
    >>> found = TrialSimulation(design=design, replications=1000, seed=1).run()
    >>> 0.25 < found.power < 0.37, found.replications
    (True, 1000)
    """

    design: SurvivalDesign
    look_times: tuple[float, ...] | None = None
    tests: tuple[ComparedTest, ...] = (LOG_RANK_TEST,)
    own_boundaries: bool = True
    entry: str = "random"
    replications: int = 10_000
    seed: int = 1
    costs: Costs | None = None
    value: ValueCurve | None = None

    def __post_init__(self) -> None:
        names = tuple(one.name for one in self.tests)
        rule = "at least one test, each once"
        require(bool(names) and len(set(names)) == len(names), rule, tests=names)
        require(self.entry in ENTRIES, f"entry in {ENTRIES}", entry=self.entry)
        many = 1 <= self.replications <= min(MOST_TRIALS, MOST_REPLICATIONS)
        require(many, f"1 <= replications <= {MOST_TRIALS:,}", replications=self.replications)
        require(0 <= self.seed < 2**32, "0 <= seed < 2^32", seed=self.seed)
        require(
            2 <= self.subjects <= MOST_SUBJECTS,
            f"2 to {MOST_SUBJECTS:,} subjects are simulated",
            subjects=self.subjects,
        )
        groups = len(self.design.assumptions.subgroups)
        rule = f"at most {MOST_SUBGROUPS} subgroups are simulated"
        require(groups <= MOST_SUBGROUPS, rule, subgroups=groups)
        self._require_times()
        self._require_costs()

    def _require_costs(self) -> None:
        """What would otherwise be refused when all trials are done."""
        if self.costs is None:
            return
        paid = self.costs.per_subject_month
        rule = "simulated trials are not paid by the month on study: time on study is not kept"
        require(paid == 0, rule, per_subject_month=paid)
        if self.value is not None:
            same = self.value.currency == self.costs.currency
            both = {"costs": self.costs.currency, "value": self.value.currency}
            require(same, "costs and value are in one currency", **both)

    def _require_times(self) -> None:
        if self.look_times is None:
            return
        looks = len(self.design.monitoring.information_fractions)
        ends = (0.0, *self.look_times, np.inf)
        rising = all(low < high for low, high in pairwise(ends))
        rule = "each look has a calendar time, rising from above 0"
        require(rising and len(self.look_times) == looks, rule, look_times=self.look_times)

    @property
    def subjects(self) -> int:
        """Whole ones."""
        return round(self.design.assumptions.accrual.subjects)

    @property
    def title(self) -> str:
        """What is simulated, in a line."""
        names = ", ".join(one.name for one in self.tests)
        return f"{self.replications:,} trials of {self.subjects:,} subjects: {names}"

    def run(self, progress: Progress = unheard, *, threads: int | None = None) -> SimulatedTrials:
        """Simulate.

        Parameters
        ----------
        progress : callable
            Is told after each block of trials; may raise to stop.
        threads : int, optional
            As many as there are processors.
        """
        boundaries = self._boundaries(part(progress, 0.0, 0.05), threads)
        stops = Stops.empty(self.places, boundaries, self.replications)
        heard = part(progress, 0.05, 1.0)
        for done, block in self._blocks(self._inputs(), self.replications, self.seed, threads):
            stops.add(block)
            heard(done, f"Simulated {round(done * self.replications):,} trials.")
        return SimulatedTrials.of(
            stops,
            tests=[one.name for one in self.tests],
            costs=self.costs,
            value=self.value,
            seed=self.seed,
            time_unit=self.design.assumptions.time_unit,
        )

    def _boundaries(self, progress: Progress, threads: int | None) -> tuple[Boundaries, ...]:
        """Of each test: those of the design for the log-rank test, for others by their own
        information. Other trials under the same assumptions show it: it is what those who analyse
        a trial estimate, and not what they would have seen without effect."""
        plan = self.design.monitoring
        own = [self.own_boundaries and one != LOG_RANK_TEST for one in self.tests]
        if not any(own):
            return (plan.boundaries(),) * len(self.tests)
        progress(0.0, "Finding the information of each test.")
        inputs, total = self._inputs(), np.zeros(())
        for _, block in self._blocks(inputs, _PILOT, self.seed ^ _PILOT_SEED, threads):
            total = total + block.covariances.sum(axis=0)
        mean = total / _PILOT
        return tuple(
            boundaries_of(plan, mean[:, places][:, :, places]) if needed else plan.boundaries()
            for needed, places in zip(own, self.places, strict=True)
        )

    @property
    def weights(self) -> tuple[LogRankWeight, ...]:
        """Of all tests, each once."""
        return tuple(dict.fromkeys(one for test in self.tests for one in test.weights))

    @property
    def places(self) -> tuple[list[int], ...]:
        """Where the weights of each test are among all of them."""
        every = self.weights
        return tuple([every.index(one) for one in test.weights] for test in self.tests)

    @property
    def look_events(self) -> tuple[int, ...]:
        """Whole events at which each look is made; 0 for a look at a calendar time."""
        if self.look_times is not None:
            return (0,) * len(self.look_times)
        return tuple(int(np.ceil(one - 1e-9)) for one in self.design.look_events)

    def _inputs(self) -> tuple[object, ...]:
        """The arguments of a block that do not change from block to block."""
        assumed = self.design.assumptions
        arms = arm_hazards(assumed)
        tables = CourseTables.of(arms)
        group = _taking_turns(np.array([one.share for one in arms]), self.subjects)
        treated = np.array([one.arm == TREATMENT for one in arms], dtype=np.uint8)[group]
        treated_by = np.concatenate([[0], np.cumsum(treated, dtype=np.int64)])
        ends = np.array((0.0, *assumed.accrual.ends))
        times = self.look_times or (0.0,) * len(self.look_events)
        return (
            EVEN if self.entry == "even" else RANDOM,
            assumed.accrual.entered(ends) / assumed.accrual.subjects,
            ends,
            group.astype(np.uint8),
            treated,
            treated_by,
            tables.pieces,
            tables.starts,
            tables.reached,
            tables.pace,
            tables.event_share,
            _middle(assumed),
            assumed.accrual.duration + 4 * _middle(assumed),
            self.design.margin - 1.0,
            np.array(self.look_events, dtype=np.int64),
            np.array(times, dtype=np.float64),
            *_weights(self.weights),
        )

    def _blocks(
        self, inputs: tuple[object, ...], replications: int, seed: int, threads: int | None
    ) -> Iterator[tuple[float, Block]]:
        """Blocks in their order with the share that is done, simulated side by side."""
        size = max(min(_BLOCK // self.subjects, _LONGEST_BLOCK), 1)
        count = _processors() if threads is None else threads
        require(count >= 1, "threads >= 1", threads=threads)
        firsts = range(0, replications, size)
        looks, weights = len(self.look_events), len(self.weights)

        def simulated(first: int) -> Block:
            block = Block.empty(min(size, replications - first), looks, weights)
            simulate_block(np.uint64(seed), first, *inputs, *block.outputs)  # type: ignore[arg-type]
            return block

        pool, begun = ThreadPoolExecutor(count), deque[Future[Block]]()
        try:
            for done, first in enumerate(firsts, start=1 - 2 * count):
                begun.append(pool.submit(simulated, first))
                if done > 0:
                    yield done * size / replications, begun.popleft().result()
            while begun:
                done = len(firsts) - len(begun) + 1
                yield min(done * size / replications, 1.0), begun.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _processors() -> int:
    """That this process may use; not every system says."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _taking_turns(shares: Floats, subjects: int) -> Whole:
    """Which group each subject belongs to: always the one that is most behind its share."""
    given, order = np.zeros(shares.size), np.empty(subjects, dtype=np.int64)
    for i in range(subjects):
        order[i] = int(np.argmax(shares * (i + 1) - given))
        given[order[i]] += 1
    return order


def _middle(assumptions: SurvivalAssumptions) -> float:
    """About the median time to the event: only the speed depends on it."""
    medians = [float(one.control.quantile(0.5)[0]) for one in assumptions.subgroups]
    finite = [one for one in medians if np.isfinite(one)]
    return min(finite, default=assumptions.accrual.duration)


def _weights(weights: tuple[LogRankWeight, ...]) -> tuple[Whole, Floats, Floats]:
    """Kinds and parameters; none for the log-rank test alone, which has a walk of its own."""
    if weights == (LOG_RANK,):
        weights = ()
    modest = [isinstance(one, ModestWeight) for one in weights]
    pairs = [
        (one.delay, one.most) if isinstance(one, ModestWeight) else (one.rho, one.gamma)
        for one in weights
    ]
    kinds = np.array([MODEST if one else FLEMING_HARRINGTON for one in modest], dtype=np.int64)
    values = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return kinds, np.ascontiguousarray(values[:, 0]), np.ascontiguousarray(values[:, 1])
