"""Long work on a page: begun, watched, cancelled, tried again, found after a reload, listed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.home import open_here
from dashboard.jobs.working import Worker
from dashboard.views.jobs import elapsed
from queries.workspace import Job, Workspace
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import SECONDS, TEXTS, run_script

ARM = "Lumarestat 200 mg"
PAGE = f"""
import streamlit as st
from dashboard import state
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.berry_berry import BerryBerryFit
from dashboard.jobs import kinds
from dashboard.results import explained
from dashboard.views import jobs

state.begin_run()
st.session_state["runs"] = st.session_state.get("runs", 0) + 1
with explained():
    request = BerryBerryFit.of(
        AdverseEvents(),
        arm=st.session_state.get("arm", {ARM!r}),
        draws=st.session_state.get("draws", 100),
    )
    fit = jobs.answer(state.job(kinds.BERRY_BERRY, request), about="It takes a few seconds.")
    if fit is not None:
        st.write("terms:", len(fit.to_frame()))
    jobs.listing()
"""


@pytest.fixture(autouse=True)
def workspace(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace of the app under test; workers are the test's own."""
    monkeypatch.delenv("EQUIPOISE_WORKSPACE_URL", raising=False)
    monkeypatch.setattr("dashboard.jobs.asking.ensure_worker", lambda _: False)
    monkeypatch.setattr("dashboard.views.jobs.ensure_worker", lambda _: False)
    with open_here(home) as opened:
        yield opened


def opened(**inputs: object) -> AppTest:
    """The page as a reader finds it, for instance after a reload."""
    app = run_script(PAGE, {"study": "EQX-301", **inputs})
    assert not app.exception
    return app


shown = partial(drawn.shown, kinds=TEXTS)


def progress(app: AppTest) -> list[str]:
    """What stands over the bars of progress."""
    return [bar.proto.text.replace("\\", "") for bar in app.get("progress")]


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def only_job(workspace: Workspace) -> Job:
    (job,) = workspace.jobs.of_study("EQX-301")
    return job


def begun() -> AppTest:
    return press(opened(), "Compute")


def test_nothing_is_begun_by_looking(workspace: Workspace) -> None:
    app = opened()
    assert labels(app) == ["Compute"]
    assert "It takes a few seconds." in shown(app)
    assert "No long work was asked for in this study yet." in shown(app)
    assert workspace.jobs.of_study("EQX-301") == ()


def test_a_job_is_begun_watched_and_shown(workspace: Workspace) -> None:
    app = begun()
    assert progress(app) == ["Waiting for a worker"]
    assert labels(app) == ["Cancel"]
    assert only_job(workspace).person == "local owner"
    job = workspace.jobs.claim(owner="test")
    assert job is not None
    workspace.jobs.report(job.id, owner="test", share=0.4, message="Drawing: 40 of 100.")
    app.run()
    assert progress(app)[0].startswith("Drawing: 40 of 100 · ")
    assert app.get("progress")[0].proto.value == 40
    workspace.jobs.hand_back(job.id, owner="test")
    Worker(workspace).do_one()
    app.run()
    assert progress(app) == []
    assert "terms:" in shown(app)
    assert "Compute" not in labels(app)


def test_the_page_runs_again_once_when_the_job_ends(workspace: Workspace) -> None:
    app = begun()
    Worker(workspace).do_one()
    runs = app.session_state["runs"]
    app.run()
    assert app.session_state["runs"] == runs + 1
    assert "terms:" in shown(app)
    assert progress(app) == []


def test_a_reload_finds_the_job_and_its_result(workspace: Workspace) -> None:
    begun()
    assert progress(opened()) == ["Waiting for a worker"]
    Worker(workspace).do_one()
    assert "terms:" in shown(opened())
    assert len(workspace.jobs.of_study("EQX-301")) == 1


def test_others_before_it_are_counted() -> None:
    begun()
    assert progress(press(opened(draws=200), "Compute")) == ["Waiting: 1 before it"]


def test_a_queued_job_is_cancelled_and_tried_again(workspace: Workspace) -> None:
    app = press(begun(), "Cancel").run()
    assert "Cancelled. Nothing was kept." in shown(app)
    first = only_job(workspace)
    press(app, "Try again")
    assert progress(app) == ["Waiting for a worker"]
    assert only_job(workspace).id == first.id


def test_a_running_job_is_told_to_stop(workspace: Workspace) -> None:
    app = begun()
    job = workspace.jobs.claim(owner="test")
    assert job is not None
    press(app.run(), "Cancel")
    app.run()
    assert progress(app) == ["Cancelling"]
    assert app.button[0].disabled
    assert only_job(workspace).cancel_asked


def test_a_failed_job_says_why(workspace: Workspace) -> None:
    app = press(opened(arm="Nobody"), "Compute")
    Worker(workspace).do_one()
    app.run()
    assert f"the arm is one of '{ARM}'" in shown(app)
    assert labels(app) == ["Try again"]
    assert "the arm is one of" in app.dataframe[0].value["Why"][0]


def test_a_blinded_reader_sees_neither_result_nor_title(workspace: Workspace) -> None:
    app = begun()
    Worker(workspace).do_one()
    job = only_job(workspace)
    assert "terms:" in shown(app.run())
    assert ARM in str(app.dataframe[0].value)
    workspace.blind("EQX-301", "tester", "for the test")
    app.run()
    assert "terms:" not in shown(app)
    assert labels(app) == ["Compute"]
    assert len(app.dataframe) == 0
    watching = AppTest.from_string(
        "from dashboard import state\nfrom dashboard.results import explained\n"
        "from dashboard.views import jobs\nstate.begin_run()\n"
        f"with explained():\n    jobs.watch({job.id!r})\n",
        default_timeout=SECONDS,
    )
    watching.session_state["study"] = "EQX-301"
    assert "that its reader may see" in shown(watching.run())
    watching.session_state["study"] = "EQX-201"
    assert "that its reader may see" in shown(watching.run())


def test_the_list_says_what_when_and_who(workspace: Workspace) -> None:
    begun()
    Worker(workspace).do_one()
    press(opened(draws=200), "Compute")
    table = opened(draws=200).dataframe[0].value
    assert table["State"].tolist() == ["Waiting", "Done"]
    assert table["Done"].tolist() == [0, 100]
    assert "Why" not in table
    assert set(table["By"]) == {"local owner"}
    assert set(table["Job"]) == {f"Berry–Berry model of {ARM}"}
    assert table["Took"].tolist()[0] == ""


def test_times_are_said_in_their_size() -> None:
    lengths = [timedelta(seconds=seconds) for seconds in (-1, 59.9, 61, 7199)]
    assert [elapsed(length) for length in lengths] == ["0 s", "59 s", "1 min 1 s", "1 h 59 min"]
