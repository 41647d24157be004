"""Inputs of what a binary or continuous design assumes: rates or means, effect, hypothesis."""

from __future__ import annotations

import streamlit as st

from analytics.design.binary import BinaryAssumptions
from analytics.design.continuous import ContinuousAssumptions
from dashboard.views.designs import fields

_FAR = 1e9
_BETTER = ("higher", "lower")
_TWO_ARMS, _ONE_ARM = "Two arms", "One arm"


def choose_binary(first: BinaryAssumptions) -> BinaryAssumptions:
    """The rates, effect and hypothesis that the inputs describe, which begin with `first`.

    Raises
    ------
    InputError
        When an input breaks a rule, with the rule.
    """
    with st.grid(2, min_column_width=140):
        treatment = fields.percentage(
            "Rate, treatment, %", name="rate_1", first=first.treatment_rate
        )
        control = fields.percentage("Rate, control, %", name="rate_0", first=first.control_rate)
        scale = fields.choose(
            "Effect", ["difference", "risk ratio", "odds ratio"], name="scale", first=first.scale,
            format_func=str.capitalize,
        )  # fmt: skip
        better = _better("rate", first.higher_is_better)
        margin = _margin(scale, first, "Null hypothesis: effect")
        allocation = _allocation(first.allocation_ratio)
        of = "effect" if scale == "difference" else f"log {scale}"
        spread = _spread(of, scale, first)
    return BinaryAssumptions(
        treatment_rate=treatment,
        control_rate=control,
        scale=scale,
        margin=margin,
        higher_is_better=better,
        allocation_ratio=allocation,
        effect_std_err=spread,
    )


def choose_continuous(first: ContinuousAssumptions) -> ContinuousAssumptions:
    """The means, effect and hypothesis that the inputs describe, which begin with `first`.

    Raises
    ------
    InputError
        When an input breaks a rule, with the rule.
    """
    with st.grid(2, min_column_width=140):
        arms = fields.choose(
            "Arms", [_TWO_ARMS, _ONE_ARM], name="arms",
            first=_TWO_ARMS if first.arms == 2 else _ONE_ARM,
            help="The mean of one arm is held against the value of the null hypothesis.",
        )  # fmt: skip
        better = _better("mean", first.higher_is_better)
        if arms == _ONE_ARM:
            return _one_arm(first, better)
        return _two_arms(first, better)


def _one_arm(first: ContinuousAssumptions, better: bool) -> ContinuousAssumptions:
    return ContinuousAssumptions(
        treatment_mean=_number("Mean", "mean_1", first.treatment_mean),
        control_mean=None,
        sd=_number("Standard deviation", "sd", first.sd),
        margin=_margin("difference", first, "Null hypothesis: mean"),
        higher_is_better=better,
        effect_std_err=_spread("mean", "difference", first),
    )


def _two_arms(first: ContinuousAssumptions, better: bool) -> ContinuousAssumptions:
    treatment = _number("Mean, treatment", "mean_1", first.treatment_mean)
    control = _number("Mean, control", "mean_0", first.control_mean or 0.0)
    own = first.sd if first.treatment_sd is None else first.treatment_sd
    treatment_sd = _number("SD, treatment", "sd_1", own)
    sd = _number("SD, control", "sd_0", first.sd)
    scale = fields.choose(
        "Effect", ["difference", "ratio"], name="scale", first=first.scale,
        format_func=lambda one: f"{one.capitalize()} of means",
    )  # fmt: skip
    return ContinuousAssumptions(
        treatment_mean=treatment,
        control_mean=control,
        sd=sd,
        treatment_sd=None if treatment_sd == sd else treatment_sd,
        scale=scale,
        margin=_margin(scale, first, "Null hypothesis: effect"),
        higher_is_better=better,
        allocation_ratio=_allocation(first.allocation_ratio),
        effect_std_err=_spread("effect", scale, first),
    )


def _number(label: str, name: str, first: float) -> float:
    return fields.number(label, name=name, first=first, low=-_FAR, high=_FAR, step=1)


def _better(what: str, first: bool) -> bool:
    chosen = fields.choose(
        "Better is", _BETTER, name="better", first=_BETTER[0] if first else _BETTER[1],
        format_func=lambda one: f"A {one} {what}",
    )  # fmt: skip
    return chosen == _BETTER[0]


def _margin(
    scale: str, first: BinaryAssumptions | ContinuousAssumptions, label: str
) -> float | None:
    """None for superiority, so that the hypothesis is the usual one of the scale."""
    usual = 0.0 if scale == "difference" else 1.0
    chosen = fields.number(
        label,
        name=f"margin_{scale}",
        first=first.null if scale == first.scale else usual,
        low=-_FAR,
        high=_FAR,
        step=0.05,
        help=f"{usual:g} for superiority; a value on the side of harm is the margin of "
        "non-inferiority.",
    )
    return None if chosen == usual else chosen


def _allocation(first: float) -> float:
    return fields.number(
        "Treatment per control",
        name="allocation",
        first=first,
        low=0.1,
        high=10,
        step=0.5,
        help="Subjects randomised to treatment for each one to control.",
    )


def _spread(of: str, scale: str, first: BinaryAssumptions | ContinuousAssumptions) -> float:
    return fields.number(
        f"SD of {of}",
        name=f"spread_{scale}",
        first=first.effect_std_err if scale == first.scale else 0.0,
        low=0,
        high=_FAR,
        step=0.01,
        help="How unsure the effect is: what assurance averages over. 0 takes it as certain.",
    )
