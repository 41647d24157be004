"""Regression for times to event: Cox's model and parametric models, with what belongs to them."""

from analytics.survival.regression.adjusted_curves import AdjustedCurves, adjust_curves
from analytics.survival.regression.baseline import (
    CoxBaseline,
    PredictedSurvival,
    estimate_baseline,
    predict_survival,
)
from analytics.survival.regression.concordance import (
    Concordance,
    concordance,
    concordance_of_scores,
)
from analytics.survival.regression.cox import CoxRegression, fit_cox
from analytics.survival.regression.follow_up import FollowUp
from analytics.survival.regression.interval_follow_up import IntervalFollowUp
from analytics.survival.regression.parametric.comparison import (
    DistributionComparison,
    compare_distributions,
)
from analytics.survival.regression.parametric.curves import (
    ParametricCurves,
    parametric_quantile,
    parametric_rmst,
    predict_parametric,
)
from analytics.survival.regression.parametric.fit import ParametricFit, fit_parametric
from analytics.survival.regression.proportional_hazards import (
    ProportionalHazards,
    check_proportional_hazards,
)
from analytics.survival.regression.residuals import CoxResiduals, cox_residuals
from analytics.survival.regression.subgroups import (
    SubgroupHazardRatios,
    subgroup_hazard_ratios,
)
from analytics.survival.regression.terms import Factor, Interaction, Numeric

__all__ = [
    "AdjustedCurves",
    "Concordance",
    "CoxBaseline",
    "CoxRegression",
    "CoxResiduals",
    "DistributionComparison",
    "Factor",
    "FollowUp",
    "Interaction",
    "IntervalFollowUp",
    "Numeric",
    "ParametricCurves",
    "ParametricFit",
    "PredictedSurvival",
    "ProportionalHazards",
    "SubgroupHazardRatios",
    "adjust_curves",
    "check_proportional_hazards",
    "compare_distributions",
    "concordance",
    "concordance_of_scores",
    "cox_residuals",
    "estimate_baseline",
    "fit_cox",
    "fit_parametric",
    "parametric_quantile",
    "parametric_rmst",
    "predict_parametric",
    "predict_survival",
    "subgroup_hazard_ratios",
]
