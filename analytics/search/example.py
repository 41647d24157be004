"""A small search for examples, as `textbook.example_design` is a design for them."""

from __future__ import annotations

from analytics.search.objectives import Objective
from analytics.search.result import SearchResult
from analytics.search.searching import search
from analytics.search.space import SearchSpace
from analytics.search.textbook import example_design


def example_search(*, budget: int = 10) -> SearchResult:
    """Random designs of 200 to 400 events for power and few expected events.

    Examples
    --------
    >>> example_search().evaluations
    10
    """
    return search(
        SearchSpace(design=example_design(), events=(200, 400)),
        [Objective(measure="power"), Objective(measure="expected_events")],
        budget=budget,
        policy="random",
    )
