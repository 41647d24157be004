"""Search for better designs: what may vary, what counts, and the designs that are best."""

from analytics.search.binding import Binding, why_not_better
from analytics.search.changed_assumptions import usual_scenarios
from analytics.search.confirmation import Confirmation, confirm, of_front
from analytics.search.country_sites import CountrySites
from analytics.search.front import Front
from analytics.search.importance import parameter_importance
from analytics.search.measures import MEASURES, Measure
from analytics.search.objectives import Constraint, Objective, Scenario
from analytics.search.pareto import hypervolume, knee, non_dominated, ranks
from analytics.search.parts import Part
from analytics.search.policies import DEFAULT_POLICY, POLICIES
from analytics.search.problem import SearchProblem
from analytics.search.result import SearchResult
from analytics.search.searching import run, search
from analytics.search.sensitivity import Tornado, tornado
from analytics.search.space import SearchSpace
from analytics.search.studies import new_study
from analytics.search.textbook import textbook_designs

__all__ = [
    "DEFAULT_POLICY",
    "MEASURES",
    "POLICIES",
    "Binding",
    "Confirmation",
    "Constraint",
    "CountrySites",
    "Front",
    "Measure",
    "Objective",
    "Part",
    "Scenario",
    "SearchProblem",
    "SearchResult",
    "SearchSpace",
    "Tornado",
    "confirm",
    "hypervolume",
    "knee",
    "new_study",
    "non_dominated",
    "of_front",
    "parameter_importance",
    "ranks",
    "run",
    "search",
    "textbook_designs",
    "tornado",
    "usual_scenarios",
    "why_not_better",
]
