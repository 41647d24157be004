"""The Power tab: power, assurance and expected size over the true effect."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import results
from dashboard.analyses.designs.effect_curves import (
    assurance_curve,
    effect_curves,
    sizes_by_formula,
)
from dashboard.charts.designs.stopping import draw_expected_size, draw_power
from dashboard.disclosure import AGGREGATE
from dashboard.text import number, percent, plain
from dashboard.views.designs.answer import DesignAnswer


def show(answer: DesignAnswer) -> None:
    """Two curves, and what assurance says."""
    design, evaluation = answer.made_design, answer.made_evaluation
    curves = design.then(effect_curves, evaluation).named("curves")
    curve, size = curves.part(0).named("power"), curves.part(1).named("size")
    drawn: dict[str, Any] = {
        "effect": "True hazard ratio, treatment / control",
        "assumed": evaluation.part("average_hazard_ratios").part(-1),
        "logarithmic": True,
    }
    notes = answer.notes(*_said(answer))
    _show_assurance(answer)
    results.figure(
        curve.then(
            draw_power,
            target=answer.proposal.target_power,
            assurance=design.then(assurance_curve, curve),
            **drawn,
        ),
        name=f"{answer.name} power",
        notes=notes,
        data=curve,
        disclosure=AGGREGATE,
    )
    results.figure(
        size.then(draw_expected_size, size="Expected events", most=design.part("events"), **drawn),
        name=f"{answer.name} expected events",
        notes=notes,
        data=size,
        disclosure=AGGREGATE,
    )
    _other_formulas(answer)


def _other_formulas(answer: DesignAnswer) -> None:
    """Events and subjects by other formulas, for the same power and the same looks."""
    design = answer.design
    if not design.assumptions.proportional or design.monitoring.sides == 2:
        return
    with st.expander("Size by other formulas", icon=":material/functions:"):
        sizes = answer.made_design.then(sizes_by_formula, answer.made_evaluation)
        results.table(
            _formulas(sizes.value),
            raw=sizes,
            name=f"{answer.name} size by other formulas",
            notes=answer.notes(
                "For the power of the design at its final calendar time. Looks act through the "
                "inflation factor. Schoenfeld (1981), Freedman (1982), Lachin and Foulkes (1986)."
            ),
            disclosure=AGGREGATE,
        )


def _formulas(sizes: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Formula": sizes["formula"],
            "Events": [number(one) for one in sizes["events"]],
            "Subjects": [number(one) for one in sizes["subjects"]],
        }
    )


def _show_assurance(answer: DesignAnswer) -> None:
    if answer.design.assumptions.certain:
        st.caption(
            ":material/info: The assumptions are taken as certain. Give the hazard ratio a "
            "standard deviation, or take the assumptions from a cohort, and assurance is shown."
        )
        return
    found = answer.assurance
    error = f" (Monte-Carlo error {percent(found.mc_std_err, 1)})" if found.draws else ""
    st.info(
        plain(
            f"Assurance {percent(found.probability, 1)}{error}: the power of "
            f"{percent(found.power, 1)} averaged over what the assumptions leave open."
        ),
        icon=":material/casino:",
    )


def _said(answer: DesignAnswer) -> list[str]:
    said = ["Events are those of both arms at the look at which the trial stops."]
    if not answer.design.assumptions.proportional:
        said.append(
            "The curves are for constant hazard ratios; the assumed effect is marked at its "
            "average hazard ratio until the last look."
        )
    return said
