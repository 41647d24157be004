"""Keys: refused when careless, rotated while others read, and picked up where it stopped."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dashboard.access import rotation
from dashboard.access.key import new_key, read_keys, snapshot_keys, write_keys
from dashboard.home import open_here
from dashboard.jobs.imports import import_study
from queries.encryption import key_of
from queries.errors import DataError
from queries.store import Store, open_store
from queries.workspace import Workspace
from tests.dashboard.test_command import REPOSITORY, equipoise, write_study

KEY, OTHER = new_key(), new_key()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EQUIPOISE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("EQUIPOISE_KEY", raising=False)
    write_keys(tmp_path / "key", [KEY])
    monkeypatch.setenv("EQUIPOISE_KEY_FILE", str(tmp_path / "key"))
    write_keys(tmp_path / "new", [OTHER])
    return tmp_path / "home"


def _filled(workspace: Workspace, folder: Path, key: str | None, cuts: int = 2) -> list[Path]:
    paths = [write_study(folder / f"cut{number}", time=f"{number + 3}") for number in range(cuts)]
    done = [import_study([one], workspace=workspace, person="anna", key=key) for one in paths]
    return [workspace.path(one.snapshot) for one in done]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "at least 16 characters"),
        ("   \n", "at least 16 characters"),
        ("short", "at least 16 characters"),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", "8 different characters"),
        ("changeme-changeme-please", "no default"),
        ("CHANGE_ME_SECRET_KEY_123456", "no default"),
        ("your-secret-key-here", "no default"),
        ("equipoise-default-key!", "no default"),
        ("abcdefghijklmnopqrstuvwxyz", "no default"),
        ("0123456789012345678901234567890", "no default"),
        ("x7Kp2mQz9Lx7Kp2mQz9L", "no default"),
    ],
)
def test_it_does_not_start_with_a_careless_key(
    text: str,
    rule: str,
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "key").write_text(text)
    assert equipoise("run", "--port", "1") == 1
    assert equipoise("worker", "--idle-seconds", "0") == 1
    monkeypatch.delenv("EQUIPOISE_KEY_FILE")
    monkeypatch.setenv("EQUIPOISE_KEY", text)
    assert equipoise("run", "--port", "1") == 1
    said = capsys.readouterr()
    assert said.err.count(rule) == 3
    assert len(text.strip()) < 6 or text.strip() not in said.err + said.out
    assert not home.exists()


def test_two_places_and_an_empty_name_are_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EQUIPOISE_KEY", KEY)
    with pytest.raises(DataError, match="a key comes from one place"):
        snapshot_keys()
    monkeypatch.delenv("EQUIPOISE_KEY_FILE")
    assert snapshot_keys() == (KEY,)
    monkeypatch.delenv("EQUIPOISE_KEY")
    assert snapshot_keys() == ()
    monkeypatch.setenv("EQUIPOISE_KEY_FILE", "")
    with pytest.raises(DataError, match="EQUIPOISE_KEY_FILE names a file"):
        snapshot_keys()


def test_a_new_key_is_for_its_owner_and_overwrites_nothing(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "made"
    assert equipoise("keys", "new", file) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_keys(file)[0] != KEY
    assert equipoise("keys", "new", file) == 1


def test_plain_snapshots_are_encrypted_and_the_key_changed_by_command(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_here(home) as workspace:
        paths = _filled(workspace, tmp_path, None)
    assert any(b"Placebo" in path.read_bytes() for path in paths)
    assert equipoise("keys", "status") == 0
    assert "2 not encrypted" in capsys.readouterr().out
    assert equipoise("keys", "encrypt") == 0
    assert "2 snapshots encrypted" in capsys.readouterr().out
    assert equipoise("keys", "rotate", "--new-key-file", tmp_path / "new") == 0
    assert "2 snapshots are under the new key" in capsys.readouterr().out
    assert read_keys(tmp_path / "key") == (OTHER,)
    for path in paths:
        assert b"Placebo" not in path.read_bytes()
        assert key_of(path, (KEY, OTHER)) == OTHER
    assert sorted(paths) == sorted((home / "snapshots").glob("*"))
    assert equipoise("keys", "status") == 0
    assert "2 under the key in use" in capsys.readouterr().out
    with open_here(home) as workspace:
        acts = [(act.act, act.detail["snapshots"]) for act in workspace.activity(limit=2)]
    assert acts == [("keys rotate", 2), ("keys encrypt", 2)]


def test_an_interrupted_rotation_reads_all_along_and_goes_on(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite, calls = rotation.rewrite, []

    def fail_second(*arguments: object, **keys: object) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        rewrite(*arguments, **keys)  # type: ignore[arg-type]

    with open_here(home) as workspace:
        paths = _filled(workspace, tmp_path, KEY, cuts=3)
        monkeypatch.setattr(rotation, "rewrite", fail_second)
        go = {"key_file": tmp_path / "key", "new_key": OTHER, "progress": lambda *_: None}
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate(workspace, keys=snapshot_keys(), **go)  # type: ignore[arg-type]
        states = [one.state for one in rotation.key_states(workspace, (OTHER, KEY))]
        assert sorted(states) == ["current", "former", "former"]
        assert snapshot_keys() == (OTHER, KEY)
        for path in paths:
            with open_store(path, key=snapshot_keys()) as store:
                assert len(store.arms()) == 2
        done = rotation.rotate(workspace, keys=snapshot_keys(), **go)  # type: ignore[arg-type]
        assert len(done) == 2
    assert snapshot_keys() == (OTHER,)
    assert {key_of(path, OTHER) for path in paths} == {OTHER}
    assert sorted(paths) == sorted((home / "snapshots").glob("*"))


READER = """
import sys, time
from pathlib import Path
from dashboard.access.key import snapshot_keys
from queries.store import open_store
paths, stop = [Path(one) for one in sys.argv[2:]], Path(sys.argv[1])
kept = [open_store(path, key=snapshot_keys()) for path in paths]
rounds = 0
print("reading", flush=True)
while not stop.exists():
    for path, old in zip(paths, kept):
        with open_store(path, key=snapshot_keys()) as store:
            assert store.ask("cohort_size")["subjects"].item() == 3
        assert old.ask("cohort_size")["subjects"].item() == 3
    rounds += 1
print(rounds)
"""


def test_another_process_reads_while_the_key_is_changed(tmp_path: Path, home: Path) -> None:
    with open_here(home) as workspace:
        paths = _filled(workspace, tmp_path, KEY)
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", READER, str(stop), *map(str, paths)],
        cwd=REPOSITORY,
        env={**os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "reading\n"
    assert equipoise("keys", "rotate", "--new-key-file", tmp_path / "new") == 0
    stop.touch()
    said, errors = reader.communicate(timeout=60)
    assert reader.returncode == 0, errors
    assert int(said) > 0


def test_what_is_open_in_this_process_goes_on_too(tmp_path: Path, home: Path) -> None:
    with open_here(home) as workspace:
        [path] = _filled(workspace, tmp_path, KEY, cuts=1)
    store: Store = open_store(path, key=KEY)
    worker = threading.Thread(
        target=equipoise, args=("keys", "rotate", "--new-key-file", tmp_path / "new")
    )
    worker.start()
    worker.join(60)
    assert store.ask("cohort_size")["subjects"].item() == 3
    store.close()
    with pytest.raises(DataError, match="with its key"):
        open_store(path, key=KEY)
