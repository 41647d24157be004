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
from dashboard.analyses.search import DesignSearch, FrontConfirmation
from dashboard.jobs.kinds import DESIGN_SEARCH, FRONT_CONFIRMATION
from dashboard.jobs.requests import read_request, write_request

PROBLEM = SearchProblem(
    space=SearchSpace(design=example_design(), fractions=(0.3, 0.85), events=(250, 400)),
    objectives=(Objective(measure="power"), Objective(measure="expected_duration")),
    constraints=(Constraint(measure="power", at_least=0.8),),
)
ASKED = DesignSearch(problem=PROBLEM, budget=40, policy="random", seed=3)


def test_a_search_goes_through_a_job_and_gives_what_a_direct_one_gives() -> None:
    asked = read_request(write_request(ASKED), DESIGN_SEARCH.request)
    assert asked == ASKED
    found = SearchResult.from_json(asked.run().to_json())
    columns = [one for one in found.trials.columns if one != "seconds"]
    again = ASKED.run()
    assert found.trials[columns].equals(again.trials[columns])
    assert DESIGN_SEARCH.title(asked) == "40 designs for power, expected_duration"


def test_the_front_can_be_asked_to_be_confirmed() -> None:
    designs = of_front(ASKED.run().front(), most=2)
    asked = FrontConfirmation(
        designs=tuple(designs.items()), costs=None, replications=10_000, seed=1
    )
    assert read_request(write_request(asked), FRONT_CONFIRMATION.request) == asked
    assert FRONT_CONFIRMATION.title(asked).endswith("10,000 trials each")


def test_progress_may_stop_a_search() -> None:
    def stop(share: float, sentence: str) -> None:
        raise RuntimeError(sentence)

    with pytest.raises(RuntimeError):
        ASKED.run(stop)


@pytest.mark.parametrize("text", ["", "{}", write_request(example_design())])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_request(text, DesignSearch)
