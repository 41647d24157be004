"""The few numbers by which a binary or continuous design is known."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard import results
from dashboard.analyses.designs.endpoint_wording import short_effect
from dashboard.text import number, percent
from dashboard.views.designs.endpoints.answer import EndpointAnswer


def show(answer: EndpointAnswer) -> None:
    """Tiles."""
    found, design = answer.evaluation, answer.design
    plan = design.monitoring
    with st.grid(3, min_column_width=170):
        results.tile("Power", percent(found.power, 1), _assurance(answer))
        results.tile("Subjects", f"{np.ceil(design.subjects - 1e-9):,.0f}", _arms(answer))
        results.tile(
            "Expected subjects",
            f"{found.expected_subjects:,.0f}",
            f"{found.expected_subjects_null:,.0f} under the null",
        )
        _fourth(answer)
        early = 1 - found.looks["stop"].iloc[-1]
        results.tile("Early stop", percent(early, 0), "under the assumptions")
        sides = "one-sided" if plan.sides == 1 else "two-sided"
        error = percent(plan.type_one_error(), 2)
        results.tile("Type I error", error, f"α {plan.alpha:g}, {sides}")


def _fourth(answer: EndpointAnswer) -> None:
    """Duration where enrolment is stated, else the estimate that is needed at the end."""
    found, assumed = answer.evaluation, answer.design.assumptions
    last = found.looks.iloc[-1]
    if found.expected_duration is not None:
        most = f"at most {number(last['months'])}"
        results.tile("Expected duration, months", number(found.expected_duration), most)
        return
    needed = f"{last['effect_efficacy']:.3g}" if np.isfinite(last["effect_efficacy"]) else "–"
    label = f"{short_effect(assumed).capitalize()} needed at the end"
    results.tile(label, needed, f"{assumed.effect:.3g} assumed")


def _assurance(answer: EndpointAnswer) -> str:
    averaged = answer.evaluation.assurance
    if averaged is None:
        return "effect taken as certain"
    return f"assurance {percent(averaged, 1)}"


def _arms(answer: EndpointAnswer) -> str:
    each = [f"{one:,.5g}" for one in answer.design.subjects_by_arm]
    return "one arm" if len(each) == 1 else f"{each[0]} treatment, {each[1]} control"
