"""Searches and their confirmation as values that run."""

from dashboard.analyses.search.asked import AskedSearch, DesignSearch, FrontConfirmation
from dashboard.analyses.search.countries import Countries, CountryAnalysis
from dashboard.analyses.search.searching_code import searching_code

__all__ = [
    "AskedSearch",
    "Countries",
    "CountryAnalysis",
    "DesignSearch",
    "FrontConfirmation",
    "searching_code",
]
