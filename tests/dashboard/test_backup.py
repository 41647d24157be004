"""A backup is a home folder that can be served, and says what was done before it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dashboard import command
from dashboard.commands.backup import back_up
from queries.errors import DataError
from queries.store import open_store
from queries.workspace import open_workspace
from tests.homes import copied_home


def test_a_backup_is_restored_by_serving_it(demo_home: Path, tmp_path: Path) -> None:
    home = copied_home(demo_home, tmp_path)
    out = tmp_path / "backup"
    assert command._run(["backup", "--out", str(out), "--home", str(home)]) == command.OK
    shutil.rmtree(home)
    with open_workspace(out) as restored:
        current = restored.current_snapshot("EQX-301")
        assert current is not None
        with open_store(restored.path(current)) as store:
            assert store.ask("cohort_size")["subjects"].iloc[0] == 720
        assert restored.activity()[0].act == "backup"
    assert command._run(["audit", "verify", "--home", str(out)]) == command.OK


def test_a_backup_that_cannot_be_written_leaves_nothing(
    demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copied_home(demo_home, tmp_path)
    with open_workspace(home) as workspace:
        (tmp_path / "there").mkdir()
        with pytest.raises(DataError, match="a folder that is not there yet"):
            back_up(workspace, tmp_path / "there")

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(shutil, "copy2", full)
        with pytest.raises(DataError, match=r"a backup can be written, but got '.*No space left"):
            back_up(workspace, tmp_path / "full")
    assert not (tmp_path / "full").exists()


def test_a_workspace_on_a_server_is_backed_up_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EQUIPOISE_WORKSPACE_URL", "postgresql+psycopg://host/equipoise")
    assert command._run(["backup", "--out", str(tmp_path / "out")]) == command.REFUSED
