"""Survival analyses of one endpoint: each is a value that a store answers."""

from __future__ import annotations

from dashboard.analyses.survival.analysis import SurvivalAnalysis, SurvivalAnswer
from dashboard.analyses.survival.endpoint_times import recorded_unit, time_origin
from dashboard.analyses.survival.immortal_time import earliest_landmark, immortal_time

__all__ = [
    "SurvivalAnalysis",
    "SurvivalAnswer",
    "earliest_landmark",
    "immortal_time",
    "recorded_unit",
    "time_origin",
]
