"""Inputs of the rules around a method: only those that the family takes."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard.analyses.dosing import RuleSettings
from dashboard.analyses.dosing.families import FamilyFacts
from dashboard.views.designs import fields

_CUTOFF, _ENOUGH, _WIDTH = 0.95, 12, 0.4


def choose_rules(first: RuleSettings, facts: FamilyFacts) -> RuleSettings:
    """The rules that the inputs say; those which the family does not take stay as they were."""
    if not facts.ruled:
        st.caption("3+3 brings its own cohorts of three and its own rules.")
        return first
    rules = first
    if facts.limited:
        rules = _limits(rules)
    if facts.safeguarded:
        rules = _unsafe(rules)
    return _others(rules)


def _limits(first: RuleSettings) -> RuleSettings:
    return replace(
        first,
        no_skipping=fields.switch(
            "No dose is skipped", name="dosing_skip", first=first.no_skipping
        ),
        coherent=fields.switch(
            "No escalation after a toxic cohort",
            name="dosing_coherent",
            first=first.coherent,
            help="After a cohort whose share of toxicities is at or above the target.",
        ),
    )


def _unsafe(first: RuleSettings) -> RuleSettings:
    cutoff = _optional(
        "Stop when the lowest dose is too toxic",
        "Probability over",
        name="dosing_unsafe",
        first=first.unsafe,
        usual=_CUTOFF,
        high=0.999,
        step=0.01,
    )
    return replace(first, unsafe=cutoff)


def _others(first: RuleSettings) -> RuleSettings:
    enough = _optional(
        "Stop when a dose proposed again has been given often",
        "Patients at that dose",
        name="dosing_enough",
        first=first.enough_at_dose,
        usual=_ENOUGH,
        high=500,
        step=1,
    )
    width = _optional(
        "Stop when the estimate is precise",
        "Width of the 90 % interval at most",
        name="dosing_precise",
        first=first.precise,
        usual=_WIDTH,
        high=0.99,
        step=0.05,
    )
    accelerated = fields.switch(
        "Accelerated titration",
        name="dosing_titration",
        first=first.accelerated,
        help="Single patients until the first toxicity.",
    )
    return replace(
        first,
        enough_at_dose=None if enough is None else int(enough),
        precise=width,
        accelerated=accelerated,
    )


def _optional(
    label: str,
    of: str,
    *,
    name: str,
    first: float | None,
    usual: float,
    high: float,
    step: float,
) -> float | None:
    """A number that is asked for when a switch is on."""
    if not fields.switch(label, name=name, first=first is not None):
        return None
    shown = usual if first is None else first
    return fields.number(
        of, name=f"{name}_value", first=shown, low=min(step, 0.01), high=high, step=step
    )
