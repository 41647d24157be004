"""Survival estimates from counts: Kaplan–Meier, log-rank test, Cox regression by arm."""

from analytics.survival.counts import SurvivalCounts
from analytics.survival.cox import CoxByArm, fit_cox_by_arm
from analytics.survival.kaplan_meier import Curve, KaplanMeier, fit_kaplan_meier
from analytics.survival.logrank import LogRank, test_logrank

__all__ = [
    "CoxByArm",
    "Curve",
    "KaplanMeier",
    "LogRank",
    "SurvivalCounts",
    "fit_cox_by_arm",
    "fit_kaplan_meier",
    "test_logrank",
]
