"""What stands under everything that comes from a Cox model."""

from __future__ import annotations

from analytics.survival.regression import Interaction, Numeric
from dashboard import state
from dashboard.analyses.survival.model_standing import regression_standing
from dashboard.analyses.survival.regression import FittedModel, RegressionAnalysis
from dashboard.views.survival.notes import notes, times_said
from dashboard.views.survival.regression.names import term_name


def model_notes(asked: RegressionAnalysis, model: FittedModel) -> list[str]:
    """What stands under everything that comes from the model."""
    fit = model.fit
    strata = f", stratified by {', '.join(asked.analysis.strata)}" if asked.analysis.strata else ""
    used = f"{fit.method}{strata}. {fit.rows:,} subjects with {fit.events:,} events are in it."
    standing = regression_standing(asked, state.study().plan)
    given = f" given {', '.join(asked.columns)}" if asked.columns else ""
    measure = "hazard ratio" if model.has_arm else "hazard ratios of covariates"
    return notes(
        asked.analysis,
        [used, *_crossed(asked, model), *_left_out(model), times_said(asked.analysis)],
        standing=standing,
        measure=f"{measure}{given if model.has_arm else ''}",
    )


def _crossed(asked: RegressionAnalysis, model: FittedModel) -> list[str]:
    """Where the hazard ratios of the arm and of what it is crossed with are read."""
    crossed = next((term for term in model.fit.terms if isinstance(term, Interaction)), None)
    if crossed is None:
        return []
    arm, other = (term_name(asked, term) for term in (crossed.left, crossed.right))
    at = "0" if isinstance(crossed.right, Numeric) else crossed.right.reference
    return [
        f"With {arm} × {other} in the model, the hazard ratio of the {arm.lower()} is that where "
        f"{other} is {at}, and those of {other} are those in the reference {arm.lower()}."
    ]


def _left_out(model: FittedModel) -> list[str]:
    if not model.dropped:
        return ["No subject is left out of the model."]
    listed = "; ".join(f"{reason}: {n:,}" for reason, n in model.dropped.items())
    return [f"{sum(model.dropped.values()):,} subjects are left out of the model ({listed})."]
