"""Enrolment: Poisson-gamma recruitment at sites, its forecast, and when a target is reached."""

from analytics.enrolment.forecast import (
    CountDistribution,
    EnrolmentForecast,
    enrolled_by,
    forecast_enrolment,
)
from analytics.enrolment.model import EnrolmentModel
from analytics.enrolment.rate_prior import RatePrior
from analytics.enrolment.screening import ScreenFailure, fit_screen_failure
from analytics.enrolment.sites import Sites
from analytics.enrolment.time_to_target import TimeToTarget, probability_by, time_to_target

__all__ = [
    "CountDistribution",
    "EnrolmentForecast",
    "EnrolmentModel",
    "RatePrior",
    "ScreenFailure",
    "Sites",
    "TimeToTarget",
    "enrolled_by",
    "fit_screen_failure",
    "forecast_enrolment",
    "probability_by",
    "time_to_target",
]
