"""The command that lists searches and opens one in optuna-dashboard."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dashboard import command
from dashboard.jobs.working import Worker
from queries.workspace import open_workspace
from tests.dashboard.searches import Asked, search


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """A search that is done."""
    monkeypatch.setenv("EQUIPOISE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("EQUIPOISE_WORKSPACE_URL", raising=False)
    with open_workspace(tmp_path / "home") as workspace:
        done = Asked(workspace, search(20), study="EQX-301")
        done.submit()
        Worker(workspace).do_one()
    return done


def test_searches_are_listed(asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
    assert command._run(["searches", "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)
    assert (row["search"], row["study"]) == (asked.id[:12], "EQX-301")
    assert command._run(["searches"]) == 0
    assert asked.search.title in capsys.readouterr().out


def test_one_is_opened_in_optuna_dashboard(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[int] = []
    package = ModuleType("optuna_dashboard")

    def run_server(storage, *, host: str, port: int) -> None:
        assert host == "localhost"
        [study] = storage.get_all_studies()
        served.extend([len(storage.get_all_trials(study._study_id)), port])

    package.run_server = run_server  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "optuna_dashboard", package)
    assert command._run(["searches", "--open", asked.id[:8], "--port", "8765"]) == 0
    assert served == [20, 8765]
    assert "http://localhost:8765" in capsys.readouterr().out


def test_without_the_package_it_says_what_to_install(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "optuna_dashboard", None)  # type: ignore[arg-type]
    assert command._run(["searches", "--open", asked.id[:8]]) == command.REFUSED
    assert "pip install 'equipoise[searches]'" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["", "abcdef", "%", "'; drop table search; --", "ABCDEF12"])
def test_another_id_is_refused(
    asked: Asked, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command._run(["searches", "--open", wrong]) == command.REFUSED
    assert "a search is one that this workspace knows" in capsys.readouterr().err


def test_what_was_searched_unblinded_is_not_there_while_the_study_is_blinded(
    asked: Asked, tmp_path: Path
) -> None:
    with open_workspace(tmp_path / "home") as workspace:
        workspace.unblind("EQX-301", "anna", "to see")
        workspace.searches.begin("ab" * 32, study="EQX-301", title="By arm", pooled=False)
        assert len(workspace.searches.every()) == 2
        workspace.blind("EQX-301", "anna", "sealed again")
        assert [one.id for one in workspace.searches.every()] == [asked.id]
        with pytest.raises(ValueError, match="a search is one that this workspace knows"):
            workspace.searches.one("abababab")
        with pytest.raises(ValueError, match="computed with pooled arms"):
            workspace.searches.begin("cd" * 32, study="EQX-301", title="By arm", pooled=False)


def test_old_searches_are_swept(asked: Asked, tmp_path: Path) -> None:
    with open_workspace(tmp_path / "home") as workspace:
        [one] = workspace.searches.every()
        assert workspace.searches.sweep(one.used_at) == 0
        assert workspace.searches.sweep(one.used_at.replace(year=one.used_at.year + 1)) == 1
        assert workspace.searches.every() == ()
        assert workspace.searches.read(asked.id) == ()
