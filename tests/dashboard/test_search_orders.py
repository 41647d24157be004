"""A search and its confirmation as jobs: what they take, what they give, and what is refused."""

from __future__ import annotations

import pytest

from analytics.checks import InputError
from analytics.search import (
    Constraint,
    Objective,
    SearchProblem,
    SearchResult,
    SearchSpace,
    of_front,
)
from analytics.search.textbook import example_design
from dashboard.analyses.search import ConfirmationOrder, SearchOrder
from dashboard.jobs.kinds import DESIGN_SEARCH, FRONT_CONFIRMATION
from dashboard.jobs.requests import read_request, write_request

PROBLEM = SearchProblem(
    space=SearchSpace(design=example_design(), fractions=(0.3, 0.85), events=(250, 400)),
    objectives=(Objective(measure="power"), Objective(measure="expected_duration")),
    constraints=(Constraint(measure="power", at_least=0.8),),
)
ORDER = SearchOrder.of(PROBLEM, budget=40, policy="random", seed=3)


def test_a_search_goes_through_a_job_and_gives_what_a_direct_one_gives() -> None:
    order = read_request(write_request(ORDER), DESIGN_SEARCH.request)
    assert order.read() == PROBLEM
    found = SearchResult.from_json(order.run().to_json())
    columns = [one for one in found.trials.columns if one != "seconds"]
    again = ORDER.run()
    assert found.trials[columns].equals(again.trials[columns])
    assert DESIGN_SEARCH.title(order) == "40 designs for power, expected_duration"


def test_the_front_is_an_order_for_its_confirmation() -> None:
    designs = of_front(ORDER.run().front(), most=2)
    order = ConfirmationOrder.of(designs, replications=10_000, seed=1)
    assert read_request(write_request(order), FRONT_CONFIRMATION.request) == order
    assert FRONT_CONFIRMATION.title(order).endswith("10,000 trials each")


def test_progress_may_stop_a_search() -> None:
    def stop(share: float, sentence: str) -> None:
        raise RuntimeError(sentence)

    with pytest.raises(RuntimeError):
        ORDER.run(stop)


@pytest.mark.parametrize("text", ["", "{}", example_design().to_json()])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        SearchOrder(problem=text, budget=5, policy="random", seed=1).read()
