"""Inputs of BOIN12."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard.analyses.dosing.efficacy_toxicity.settings import EfficacyToxicitySettings
from dashboard.views.designs import fields

_MOST = 500


def choose_joint(first: EfficacyToxicitySettings) -> EfficacyToxicitySettings:
    """Limits, utilities and the cut-offs that leave a dose out."""
    with st.grid(2, min_column_width=140):
        limit = fields.percentage(
            "Toxicity at most, %", name="dosing_joint_limit", first=first.toxicity_limit, high=70
        )
        least = fields.percentage(
            "Efficacy at least, %", name="dosing_joint_least", first=first.least_efficacy
        )
        too_toxic = _cutoff("Too toxic over", "toxic", first.toxicity_cutoff)
        futile = _cutoff("Not effective enough over", "futile", first.efficacy_cutoff)
    st.caption("Utilities: 100 for efficacy without toxicity, 0 for toxicity without efficacy.")
    with st.grid(2, min_column_width=140):
        neither = _utility("Neither", "neither", first.neither)
        both = _utility("Both", "both", first.both)
    return replace(
        first,
        toxicity_limit=limit,
        least_efficacy=least,
        toxicity_cutoff=too_toxic,
        efficacy_cutoff=futile,
        neither=neither,
        both=both,
    )


def choose_joint_rules(first: EfficacyToxicitySettings) -> EfficacyToxicitySettings:
    """Exploration, and when the trial stops early."""
    explore = fields.whole(
        "Explore upwards below so many patients",
        name="dosing_joint_explore",
        first=first.explore_until,
        low=1,
        high=_MOST,
        help="With fewer at the current dose the one above is considered unless the share of "
        "toxicities says de-escalate. N* of the paper.",
    )
    enough = _optional(
        "Stop when a dose has been given often", "enough", first.patients_at_dose, 12
    )
    extra = _optional(
        "Explore an untried dose above after many patients", "extra", first.extra_exploration, 9
    )
    return replace(first, explore_until=explore, patients_at_dose=enough, extra_exploration=extra)


def _cutoff(label: str, name: str, first: float) -> float:
    return fields.number(
        label,
        name=f"dosing_joint_{name}",
        first=first,
        low=0.5,
        high=0.999,
        step=0.01,
        help="A dose is left out when that is more probable than this.",
    )


def _utility(label: str, name: str, first: float) -> float:
    return fields.number(label, name=f"dosing_joint_{name}", first=first, low=0, high=100, step=5)


def _optional(label: str, name: str, first: int | None, usual: int) -> int | None:
    """Patients, asked for when a switch is on."""
    if not fields.switch(label, name=f"dosing_joint_{name}", first=first is not None):
        return None
    shown = usual if first is None else first
    return fields.whole(
        "Patients at the dose", name=f"dosing_joint_{name}_value", first=shown, low=1, high=_MOST
    )
