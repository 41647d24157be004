"""Forecasts of an ongoing study's milestones from its own data, and their back-test."""

from __future__ import annotations

from dashboard.analyses.milestones.back_test import BackTestAnalysis, BackTestAnswer
from dashboard.analyses.milestones.dated import DatedFollowUp, dated_trial
from dashboard.analyses.milestones.forecast import MilestoneAnalysis, MilestoneAnswer

__all__ = [
    "BackTestAnalysis",
    "BackTestAnswer",
    "DatedFollowUp",
    "MilestoneAnalysis",
    "MilestoneAnswer",
    "dated_trial",
]
