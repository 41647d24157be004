"""The command line: what it prints, where, and what it ends with."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard import __version__, command
from dashboard.commands import imports
from queries.store import open_store
from queries.workspace import open_workspace
from sample_data.large import ADVERSE_EVENTS, SUBJECTS

REPOSITORY = Path(__file__).parents[2]
ADSL = """STUDYID,USUBJID,TRT01P,TRT01A,AGE,SEX,EOSSTT
ABC-1,S1,Placebo,Placebo,61,F,COMPLETED
ABC-1,S2,Active,Active,70,M,{status}
ABC-1,S3,Active,Active,48,F,DISCONTINUED
"""
ADTTE = """STUDYID,USUBJID,PARAMCD,PARAM,AVAL,CNSR
ABC-1,S1,OS,Overall survival,5,0
ABC-1,S2,OS,Overall survival,9,1
ABC-1,S3,OS,Overall survival,{time},0
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder that does not exist yet."""
    monkeypatch.setenv("EQUIPOISE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("EQUIPOISE_KEY_FILE", raising=False)
    return tmp_path / "home"


@pytest.fixture
def study_files(tmp_path: Path) -> Path:
    """A small sound study."""
    return write_study(tmp_path / "sound", time="12")


@pytest.fixture
def bad_files(tmp_path: Path) -> Path:
    """The same study with a negative survival time."""
    return write_study(tmp_path / "bad", time="-3")


def write_study(folder: Path, time: str, status: str = "COMPLETED") -> Path:
    folder.mkdir()
    (folder / "adsl.csv").write_text(ADSL.format(status=status))
    (folder / "adtte.csv").write_text(ADTTE.format(time=time))
    return folder


def equipoise(*arguments: object) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        command.main([str(argument) for argument in arguments])
    code = ended.value.code
    assert isinstance(code, int)
    return code


def files_in(home: Path) -> list[str]:
    """What lies in the snapshots folder."""
    return sorted(path.name for path in (home / "snapshots").glob("*"))


# Help and usage


def test_version_and_help_end_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert equipoise("--version") == command.OK
    assert capsys.readouterr().out == f"equipoise, version {__version__}\n"
    assert equipoise("--help") == command.OK
    said = capsys.readouterr().out
    assert "Exit codes:" in said
    assert "EQUIPOISE_HOME" in said


@pytest.mark.parametrize("name", ["run", "import", "studies", "demo"])
def test_every_command_explains_itself_by_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert equipoise(name, "--help") == command.OK
    assert re.search(rf"Examples:\n +equipoise {name}", capsys.readouterr().out)


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["import"], ["run", "--port", "70000"], ["studies", "--no-such"]]
)
def test_what_is_not_understood_is_a_usage_error(
    arguments: list[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert equipoise(*arguments) == command.USAGE
    assert "Error: " in capsys.readouterr().err


# Import


def test_an_import_is_reported_and_becomes_current(
    study_files: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert equipoise("import", study_files) == command.OK
    said = capsys.readouterr()
    assert "ABC-1: 3 subjects in 2 arms, 6 records in 2 datasets" in said.out
    assert "is now the current one" in said.out
    assert "Importing:" in said.err
    with open_workspace(home) as workspace:
        current = workspace.current_snapshot("ABC-1")
        assert current is not None
        assert workspace.study("ABC-1").status == "complete"
        with open_store(workspace.path(current)) as store:
            assert store.arms() == ("Placebo", "Active")
    assert len(files_in(home)) == 1


@pytest.mark.parametrize("status", ["ONGOING", ""])
def test_a_study_whose_subjects_go_on_is_pooled(home: Path, tmp_path: Path, status: str) -> None:
    assert equipoise("import", write_study(tmp_path / "open", "12", status)) == command.OK
    with open_workspace(home) as workspace:
        study = workspace.study("ABC-1")
    assert (study.status, study.blinded) == ("ongoing", True)
    assert list((home / "imports").iterdir()) == []


def test_a_refused_import_names_every_problem_and_leaves_nothing(
    bad_files: Path, study_files: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert equipoise("import", study_files) == command.OK
    before = files_in(home)
    capsys.readouterr()
    assert equipoise("import", bad_files) == command.REFUSED
    said = capsys.readouterr()
    assert said.out == ""
    assert "adtte.csv, column AVAL" in said.err
    assert "Traceback" not in said.err
    assert files_in(home) == before
    with open_workspace(home) as workspace:
        assert [s.state for s in workspace.snapshots("ABC-1")] == ["current"]


def test_a_path_that_is_not_there_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert equipoise("import", "no-such-folder") == command.REFUSED
    assert "no-such-folder: a file or folder to import exists" in capsys.readouterr().err


def test_checking_alone_keeps_nothing(
    study_files: Path, bad_files: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert equipoise("import", "--check-only", "--json", study_files) == command.OK
    assert json.loads(capsys.readouterr().out)["subjects"] == 3
    assert equipoise("import", "--check-only", bad_files) == command.REFUSED
    assert not home.exists()


def test_an_ongoing_study_opens_pooled(
    study_files: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert equipoise("import", study_files, "--status", "ongoing") == command.OK
    assert "shown pooled" in capsys.readouterr().out
    with open_workspace(home) as workspace:
        assert workspace.study("ABC-1").blinded


def test_a_candidate_waits(
    study_files: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert equipoise("import", study_files, "--candidate") == command.OK
    assert "waits to be accepted" in capsys.readouterr().out
    with open_workspace(home) as workspace:
        assert workspace.current_snapshot("ABC-1") is None


def test_the_code_can_be_given(study_files: Path, home: Path) -> None:
    assert equipoise("import", study_files, "--study", "XYZ") == command.OK
    with open_workspace(home) as workspace:
        assert [study.code for study in workspace.studies()] == ["XYZ"]


# Keys


def test_an_encrypted_snapshot_shows_no_plain_text(
    study_files: Path, home: Path, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text("correct horse battery staple\n")
    key.chmod(0o600)
    assert equipoise("import", study_files, "--key-file", key) == command.OK
    with open_workspace(home) as workspace:
        current = workspace.current_snapshot("ABC-1")
        assert current is not None
        path = workspace.path(current)
    assert b"Placebo" not in path.read_bytes()
    with open_store(path, key="correct horse battery staple") as store:
        assert len(store.arms()) == 2


@pytest.mark.parametrize(
    ("mode", "text", "rule"),
    [
        (0o644, "correct horse battery staple", "readable by its owner only"),
        (0o600, "", "a key has at least"),
    ],
)
def test_a_careless_key_is_refused(
    mode: int,
    text: str,
    rule: str,
    study_files: Path,
    home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = tmp_path / "key"
    key.write_text(text)
    key.chmod(mode)
    assert equipoise("import", study_files, "--key-file", key) == command.REFUSED
    said = capsys.readouterr().err
    assert rule in said
    assert "horse" not in said


# Studies


def test_studies_are_listed(
    study_files: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert equipoise("studies") == command.OK
    assert "No studies yet" in capsys.readouterr().out
    equipoise("import", study_files)
    capsys.readouterr()
    assert equipoise("studies") == command.OK
    header, row = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["Study", "Status", "Arms"]
    assert row.split()[:4] == ["ABC-1", "complete", "shown", "3"]
    assert equipoise("studies", "--json") == command.OK
    assert json.loads(capsys.readouterr().out)[0]["snapshots"] == 1


# The large study


def test_the_large_study_is_built_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = ["demo", "--large", "--subjects", 200]
    assert equipoise(*build) == command.OK
    said = capsys.readouterr()
    assert "EQX-LARGE: 200 subjects in 3 arms, 4,400 records in 3 datasets" in said.out
    assert "is now the current one" in said.out
    assert "EQX-LARGE: Making 4,000 adverse events." in said.err
    first = files_in(home)
    assert equipoise(*build) == command.OK
    assert "is there already, in this size" in capsys.readouterr().out
    assert files_in(home) == first
    assert equipoise(*build, "--adverse-events", 500) == command.OK
    assert "900 records" in capsys.readouterr().out
    assert len(files_in(home)) == 2


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["--subjects", 200], "say how large --large is"),
        (["--large", "--subjects", 20], "`subjects` is at least 100, but got 20"),
        (["--large", "--subjects", 200, "--adverse-events", 0], "is from 1 to 20000, but got 0"),
    ],
)
def test_a_size_that_makes_no_study_is_a_usage_error(
    arguments: list[object], rule: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert equipoise("demo", *arguments) == command.USAGE
    assert rule in capsys.readouterr().err


def test_the_stated_size_of_the_large_study_is_the_real_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    equipoise("demo", "--help")
    said = capsys.readouterr().out
    assert f"[default: {SUBJECTS}]" in said
    assert ADVERSE_EVENTS == 20 * SUBJECTS


# What else can go wrong


def test_a_taken_port_is_said_in_a_sentence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert equipoise("run", "--port", port) == command.FAILED
    assert f"cannot listen on localhost:{port}" in capsys.readouterr().err


def test_a_home_that_cannot_be_made_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert equipoise("studies", "--home", tmp_path / "file" / "home") == command.REFUSED
    assert "can be made and written" in capsys.readouterr().err


def test_a_fault_is_loud_but_not_a_page_of_code(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("boom")

    monkeypatch.setattr(imports, "_described", broken)
    with open_workspace(home) as workspace:
        workspace.register_study(code="ABC-1", person="test")
    assert equipoise("studies") == command.FAILED
    said = capsys.readouterr().err
    assert "please report it: KeyError('boom')" in said
    assert "Traceback" not in said


def test_scripts_get_the_same_exit_codes(bad_files: Path, home: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "dashboard.command", "import", str(bad_files)],
        cwd=REPOSITORY,
        env=os.environ | {"EQUIPOISE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == command.REFUSED
    assert "Traceback" not in ended.stderr


def test_a_worker_does_what_waits_and_ends_when_idle(home: Path) -> None:
    with open_workspace(home) as workspace:
        workspace.register_study(code="ABC-1", person="test")
        job = workspace.jobs.submit(
            study="ABC-1",
            snapshot=None,
            kind="mining",
            program=__version__,
            title="A kind that is not there",
            pooled=True,
            request_json="{}",
            person="test",
        )
        ended = subprocess.run(
            [sys.executable, "-m", "dashboard.command", "worker", "--idle-seconds", "0"],
            cwd=REPOSITORY,
            env=os.environ | {"EQUIPOISE_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ended.returncode, ended.stderr) == (command.OK, "")
        assert ended.stdout.splitlines() == [
            "Waiting for jobs (Ctrl+C ends it)",
            f"ABC-1: mining {job.id} begun",
            f"ABC-1: mining {job.id} failed",
        ]
        assert "one that this worker does" in str(workspace.jobs.one(job.id).error)


def test_an_address_of_the_database_is_never_shown_with_its_password(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for url in ("oracle://anna:hunter2@nowhere/equipoise", "what://anna:hunter2@nowhere:port"):
        monkeypatch.setenv("EQUIPOISE_WORKSPACE_URL", url)
        assert equipoise("worker", "--idle-seconds", "0") == command.REFUSED
        said = capsys.readouterr().err
        assert "workspace" in said
        assert "hunter2" not in said


# Identifiers


def test_identifiers_are_listed_and_taken_out_by_a_plan(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, plan = tmp_path / "named", tmp_path / "plan.json"
    folder.mkdir()
    text = ADSL.format(status="COMPLETED").replace("SEX", "SEX,PATNAME,RANDDT", 1)
    lines = [text.splitlines()[0]]
    lines += [
        line.replace(",F,", ",F,Hildegard,2024-03-04,").replace(",M,", ",M,Bert,2024-03-05,")
        for line in text.splitlines()[1:]
    ]
    (folder / "adsl.csv").write_text("\n".join(lines))
    assert equipoise("identifiers", folder, "--plan", plan) == command.OK
    said = capsys.readouterr().out
    assert re.search(r"ADSL.PATNAME +names +name +3 +drop", said)
    assert "free text has to be read" in said
    assert not home.exists()
    assert json.loads(plan.read_text())["dates"] == "study"
    assert equipoise("import", folder, "--deidentify", plan) == command.OK
    assert "PATNAME of ADSL: the column was left out." in capsys.readouterr().out
    assert (home / "pseudonym.key").stat().st_mode & 0o777 == 0o600
    for file in (one for one in home.rglob("*") if one.is_file()):
        data = file.read_bytes()
        assert not any(word in data for word in (b"Hildegard", b"2024-03-0", b"S1,"))
    plan.write_text('{"actions": "all"}')
    assert equipoise("import", folder, "--deidentify", plan) == command.REFUSED
