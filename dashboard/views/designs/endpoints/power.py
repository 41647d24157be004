"""The Power tab: power, assurance and expected subjects over the true effect."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.design.binary import BinaryAssumptions
from dashboard import results
from dashboard.analyses.designs.endpoint_curves import effects_around, endpoint_assurance_curve
from dashboard.analyses.designs.endpoint_wording import approximation_sentence
from dashboard.charts.designs.stopping import draw_expected_size, draw_power
from dashboard.disclosure import AGGREGATE
from dashboard.text import percent, plain
from dashboard.views.designs.endpoints.answer import EndpointAnswer


def show(answer: EndpointAnswer) -> None:
    """Two curves, and what assurance says."""
    design = answer.design
    made = answer.made_design
    effects = made.then(effects_around, answer.made_evaluation).named("effects")
    curve = made.call("success_by_effect", effects).named("power")
    size = made.call("power_by_effect", effects)
    size = size.call("rename", columns={"expected_subjects": "expected"}).named("size")
    notes = answer.notes(_held(answer), approximation_sentence(design))
    _show_assurance(answer)
    proposal = answer.proposal
    drawn: dict[str, Any] = {
        "effect": f"True {answer.effect}",
        "assumed": design.assumptions.effect,
        "logarithmic": answer.is_logarithmic([*effects.value, design.assumptions.effect]),
    }
    results.figure(
        curve.then(
            draw_power,
            target=proposal.target_power if proposal.sizing == "power" else None,
            assurance=made.then(endpoint_assurance_curve, effects),
            **drawn,
        ),
        name=f"{answer.name} power",
        notes=notes,
        data=curve,
        disclosure=AGGREGATE,
    )
    results.figure(
        size.then(
            draw_expected_size, size="Expected subjects", most=made.part("subjects"), **drawn
        ),
        name=f"{answer.name} expected subjects",
        notes=notes,
        data=size,
        disclosure=AGGREGATE,
    )


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
