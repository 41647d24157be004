"""Simulate TITE-CRM: patients come while others are followed, and toxicities come late."""

from __future__ import annotations

import numpy as np
from numba import njit, uint64

from analytics.checks import require
from analytics.design.simulation.random_numbers import exponential, stream_of, uniform
from analytics.dosing.characteristics.ended_trials import EndedTrials, characteristics_of
from analytics.dosing.characteristics.operating_characteristics import OperatingCharacteristics
from analytics.dosing.characteristics.patient_accrual import PatientAccrual
from analytics.dosing.characteristics.scenarios import ToxicityScenario, probabilities_of
from analytics.dosing.characteristics.simulation import MOST_REPLICATIONS
from analytics.dosing.escalation.counts import Flags, Floats, Whole
from analytics.dosing.late_toxicity.follow_up import follow_up_weight
from analytics.dosing.late_toxicity.tite_crm import TiteCrm
from analytics.dosing.late_toxicity.weighted_nodes import (
    WeightedNodes,
    nearest_dose,
    node_weights,
    nodes_of,
    settle,
)
from analytics.progress import Progress, unheard

_BLOCK = 1_000
_NEVER = np.inf
_NONE = np.empty(0)


def simulate_tite(
    design: TiteCrm,
    scenarios: tuple[ToxicityScenario, ...],
    *,
    accrual: PatientAccrual,
    replications: int = 1_000,
    seed: int = 1,
    progress: Progress = unheard,
) -> OperatingCharacteristics:
    """What a TITE-CRM does under scenarios, by simulation.

    Patients have the same tolerance and arrival in all scenarios. The duration is that to the end
    of the last patient's window, or to the decision that stops the trial.

    Parameters
    ----------
    design : TiteCrm
    scenarios : tuple of ToxicityScenario
        At least one, of as many doses as the design has.
    accrual : PatientAccrual
    replications : int
        Trials under each scenario, 100 to 1,000,000.
    seed : int
        From 0 to 2^32 - 1. The same seed gives the same trials.
    progress : callable
        Is told after each block of trials; may raise to stop.

    Examples
    --------
    >>> from analytics.dosing.escalation import Crm
    >>> design = TiteCrm(method=Crm(skeleton=(0.1, 0.3, 0.5), target=0.3), window=28.0,
    ...                  most_patients=12)
    >>> found = simulate_tite(design, (ToxicityScenario(probabilities=(0.1, 0.3, 0.5)),),
    ...                       accrual=PatientAccrual(rate=1 / 7), replications=500)
    >>> 0.4 < found.value("correct") < 0.7, 90 < found.value("duration") < 140
    (True, True)
    """
    sound = 100 <= replications <= MOST_REPLICATIONS
    require(sound, f"100 <= replications <= {MOST_REPLICATIONS:,}", replications=replications)
    require(0 <= seed < 2**32, "0 <= seed < 2^32", seed=seed)
    trials = []
    for k, p in enumerate(probabilities_of(scenarios, design.doses)):
        ended = _Ended(replications, design.doses)
        for first in range(0, replications, _BLOCK):
            last = min(first + _BLOCK, replications)
            ended.fill(design, accrual, p, seed, first, last)
            share = (k + last / replications) / len(scenarios)
            progress(share, f"Simulated {last:,} trials of scenario {k + 1}.")
        trials.append(ended.trials())
    return characteristics_of(design, scenarios, trials, seed=seed)


class _Ended:
    """Trials as they end."""

    def __init__(self, replications: int, doses: int) -> None:
        self.patients, self.toxicities = np.zeros((2, replications, doses), dtype=np.int64)
        self.selected = np.zeros(replications, dtype=np.int64)
        self.duration = np.zeros(replications)

    def fill(
        self,
        design: TiteCrm,
        accrual: PatientAccrual,
        p: Floats,
        seed: int,
        first: int,
        last: int,
    ) -> None:
        """Simulate some of them."""
        _simulate(
            nodes_of(design.method, design.most_patients).nodes,
            np.uint64(seed),
            first,
            last,
            p,
            design.most_patients,
            design.start,
            float(design.window),
            design.scheme == "adaptive",
            design.skips,
            float(accrual.rate),
            accrual.arrivals == "poisson",
            float(accrual.lateness),
            self.patients,
            self.toxicities,
            self.selected,
            self.duration,
        )

    def trials(self) -> EndedTrials:
        """All of them."""
        count = len(self.selected)
        return EndedTrials(
            patients=self.patients,
            toxicities=self.toxicities,
            selected=self.selected,
            cohorts=self.patients.sum(axis=1),
            weights=np.full(count, 1 / count),
            duration=self.duration,
            replications=count,
        )


@njit(cache=True, nogil=True)
def _simulate(
    nodes: WeightedNodes,
    seed: np.uint64,
    first: int,
    last: int,
    p: Floats,
    most: int,
    start: int,
    window: float,
    adaptive: bool,
    skips: bool,
    rate: float,
    poisson: bool,
    lateness: float,
    patients: Whole,
    toxicities: Whole,
    selected: Whole,
    duration: Floats,
) -> None:
    given = np.empty(most, dtype=np.int64)
    arrived, onset = np.empty(most), np.empty(most)
    for trial in range(first, last):
        stream = stream_of(seed, trial)
        settled, open_ = nodes.weight.copy(), np.ones(most, dtype=np.bool_)
        now, dose = 0.0, start
        for i in range(most):
            place = uint64(3 * i)
            now += exponential(stream + place + uint64(1)) / rate if poisson else 1 / rate
            if i > 0:
                dose = _next_dose(
                    nodes, settled, given[:i], arrived[:i], onset[:i], open_, now, window, adaptive
                )
                if dose == 0:
                    break
                if not skips:
                    dose = min(dose, given[i - 1] + 1)
            given[i], arrived[i], onset[i] = dose, now, _NEVER
            patients[trial, dose - 1] += 1
            if uniform(stream + place + uint64(2)) < p[dose - 1]:
                when = uniform(stream + place + uint64(3)) ** (1 / lateness)
                onset[i] = window * when
                toxicities[trial, dose - 1] += 1
        duration[trial] = now
        if dose > 0:
            duration[trial] += window
            selected[trial] = _next_dose(
                nodes, settled, given, arrived, onset, open_, now + window, window, adaptive
            )


@njit(cache=True, nogil=True)
def _next_dose(
    nodes: WeightedNodes,
    settled: Floats,
    given: Whole,
    arrived: Floats,
    onset: Floats,
    open_: Flags,
    now: float,
    window: float,
    adaptive: bool,
) -> int:
    """Settle the patients whose outcome is known by now; the dose that follows."""
    count = len(given)
    known = onset <= now - arrived
    onsets = np.sort(onset[known]) if adaptive else _NONE
    doses, weights, pending = np.empty(count, dtype=np.int64), np.empty(count), 0
    for i in range(count):
        if not open_[i]:
            continue
        weight = follow_up_weight(now - arrived[i], onsets, window)
        if known[i]:
            settle(settled, nodes.toxic[given[i] - 1])
            open_[i] = False
        elif weight >= 1:
            settle(settled, nodes.free[given[i] - 1])
            open_[i] = False
        else:
            doses[pending], weights[pending] = given[i], weight
            pending += 1
    return nearest_dose(nodes, node_weights(nodes, settled, doses[:pending], weights[:pending]))
