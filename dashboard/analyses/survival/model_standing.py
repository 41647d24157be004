"""How much a regression and an analysis of subgroups may claim, given the study's plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dashboard.analyses.survival.analysis import SurvivalAnalysis
from dashboard.analyses.survival.regression import RegressionAnalysis
from dashboard.analyses.survival.standing import (
    Standing,
    planned_endpoint,
    planned_weight,
    standing_of,
)
from dashboard.analyses.survival.subgroups import SubgroupAnalysis
from queries.workspace import Plan


def regression_standing(model: RegressionAnalysis, plan: Plan | None) -> Standing:
    """The standing of a Cox model: at best a sensitivity analysis, once anything is added.

    Examples
    --------
    >>> model = RegressionAnalysis(analysis=SurvivalAnalysis(endpoint="OS"), ties="breslow")
    >>> regression_standing(model, None).kind
    'exploratory'
    """
    base = _of_model(model.analysis, plan)
    reasons = (*base.reasons, *_additions(model))
    kind = "sensitivity" if reasons and base.kind == "pre-specified" else base.kind
    return Standing(kind=kind, reasons=reasons)


def subgroup_standing(asked: SubgroupAnalysis, plan: Plan | None) -> Standing:
    """The standing of an analysis of subgroups: the plan's own only by factors that it names.

    Examples
    --------
    >>> asked = SubgroupAnalysis(analysis=SurvivalAnalysis(endpoint="OS"), factors=("SEX",))
    >>> subgroup_standing(asked, None).reasons[-1]
    'the plan names no subgroups by SEX'
    """
    base = _of_model(asked.analysis, plan)
    named = plan.subgroups if plan else ()
    others = [factor for factor in asked.factors if factor not in named]
    if not others:
        return base
    said = f"the plan names no subgroups by {', '.join(others)}"
    return Standing(kind="exploratory", reasons=(*base.reasons, said))


def _of_model(analysis: SurvivalAnalysis, plan: Plan | None) -> Standing:
    """The standing without regard to the weights of the test, of which a Cox model has none."""
    weight = planned_weight(planned_endpoint(plan, analysis.endpoint))
    return standing_of(replace(analysis, weight=weight or analysis.weight), plan)


def _additions(model: RegressionAnalysis) -> Iterator[str]:
    if model.columns:
        yield f"the model is adjusted for {', '.join(model.columns)}"
    if model.interaction is not None:
        yield f"the effect of the arm may change with {model.interaction}"
    if model.ties != "efron":
        yield f"{model.ties.capitalize()} ties"
    if model.robust or model.cluster is not None:
        yield "robust variance"
