"""Simulate trials of BOIN12: all of them side by side, one cohort after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numba import njit, uint64

from analytics.checks import require
from analytics.design.simulation.random_numbers import exponential, stream_of, uniform
from analytics.dosing.characteristics.accrual import CohortAccrual
from analytics.dosing.characteristics.simulation import MOST_REPLICATIONS
from analytics.dosing.efficacy_toxicity.boin12 import Boin12
from analytics.dosing.efficacy_toxicity.characteristics import (
    DOSE_COLUMNS,
    SUMMARY_COLUMNS,
    EfficacyToxicityCharacteristics,
)
from analytics.dosing.efficacy_toxicity.joint_counts import JointCounts
from analytics.dosing.efficacy_toxicity.scenarios import EfficacyToxicityScenario
from analytics.dosing.escalation.counts import Flags, Floats, Whole
from analytics.progress import Progress, unheard

_BLOCK = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Trials:
    """Trials of one scenario as they ended."""

    counts: JointCounts
    selected: Whole
    duration: Floats


def simulate_boin12(
    design: Boin12,
    scenarios: tuple[EfficacyToxicityScenario, ...],
    *,
    accrual: CohortAccrual | None = None,
    replications: int = 10_000,
    seed: int = 1,
    progress: Progress = unheard,
) -> EfficacyToxicityCharacteristics:
    """What a BOIN12 does under scenarios, by simulation.

    Patients have the same random numbers whatever the dose and the scenario.

    Parameters
    ----------
    design : Boin12
    scenarios : tuple of EfficacyToxicityScenario
        At least one, of as many doses as the design has.
    accrual : CohortAccrual, optional
        How fast patients come and are assessed, for both outcomes, for the duration.
    replications : int
        Trials under each scenario, 100 to 1,000,000.
    seed : int
        From 0 to 2^32 - 1. The same seed gives the same trials.
    progress : callable
        Is told after each block of trials; may raise to stop.

    Examples
    --------
    >>> design = Boin12(doses=3, toxicity_limit=0.35, least_efficacy=0.25, most_patients=24)
    >>> truth = EfficacyToxicityScenario(toxicity=(0.05, 0.2, 0.5), efficacy=(0.2, 0.5, 0.55))
    >>> found = simulate_boin12(design, (truth,), replications=2000)
    >>> 0.65 < found.value("correct") < 0.85
    True
    """
    sound = 100 <= replications <= MOST_REPLICATIONS
    require(sound, f"100 <= replications <= {MOST_REPLICATIONS:,}", replications=replications)
    require(0 <= seed < 2**32, "0 <= seed < 2^32", seed=seed)
    require(len(scenarios) > 0, "at least one scenario", scenarios=scenarios)
    tables, summary = [], []
    for k, one in enumerate(scenarios):
        require(one.doses == design.doses, f"scenarios have {design.doses} doses", got=one.doses)
        blocks = []
        for first in range(0, replications, _BLOCK):
            size = min(_BLOCK, replications - first)
            blocks.append(_simulated(design, one, accrual, seed, first, size))
            share = (k + (first + size) / replications) / len(scenarios)
            progress(share, f"Simulated {first + size:,} trials of scenario {k + 1}.")
        trials = _joined(blocks)
        tables.append(_by_dose(k, design, one, trials))
        summary += _summary(k, design, one, trials, timed=accrual is not None)
    return EfficacyToxicityCharacteristics(
        design=design,
        scenarios=scenarios,
        doses=pd.concat(tables, ignore_index=True),
        summary=pd.DataFrame(summary, columns=list(SUMMARY_COLUMNS)),
        replications=replications,
        seed=seed,
    )


def _simulated(
    design: Boin12,
    truth: EfficacyToxicityScenario,
    accrual: CohortAccrual | None,
    seed: int,
    first: int,
    size: int,
) -> _Trials:
    """A block of trials."""
    seen = np.zeros((4, size, design.doses), dtype=np.int64)
    counts = JointCounts(patients=seen[0], toxicities=seen[1], efficacies=seen[2], both=seen[3])
    probabilities = np.array(truth.toxicity), np.array(truth.efficacy), truth.both
    pace = (1.0, 0.0) if accrual is None else (accrual.rate, accrual.window)
    elapsed, selected = np.zeros(size), np.zeros(size, dtype=np.int64)
    going, doses = np.arange(size), np.full(size, design.start)
    while going.size:
        left = design.most_patients - counts.patients[going].sum(axis=1)
        sizes = np.minimum(design.cohort, left)
        _treat(np.uint64(seed), first, *probabilities, *pace, going, doses, sizes, seen, elapsed)
        following, selected[going] = design.decide(counts.take(going), doses)
        going, doses = going[following > 0], following[following > 0]
    return _Trials(counts=counts, selected=selected, duration=elapsed)


@njit(cache=True, nogil=True)
def _treat(
    seed: np.uint64,
    first: int,
    toxicity: Floats,
    efficacy: Floats,
    both: Floats,
    rate: float,
    window: float,
    going: Whole,
    doses: Whole,
    sizes: Whole,
    seen: Whole,
    elapsed: Floats,
) -> None:
    """Give the next cohort of each trial its dose."""
    for i in range(len(going)):
        trial, d = going[i], doses[i] - 1
        stream = stream_of(seed, first + trial)
        known = seen[0, trial].sum()
        for patient in range(known, known + sizes[i]):
            place = stream + uint64(3 * patient)
            toxic = uniform(place + uint64(1)) < toxicity[d]
            chance = both[d] / toxicity[d] if toxic else (efficacy[d] - both[d]) / (1 - toxicity[d])
            effective = uniform(place + uint64(2)) < chance
            elapsed[trial] += exponential(place + uint64(3)) / rate
            seen[1, trial, d] += toxic
            seen[2, trial, d] += effective
            seen[3, trial, d] += toxic and effective
        seen[0, trial, d] += sizes[i]
        elapsed[trial] += window


def _joined(blocks: list[_Trials]) -> _Trials:
    parts = [one.counts for one in blocks]
    return _Trials(
        counts=JointCounts(
            patients=np.concatenate([one.patients for one in parts]),
            toxicities=np.concatenate([one.toxicities for one in parts]),
            efficacies=np.concatenate([one.efficacies for one in parts]),
            both=np.concatenate([one.both for one in parts]),
        ),
        selected=np.concatenate([one.selected for one in blocks]),
        duration=np.concatenate([one.duration for one in blocks]),
    )


def _estimated(values: Floats | Whole | Flags) -> tuple[Floats, Floats]:
    """Means over trials with Monte-Carlo errors."""
    own = values.astype(np.float64)
    return own.mean(axis=0), own.std(axis=0, ddof=1) / np.sqrt(len(own))


def _by_dose(
    number: int, design: Boin12, truth: EfficacyToxicityScenario, trials: _Trials
) -> pd.DataFrame:
    doses, counts = np.arange(1, design.doses + 1), trials.counts
    chosen = trials.selected[:, None] == doses
    each = (chosen, counts.patients, counts.toxicities, counts.efficacies)
    found = [_estimated(values) for values in each]
    values = (
        np.full(len(doses), number),
        doses,
        np.array(truth.toxicity),
        np.array(truth.efficacy),
        truth.utilities(design.neither, design.both),
        *(mean for mean, _ in found),
        *(error for _, error in found),
    )
    return pd.DataFrame(dict(zip(DOSE_COLUMNS, values, strict=True)))


def _summary(
    number: int,
    design: Boin12,
    truth: EfficacyToxicityScenario,
    trials: _Trials,
    *,
    timed: bool,
) -> list[tuple[int, str, float, float]]:
    best = np.array(design.best_doses(truth), dtype=np.int64)
    over = np.array(truth.toxicity) > design.toxicity_limit + 1e-9
    counts, total = trials.counts, trials.counts.patients.sum(axis=1)
    found: dict[str, Floats | Whole | Flags] = {
        "correct": np.isin(trials.selected, best if best.size else 0),
        "none": trials.selected == 0,
        "patients": total,
        "toxicities": counts.toxicities.sum(axis=1),
        "efficacies": counts.efficacies.sum(axis=1),
        "patients_at_best": counts.patients[:, best - 1].sum(axis=1),
        "patients_above_limit": counts.patients[:, over].sum(axis=1),
        "stopped_early": total < design.most_patients,
    }
    if timed:
        found["duration"] = trials.duration
    rows = []
    for name, values in found.items():
        mean, error = _estimated(values)
        rows.append((number, name, float(mean), float(error)))
    return rows
