"""Operating characteristics without Monte-Carlo error, from the tree of all states."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.dosing.characteristics.accrual import CohortAccrual
from analytics.dosing.characteristics.ended_trials import (
    EndedTrials,
    characteristics_of,
    measures_of,
)
from analytics.dosing.characteristics.operating_characteristics import OperatingCharacteristics
from analytics.dosing.characteristics.scenarios import ToxicityScenario, probabilities_of
from analytics.dosing.characteristics.tree import decision_tree
from analytics.dosing.escalation.design import EscalationDesign


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
    rows = []
    for scenario, own in zip(scenarios, _all_trials(design, scenarios, accrual), strict=True):
        measured = measures_of(design, scenario, own)
        rows.append({name: float(own.weights @ values) for name, values in measured.items()})
    return pd.DataFrame(rows)


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
