"""The demo studies, as `make run` builds them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard.jobs import demo
from queries.store import open_store
from queries.workspace import open_workspace


def test_the_demo_has_its_three_studies(demo_home: Path) -> None:
    with open_workspace(demo_home) as workspace:
        found = {study.code: study.blinded for study in workspace.studies()}
    assert found == {"EQX-301": False, "EQX-201": False, "GBSG2": False}


def test_why_arms_are_shown_of_an_ongoing_study_is_on_record(demo_home: Path) -> None:
    with open_workspace(demo_home) as workspace:
        assert workspace.study("EQX-301").status == "ongoing"
        acts = [act for act in workspace.activity("EQX-301") if act.act == "unblind"]
    assert [act.detail["reason"] for act in acts] == [demo.REASON]


def test_the_demo_store_answers(demo_home: Path) -> None:
    with open_workspace(demo_home) as workspace:
        current = workspace.current_snapshot("EQX-301")
        assert current is not None
        with open_store(workspace.path(current)) as store:
            assert store.ask("cohort_size")["subjects"].sum() == 720
            assert len(store.arms()) == 2


def test_the_demo_is_built_once_and_again_for_a_new_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []
    monkeypatch.setattr(demo, "_build", lambda _workspace, code, *_: built.append(code))
    with open_workspace(tmp_path / "home") as workspace:
        assert not demo.demo_is_built(workspace.home)
        assert demo.build_demo(workspace) == ("EQX-301", "EQX-201", "GBSG2")
        assert demo.demo_is_built(workspace.home)
        assert demo.build_demo(workspace) == ()
        assert demo.build_demo(workspace, rebuild=True) != ()
        monkeypatch.setattr(demo.sample_data, "VERSION", "next")
        assert not demo.demo_is_built(workspace.home)
        assert demo.build_demo(workspace) != ()
    assert len(built) == 9


@pytest.mark.parametrize("mark", ["", "{", "[]", json.dumps({"version": "another"})])
def test_a_mark_that_says_something_else_does_not_count(tmp_path: Path, mark: str) -> None:
    (tmp_path / "demo.json").write_text(mark)
    assert not demo.demo_is_built(tmp_path)


def test_the_large_study_is_a_study_like_any_other(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    size = {"subjects": 200, "adverse_events": 1000}
    with open_workspace(tmp_path / "home") as workspace:
        assert not demo.large_is_built(workspace, **size)
        built = demo.build_large(workspace, **size, progress=lambda *said: told.append(said))
        assert (built.study.code, built.study.status, built.study.blinded) == (
            "EQX-LARGE",
            "complete",
            False,
        )
        assert demo.large_is_built(workspace, **size)
        assert not demo.large_is_built(workspace, subjects=200, adverse_events=2000)
        with open_store(workspace.path(built.snapshot)) as store:
            assert store.ask("cohort_size")["subjects"].sum() == 200
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[-1], told[-1][1]) == (1.0, "EQX-LARGE: The snapshot is complete.")
