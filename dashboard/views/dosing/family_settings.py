"""Inputs of the settings of a family of designs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from analytics.dosing.escalation.three_plus_three import VARIANTS
from dashboard.analyses.dosing import (
    AmountSettings,
    DosingProposal,
    IntervalSettings,
    SkeletonSettings,
)
from dashboard.analyses.dosing.families import FACTS, OfferedFamily
from dashboard.views.designs import fields
from dashboard.views.dosing.efficacy_toxicity.settings import choose_joint
from dashboard.views.dosing.late_toxicity.settings import choose_follow_up


def choose_settings(first: DosingProposal, family: OfferedFamily) -> Mapping[str, Any]:
    """The fields of the proposal that the family has, as entered."""
    st.caption(f"{FACTS[family].paper}.")
    if family == "3+3":
        variant = fields.choose(
            "Variant",
            VARIANTS,
            name="dosing_variant",
            first=first.variant,
            help="They differ in what follows a dose that is too toxic, and in how many patients "
            "the selected dose has.",
        )
        return {"variant": variant}
    if family == "BOIN":
        return {"interval": _boin(first.interval)}
    if family in ("Keyboard", "mTPI-2"):
        return {"interval": _keys(first.interval)}
    if family in ("CRM", "Two-parameter CRM"):
        skeleton = _skeleton(first.skeleton, one_parameter=family == "CRM")
        return {"skeleton": _bounded(skeleton)}
    if family == "TITE-CRM":
        late, accrual = choose_follow_up(first.late, first.accrual)
        skeleton = _skeleton(first.skeleton, one_parameter=True)
        return {"skeleton": skeleton, "late": late, "accrual": accrual}
    if family == "BOIN12":
        return {"joint": choose_joint(first.joint)}
    return {"amount": _ewoc(first.amount) if family == "EWOC" else _blrm(first.amount)}


def _boin(first: IntervalSettings) -> IntervalSettings:
    with st.grid(3, min_column_width=120):
        under = _share("Too low, × target", "under", first.under, high=0.99)
        over = fields.number(
            "Too high, × target", name="dosing_over", first=first.over, low=1.01, high=5, step=0.05
        )
        elimination = _share("Eliminate over", "elimination", first.elimination, high=0.999)
    safer = fields.switch(
        "Stop earlier at the lowest dose", name="dosing_safer", first=first.extra_safety is not None
    )
    extra = None
    if safer:
        extra = _share("Lower that limit by", "extra", first.extra_safety or 0.05, high=0.45)
    return replace(first, under=under, over=over, elimination=elimination, extra_safety=extra)


def _keys(first: IntervalSettings) -> IntervalSettings:
    with st.grid(2, min_column_width=140):
        half = _share("Target key, ±", "key", first.half_width, high=0.45)
        elimination = _share("Eliminate over", "elimination", first.elimination, high=0.999)
    return replace(first, half_width=half, elimination=elimination)


def _skeleton(first: SkeletonSettings, *, one_parameter: bool) -> SkeletonSettings:
    stated = fields.switch(
        "State the skeleton",
        name="dosing_stated",
        first=first.stated is not None,
        help="Otherwise it follows from the dose guessed to be the MTD and the indifference "
        "interval (Lee and Cheung 2009).",
    )
    entered = first
    if stated:
        guesses = fields.numbers(
            "Prior guesses by dose", name="dosing_guesses", first=first.stated or ()
        )
        entered = replace(entered, stated=guesses)
    else:
        half = _share(
            "Indifference interval, target ±", "indifference", first.half_width, high=0.45
        )
        entered = replace(entered, stated=None, half_width=half)
    return _one(entered) if one_parameter else _two(entered)


def _bounded(first: SkeletonSettings) -> SkeletonSettings:
    bounded = fields.switch(
        "Overdose control", name="dosing_bounded", first=first.overdose is not None
    )
    limit = _share("Above target at most", "overdose", first.overdose or 0.5) if bounded else None
    return replace(first, overdose=limit)


def _one(first: SkeletonSettings) -> SkeletonSettings:
    with st.grid(3, min_column_width=120):
        curve = fields.choose(
            "Curve", ("power", "logistic"), name="dosing_curve", first=first.curve
        )
        estimate = fields.choose(
            "Estimate",
            ("plug-in", "posterior mean"),
            name="dosing_estimate",
            first=first.estimate,
            help="They recommend different doses after some outcomes.",
        )
        sd = _sd("Prior sd", "prior_sd", first.prior_sd)
    return replace(first, curve=curve, estimate=estimate, prior_sd=sd)


def _two(first: SkeletonSettings) -> SkeletonSettings:
    with st.grid(2, min_column_width=140):
        one = _sd("Prior sd of the intercept", "intercept_sd", first.intercept_sd)
        two = _sd("Prior sd of the log slope", "slope_sd", first.slope_sd)
    return replace(first, intercept_sd=one, slope_sd=two)


def _blrm(first: AmountSettings) -> AmountSettings:
    with st.grid(3, min_column_width=120):
        half = _share("On target, ±", "on_target", first.half_width, high=0.45, step=0.005)
        control = _share("Overdose control", "control", first.control)
        choice = fields.choose(
            "Of the doses allowed",
            ("most on target", "highest"),
            name="dosing_choice",
            first=first.choice,
        )
        one = _sd("Prior sd of log α", "alpha_sd", first.intercept_sd)
        two = _sd("Prior sd of log β", "beta_sd", first.slope_sd)
        correlation = fields.number(
            "Correlation", name="dosing_correlation", first=first.correlation, low=-0.95, high=0.95,
            step=0.05,
        )  # fmt: skip
    return replace(
        first,
        half_width=half,
        control=control,
        choice=choice,
        intercept_sd=one,
        slope_sd=two,
        correlation=correlation,
    )


def _ewoc(first: AmountSettings) -> AmountSettings:
    bound = _share("Feasibility bound", "feasibility", first.feasibility)
    return replace(first, feasibility=bound)


def _share(label: str, name: str, first: float, *, high: float = 0.99, step: float = 0.05) -> float:
    return fields.number(label, name=f"dosing_{name}", first=first, low=0.001, high=high, step=step)


def _sd(label: str, name: str, first: float) -> float:
    return fields.number(label, name=f"dosing_{name}", first=first, low=0.01, high=10, step=0.1)
