"""Operating characteristics without Monte-Carlo error, from the tree of all states."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.dosing.characteristics.accrual import CohortAccrual
from analytics.dosing.characteristics.operating_characteristics import (
    DOSE_COLUMNS,
    SIZE_COLUMNS,
    SUMMARY_COLUMNS,
    OperatingCharacteristics,
)
from analytics.dosing.characteristics.scenarios import Scenario, probabilities_of
from analytics.dosing.characteristics.tree import DecisionTree, decision_tree
from analytics.dosing.escalation.counts import Floats
from analytics.dosing.escalation.design import EscalationDesign

OVERDOSED = (60, 80)
"""Per cent of the patients planned."""


def exact_characteristics(
    design: EscalationDesign,
    scenarios: tuple[Scenario, ...],
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
        Any; those with cohorts of one and many doses have many states.
    scenarios : tuple of Scenario
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
    >>> truth = Scenario(probabilities=(0.1, 0.3, 0.5))
    >>> exact_characteristics(design, (truth,)).doses["selected"].round(3).tolist()
    [0.198, 0.601, 0.199]
    """
    p = probabilities_of(scenarios, design.doses)
    tree = decision_tree(design)
    reached = tree.reached(p)
    return OperatingCharacteristics(
        design=design,
        scenarios=scenarios,
        doses=_by_dose(tree, reached, p),
        summary=_summary(design, tree, reached, scenarios, accrual),
        sizes=_sizes(tree, reached),
        method="exact",
    )


def _ends(tree: DecisionTree, reached: Floats) -> tuple[np.ndarray, Floats]:
    """The states in which trials end, and their probabilities."""
    ends = np.flatnonzero(tree.doses == 0)
    return ends, reached[ends]


def _selections(tree: DecisionTree, reached: Floats) -> Floats:
    """By scenario and dose, from 0 for none."""
    ends, weights = _ends(tree, reached)
    chosen, doses = tree.selected[ends], tree.patients.shape[1]
    columns = [np.bincount(chosen, w, minlength=doses + 1) for w in weights.T]
    return np.array(columns, dtype=np.float64)


def _expected_patients(tree: DecisionTree, reached: Floats) -> Floats:
    """By scenario and dose."""
    doses = tree.patients.shape[1]
    columns = [np.bincount(tree.doses, w * tree.sizes, minlength=doses + 1) for w in reached.T]
    return np.array(columns, dtype=np.float64)[:, 1:]


def _by_dose(tree: DecisionTree, reached: Floats, p: Floats) -> pd.DataFrame:
    scenarios, doses = p.shape
    patients = _expected_patients(tree, reached)
    none = np.zeros(p.size)
    values = (
        np.repeat(np.arange(scenarios), doses),
        np.tile(np.arange(1, doses + 1), scenarios),
        p.ravel(),
        _selections(tree, reached)[:, 1:].ravel(),
        patients.ravel(),
        (patients * p).ravel(),
        *(none, none, none),
    )
    return pd.DataFrame(dict(zip(DOSE_COLUMNS, values, strict=True)))


def _summary(
    design: EscalationDesign,
    tree: DecisionTree,
    reached: Floats,
    scenarios: tuple[Scenario, ...],
    accrual: CohortAccrual | None,
) -> pd.DataFrame:
    selected, patients = _selections(tree, reached), _expected_patients(tree, reached)
    ends, weights = _ends(tree, reached)
    early = tree.patients[ends].sum(axis=1) < design.most_patients
    rows: list[tuple[int, str, float, float]] = []
    for k, scenario in enumerate(scenarios):
        right = np.array(scenario.nearest(design.target))
        over = np.array(scenario.above(design.target), dtype=np.int64)
        highly = tree.patients[ends][:, over - 1].sum(axis=1)
        w, total = weights[:, k], float(patients[k].sum())
        cohorts = float(w @ tree.cohorts[ends])
        found = {
            "correct": selected[k, right].sum(),
            "none": selected[k, 0],
            "patients": total,
            "toxicities": patients[k] @ np.array(scenario.probabilities),
            "patients_at_target": patients[k, right - 1].sum(),
            "patients_above_target": patients[k, over - 1].sum(),
            "stopped_early": w @ early,
        }
        for share in OVERDOSED:
            many = 100 * highly > share * design.most_patients
            found[f"overdosed_{share}"] = w @ many
        found["cohorts"] = cohorts
        if accrual is not None:
            found["duration"] = accrual.expected(total, cohorts)
        rows += [(k, name, float(value), 0.0) for name, value in found.items()]
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))


def _sizes(tree: DecisionTree, reached: Floats) -> pd.DataFrame:
    ends, weights = _ends(tree, reached)
    total = tree.patients[ends].sum(axis=1)
    rows = [
        (k, size, float(w[total == size].sum()), 0.0)
        for k, w in enumerate(weights.T)
        for size in np.unique(total).tolist()
    ]
    return pd.DataFrame(rows, columns=list(SIZE_COLUMNS))
