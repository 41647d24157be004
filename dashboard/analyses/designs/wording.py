"""Assumptions, looks and boundaries of a survival design in plain English."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.design import Accrual, HazardAssumption, SurvivalAssumptions
from analytics.design.boundaries import (
    BetaSpending,
    Efficacy,
    FixedFutility,
    GroupSequential,
    HaybittlePeto,
    HwangShihDeCani,
    KimDeMets,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
    NoEfficacyStop,
    UserSpending,
    WangTsiatis,
)
from analytics.design.survival import SurvivalDesign


def listed(values: list[str]) -> str:
    """Words with commas and an "and".

    Examples
    --------
    >>> listed(["165", "248", "330"])
    '165, 248 and 330'
    """
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} and {values[-1]}"


def boundary_name(rule: Efficacy) -> str:
    """A spending function or boundary by its usual name.

    Examples
    --------
    >>> boundary_name(HwangShihDeCani(gamma=-4))
    'Hwang–Shih–DeCani spending function with γ = -4'
    """
    if isinstance(rule, HwangShihDeCani):
        return f"Hwang–Shih–DeCani spending function with γ = {rule.gamma:g}"
    if isinstance(rule, KimDeMets):
        return f"Kim–DeMets spending function with power {rule.power:g}"
    if isinstance(rule, WangTsiatis):
        return f"Wang–Tsiatis boundary with Δ = {rule.delta:g}"
    if isinstance(rule, HaybittlePeto):
        return f"Haybittle–Peto boundary with z = {rule.z:g} at interim looks"
    names = {
        LanDeMetsOBrienFleming: "Lan–DeMets spending function of O'Brien–Fleming type",
        LanDeMetsPocock: "Lan–DeMets spending function of Pocock type",
        UserSpending: "spending function of the trial's own",
        NoEfficacyStop: "rule never to stop early for efficacy",
    }
    return names[type(rule)]


def boundary_sentence(plan: GroupSequential) -> str:
    """The boundaries of a plan in a phrase.

    Examples
    --------
    >>> boundary_sentence(GroupSequential(information_fractions=(0.5, 1.0)))
    "Lan–DeMets spending function of O'Brien–Fleming type"
    """
    said = (
        boundary_name(plan.efficacy) if len(plan.information_fractions) > 1 else "no interim look"
    )
    if isinstance(plan.futility, BetaSpending):
        said += f"; futility: {boundary_name(plan.futility.spending)}, β = {plan.futility.beta:g}"
    if isinstance(plan.futility, FixedFutility):
        said += "; futility at stated z"
    return said + (", binding" if plan.binding else "")


def futility_sentence(plan: GroupSequential, z_futility: Sequence[float | None]) -> str:
    """What a plan says of stopping for futility, with its bounds.

    Examples
    --------
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0), futility=FixedFutility(z=(0.5,)))
    >>> futility_sentence(plan, (0.5, None))[:57]
    'It stops for futility if z is at most 0.5000 at look 1. T'
    """
    if plan.futility is None:
        return "The trial does not stop early for futility."
    shown = [(look + 1, z) for look, z in enumerate(z_futility) if z is not None]
    bounds = listed([f"{z:.4f} at look {look}" for look, z in shown])
    binding = (
        "The rule is binding, and the efficacy boundaries count on it."
        if plan.binding
        else "The rule is not binding: the type I error is kept if it is overruled."
    )
    return f"It stops for futility if z is at most {bounds}. {binding}"


def allocation_words(allocation: float) -> str:
    """Subjects on treatment and control.

    Examples
    --------
    >>> allocation_words(2), allocation_words(0.5)
    ('2 : 1', '1 : 2')
    """
    return f"{allocation:g} : 1" if allocation >= 1 else f"1 : {1 / allocation:g}"


def pace_words(accrual: Accrual, unit: str) -> str:
    """The speed of enrolment.

    Examples
    --------
    >>> pace_words(Accrual(ends=(6, 18), rates=(10, 25)), "months")
    'at 10 and 25 a month in periods that end at 6 and 18 months'
    """
    rates = listed([f"{rate:.4g}" for rate in accrual.rates])
    how = f"at {rates} a {unit[:-1]}"
    if len(accrual.rates) > 1:
        ends = listed([f"{end:g}" for end in accrual.ends])
        how += f" in periods that end at {ends} {unit}"
    return how


def hazard_sentence(hazard: HazardAssumption) -> str:
    """A hazard in a phrase.

    Examples
    --------
    >>> hazard_sentence(HazardAssumption.exponential(median=12))
    'exponential with a median of 12 months'
    """
    median = float(hazard.quantile()[0])
    reached = f"a median of {median:.4g} {hazard.time_unit}" if np.isfinite(median) else "no median"
    if hazard.family == "piecewise":
        cuts = listed([f"{cut:g}" for cut in hazard.cuts])
        rates = listed([f"{rate:.4g}" for rate in np.exp(hazard.estimates)])
        return (
            f"piecewise constant, changing at {cuts} {hazard.time_unit}, with hazards {rates} per "
            f"{hazard.time_unit[:-1]} ({reached})"
        )
    if hazard.family == "cure":
        cured = 1 / (1 + np.exp(-hazard.estimates[0]))
        return f"a mixture in which {100 * cured:.3g} % never have the event ({reached})"
    return f"{hazard.family} with {reached}"


def effect_sentence(design: SurvivalDesign) -> str:
    """The assumed effect in a phrase.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_proposal
    >>> effect_sentence(usual_proposal().design())
    'hazard ratio 0.7'
    """
    said = [_effect_of(design.assumptions, at) for at in range(len(design.assumptions.subgroups))]
    return "; ".join(said)


def _effect_of(assumed: SurvivalAssumptions, at: int) -> str:
    group = assumed.subgroups[at]
    effect, unit = group.effect, assumed.time_unit
    parts = [f"hazard ratio {effect.hazard_ratios[0]:.4g}"]
    parts += [
        f"{ratio:.4g} from {cut:g} {unit} on"
        for ratio, cut in zip(effect.hazard_ratios[1:], effect.cuts, strict=True)
    ]
    said = ", ".join(parts)
    if effect.log_std_err:
        said += f" (SD of its logarithm {effect.log_std_err:.3g})"
    if len(assumed.subgroups) > 1:
        return f"{group.name} ({100 * group.prevalence:.3g} %): {said}"
    return said


def dropout_sentence(assumed: SurvivalAssumptions) -> str:
    """The assumed dropout in a sentence.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_proposal
    >>> dropout_sentence(usual_proposal().assumptions)
    '5 % of subjects a year are assumed to drop out.'
    """
    treatment, control = (
        0.0 if one is None else 100 * _by_a_year(one)
        for one in (assumed.treatment_dropout, assumed.control_dropout)
    )
    if treatment == control == 0:
        return "No dropout is assumed."
    if abs(treatment - control) < 1e-9:
        return f"{control:.3g} % of subjects a year are assumed to drop out."
    return (
        f"{treatment:.3g} % of subjects on treatment and {control:.3g} % on control are assumed "
        "to drop out in the first year."
    )


def _by_a_year(hazard: HazardAssumption) -> float:
    return 1 - float(hazard.in_unit("years").survival([1.0])[0])
