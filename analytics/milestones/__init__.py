"""When an ongoing trial will have its events: forecasts of the date of each milestone."""

from __future__ import annotations

from analytics.milestones.back_test import BackTest, actual_entries, back_test, recent_pace_until
from analytics.milestones.enrolment import EntryTimes, RemainingEnrolment, recent_pace
from analytics.milestones.exact import ExactMilestones
from analytics.milestones.follow_up import TrialFollowUp
from analytics.milestones.forecast import MilestoneForecast, forecast_milestones
from analytics.milestones.models import EventModel, EventModels, fit_event_models, stated_models
from analytics.milestones.rates import GammaRates

__all__ = [
    "BackTest",
    "EntryTimes",
    "EventModel",
    "EventModels",
    "ExactMilestones",
    "GammaRates",
    "MilestoneForecast",
    "RemainingEnrolment",
    "TrialFollowUp",
    "actual_entries",
    "back_test",
    "fit_event_models",
    "forecast_milestones",
    "recent_pace",
    "recent_pace_until",
    "stated_models",
]
