"""Survival estimates from counts: curves, tests of the log-rank family, and arms compared."""

from analytics.survival.adjustment import adjusted_p_values
from analytics.survival.counts import SurvivalCounts
from analytics.survival.cox import CoxByArm, fit_cox_by_arm
from analytics.survival.kaplan_meier import Curve, KaplanMeier, fit_kaplan_meier
from analytics.survival.left_truncation import EntryCounts, fit_left_truncated
from analytics.survival.log_minus_log import LogMinusLog, log_minus_log
from analytics.survival.logrank import LogRank, test_logrank
from analytics.survival.logrank_weights import (
    GEHAN,
    LOG_RANK,
    MODIFIED_PETO,
    PETO,
    TARONE_WARE,
    Weight,
    fleming_harrington,
)
from analytics.survival.maxcombo import USUAL_WEIGHTS, MaxCombo, test_maxcombo
from analytics.survival.milestones import (
    CurveDifference,
    MilestoneComparison,
    compare_at_milestone,
    difference_of_curves,
)
from analytics.survival.nelson_aalen import NelsonAalen, fit_nelson_aalen
from analytics.survival.pairwise import PairwiseTests, test_pairs
from analytics.survival.peto import PetoHazardRatio, peto_hazard_ratio
from analytics.survival.rmst import RestrictedMeans, compare_restricted_means
from analytics.survival.smoothed_hazard import SmoothedHazard, smooth_hazard
from analytics.survival.trend import TrendTest, test_trend
from analytics.survival.turnbull import Turnbull, fit_turnbull
from analytics.survival.two_arm_kernel import logrank_z
from analytics.survival.weighted_kaplan_meier import WeightedKaplanMeier, fit_weighted_kaplan_meier

__all__ = [
    "GEHAN",
    "LOG_RANK",
    "MODIFIED_PETO",
    "PETO",
    "TARONE_WARE",
    "USUAL_WEIGHTS",
    "CoxByArm",
    "Curve",
    "CurveDifference",
    "EntryCounts",
    "KaplanMeier",
    "LogMinusLog",
    "LogRank",
    "MaxCombo",
    "MilestoneComparison",
    "NelsonAalen",
    "PairwiseTests",
    "PetoHazardRatio",
    "RestrictedMeans",
    "SmoothedHazard",
    "SurvivalCounts",
    "TrendTest",
    "Turnbull",
    "Weight",
    "WeightedKaplanMeier",
    "adjusted_p_values",
    "compare_at_milestone",
    "compare_restricted_means",
    "difference_of_curves",
    "fit_cox_by_arm",
    "fit_kaplan_meier",
    "fit_left_truncated",
    "fit_nelson_aalen",
    "fit_turnbull",
    "fit_weighted_kaplan_meier",
    "fleming_harrington",
    "log_minus_log",
    "logrank_z",
    "peto_hazard_ratio",
    "smooth_hazard",
    "test_logrank",
    "test_maxcombo",
    "test_pairs",
    "test_trend",
]
