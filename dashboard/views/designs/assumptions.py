"""Inputs of the assumptions of a time-to-event design: hazards, effect, accrual, dropout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st

from analytics.checks import require
from analytics.design import (
    Accrual,
    HazardAssumption,
    Subgroup,
    SurvivalAssumptions,
    TreatmentEffect,
    dropout_hazard,
)
from dashboard.text import number as shown_number
from dashboard.text import plain
from dashboard.views.designs import fields

Family = Literal["exponential", "weibull", "piecewise", "cure", "fitted"]
Shape = Literal["constant", "delayed", "crossing", "subgroups"]

_FAMILIES: Mapping[Family, str] = {
    "exponential": "Exponential (constant)",
    "weibull": "Weibull",
    "piecewise": "Piecewise constant",
    "cure": "Cured share",
    "fitted": "As fitted",
}
_SHAPES: Mapping[Shape, str] = {
    "constant": "Constant (proportional hazards)",
    "delayed": "Delayed",
    "crossing": "Changing once",
    "subgroups": "By subgroup",
}
_YEAR = 12.0
_ALL = "All subjects"


def choose_assumptions(first: SurvivalAssumptions) -> SurvivalAssumptions:
    """The assumptions that the inputs describe, which begin with `first`.

    Raises
    ------
    InputError
        When an input breaks a rule, with the rule.
    """
    shape_first = _shape_of(first)
    with st.grid(2, min_column_width=140):
        shape = fields.choose(
            "Effect",
            list(_SHAPES),
            name="effect_shape",
            first=shape_first,
            format_func=_SHAPES.__getitem__,
            help="How the hazard ratio, treatment over control, goes with time or subjects.",
        )
        allocation = fields.number(
            "Treatment per control",
            name="allocation",
            first=first.allocation_ratio,
            low=0.1,
            high=10,
            step=0.5,
            help="Subjects randomised to treatment for each one to control.",
        )
    if shape == "subgroups":
        subgroups = _subgroups(first)
    else:
        control = _control(first.subgroups[0].control)
        effect = _effect(shape, first.subgroups[0].effect)
        subgroups = (Subgroup(name=_ALL, prevalence=1.0, control=control, effect=effect),)
    accrual = _accrual(first.accrual)
    dropouts = _dropouts(first)
    return SurvivalAssumptions(
        subgroups=subgroups,
        accrual=accrual,
        control_dropout=dropouts[0],
        treatment_dropout=dropouts[1],
        allocation_ratio=allocation,
    )


# Hazards --------------------------------------------------------------------------------


def _control(first: HazardAssumption) -> HazardAssumption:
    usual: Family = "fitted" if not _by_hand(first) else first.family  # type: ignore[assignment]
    offered = [name for name in _FAMILIES if name != "fitted" or usual == "fitted"]
    family = fields.choose(
        "Hazard of control",
        offered,
        name="family",
        first=usual,
        format_func=_FAMILIES.__getitem__,
    )
    if family == "fitted":
        st.caption(plain(_said(first)))
        return first
    median = _finite_median(first)
    with st.grid(2, min_column_width=140):
        if family == "exponential":
            return _exponential(first, median)
        if family == "weibull":
            return _weibull(first, median)
        if family == "cure":
            return _cure(first, median)
    return _piecewise(first, median)


def _by_hand(hazard: HazardAssumption) -> bool:
    """Whether the inputs can say all of it."""
    certain = hazard.certain or hazard.family == "exponential"
    return certain and hazard.family in _FAMILIES


def _said(hazard: HazardAssumption) -> str:
    median = float(hazard.quantile()[0])
    reached = f"median {shown_number(median)} {hazard.time_unit}" if median < 1e6 else "no median"
    sure = "certain" if hazard.certain else "with the uncertainty of its estimates"
    return f"{hazard.family.capitalize()} hazard, {reached}, {sure}."


def _finite_median(hazard: HazardAssumption) -> float:
    median = float(hazard.quantile()[0])
    return median if np.isfinite(median) and median < 1e4 else 12.0


def _exponential(first: HazardAssumption, median: float) -> HazardAssumption:
    chosen = _median("Median, months", median)
    worth = 0.0 if first.certain or first.family != "exponential" else 1 / first.covariance[0][0]
    events = fields.number(
        "Known from events (0: certain)",
        name="control_events",
        first=worth,
        low=0,
        high=1e6,
        step=10,
        help="How many events the median is known from; its logarithm has the variance 1/events.",
    )
    return HazardAssumption.exponential(median=chosen, events=events or None)


def _weibull(first: HazardAssumption, median: float) -> HazardAssumption:
    usual = float(np.exp(first.estimates[0])) if first.family == "weibull" else 1.0
    chosen = _median("Median, months", median)
    shape = _shape_parameter(usual)
    return HazardAssumption.weibull(shape=shape, scale=chosen / np.log(2) ** (1 / shape))


def _shape_parameter(usual: float) -> float:
    return fields.number(
        "Shape",
        name="weibull_shape",
        first=usual,
        low=0.1,
        high=10,
        step=0.1,
        help="Above 1 the hazard rises with time, below 1 it falls.",
    )


def _cure(first: HazardAssumption, median: float) -> HazardAssumption:
    is_cure = first.family == "cure"
    share = float(1 / (1 + np.exp(-first.estimates[0]))) if is_cure else 0.2
    shape = float(np.exp(first.estimates[1])) if is_cure else 1.0
    uncured = float(np.exp(first.estimates[2]) * np.log(2) ** (1 / shape)) if is_cure else median
    cured = fields.number("Cured, %", name="cured", first=100 * share, low=0.1, high=99, step=5)
    chosen = _median("Median of the others, months", uncured)
    return HazardAssumption.cure(
        cured=cured / 100, median_uncured=chosen, shape=_shape_parameter(shape)
    )


def _piecewise(first: HazardAssumption, median: float) -> HazardAssumption:
    own = first.family == "piecewise"
    rate = float(np.log(2) / median)
    cuts = fields.numbers(
        "Hazard changes at months", name="cuts", first=first.cuts if own else (6.0,)
    )
    rates = fields.numbers(
        "Hazards, per month",
        name="rates",
        first=np.exp(first.estimates).tolist() if own else (rate, rate),
        help="One more than there are changes.",
    )
    return HazardAssumption.piecewise(cuts=cuts, rates=rates)


def _median(label: str, first: float) -> float:
    return fields.number(label, name="median", first=first, low=0.1, high=1e4, step=1)


# Effect ---------------------------------------------------------------------------------


def _shape_of(assumed: SurvivalAssumptions) -> Shape:
    effect = assumed.subgroups[0].effect
    if len(assumed.subgroups) > 1:
        return "subgroups"
    if effect.proportional:
        return "constant"
    return "delayed" if effect.hazard_ratios[0] == 1 else "crossing"


def _effect(shape: Shape, first: TreatmentEffect) -> TreatmentEffect:
    late = first.hazard_ratios[-1]
    with st.grid(3, min_column_width=130):
        if shape == "constant":
            ratio = _ratio("Hazard ratio", "hazard_ratio", late)
            return TreatmentEffect.constant(ratio, log_std_err=_uncertainty(first))
        change = first.cuts[0] if first.cuts else 3.0
        if shape == "delayed":
            delay = _months("Delay, months", "delay", change)
            ratio = _ratio("Hazard ratio after it", "hazard_ratio", late)
            spread = _uncertainty(first)
            return TreatmentEffect.delayed(hazard_ratio=ratio, delay=delay, log_std_err=spread)
        early = _ratio("Hazard ratio at first", "early_ratio", first.hazard_ratios[0])
        delay = _months("Changes at month", "delay", change)
        ratio = _ratio("Hazard ratio then", "hazard_ratio", late)
        spread = _uncertainty(first)
    return TreatmentEffect.crossing(early=early, late=ratio, change=delay, log_std_err=spread)


def _ratio(label: str, name: str, first: float) -> float:
    return fields.number(
        label,
        name=name,
        first=first,
        low=0.05,
        high=20,
        step=0.05,
        help="Hazard of treatment over hazard of control at one time; below 1 favours treatment.",
    )


def _months(label: str, name: str, first: float) -> float:
    return fields.number(label, name=name, first=first, low=0.1, high=600, step=1)


def _uncertainty(first: TreatmentEffect) -> float:
    return fields.number(
        "SD of log hazard ratio",
        name="log_std_err",
        first=first.log_std_err,
        low=0,
        high=3,
        step=0.05,
        help="How unsure the effect is: what assurance averages over. 0 takes it as certain.",
    )


def _subgroups(first: SurvivalAssumptions) -> tuple[Subgroup, ...]:
    """A row per subgroup: its share, its control median and its hazard ratio."""
    if len(first.subgroups) > 1:
        rows = [
            (s.name, 100 * s.prevalence, _finite_median(s.control), s.effect.hazard_ratios[-1])
            for s in first.subgroups
        ]
    else:
        own = first.subgroups[0]
        median, ratio = _finite_median(own.control), own.effect.hazard_ratios[-1]
        rows = [("Marker positive", 40.0, median, ratio), ("Marker negative", 60.0, median, 1.0)]
    columns = ["Subgroup", "Share, %", "Control median, months", "Hazard ratio"]
    edited = fields.table("subgroups", pd.DataFrame(rows, columns=columns))
    require(len(edited) >= 1, "there is at least one subgroup", subgroups=len(edited))
    return tuple(
        Subgroup(
            name=str(name),
            prevalence=share / 100,
            control=HazardAssumption.exponential(median=median),
            effect=TreatmentEffect.constant(ratio),
        )
        for name, share, median, ratio in edited.itertuples(index=False)
    )


# Accrual and dropout --------------------------------------------------------------------


def _accrual(first: Accrual) -> Accrual:
    uniform = len(first.rates) == 1
    pace = fields.choose(
        "Accrual", ["One rate", "Rates by period"], name="pace",
        first="One rate" if uniform else "Rates by period",
    )  # fmt: skip
    if pace == "One rate":
        with st.grid(3, min_column_width=130):
            subjects = fields.whole(
                "Subjects", name="subjects", first=round(first.subjects), low=4, high=100_000
            )
            duration = _months("Accrual, months", "accrual_months", first.duration)
            spread = _pace_spread(first)
        return Accrual.uniform(subjects=subjects, duration=duration, log_std_err=spread)
    with st.grid(2, min_column_width=140):
        ends = fields.numbers("Periods end at months", name="accrual_ends", first=first.ends)
        rates = fields.numbers("Subjects per month", name="accrual_rates", first=first.rates)
    spread = _pace_spread(first)
    return Accrual(ends=ends, rates=rates, log_std_err=spread)


def _pace_spread(first: Accrual) -> float:
    return fields.number(
        "SD of log pace",
        name="pace_spread",
        first=first.log_std_err,
        low=0,
        high=2,
        step=0.05,
        help="How unsure the speed of enrolment is: 0.1 is about 10 %.",
    )


def _dropouts(
    first: SurvivalAssumptions,
) -> tuple[HazardAssumption | None, HazardAssumption | None]:
    with st.grid(2, min_column_width=140):
        return (
            _dropout("Dropout of control, % a year", "control_dropout", first.control_dropout),
            _dropout("Dropout of treatment, % a year", "dropout", first.treatment_dropout),
        )


def _dropout(label: str, name: str, first: HazardAssumption | None) -> HazardAssumption | None:
    usual = 0.0 if first is None else 100 * (1 - float(first.survival([_YEAR])[0]))
    chosen = fields.number(label, name=name, first=round(usual, 6), low=0, high=95, step=1)
    if first is not None and abs(chosen - usual) < 1e-5:
        return first  # with its uncertainty
    return dropout_hazard(chosen / 100, by=_YEAR)
