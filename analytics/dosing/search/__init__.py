"""Search for dose-escalation designs that find the dose best, across scenarios."""

from analytics.dosing.search.against_defaults import (
    AgainstDefaults,
    compare_designs,
    compare_with_defaults,
)
from analytics.dosing.search.defaults import default_designs
from analytics.dosing.search.measures import DOSE_MEASURES
from analytics.dosing.search.objectives import DoseConstraint, DoseObjective
from analytics.dosing.search.problem import DoseSearchProblem
from analytics.dosing.search.result import DoseFront, DoseSearchResult
from analytics.dosing.search.searching import search_doses
from analytics.dosing.search.space import DoseSearchSpace

__all__ = [
    "DOSE_MEASURES",
    "AgainstDefaults",
    "DoseConstraint",
    "DoseFront",
    "DoseObjective",
    "DoseSearchProblem",
    "DoseSearchResult",
    "DoseSearchSpace",
    "compare_designs",
    "compare_with_defaults",
    "default_designs",
    "search_doses",
]
