"""How trials ended, and the tables of characteristics that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.dosing.characteristics.operating_characteristics import (
    DOSE_COLUMNS,
    SIZE_COLUMNS,
    SUMMARY_COLUMNS,
    OperatingCharacteristics,
)
from analytics.dosing.characteristics.scenarios import ToxicityScenario
from analytics.dosing.escalation.counts import Floats, Whole
from analytics.dosing.escalation.design import EscalationDesign
from analytics.dosing.late_toxicity.tite_crm import TiteCrm

OVERDOSED = (60, 80)
"""Per cent of the patients planned."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EndedTrials:
    """Trials under one scenario: all that can be, or those simulated.

    Parameters
    ----------
    patients, toxicities : array
        One row per trial, one column per dose.
    selected, cohorts : array
        Of each trial; the dose selected is 0 for none.
    weights : array
        Of each trial, summing to 1.
    duration : array, optional
        Of each trial.
    replications : int, optional
        Of a simulation.
    """

    patients: Whole
    toxicities: Whole
    selected: Whole
    cohorts: Whole
    weights: Floats
    duration: Floats | None = None
    replications: int | None = None

    def estimated(self, values: Floats) -> tuple[Floats, Floats]:
        """Means with Monte-Carlo errors, which are 0 when all trials are known.

        Parameters
        ----------
        values : array
            One row per trial.
        """
        mean = self.weights @ values
        if self.replications is None:
            return mean, np.zeros_like(mean)
        spread = self.weights @ (values - mean) ** 2
        return mean, np.sqrt(spread / max(self.replications - 1, 1))


def characteristics_of(
    design: EscalationDesign | TiteCrm,
    scenarios: tuple[ToxicityScenario, ...],
    trials: Sequence[EndedTrials],
    *,
    seed: int | None = None,
) -> OperatingCharacteristics:
    """The characteristics of a design from its trials under each scenario."""
    pairs = list(enumerate(zip(scenarios, trials, strict=True)))
    doses = [_by_dose(k, scenario, own) for k, (scenario, own) in pairs]
    summary = [row for k, (one, own) in pairs for row in _summary(k, design, one, own)]
    sizes = [row for k, (_, own) in pairs for row in _sizes(k, own)]
    replications = trials[0].replications
    return OperatingCharacteristics(
        design=design,
        scenarios=scenarios,
        doses=pd.concat(doses, ignore_index=True),
        summary=pd.DataFrame(summary, columns=list(SUMMARY_COLUMNS)),
        sizes=pd.DataFrame(sizes, columns=list(SIZE_COLUMNS)),
        method="exact" if replications is None else "simulation",
        replications=replications,
        seed=seed,
    )


def _by_dose(number: int, scenario: ToxicityScenario, trials: EndedTrials) -> pd.DataFrame:
    doses = np.arange(1, scenario.doses + 1)
    chosen = (trials.selected[:, None] == doses).astype(np.float64)
    found = [
        trials.estimated(values.astype(np.float64))
        for values in (chosen, trials.patients, trials.toxicities)
    ]
    values = (
        np.full(len(doses), number),
        doses,
        np.array(scenario.probabilities),
        *(mean for mean, _ in found),
        *(error for _, error in found),
    )
    return pd.DataFrame(dict(zip(DOSE_COLUMNS, values, strict=True)))


def _summary(
    number: int, design: EscalationDesign | TiteCrm, scenario: ToxicityScenario, trials: EndedTrials
) -> list[tuple[int, str, float, float]]:
    measured = _measures_of(design, scenario, trials)
    means, errors = trials.estimated(np.stack(list(measured.values()), axis=1))
    return [
        (number, name, float(mean), float(error))
        for name, mean, error in zip(measured, means, errors, strict=True)
    ]


def _measures_of(
    design: EscalationDesign | TiteCrm, scenario: ToxicityScenario, trials: EndedTrials
) -> dict[str, Floats]:
    """What is measured in each trial."""
    right = np.array(scenario.right_doses(design.target), dtype=np.int64)
    over = np.array(scenario.above(design.target), dtype=np.int64)
    total = trials.patients.sum(axis=1)
    highly = trials.patients[:, over - 1].sum(axis=1)
    planned = design.most_patients
    found = {
        "correct": np.isin(trials.selected, right if right.size else 0),
        "none": trials.selected == 0,
        "patients": total,
        "toxicities": trials.toxicities.sum(axis=1),
        "patients_at_target": trials.patients[:, right - 1].sum(axis=1),
        "patients_above_target": highly,
        "stopped_early": total < planned,
        **{f"overdosed_{share}": 100 * highly > share * planned for share in OVERDOSED},
        "cohorts": trials.cohorts,
    }
    if trials.duration is not None:
        found["duration"] = trials.duration
    return {name: values.astype(np.float64) for name, values in found.items()}


def _sizes(number: int, trials: EndedTrials) -> list[tuple[int, int, float, float]]:
    total = trials.patients.sum(axis=1)
    sizes = np.flatnonzero(np.bincount(total, trials.weights))
    shares, errors = trials.estimated((total[:, None] == sizes).astype(np.float64))
    rows = zip(sizes.tolist(), shares.tolist(), errors.tolist(), strict=True)
    return [(number, *row) for row in rows]
