"""Whose safety is on screen: the analysis set, the arms and the reference."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.views.survival.usual import FLAGS
from queries.store import NO_ARM


def choose_subjects() -> SafetySubjects:
    """The subjects that the inputs describe; the same on every page of safety."""
    pooled = state.store().pooled
    return SafetySubjects(
        cohort=state.current_cohort(),
        analysis_set=_analysis_set(),
        arm="planned" if pooled else "actual",
        arms=() if pooled else _arms(),
    )


def _analysis_set() -> str | None:
    options = ["", *(flag for flag in FLAGS if flag in state.store().columns)]
    usual = "SAFFL" if "SAFFL" in options else ""
    chosen = st.selectbox(
        "Analysis set",
        options,
        key=state.choice("safety_set", options, usual),
        persist_state="session",
        format_func=lambda flag: f"{FLAGS[flag]} ({flag})" if flag else "All subjects",
    )
    return chosen or None


def _arms() -> tuple[str, ...]:
    # Who was given nothing has no actual arm: they are no arm of a comparison.
    arms = tuple(arm for arm in state.arms("actual") if arm != NO_ARM) or state.arms("actual")
    if len(arms) < 2:
        return arms
    chosen = list(arms)
    if len(arms) > 2:
        picked = st.multiselect(
            "Arms compared",
            arms,
            key=state.choices(f"safety_arms_{state.study().code}", arms, arms),
            persist_state="session",
            placeholder="All arms",
            help="Actual arms: safety follows what subjects were given.",
        )
        chosen = [arm for arm in arms if arm in picked] or chosen
    reference = st.selectbox(
        "Reference arm",
        chosen,
        key=state.choice("safety_reference", chosen, chosen[0]),
        persist_state="session",
    )
    return (reference, *(arm for arm in chosen if arm != reference))
