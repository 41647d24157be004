"""Where a design stops at each look, on the scale that a reader thinks in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.design.binary import BinaryEvaluation
from analytics.design.boundaries import bound_scales
from analytics.design.continuous import ContinuousEvaluation
from analytics.design.survival import SurvivalDesign, SurvivalEvaluation

BOUND_SCALES = ("z", "p_value", "hazard_ratio", "b_value", "conditional_power_assumed")


def bounds_on(design: SurvivalDesign, evaluation: SurvivalEvaluation, scale: str) -> pd.DataFrame:
    """`look`, `at` (events), `efficacy` and `futility` of a survival design on a scale.

    Parameters
    ----------
    scale : str
        One of `BOUND_SCALES`. Conditional power is that under the assumed effect; the last look
        has none, since nothing is ahead of it.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_proposal
    >>> design = usual_proposal().design()
    >>> bounds_on(design, design.evaluate(), "z")["efficacy"].round(3).tolist()
    [2.963, 2.359, 2.014]
    """
    share = design.assumptions.control_share
    effect = -np.log(evaluation.average_hazard_ratios[-1] / design.margin)
    scales = bound_scales(
        design.monitoring,
        planned_information=design.events * share * (1 - share),
        assumed_theta=float(effect),
    )
    scales["hazard_ratio"] = design.margin * np.exp(-scales["effect"])
    wide = scales.pivot(index="look", columns="bound", values=scale)
    looks = np.arange(1, len(evaluation.events) + 1)
    wide = wide.reindex(index=looks, columns=["efficacy", "futility"])
    shown = wide.reset_index().assign(at=evaluation.events)
    if scale.startswith("conditional"):
        shown = shown[shown["look"] < len(looks)]
    return shown


def endpoint_bounds_on(
    evaluation: BinaryEvaluation | ContinuousEvaluation, scale: str
) -> pd.DataFrame:
    """`look`, `at` (subjects), `efficacy` and `futility` of another design on a scale.

    Parameters
    ----------
    scale : {"z", "p", "effect"}

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_binary
    >>> endpoint_bounds_on(usual_binary().design().evaluate(), "z")["at"].tolist()
    [207.0, 311.0, 414.0]
    """
    looks = evaluation.looks
    return pd.DataFrame(
        {
            "look": looks["look"],
            "at": np.ceil(looks["subjects"] - 1e-9),
            "efficacy": looks[f"{scale}_efficacy"],
            "futility": looks[f"{scale}_futility"],
        }
    )
