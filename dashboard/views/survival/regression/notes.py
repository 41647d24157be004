"""What stands under everything that comes from a Cox model."""

from __future__ import annotations

from dashboard import state
from dashboard.analyses.survival.model_standing import regression_standing
from dashboard.analyses.survival.regression import FittedModel, RegressionAnalysis
from dashboard.views.survival.notes import notes, times_said


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
        [used, *_left_out(model), times_said(asked.analysis)],
        standing=standing,
        measure=f"{measure}{given if model.has_arm else ''}",
    )


def _left_out(model: FittedModel) -> list[str]:
    if not model.dropped:
        return ["No subject is left out of the model."]
    listed = "; ".join(f"{reason}: {n:,}" for reason, n in model.dropped.items())
    return [f"{sum(model.dropped.values()):,} subjects are left out of the model ({listed})."]
