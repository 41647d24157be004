"""A design for the protocol: a paragraph with every number, and the Python that rebuilds it."""

from __future__ import annotations

import numpy as np

from analytics.design import Accrual
from analytics.design.survival import Assurance, SurvivalDesign, SurvivalEvaluation
from dashboard.analyses.designs.endpoint_proposal import EndpointProposal
from dashboard.analyses.designs.proposal import DesignProposal
from dashboard.analyses.designs.wording import (
    allocation_words,
    boundary_name,
    boundary_sentence,
    dropout_sentence,
    effect_sentence,
    futility_sentence,
    hazard_sentence,
    listed,
    pace_words,
)
from dashboard.scripts import given, write_script


def rebuilding_code(proposal: DesignProposal | EndpointProposal) -> str:
    """Python that makes the design again and evaluates it.

    Examples
    --------
    >>> from dashboard.analyses.designs.proposal import usual_proposal
    >>> made = {}
    >>> exec(rebuilding_code(usual_proposal()).replace("print", "str"), made)
    >>> round(made["evaluation"].power, 6)
    0.9
    """
    design = given(proposal.design(), name="design")
    looks = design.call("evaluate").named("evaluation").call("to_frame")
    return write_script({"looks": looks}, snapshot="", pooled=True, shown="looks")


def protocol_paragraphs(
    design: SurvivalDesign, found: SurvivalEvaluation, averaged: Assurance
) -> list[str]:
    """The sample-size section of a protocol, with every number filled in.

    Returns
    -------
    list of str
        Paragraphs: hypothesis and test, assumptions, looks, what is expected, references.

    Examples
    --------
    >>> from analytics.design.survival import assurance
    >>> from dashboard.analyses.designs.proposal import usual_proposal
    >>> design = usual_proposal().design()
    >>> said = protocol_paragraphs(design, design.evaluate(), assurance(design))
    >>> said[0][:64]
    'The primary comparison is a one-sided log-rank test of treatment'
    """
    return [
        _test(design, found),
        _assumptions(design),
        _looks(design, found),
        _expected(design, found, averaged),
        _methods(design),
    ]


def _test(design: SurvivalDesign, found: SurvivalEvaluation) -> str:
    plan = design.monitoring
    sides = "one-sided" if plan.sides == 1 else "two-sided"
    null = (
        "equal hazards"
        if design.margin == 1
        else f"a hazard ratio of at least {design.margin:g} (non-inferiority)"
    )
    return (
        f"The primary comparison is a {sides} log-rank test of treatment against control at the "
        f"overall significance level {plan.alpha:g}; the null hypothesis is {null}. "
        f"{np.ceil(design.events - 1e-9):,.0f} events give a power of {100 * found.power:.1f} % "
        f"under the assumptions below."
    )


def _assumptions(design: SurvivalDesign) -> str:
    assumed = design.assumptions
    controls = "; ".join(
        (f"{one.name}: " if len(assumed.subgroups) > 1 else "") + hazard_sentence(one.control)
        for one in assumed.subgroups
    )
    return (
        f"The time to event on control is assumed {controls}. The effect of treatment is assumed "
        f"as {effect_sentence(design)}. {_accrual(assumed.accrual, assumed.time_unit)} They are "
        f"randomised {allocation_words(assumed.allocation_ratio)} to treatment and control. "
        f"{dropout_sentence(assumed)}"
    )


def _accrual(accrual: Accrual, unit: str) -> str:
    return (
        f"{np.ceil(accrual.subjects - 1e-9):,.0f} subjects are enrolled over "
        f"{accrual.duration:.4g} {unit}, {pace_words(accrual, unit)}."
    )


def _looks(design: SurvivalDesign, found: SurvivalEvaluation) -> str:
    plan = design.monitoring
    if len(plan.information_fractions) == 1:
        return (
            f"There is one analysis, after {np.ceil(design.events - 1e-9):,.0f} events. The null "
            f"hypothesis is rejected if z is at least {found.boundaries.z_efficacy[0]:.4f}."
        )
    events = [f"{np.ceil(one - 1e-9):,.0f}" for one in found.events]
    fractions = [f"{100 * one:.4g} %" for one in plan.information_fractions]
    bounds = ["no bound" if z is None else f"{z:.4f}" for z in found.boundaries.z_efficacy]
    ratios = ["–" if r is None else f"{r:.3f}" for r in found.hazard_ratios_efficacy]
    said = (
        f"Analyses are made after {listed(events)} events ({listed(fractions)} of the "
        f"information). The type I error is spent by the {boundary_name(plan.efficacy)}: the null "
        f"hypothesis is rejected if z is at least {listed(bounds)}, respectively, which an "
        f"observed hazard ratio of about {listed(ratios)} reaches."
    )
    return f"{said} {futility_sentence(plan, found.boundaries.z_futility)}"


def _expected(design: SurvivalDesign, found: SurvivalEvaluation, averaged: Assurance) -> str:
    unit = found.time_unit
    times = [f"{one:.1f}" for one in found.calendar_times]
    said = (
        f"Under the assumptions the analyses are expected {listed(times)} {unit} after the first "
        f"subject is randomised, and the trial is expected to last {found.expected_duration:.1f} "
        f"{unit} with {found.expected_events:.0f} events; it stops before the final analysis with "
        f"probability {100 * (1 - found.stopping.stop[-1]):.1f} %."
    )
    if not design.assumptions.certain:
        said += (
            f" Averaged over the uncertainty of the assumptions, the probability of success "
            f"(assurance) is {100 * averaged.probability:.1f} %."
        )
    return said


def _methods(design: SurvivalDesign) -> str:
    average = (
        ""
        if design.assumptions.proportional
        else " Hazards are not proportional: means of the statistic rest on the average hazard "
        "ratio (Mukhopadhyay et al. 2020), which a simulation should confirm."
    )
    kind = boundary_sentence(design.monitoring)
    return (
        f"Boundaries ({kind}) are exact by recursive numerical integration (Jennison and Turnbull "
        "2000); the drift of the log-rank statistic is Schoenfeld's (1981); expected events "
        f"follow from accrual, hazards and dropout (Lachin and Foulkes 1986).{average}"
    )
