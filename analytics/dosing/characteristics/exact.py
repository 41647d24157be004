"""Operating characteristics without Monte-Carlo error, from the tree of all states."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.dosing.characteristics.accrual import CohortAccrual
from analytics.dosing.characteristics.ended_trials import (
    OVERDOSED,
    EndedTrials,
    characteristics_of,
)
from analytics.dosing.characteristics.operating_characteristics import OperatingCharacteristics
from analytics.dosing.characteristics.scenarios import ToxicityScenario, probabilities_of
from analytics.dosing.characteristics.tree import decision_tree
from analytics.dosing.escalation.counts import Floats
from analytics.dosing.escalation.design import EscalationDesign

_AT_ONCE = 25
"""Scenarios that are weighted together; so many of a million states take 200 MB."""


def exact_characteristics(
    design: EscalationDesign,
    scenarios: tuple[ToxicityScenario, ...],
    *,
    accrual: CohortAccrual | None = None,
) -> OperatingCharacteristics:
    """What a design does under scenarios, exactly.

    Trials with the same patients and toxicities at every dose are one state. The states depend on
    the design alone and are kept; scenarios only weight them, so that a hundred scenarios cost
    little more than one.

    Parameters
    ----------
    design : EscalationDesign
        Any; those with cohorts of one and many doses have many states. A model with two parameters
        takes some seconds for thirty patients in cohorts of three.
    scenarios : tuple of ToxicityScenario
        At least one, of as many doses as the design has.
    accrual : CohortAccrual, optional
        How fast patients come and are assessed, for the expected duration.

    Raises
    ------
    NotEstimableError
        The design has too many states.

    Examples
    --------
    >>> from analytics.dosing.escalation import Boin
    >>> design = EscalationDesign(method=Boin(doses=3, target=0.3), most_patients=12)
    >>> truth = ToxicityScenario(probabilities=(0.1, 0.3, 0.5))
    >>> exact_characteristics(design, (truth,)).doses["selected"].round(3).tolist()
    [0.198, 0.601, 0.199]
    """
    return characteristics_of(design, scenarios, _all_trials(design, scenarios, accrual))


def exact_measures(
    design: EscalationDesign,
    scenarios: tuple[ToxicityScenario, ...],
    *,
    accrual: CohortAccrual | None = None,
) -> pd.DataFrame:
    """The summary of `exact_characteristics` alone, in a fraction of the time.

    One row per scenario, one column per measure.

    Parameters
    ----------
    design, scenarios, accrual
        As of `exact_characteristics`.

    Examples
    --------
    >>> from analytics.dosing.escalation import Boin
    >>> design = EscalationDesign(method=Boin(doses=3, target=0.3), most_patients=12)
    >>> truth = ToxicityScenario(probabilities=(0.1, 0.3, 0.5))
    >>> exact_measures(design, (truth,))["correct"].round(3).tolist()
    [0.601]
    """
    tables = [
        _weighted(design, scenarios[first : first + _AT_ONCE], accrual)
        for first in range(0, len(scenarios), _AT_ONCE)
    ]
    return pd.concat(tables, ignore_index=True)


def _weighted(
    design: EscalationDesign,
    scenarios: tuple[ToxicityScenario, ...],
    accrual: CohortAccrual | None,
) -> pd.DataFrame:
    """The same of few enough scenarios: what is summed over trials depends on the design alone.

    All sums are one product of matrices. Doses above the target are the highest ones, so that
    there are few ways to be given too many of them.
    """
    p = probabilities_of(scenarios, design.doses)
    tree = decision_tree(design)
    ends = np.flatnonzero(tree.doses == 0)
    patients, total = tree.patients[ends], tree.patients[ends].sum(axis=1)
    chosen = tree.selected[ends, None] == np.arange(design.doses + 1)
    higher = np.cumsum(patients[:, ::-1], axis=1)  # column k: at the k + 1 highest doses
    highly = [100 * higher > share * design.most_patients for share in OVERDOSED]
    others = [total, tree.toxicities[ends].sum(axis=1), total < design.most_patients]
    others.append(tree.cohorts[ends])
    if accrual is not None:
        others.append(accrual.expected(total, tree.cohorts[ends]))
    columns = np.column_stack([chosen, patients, *highly, *others]).astype(np.float64)
    sums = tree.reached(p)[ends].T @ columns
    rows = [_row(design, one, own) for one, own in zip(scenarios, sums, strict=True)]
    table = pd.DataFrame(rows)
    return table if accrual is not None else table.drop(columns="duration")


def _row(design: EscalationDesign, scenario: ToxicityScenario, sums: Floats) -> dict[str, float]:
    """The measures of one scenario from the sums over trials."""
    doses = design.doses
    chosen, patients, *rest = np.split(sums, np.cumsum([doses + 1, doses, doses, doses]))
    right = np.array(scenario.right_doses(design.target), dtype=np.int64)
    over = len(scenario.above(design.target))
    total, toxicities, fewer, cohorts, *duration = rest.pop()
    highly = {
        f"overdosed_{share}": own[over - 1] if over else 0.0
        for share, own in zip(OVERDOSED, rest, strict=True)
    }
    found = {
        "correct": chosen[right if right.size else 0].sum(),
        "none": chosen[0],
        "patients": total,
        "toxicities": toxicities,
        "patients_at_target": patients[right - 1].sum(),
        "patients_above_target": patients[doses - over :].sum(),
        "stopped_early": fewer,
        **highly,
        "cohorts": cohorts,
        "duration": duration[0] if duration else np.nan,
    }
    return {name: float(value) for name, value in found.items()}


def _all_trials(
    design: EscalationDesign,
    scenarios: tuple[ToxicityScenario, ...],
    accrual: CohortAccrual | None,
) -> list[EndedTrials]:
    """All trials that there can be, weighted under each scenario."""
    p = probabilities_of(scenarios, design.doses)
    tree = decision_tree(design)
    ends = np.flatnonzero(tree.doses == 0)
    patients, cohorts = tree.patients[ends], tree.cohorts[ends]
    expected = None if accrual is None else accrual.expected(patients.sum(axis=1), cohorts)
    return [
        EndedTrials(
            patients=patients,
            toxicities=tree.toxicities[ends],
            selected=tree.selected[ends],
            cohorts=cohorts,
            weights=weights,
            duration=expected,
        )
        for weights in np.ascontiguousarray(tree.reached(p)[ends].T)
    ]
