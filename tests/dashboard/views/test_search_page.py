"""The Search page: what may vary, every tab, what is refused, and the way to the Designs page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.results import Result
from analytics.search import SearchResult
from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.search import DesignSearch
from dashboard.home import open_here
from dashboard.jobs.requests import read_request
from dashboard.jobs.search_trials import OwnPart
from dashboard.jobs.working import Worker
from dashboard.views.designs.current import SURVIVAL
from dashboard.views.search import running
from queries.workspace import Job, Workspace
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import TEXTS, page_script, run_script

PAGE = page_script("search")
QUICK = {"search_budget": 200, "search_policy": "random"}


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches are done at once, where the page asks for them."""

    def answer(asked: DesignSearch, **_: object) -> SearchResult:
        return asked.run()

    monkeypatch.setattr(running, "answer", answer)


@pytest.fixture
def workspace(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace of the app under test; workers are the test's own."""
    monkeypatch.delenv("EQUIPOISE_WORKSPACE_URL", raising=False)
    for place in (
        "dashboard.jobs.asking",
        "dashboard.views.jobs",
        "dashboard.views.search.running",
    ):
        monkeypatch.setattr(f"{place}.ensure_worker", lambda _: False)
    with open_here(home) as found:
        yield found


def opened(**inputs: object) -> AppTest:
    app = run_script(PAGE, {"study": "EQX-301", **QUICK, **inputs})
    assert not app.exception
    return app


shown = partial(drawn.shown, kinds=(*TEXTS, "subheader", "success", "table"), tiles=True)


@pytest.mark.usefixtures("home")
def test_the_design_of_the_plan_is_what_is_improved_and_nothing_is_searched_unasked():
    app = opened()
    assert "420 events, power 90.0%" in shown(app)
    assert any(button.label == "Search" for button in app.button)
    assert not app.metric


@pytest.mark.usefixtures("home", "searched")
@pytest.mark.parametrize("tab", ["Front", "Chosen design", "Confirmation", "Course of the search"])
def test_every_tab_draws(tab: str):
    app = opened(search_tab=tab)
    assert not app.error
    assert "Designs tried: 200" in shown(app)


@pytest.mark.usefixtures("home", "searched")
def test_the_chosen_design_is_opened_on_the_designs_page():
    app = opened(search_tab="Chosen design")
    next(b for b in app.button if b.label == "Open on the Designs page").click().run()
    assert not app.exception
    assert app.session_state["page_wanted"] == "designs"
    proposal = Result.from_json(app.session_state[SURVIVAL.text])
    assert isinstance(proposal, DesignProposal)
    assert proposal.sizing == "events"


@pytest.mark.usefixtures("home", "searched")
def test_limits_that_nothing_keeps_are_said():
    assert "No design that was tried keeps all limits" in shown(opened(search_limit_power=99.9))


@pytest.mark.usefixtures("home")
def test_nothing_to_make_better_is_a_sentence():
    app = opened()
    wishes = next(one for one in app.multiselect if one.label == "As good as possible")
    wishes.set_value([]).run()
    assert "at least one figure" in shown(app)


@pytest.mark.usefixtures("home", "searched")
def test_scenarios_judge_a_design_by_the_worst_of_them():
    app = opened(search_over="worst", search_budget=200)
    assert not app.error
    assert {"Hazard ratio ×", "Rates of accrual ×"} <= {one.label for one in app.number_input}
    assert "Designs tried: 200" in shown(app)


@pytest.mark.usefixtures("home")
def test_a_limit_begins_at_what_the_own_design_has():
    app = opened(search_limited=["power", "maximum_duration"])
    labels = {one.label: one.value for one in app.number_input}
    assert labels["Power at least, %"] == 80
    assert labels["Maximum duration at most"] > 20


@pytest.mark.usefixtures("home", "searched")
def test_finishing_by_a_month_asks_for_the_month():
    app = opened(search_objectives=["power", "finished_by"])
    assert "Finished by month" in {one.label for one in app.number_input}
    assert not app.error


@pytest.mark.usefixtures("home", "searched")
@pytest.mark.parametrize("rule", ["follow_up", "power"])
def test_the_size_is_searched_by_other_rules(rule: str):
    app = opened(search_size=rule)
    assert not app.error
    assert "Designs tried: 200" in shown(app)


@pytest.mark.usefixtures("home")
def test_sites_without_any_in_the_costs_are_a_sentence():
    assert "the costs of the design name its sites" in shown(opened(search_sites_free=True))


@pytest.mark.usefixtures("home", "searched")
def test_subjects_are_searched():
    app = opened(search_subjects_free=True)
    assert not app.error
    assert "Designs tried: 200" in shown(app)


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def search_a_while(workspace: Workspace, designs: int) -> Job:
    """What a worker does until so many designs are tried and kept; it goes on with the job."""
    job = workspace.jobs.claim(owner="worker")
    assert job is not None
    asked = read_request(workspace.jobs.request(job.id), DesignSearch)
    own = OwnPart(workspace, asked, job)
    replace(asked, budget=designs).run(study=own.study)
    own.keep()
    return job


def test_a_search_is_begun_watched_cancelled_and_gone_on_with(workspace: Workspace) -> None:
    app = opened(search_parts=1)
    press(app, "Search")
    assert [button.label for button in app.button if button.label in ("Search", "Cancel")] == [
        "Cancel"
    ]
    assert "Designs tried" not in shown(app)
    job = search_a_while(workspace, 60)
    app.run()
    assert "Designs tried: 60" in shown(app)
    assert "The search goes on." in shown(app)
    press(app, "Cancel")
    assert workspace.jobs.one(job.id).cancel_asked
    workspace.jobs.stop(job.id, owner="worker")
    app.run()
    assert "Cancelled. 60 of 200 designs were tried and are kept; go on from there." in shown(app)
    assert "Click a design on the front to choose it." in shown(app)
    press(app, "Go on")
    assert "Designs tried: 60" in shown(app)
    assert Worker(workspace).do_one().state == "done"
    app.run()
    assert "Designs tried: 200" in shown(app)
    assert not any(button.label in ("Go on", "Cancel") for button in app.button)


def test_a_search_in_parts_is_shown_as_one(workspace: Workspace) -> None:
    app = opened(search_parts=4)
    press(app, "Search")
    worker = Worker(workspace)
    assert [worker.do_one().state for _ in range(2)] == ["done", "done"]
    app.run()
    assert "Designs tried: 100" in shown(app)
    press(app, "Cancel")
    assert "Cancelled. 100 of 200 designs were tried and are kept" in shown(app)
    press(app, "Go on")
    assert [worker.do_one().state for _ in range(2)] == ["done", "done"]
    assert worker.do_one() is None
    app.run()
    assert "Designs tried: 200" in shown(app)


def test_a_search_that_failed_says_why_and_what_it_kept(workspace: Workspace) -> None:
    app = opened()
    press(app, "Search")
    job = search_a_while(workspace, 30)
    workspace.jobs.fail(job.id, owner="worker", error="The machine has too little memory.")
    app.run()
    assert "too little memory. 30 of 200 designs were tried and are kept." in shown(app)
    assert any(button.label == "Go on" for button in app.button)


def test_a_search_cancelled_at_once_has_nothing_to_show(workspace: Workspace) -> None:
    app = opened()
    press(app, "Search")
    press(app, "Cancel")
    assert "Cancelled before the first design was tried." in shown(app)
    assert not app.metric


@pytest.mark.usefixtures("home", "searched")
def test_three_objectives_are_drawn_against_each_other():
    app = opened(search_objectives=["power", "expected_duration", "expected_events"])
    assert not app.error
    drawn = "".join(chart.proto.spec for chart in app.get("plotly_chart"))
    assert drawn.count("yaxis3") > 0
