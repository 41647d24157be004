"""The futures of a trial: what the kernel is given, and its blocks on several threads."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.checks import require
from analytics.milestones.enrolment import MOST_SUBJECTS, EntryTimes, RemainingEnrolment
from analytics.milestones.follow_up import AT_RISK, TrialFollowUp
from analytics.milestones.kernel import AS_DRAWN, BY_RATES, NOBODY, TURNS, simulate_futures
from analytics.milestones.models import EventModels
from analytics.milestones.tables import HazardTables
from analytics.progress import Progress, unheard

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Enrolment = RemainingEnrolment | EntryTimes | None
MOST_DRAWS = 1_000_000
_BLOCK = 500
_ENTRY_STREAM = 1_000_003


@dataclass(frozen=True, slots=True)
class Futures:
    """Draws of the future, the same ones whenever and on however many threads they are made."""

    seed: int
    draws: int
    milestones: int
    inputs: tuple[Any, ...]

    @classmethod
    def of(
        cls,
        follow_up: TrialFollowUp,
        models: EventModels,
        *,
        needed: Sequence[int],
        enrolment: Enrolment,
        allocation: Sequence[float] | None,
        followup_limit: float,
        uncertain: bool,
        draws: int,
        seed: int,
    ) -> Futures:
        """Parameters are drawn here, what happens with them in `run`."""
        require(models.arms == follow_up.arms, f"arms are {follow_up.arms}", arms=models.arms)
        same = models.time_unit == follow_up.time_unit
        require(same, f"hazards are by {follow_up.time_unit}", time_unit=models.time_unit)
        some = 1 <= draws <= MOST_DRAWS
        require(some, f"1 <= replications <= {MOST_DRAWS:,}", replications=draws)
        require(0 <= seed < 2**32, "0 <= seed < 2^32", seed=seed)
        require(followup_limit > 0, "followup_limit > 0", followup_limit=followup_limit)
        tables = HazardTables.of(models, draws, seed, uncertain=uncertain)
        inputs = (
            *_known(follow_up),
            _taking_turns(_shares(allocation, models.arms), _most(enrolment) + TURNS),
            tables.kinds,
            tables.cuts,
            tables.model_of,
            tables.rows,
            tables.dropout,
            *_entering(enrolment, follow_up.now, draws, seed),
            float(followup_limit),
            np.array(needed, dtype=np.int64),
        )
        return cls(seed, draws, len(needed), inputs)

    def first(self, draws: int) -> Futures:
        """The first of them."""
        return replace(self, draws=min(draws, self.draws))

    def run(
        self, grid: Floats, *, threads: int, progress: Progress = unheard
    ) -> tuple[Floats, Whole, Whole]:
        """Times of the milestones, and new events and subjects by the times of the grid."""
        require(threads >= 1, "threads >= 1", threads=threads)
        months = np.zeros((self.draws, self.milestones))
        counts = np.zeros((self.draws, grid.size), dtype=np.int64)
        enrolled = np.zeros((self.draws, grid.size), dtype=np.int64)

        def block(first: int) -> int:
            rows = slice(first, first + _BLOCK)
            outputs = (months[rows], counts[rows], enrolled[rows])
            given = (np.uint64(self.seed), first, *self.inputs, grid, *outputs)
            simulate_futures(*given)
            return min(first + _BLOCK, self.draws)

        pool = ThreadPoolExecutor(threads)
        try:
            for done in pool.map(block, range(0, self.draws, _BLOCK)):
                progress(done / self.draws, f"Drew {done:,} futures.")
        finally:
            pool.shutdown(cancel_futures=True)
        return months, counts, enrolled


def _known(follow_up: TrialFollowUp) -> tuple[float, Floats, Floats, Any]:
    """The cut-off, and entry, time on study and arm of those at risk."""
    own = follow_up.frame[follow_up.frame["status"] == AT_RISK]
    place = {arm: index for index, arm in enumerate(follow_up.arms)}
    return (
        float(follow_up.now),
        own["entry"].to_numpy(dtype=np.float64, copy=True),
        own["time"].to_numpy(dtype=np.float64, copy=True),
        own["arm"].map(place).to_numpy(dtype=np.int64, copy=True),
    )


def _entering(enrolment: Enrolment, now: float, draws: int, seed: int) -> tuple[Any, ...]:
    none, paces, nothing = np.zeros(0), np.ones(draws), np.zeros((1, 0))
    most = _most(enrolment)
    if enrolment is None:
        return NOBODY, none, none, paces, 0, nothing
    if isinstance(enrolment, EntryTimes):
        given = np.where(np.isfinite(enrolment.times), enrolment.times, inf)
        # Who entered and is not known yet enters at the cut-off.
        return AS_DRAWN, none, none, paces, most, np.sort(np.maximum(given, now), axis=1)
    if enrolment.log_std_err:
        key = np.array([seed, _ENTRY_STREAM], dtype=np.uint64)
        rng = np.random.Generator(np.random.Philox(key=key))
        paces = np.exp(enrolment.log_std_err * rng.standard_normal(draws))
    ends, rates = (
        np.array(one, dtype=np.float64) for one in (enrolment.edges[1:], enrolment.rates)
    )
    return BY_RATES, ends, rates, paces, most, nothing


def _most(enrolment: Enrolment) -> int:
    """Subjects that no draw exceeds; of a Poisson process, but for one in 10^9 draws."""
    if enrolment is None:
        return 0
    if isinstance(enrolment, EntryTimes):
        return int(enrolment.times.shape[1])
    if enrolment.most is not None:
        return enrolment.most
    mean = enrolment.expected * float(np.exp(min(6 * enrolment.log_std_err, 100.0)))
    return int(min(mean + 10 * mean**0.5 + 20, MOST_SUBJECTS))


def _shares(allocation: Sequence[float] | None, arms: tuple[str, ...]) -> Floats:
    shares = np.ones(len(arms)) if allocation is None else np.asarray(allocation, dtype=float)
    good = shares.size == len(arms) and bool((shares >= 0).all()) and float(shares.sum()) > 0
    require(good, "each arm has a share >= 0 of those who enter", allocation=tuple(shares))
    return np.asarray(shares / shares.sum())


def _taking_turns(shares: Floats, subjects: int) -> NDArray[np.int64]:
    """Arms of those who enter: always the one that is most behind its share."""
    given, order = np.zeros(shares.size), np.empty(subjects, dtype=np.int64)
    for i in range(subjects):
        order[i] = int(np.argmax(shares * (i + 1) - given))
        given[order[i]] += 1
    return order
