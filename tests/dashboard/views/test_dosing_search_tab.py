"""The Search tab of the Dosing page: begun, cancelled, gone on with, compared, taken over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.results import Result
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.card import SUPPORTS
from dashboard.analyses.dosing.search import DoseSearch, HeldOutComparison, taken
from dashboard.home import open_here
from dashboard.jobs.requests import read_request
from dashboard.jobs.search_trials import OwnPart
from dashboard.jobs.working import Worker
from dashboard.views.dosing.current import PROPOSAL
from queries.workspace import Workspace
from tests.dashboard.views.drawn import charts_of, run_script
from tests.dashboard.views.test_dosing_page import PAGE, press, shown

QUICK = {
    "dosing_search_budget": 50,
    "dosing_search_policy": "random",
    "dosing_search_families": ["boin", "crm"],
    "dosing_search_range_most": (9, 15),
    "dosing_search_range_cohort": (3, 3),
    "dosing_search_range_stop": (6, 15),
    "dosing_search_held": 10,
}


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
    app = run_script(PAGE, {"study": "EQX-301", "dosing_tab": "Search", **QUICK, **inputs})
    assert not app.exception
    return app


def tiles(app: AppTest) -> dict[str, str]:
    return {tile.label: str(tile.value) for tile in app.metric}


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_a_search_is_kept_compared_and_taken_to_the_set_up(workspace: Workspace) -> None:
    app = opened()
    assert SUPPORTS in shown(app)
    assert "Designs are judged exactly, without simulation" in shown(app)
    press(app, "Search")
    job = workspace.jobs.claim(owner="worker")
    assert job is not None
    asked = read_request(workspace.jobs.request(job.id), DoseSearch)
    assert asked.problem.space.families == ("boin", "crm")
    assert asked.problem.space.patients == (9, 15)
    own = OwnPart(workspace, asked, job)
    replace(asked, budget=10).run(study=own.study)
    own.keep()
    app.run()
    assert tiles(app)["Designs tried"] == "10"
    assert "The search goes on." in shown(app)
    press(app, "Cancel")
    workspace.jobs.stop(job.id, owner="worker")
    again = opened()  # whoever opens the page anew finds what was kept
    assert "Cancelled. 10 of 50 designs were tried and are kept; go on" in shown(again)
    assert "Click a design on the front to choose it." in shown(again)
    press(again, "Go on")
    assert Worker(workspace).do_one().state == "done"  # type: ignore[union-attr]
    again.run()
    assert tiles(again)["Designs tried"] == "50"
    assert "Own design" in charts_of(again)

    press(again, "Compare with textbook designs")
    [compared] = workspace.jobs.waiting()
    request = read_request(workspace.jobs.request(compared.id), HeldOutComparison)
    assert request.count == 10
    assert Worker(workspace).do_one().state == "done"  # type: ignore[union-attr]
    again.run()
    assert not again.exception
    assert "Exact under 10 random scenarios, seed 2" in shown(again)
    assert "Benchmark with as many patients" in shown(again)
    assert "mTPI-2" in shown(again)
    assert "held-out" in shown(again)
    assert "3+3" in charts_of(again)

    numbers = list(dict(request.designs))
    assert again.session_state["dosing_search_chosen"] in numbers
    wanted = next(one for one in again.selectbox if one.label == "Design of the front")
    wanted.set_value(numbers[-1]).run()
    assert f"Design {numbers[-1]}" in shown(again)
    before = Result.from_json(again.session_state[PROPOSAL])
    assert isinstance(before, DosingProposal)
    press(again, "Take to the set-up")
    assert again.session_state["dosing_tab"] == "Set-up"
    front = asked.found_type.from_json(workspace.jobs.result(job.id)).front()
    now = taken(before, front, numbers[-1])
    assert Result.from_json(again.session_state[PROPOSAL]) == now
    again.run()  # the inputs of the set-up read it back as it is
    assert not again.error
    assert Result.from_json(again.session_state[PROPOSAL]) == now
    assert f"At most {now.most_patients} patients are treated." in shown(again)


def test_a_link_carries_what_was_asked(workspace: Workspace) -> None:
    app = opened(dosing_search_range_most=(9, 12), dosing_search_limited=["correct"])
    again = run_script(PAGE, {}, link=str(app.query_params["view"]))
    assert not again.exception
    sliders = {one.label: tuple(one.value) for one in again.slider}
    assert sliders["Patients at most"] == (9, 12)
    assert "Correct selection at least, %" in {one.label for one in again.number_input}
    del workspace


def test_what_cannot_be_searched_is_a_sentence(workspace: Workspace) -> None:
    app = opened()
    families = next(one for one in app.multiselect if one.label == "Families")
    families.set_value([]).run()
    assert "`at least one family of designs varies` must hold" in shown(app)
    assert "Search" not in labels(app)
    families = next(one for one in app.multiselect if one.label == "Families")
    families.set_value(["boin"]).run()
    wishes = next(one for one in app.multiselect if one.label == "As good as possible")
    wishes.set_value([]).run()
    assert "as good as possible: at least one figure" in shown(app)
    wishes = next(one for one in app.multiselect if one.label == "As good as possible")
    wishes.set_value(["correct"]).run()
    app.multiselect(key="dosing_search_limited").set_value(["correct"]).run()
    app.number_input(key="dosing_search_limit_correct").set_value(99.0).run()
    press(app, "Search")
    assert Worker(workspace).do_one().state == "done"  # type: ignore[union-attr]
    app.run()
    assert not app.exception
    assert "No design that was tried keeps all limits" in shown(app)
    assert "Compare with textbook designs" not in labels(app)


def test_one_objective_and_held_out_scenarios_that_were_used(workspace: Workspace) -> None:
    app = opened(
        dosing_search_objectives=["correct"],
        dosing_search_over="worst",
        dosing_scenario_set="Random",
        dosing_scenario_count=3,
        dosing_scenario_seed=2,
    )
    press(app, "Search")
    assert Worker(workspace).do_one().state == "done"  # type: ignore[union-attr]
    app.run()
    assert not app.exception
    assert tiles(app)["On the front"] == "1"
    assert "the search used none of the scenarios that are held out: take another" in shown(app)
    app.number_input(key="dosing_search_held_seed").set_value(7).run()
    assert "Compare with textbook designs" in labels(app)
