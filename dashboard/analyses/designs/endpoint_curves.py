"""True effects over which a binary or continuous design is shown, and assurance over them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.design.binary import BinaryAssumptions, BinaryDesign, BinaryEvaluation
from analytics.design.continuous import ContinuousDesign, ContinuousEvaluation

Floats = NDArray[np.float64]
Design = BinaryDesign | ContinuousDesign
Evaluation = BinaryEvaluation | ContinuousEvaluation
_POINTS = 81
_RATES = (0.001, 0.999)  # between which curves are drawn


def effects_around(design: Design, evaluation: Evaluation) -> Floats:
    """Effects from a little on the wrong side of the null to well beyond the assumed one.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_binary
    >>> design = usual_binary().design()
    >>> effects_around(design, design.evaluate()).size
    81
    """
    assumed = design.assumptions
    bound = float(evaluation.looks["effect_efficacy"].iloc[-1])
    ends = [assumed.null, assumed.effect] + ([bound] if np.isfinite(bound) else [])
    if not is_ratio(design) or min(ends) <= 0:
        low, high = _beyond(min(ends), max(ends))
        return _possible(design, np.linspace(low, high, _POINTS))
    low, high = _beyond(np.log(min(ends)), np.log(max(ends)))
    return _possible(design, np.geomspace(np.exp(low), np.exp(high), _POINTS))


def endpoint_assurance_curve(design: Design, effects: Floats) -> pd.DataFrame | None:
    """`effect`, `assurance`: the power averaged over the same uncertainty about each effect.

    Returns
    -------
    DataFrame or None
        None when the effect is taken as certain.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_binary
    >>> endpoint_assurance_curve(usual_binary().design(), np.array([0.1, 0.2])) is None
    True
    """
    assumed = design.assumptions
    if assumed.certain:
        return None
    on_log = is_ratio(design) and isinstance(assumed, BinaryAssumptions)
    nodes, weights = np.polynomial.hermite_e.hermegauss(31)
    centre = np.log(effects) if on_log else effects
    spread = assumed.effect_std_err
    wide = np.linspace(centre[0] - 8 * spread, centre[-1] + 8 * spread, 400)
    powers = design.power_by_effect(np.exp(wide) if on_log else wide)["power"]
    averaged = np.interp(centre[:, None] + spread * nodes, wide, powers) @ weights / weights.sum()
    return pd.DataFrame({"effect": effects, "assurance": averaged})


def is_ratio(design: Design) -> bool:
    """Whether the effect is a ratio.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_binary
    >>> is_ratio(usual_binary().design())
    False
    """
    return design.assumptions.scale != "difference"


def _beyond(low: float, high: float) -> tuple[float, float]:
    room = (high - low) or 0.1
    return low - 0.5 * room, high + 0.5 * room


def _possible(design: Design, effects: Floats) -> Floats:
    """Those that rates between 0 and 1 can have, as many as before."""
    assumed = design.assumptions
    if not isinstance(assumed, BinaryAssumptions):
        return effects
    least, most = (float(one) for one in assumed.effects(_RATES))
    low, high = max(effects[0], least), min(effects[-1], most)
    if low >= high:
        return effects
    spaced = np.geomspace if is_ratio(design) else np.linspace
    return np.asarray(spaced(low, high, effects.size))
