"""The Power tab: power, assurance and expected subjects over the true effect."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from analytics.design.binary import BinaryAssumptions
from dashboard import results
from dashboard.analyses.designs.endpoint_wording import approximation_sentence
from dashboard.charts.designs.stopping import draw_expected_size, draw_power
from dashboard.disclosure import AGGREGATE
from dashboard.text import percent, plain
from dashboard.views.designs.endpoints.answer import EndpointAnswer

Floats = NDArray[np.float64]
_POINTS = 81
_RATES = (0.001, 0.999)  # between which curves are drawn


def show(answer: EndpointAnswer) -> None:
    """Two curves, and what assurance says."""
    design = answer.design
    effects = effects_around(answer)
    curve, size = design.success_by_effect(effects), design.power_by_effect(effects)
    size = size.rename(columns={"expected_subjects": "expected"})
    notes = answer.notes(_held(answer), approximation_sentence(design))
    _show_assurance(answer)
    proposal = answer.proposal
    drawn: dict[str, Any] = {
        "effect": f"True {answer.effect}",
        "assumed": design.assumptions.effect,
        "logarithmic": answer.is_logarithmic([*effects, design.assumptions.effect]),
    }
    results.figure(
        draw_power(
            curve,
            target=proposal.target_power if proposal.sizing == "power" else None,
            assurance=assurance_curve(answer, effects),
            **drawn,
        ),
        name=f"{answer.name} power",
        notes=notes,
        data=curve,
        code=answer.code,
        disclosure=AGGREGATE,
    )
    results.figure(
        draw_expected_size(size, size="Expected subjects", most=design.subjects, **drawn),
        name=f"{answer.name} expected subjects",
        notes=notes,
        data=size,
        code=answer.code,
        disclosure=AGGREGATE,
    )


def effects_around(answer: EndpointAnswer) -> Floats:
    """Effects from a little on the wrong side of the null to well beyond the assumed one."""
    assumed = answer.design.assumptions
    bound = float(answer.evaluation.looks["effect_efficacy"].iloc[-1])
    ends = [assumed.null, assumed.effect] + ([bound] if np.isfinite(bound) else [])
    if not answer.is_ratio or min(ends) <= 0:
        low, high = _beyond(min(ends), max(ends))
        return _possible(answer, np.linspace(low, high, _POINTS))
    low, high = _beyond(np.log(min(ends)), np.log(max(ends)))
    return _possible(answer, np.geomspace(np.exp(low), np.exp(high), _POINTS))


def _beyond(low: float, high: float) -> tuple[float, float]:
    room = (high - low) or 0.1
    return low - 0.5 * room, high + 0.5 * room


def _possible(answer: EndpointAnswer, effects: Floats) -> Floats:
    """Those that rates between 0 and 1 can have, as many as before."""
    assumed = answer.design.assumptions
    if not isinstance(assumed, BinaryAssumptions):
        return effects
    least, most = (float(one) for one in assumed.effects(_RATES))
    low, high = max(effects[0], least), min(effects[-1], most)
    if low >= high:
        return effects
    spaced = np.geomspace if answer.is_ratio else np.linspace
    return np.asarray(spaced(low, high, effects.size))


def assurance_curve(answer: EndpointAnswer, effects: Floats) -> pd.DataFrame | None:
    """`effect`, `assurance`: the power averaged over the same uncertainty about each effect."""
    assumed = answer.design.assumptions
    if assumed.certain:
        return None
    on_log = answer.is_ratio and isinstance(assumed, BinaryAssumptions)
    nodes, weights = np.polynomial.hermite_e.hermegauss(31)
    centre = np.log(effects) if on_log else effects
    spread = assumed.effect_std_err
    wide = np.linspace(centre[0] - 8 * spread, centre[-1] + 8 * spread, 400)
    powers = answer.design.power_by_effect(np.exp(wide) if on_log else wide)["power"]
    averaged = np.interp(centre[:, None] + spread * nodes, wide, powers) @ weights / weights.sum()
    return pd.DataFrame({"effect": effects, "assurance": averaged})


def _held(answer: EndpointAnswer) -> str:
    assumed = answer.design.assumptions
    if isinstance(assumed, BinaryAssumptions):
        return f"The control rate stays at {percent(assumed.control_rate, 1)}."
    return "The standard deviations stay as assumed."


def _show_assurance(answer: EndpointAnswer) -> None:
    found = answer.evaluation
    if found.assurance is None:
        st.caption(
            ":material/info: The effect is taken as certain. Give it a standard deviation, and "
            "assurance is shown."
        )
        return
    st.info(
        plain(
            f"Assurance {percent(found.assurance, 1)}: the power of {percent(found.power, 1)} "
            "averaged over the uncertainty of the effect."
        ),
        icon=":material/casino:",
    )
