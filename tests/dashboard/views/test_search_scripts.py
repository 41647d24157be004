"""What the Search page shows is made again by its scripts, which search again."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.results import Result
from analytics.search import SearchResult
from dashboard.analyses.search import DesignSearch
from dashboard.unattended import draw_page
from dashboard.views.search import builder, running
from tests.dashboard.views.done_jobs import do_jobs_at_once
from tests.dashboard.views.made_again import assert_made_again

QUICK = {"search_budget": 40, "search_policy": "random", "search_parts": 2}


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches are done where the page asks for them, and have travelled as from a worker."""

    def answer(*asked: Any, **_: object) -> SearchResult:
        search = next(one for one in asked if isinstance(one, DesignSearch))
        parts = [Result.from_json(part.run().to_json()) for part in search.divided()]
        return SearchResult.of_parts(parts)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "answer", answer)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few designs are enough here."""
    monkeypatch.setattr(builder, "BUDGETS", (40,))


@pytest.mark.usefixtures("home", "searched")
@pytest.mark.parametrize("tab", ["Front", "Chosen design", "Course of the search"])
def test_every_result_of_a_search_is_made_again(tab: str) -> None:
    objectives = ["power", "expected_duration", "expected_events"]
    assert_made_again(
        "search", inputs={**QUICK, "search_objectives": objectives, "search_tab": tab}
    )


@pytest.mark.slow
@pytest.mark.usefixtures("home", "searched")
def test_the_front_is_confirmed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    do_jobs_at_once(monkeypatch)
    monkeypatch.setattr("dashboard.views.search.confirmed._MOST", 1)
    assert_made_again("search", inputs={**QUICK, "search_tab": "Confirmation"})


@pytest.mark.usefixtures("home")
def test_what_a_search_has_found_so_far_has_no_script(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(*asked: Any, **_: object) -> SearchResult:
        search = next(one for one in asked if isinstance(one, DesignSearch))
        return search.divided()[0].run()

    monkeypatch.setattr(running, "answer", answer)
    drawn = draw_page("search", study="EQX-301", inputs=QUICK)
    assert drawn.cards
    assert all(card.script is None for card in drawn.cards)
