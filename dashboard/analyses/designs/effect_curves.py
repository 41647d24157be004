"""Power, assurance and expected size of a survival design over the true hazard ratio."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.design.survival import (
    SurvivalDesign,
    SurvivalEvaluation,
    lachin_foulkes_subjects,
    required_events,
    subjects_for_events,
)
from analytics.design.survival.sample_size import METHODS

_POINTS = 81


def effect_curves(
    design: SurvivalDesign, evaluation: SurvivalEvaluation
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Over hazard ratios about the assumed one: `effect`, `look`, `succeeded`; and `effect`,
    `expected` events.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_proposal
    >>> design = usual_proposal().design()
    >>> power, size = effect_curves(design, design.evaluate())
    >>> len(power), len(size)
    (243, 81)
    """
    assumed, margin = evaluation.average_hazard_ratios[-1], design.margin
    low, high = min(assumed, margin) ** 2 / max(assumed, margin), 1.25 * max(assumed, margin)
    ratios = np.geomspace(max(low, 0.05), min(high, 20), _POINTS)
    events = np.array(design.look_events)
    rows, sizes = [], []
    for ratio in ratios:
        stopping = design.monitoring.stopping(design.drift_at(float(ratio)))
        succeeded = np.cumsum(stopping.efficacy)
        rows += [(ratio, look + 1, share) for look, share in enumerate(succeeded)]
        sizes.append((ratio, float(np.dot(stopping.stop, events))))
    return (
        pd.DataFrame(rows, columns=["effect", "look", "succeeded"]),
        pd.DataFrame(sizes, columns=["effect", "expected"]),
    )


def assurance_curve(design: SurvivalDesign, power: pd.DataFrame) -> pd.DataFrame | None:
    """`effect`, `assurance`: the power averaged over the same uncertainty about each effect.

    Parameters
    ----------
    power : DataFrame
        The first of `effect_curves`.

    Returns
    -------
    DataFrame or None
        None when the effect is taken as certain.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_proposal
    >>> design = usual_proposal().design()
    >>> power, _ = effect_curves(design, design.evaluate())
    >>> assurance_curve(design, power) is None
    True
    """
    spread = design.assumptions.subgroups[0].effect.log_std_err
    if spread == 0:
        return None
    nodes, weights = np.polynomial.hermite_e.hermegauss(31)
    ratios = power["effect"].unique()
    wide = np.geomspace(ratios.min() * np.exp(-8 * spread), ratios.max() * np.exp(8 * spread), 400)
    powers = [design.power_at(float(one)) for one in wide]
    asked = np.log(ratios)[:, None] + spread * nodes
    averaged = np.interp(asked, np.log(wide), powers) @ weights / weights.sum()
    return pd.DataFrame({"effect": ratios, "assurance": averaged})


def sizes_by_formula(design: SurvivalDesign, evaluation: SurvivalEvaluation) -> pd.DataFrame:
    """`formula`, `events`, `subjects` by Schoenfeld, Freedman, and Lachin and Foulkes, for the
    power of the design and its final calendar time.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_proposal
    >>> design = usual_proposal().design()
    >>> sizes_by_formula(design, design.evaluate())["formula"].tolist()
    ['Schoenfeld', 'Freedman', 'Lachin and Foulkes']
    """
    assumed, plan = design.assumptions, design.monitoring
    power, end = evaluation.power, evaluation.calendar_times[-1]
    rows = []
    for method in METHODS:
        events = required_events(
            assumed.subgroups[0].effect.hazard_ratios[0],
            drift=plan.drift(power),
            margin=design.margin,
            allocation_ratio=assumed.allocation_ratio,
            method=method,
        )
        subjects = subjects_for_events(assumed, events=events, study_duration=end)
        rows.append((method.capitalize(), events, subjects))
    fixed = lachin_foulkes_subjects(
        assumed, power=power, study_duration=end, alpha=plan.alpha, margin=design.margin
    )
    subjects = fixed * plan.inflation_factor(power)
    events = evaluation.events[-1] * subjects / assumed.accrual.subjects
    rows.append(("Lachin and Foulkes", events, subjects))
    return pd.DataFrame(rows, columns=["formula", "events", "subjects"])
