"""The Power tab: power, assurance and expected size over the true effect."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from analytics.design.survival import (
    lachin_foulkes_subjects,
    required_events,
    subjects_for_events,
)
from analytics.design.survival.sample_size import METHODS
from dashboard import results
from dashboard.charts.designs.stopping import draw_expected_size, draw_power
from dashboard.disclosure import AGGREGATE
from dashboard.text import number, percent, plain
from dashboard.views.designs.answer import DesignAnswer

_POINTS = 81


def show(answer: DesignAnswer) -> None:
    """Two curves, and what assurance says."""
    design, found = answer.design, answer.evaluation
    assumed = found.average_hazard_ratios[-1]
    curve, size = curves(answer)
    notes = answer.notes(*_said(answer))
    _show_assurance(answer)
    results.figure(
        draw_power(
            curve,
            effect="True hazard ratio, treatment / control",
            assumed=assumed,
            logarithmic=True,
            target=answer.proposal.target_power,
            assurance=assurance_curve(answer, curve),
        ),
        name=f"{answer.name} power",
        notes=notes,
        data=curve,
        code=answer.code,
        disclosure=AGGREGATE,
    )
    results.figure(
        draw_expected_size(
            size,
            effect="True hazard ratio, treatment / control",
            size="Expected events",
            assumed=assumed,
            logarithmic=True,
            most=design.events,
        ),
        name=f"{answer.name} expected events",
        notes=notes,
        data=size,
        code=answer.code,
        disclosure=AGGREGATE,
    )
    _other_formulas(answer)


def _other_formulas(answer: DesignAnswer) -> None:
    """Events and subjects by other formulas, for the same power and the same looks."""
    design = answer.design
    if not design.assumptions.proportional or design.monitoring.sides == 2:
        return
    with st.expander("Size by other formulas", icon=":material/functions:"):
        results.table(
            formulas(answer),
            name=f"{answer.name} formulas",
            notes=answer.notes(
                "For the power of the design at its final calendar time. Looks act through the "
                "inflation factor. Schoenfeld (1981), Freedman (1982), Lachin and Foulkes (1986)."
            ),
            disclosure=AGGREGATE,
        )


def formulas(answer: DesignAnswer) -> pd.DataFrame:
    """Events and subjects by Schoenfeld, Freedman, and Lachin and Foulkes."""
    design, found = answer.design, answer.evaluation
    assumed, plan = design.assumptions, design.monitoring
    drift, end = plan.drift(found.power), found.calendar_times[-1]
    rows = []
    for method in METHODS:
        events = required_events(
            assumed.subgroups[0].effect.hazard_ratios[0],
            drift=drift,
            margin=design.margin,
            allocation_ratio=assumed.allocation_ratio,
            method=method,
        )
        subjects = subjects_for_events(assumed, events=events, study_duration=end)
        rows.append((method.capitalize(), events, subjects))
    fixed = lachin_foulkes_subjects(
        assumed, power=found.power, study_duration=end, alpha=plan.alpha, margin=design.margin
    )
    subjects = fixed * plan.inflation_factor(found.power)
    events = found.events[-1] * subjects / assumed.accrual.subjects
    rows.append(("Lachin and Foulkes", events, subjects))
    return pd.DataFrame(
        [(name, number(events), number(subjects)) for name, events, subjects in rows],
        columns=["Formula", "Events", "Subjects"],
    )


def curves(answer: DesignAnswer) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`effect`, `look`, `succeeded`; and `effect`, `expected` events."""
    design = answer.design
    assumed, margin = answer.evaluation.average_hazard_ratios[-1], design.margin
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


def assurance_curve(answer: DesignAnswer, power: pd.DataFrame) -> pd.DataFrame | None:
    """`effect`, `assurance`: the power averaged over the same uncertainty about each effect."""
    spread = answer.design.assumptions.subgroups[0].effect.log_std_err
    if spread == 0:
        return None
    nodes, weights = np.polynomial.hermite_e.hermegauss(31)
    design, ratios = answer.design, power["effect"].unique()
    wide = np.geomspace(ratios.min() * np.exp(-8 * spread), ratios.max() * np.exp(8 * spread), 400)
    powers = [design.power_at(float(one)) for one in wide]
    asked = np.log(ratios)[:, None] + spread * nodes
    averaged = np.interp(asked, np.log(wide), powers) @ weights / weights.sum()
    return pd.DataFrame({"effect": ratios, "assurance": averaged})


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
