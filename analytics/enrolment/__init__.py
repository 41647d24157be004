"""Enrolment: Poisson-gamma recruitment at sites, its forecast, and when a target is reached.

Months count from the start of the study. A model is made of sites and a distribution of their
rates: stated (`RatePrior.gamma`), the most likely one (`fit_rate_prior(...).prior`), or with the
uncertainty of its parameters (`posterior_rate_prior`).
"""

from analytics.enrolment.back_test import EnrolmentBackTest, back_test_enrolment
from analytics.enrolment.costs import EnrolmentCosts, expected_costs
from analytics.enrolment.cut_off import months_of, sites_at, sites_of_patients
from analytics.enrolment.fitted_prior import FittedRatePrior, fit_rate_prior
from analytics.enrolment.forecast import (
    CountDistribution,
    EnrolmentForecast,
    enrolled_by,
    forecast_enrolment,
)
from analytics.enrolment.model import EnrolmentModel
from analytics.enrolment.parameter_posterior import (
    SLOWING,
    WEAK,
    ParameterPrior,
    posterior_rate_prior,
)
from analytics.enrolment.ranking import SiteRanking, rank_sites
from analytics.enrolment.rate_prior import RatePrior
from analytics.enrolment.screening import ScreenFailure, fit_screen_failure
from analytics.enrolment.simulation import SimulatedEnrolment, simulate_enrolment
from analytics.enrolment.site_failures import SiteFailures, estimate_site_failures
from analytics.enrolment.site_rates import SiteRates, estimate_site_rates
from analytics.enrolment.sites import Sites
from analytics.enrolment.time_to_target import TimeToTarget, probability_by, time_to_target
from analytics.enrolment.what_if import (
    add_sites,
    cap_sites,
    close_sites,
    delay_sites,
    multiply_rates,
)

__all__ = [
    "SLOWING",
    "WEAK",
    "CountDistribution",
    "EnrolmentBackTest",
    "EnrolmentCosts",
    "EnrolmentForecast",
    "EnrolmentModel",
    "FittedRatePrior",
    "ParameterPrior",
    "RatePrior",
    "ScreenFailure",
    "SimulatedEnrolment",
    "SiteFailures",
    "SiteRanking",
    "SiteRates",
    "Sites",
    "TimeToTarget",
    "add_sites",
    "back_test_enrolment",
    "cap_sites",
    "close_sites",
    "delay_sites",
    "enrolled_by",
    "estimate_site_failures",
    "estimate_site_rates",
    "expected_costs",
    "fit_rate_prior",
    "fit_screen_failure",
    "forecast_enrolment",
    "months_of",
    "multiply_rates",
    "posterior_rate_prior",
    "probability_by",
    "rank_sites",
    "simulate_enrolment",
    "sites_at",
    "sites_of_patients",
    "time_to_target",
]
