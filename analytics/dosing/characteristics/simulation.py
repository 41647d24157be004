"""Simulate trials of a design: all of them side by side, one cohort after the other."""

from __future__ import annotations

import numpy as np
from numba import njit, uint64

from analytics.checks import require
from analytics.design.simulation.random_numbers import exponential, stream_of, uniform
from analytics.dosing.characteristics.accrual import CohortAccrual
from analytics.dosing.characteristics.ended_trials import EndedTrials, characteristics_of
from analytics.dosing.characteristics.merging import distinct_outcomes
from analytics.dosing.characteristics.operating_characteristics import OperatingCharacteristics
from analytics.dosing.characteristics.scenarios import ToxicityScenario, probabilities_of
from analytics.dosing.escalation.counts import Counts, Floats, Given, Whole
from analytics.dosing.escalation.design import EscalationDesign
from analytics.progress import Progress, unheard

MOST_REPLICATIONS = 1_000_000
_BLOCK = 100_000


def simulate_characteristics(
    design: EscalationDesign,
    scenarios: tuple[ToxicityScenario, ...],
    *,
    accrual: CohortAccrual | None = None,
    replications: int = 10_000,
    seed: int = 1,
    progress: Progress = unheard,
) -> OperatingCharacteristics:
    """What a design does under scenarios, by simulation.

    A patient has a tolerance, the same whatever the design, the dose and the scenario: designs
    and scenarios are compared with common random numbers. A posterior is found once for all
    trials with the same outcomes.

    Parameters
    ----------
    design : EscalationDesign
        Any.
    scenarios : tuple of ToxicityScenario
        At least one, of as many doses as the design has.
    accrual : CohortAccrual, optional
        How fast patients come and are assessed, for the duration.
    replications : int
        Trials under each scenario, 100 to 1,000,000.
    seed : int
        From 0 to 2^32 - 1. The same seed gives the same trials.
    progress : callable
        Is told after each block of trials; may raise to stop.

    Examples
    --------
    >>> from analytics.dosing.escalation import Boin
    >>> design = EscalationDesign(method=Boin(doses=3, target=0.3), most_patients=12)
    >>> truth = ToxicityScenario(probabilities=(0.1, 0.3, 0.5))
    >>> found = simulate_characteristics(design, (truth,), replications=2000)
    >>> 0.55 < found.value("correct") < 0.65, round(found.error("correct"), 3)
    (True, 0.011)
    """
    sound = 100 <= replications <= MOST_REPLICATIONS
    require(sound, f"100 <= replications <= {MOST_REPLICATIONS:,}", replications=replications)
    require(0 <= seed < 2**32, "0 <= seed < 2^32", seed=seed)
    trials = []
    for k, p in enumerate(probabilities_of(scenarios, design.doses)):
        blocks = []
        for first in range(0, replications, _BLOCK):
            size = min(_BLOCK, replications - first)
            blocks.append(_simulated(design, p, accrual, seed, first, size))
            share = (k + (first + size) / replications) / len(scenarios)
            progress(share, f"Simulated {first + size:,} trials of scenario {k + 1}.")
        trials.append(_joined(blocks, replications, timed=accrual is not None))
    return characteristics_of(design, scenarios, trials, seed=seed)


def _simulated(
    design: EscalationDesign,
    p: Floats,
    accrual: CohortAccrual | None,
    seed: int,
    first: int,
    size: int,
) -> EndedTrials:
    """A block of trials."""
    patients, toxicities = np.zeros((2, size, design.doses), dtype=np.int64)
    selected, cohorts = np.zeros((2, size), dtype=np.int64)
    elapsed, going = np.zeros(size), np.arange(size)
    doses, sizes = np.full(size, design.start), np.full(size, design.first_patients)
    pace = (1.0, 0.0) if accrual is None else (accrual.rate, accrual.window)
    while going.size:
        cohorts[going] += 1
        seen = _treated(
            np.uint64(seed), first, p, *pace, going, doses, sizes, patients, toxicities, elapsed
        )
        rows, examples = distinct_outcomes(patients[going], toxicities[going])
        counts = Counts(patients=patients[going[examples]], toxicities=toxicities[going[examples]])
        given = Given(rows=rows, doses=doses, patients=sizes, toxicities=seen)
        decided = design.decide(counts, given)
        stops = decided.doses == 0
        selected[going[stops]] = decided.selected[stops]
        going, doses, sizes = going[~stops], decided.doses[~stops], decided.patients[~stops]
    return EndedTrials(
        patients=patients,
        toxicities=toxicities,
        selected=selected,
        cohorts=cohorts,
        weights=np.empty(0),
        duration=elapsed,
    )


@njit(cache=True, nogil=True)
def _treated(
    seed: np.uint64,
    first: int,
    p: Floats,
    rate: float,
    window: float,
    going: Whole,
    doses: Whole,
    sizes: Whole,
    patients: Whole,
    toxicities: Whole,
    elapsed: Floats,
) -> Whole:
    """Give the next cohort of each trial its dose; how many had a toxicity."""
    seen = np.zeros(len(going), dtype=np.int64)
    for i in range(len(going)):
        trial, dose = going[i], doses[i] - 1
        stream = stream_of(seed, first + trial)
        known = patients[trial].sum()
        for patient in range(known, known + sizes[i]):
            if uniform(stream + uint64(2 * patient + 1)) < p[dose]:
                seen[i] += 1
            elapsed[trial] += exponential(stream + uint64(2 * patient + 2)) / rate
        patients[trial, dose] += sizes[i]
        toxicities[trial, dose] += seen[i]
        elapsed[trial] += window
    return seen


def _joined(blocks: list[EndedTrials], replications: int, *, timed: bool) -> EndedTrials:
    return EndedTrials(
        patients=np.concatenate([one.patients for one in blocks]),
        toxicities=np.concatenate([one.toxicities for one in blocks]),
        selected=np.concatenate([one.selected for one in blocks]),
        cohorts=np.concatenate([one.cohorts for one in blocks]),
        weights=np.full(replications, 1 / replications),
        duration=np.concatenate([one.duration for one in blocks]) if timed else None,
        replications=replications,
    )
