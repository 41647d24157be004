"""Competing risks: incidences, Gray's test, Fine–Gray regression, hazards of each cause."""

from analytics.survival.competing.aalen_johansen import fit_aalen_johansen
from analytics.survival.competing.counts import CENSORED, CompetingCounts
from analytics.survival.competing.fine_gray import FineGray, fit_fine_gray
from analytics.survival.competing.gray import GrayTest, test_gray
from analytics.survival.competing.hazards import CompetingHazards, fit_competing_hazards
from analytics.survival.competing.incidence import AalenJohansen, IncidenceCurve

__all__ = [
    "CENSORED",
    "AalenJohansen",
    "CompetingCounts",
    "CompetingHazards",
    "FineGray",
    "GrayTest",
    "IncidenceCurve",
    "fit_aalen_johansen",
    "fit_competing_hazards",
    "fit_fine_gray",
    "test_gray",
]
