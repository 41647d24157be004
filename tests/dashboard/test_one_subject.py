"""One subject: found, handed out, restricted in every new answer, erased from every file."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from dashboard import command
from dashboard.access.key import snapshot_key, snapshot_keys
from dashboard.access.restrictions import left_out, left_out_of, program, since_then
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.berry_berry import BerryBerryFit
from dashboard.home import open_here, open_snapshot
from dashboard.jobs import one_subject, rewriting
from dashboard.jobs.asking import AskedJob
from dashboard.jobs.imports import import_study
from dashboard.jobs.kinds import BERRY_BERRY, Context
from dashboard.jobs.working import can_do
from queries.errors import DataError
from queries.store import open_store
from queries.workspace import NewCard, NewVersion, Workspace
from tests.dashboard.test_command import ADSL, ADTTE, equipoise

SUBJECT, KEY = "ABC-1-PLANTED-77", "a key of sixteen letters or more"


def _cut(folder: Path, time: str) -> Path:
    folder.mkdir()
    text = ADSL.format(status="COMPLETED").replace(",S2,", f",{SUBJECT},")
    (folder / "adsl.csv").write_text(text)
    (folder / "adtte.csv").write_text(ADTTE.format(time=time).replace(",S2,", f",{SUBJECT},"))
    adae = f"USUBJID,AEDECOD,ASTDT\nS1,Itch,2024-02-01\n{SUBJECT},Rash,2024-02-03\n"
    (folder / "adae.csv").write_text(adae + f"{SUBJECT},Rash,2024-02-01\nNOBODY,Itch,2024-02-01\n")
    return folder


@pytest.fixture(params=[None, KEY], ids=["plain", "encrypted"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Two data cuts of a study that both know the subject."""
    monkeypatch.setenv("EQUIPOISE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("EQUIPOISE_KEY_FILE", raising=False)
    if request.param:
        monkeypatch.setenv("EQUIPOISE_KEY", request.param)
    with open_here(tmp_path / "home") as opened:
        for number in range(2):
            source = _cut(tmp_path / f"cut{number}", f"{number + 7}")
            import_study([source], workspace=opened, person="anna", key=request.param)
        yield opened


def _size(workspace: Workspace) -> int:
    current = workspace.current_snapshot("ABC-1")
    assert current is not None
    with open_snapshot(current.content_sha256, pooled=True) as store:
        return int(store.ask("cohort_size")["subjects"].item())


def test_a_subject_is_found_and_handed_out(workspace: Workspace, tmp_path: Path) -> None:
    found = one_subject.find(workspace, "ABC-1", SUBJECT)
    assert [one.snapshot.state for one in found] == ["current", "superseded"]
    assert {name: len(rows) for name, rows in found[0].records.items()} == {
        "adae": 2, "adsl": 1, "adtte": 1,
    }  # fmt: skip
    assert one_subject.find(workspace, "ABC-1", "ABC-1-PLANTED-7") == ()
    out = tmp_path / "subject.zip"
    common = ["--study", "ABC-1", "--id", SUBJECT, "--reason", "Access request"]
    assert equipoise("subject", "export", *common, "--out", out) == command.OK
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as archive:
        told = json.loads(archive.read("subject.json"))
        assert sorted(archive.namelist()) == sorted(
            ["subject.json"]
            + [
                f"{place}/{name}.csv"
                for place in ("1 current", "2 superseded")
                for name in ("adae", "adsl", "adtte")
            ]
        )
        assert SUBJECT in archive.read("1 current/adae.csv").decode()
    assert len(told["snapshots"][0]["records"]["adae"]) == 2
    assert "S1" not in json.dumps(told)
    act = workspace.activity(limit=1)[0]
    assert (act.act, act.detail["reason"]) == ("subject export", "Access request")
    assert SUBJECT not in act.detail_json


def test_restricting_leaves_files_and_every_new_answer_changes(workspace: Workspace) -> None:
    files = {path: path.read_bytes() for _, path in rewriting.files(workspace)}
    assert program("1", workspace, "ABC-1", "s") == "1"
    common = ["--study", "ABC-1", "--id", SUBJECT, "--reason", "Asked to be"]
    assert _size(workspace) == 3
    assert equipoise("subject", "restrict", *common) == command.OK
    assert _size(workspace) == 2
    assert program("1", workspace, "ABC-1", "s") != "1", "a job is asked for anew"
    assert program("1", workspace, "ABC-1", None) == "1"
    assert all(left_out_of(path) for path in files), "scripts leave them out too"
    assert {path: path.read_bytes() for path in files} == files
    assert equipoise("subject", "release", *common) == command.OK
    assert _size(workspace) == 3
    assert equipoise("subject", "release", *common) == command.REFUSED
    for wrong in ("NOBODY-HERE", ""):
        with pytest.raises(DataError, match="in a snapshot of the study"):
            one_subject.restrict(workspace, "ABC-1", wrong, reason="x", person="anna")


def test_erasing_leaves_a_tombstone_and_nothing_else(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {one.id: one.content_sha256 for one, _ in rewriting.files(workspace)}
    workspace.save_view(
        study="ABC-1", snapshot=None, page="subjects", state={"subject": SUBJECT}, person="anna"
    )
    common = ["--study", "ABC-1", "--id", SUBJECT, "--reason", "Consent withdrawn"]
    assert equipoise("subject", "erase", *common, "--yes") == command.OK
    said = capsys.readouterr().out
    assert "Erased from 2 snapshots" in said
    assert "Still named in saved views: 1" in said
    tombstone = one_subject.hashed(workspace, "ABC-1", SUBJECT)
    for snapshot, path in rewriting.files(workspace):
        data = path.read_bytes()
        assert SUBJECT.encode() not in data
        assert snapshot.content_sha256 != before[snapshot.id]
        assert SUBJECT not in snapshot.report_json
        with open_store(path, key=snapshot_keys()) as store:
            facts = dict(store.ask("snapshot_facts").itertuples(index=False))
            assert facts["erased_subject_1"] == tombstone
            assert facts["content_sha256"] == snapshot.content_sha256
            assert store.ask("cohort_size")["subjects"].item() == 2
    assert one_subject.find(workspace, "ABC-1", SUBJECT) == ()
    acts = [one for one in workspace.activity() if one.act.startswith("subject ")]
    assert [one.act for one in acts] == ["subject erase", "subject restrict"]
    assert all(SUBJECT not in one.detail_json for one in acts)
    assert acts[0].detail["subject_hash"] == tombstone
    assert sorted(path.suffix for path in (tmp_path / "home" / "snapshots").iterdir()) == [
        ".duckdb", ".duckdb",
    ]  # fmt: skip
    # A later data cut brings the subject back; nobody sees them.
    source = _cut(tmp_path / "cut3", "30")
    import_study([source], workspace=workspace, person="anna", key=snapshot_key())
    assert _size(workspace) == 2


def test_nothing_of_an_erased_subject_is_left_in_the_home(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A finding of the import names the subject; the log of the database held its former text."""
    adae = tmp_path / "cut0" / "adae.csv"
    adae.write_text(f"USUBJID,AEDECOD,ASTDT,AENDT\n{SUBJECT},Rash,2024-02-09,2024-02-03\n")
    done = import_study([tmp_path / "cut0"], workspace=workspace, person="anna", key=snapshot_key())
    assert SUBJECT in {one.example for one in done.report.findings}
    one_subject.erase(workspace, "ABC-1", SUBJECT, reason="Asked to be", person="anna")
    home = tmp_path / "home"
    holding = [
        p.name for p in home.rglob("*") if p.is_file() and SUBJECT.encode() in p.read_bytes()
    ]
    assert holding == [], "while the workspace is still open"


def test_an_erasure_says_who_still_names_the_subject_in_a_share(workspace: Workspace) -> None:
    current = workspace.current_snapshot("ABC-1")
    assert current is not None
    version = NewVersion(
        page="safety", view=None, snapshot=current.id, pooled=True, cohort="All.", data_cut="-",
        note=f"Without {SUBJECT}", cards=(NewCard(name="Deaths", card_json="{}"),),
    )  # fmt: skip
    share, token = workspace.shares.make(
        version, study="ABC-1", title="S", recipient="R", audience="external", person="anna"
    )
    visit = workspace.shares.visit(share.id, workspace.shares.open(token)[1])
    workspace.shares.say(visit, card="Deaths", text=f"What of {SUBJECT}?", author="Bo")
    done = one_subject.erase(workspace, "ABC-1", SUBJECT, reason="Asked to be", person="anna")
    assert done.mentions == {"versions of shares": 1, "comments on shares": 1}


def test_an_erasure_says_which_records_of_others_name_the_subject(
    workspace: Workspace, tmp_path: Path
) -> None:
    source = tmp_path / "cut1"
    (source / "adcm.csv").write_text(
        f"USUBJID,CMTRT,COVAL\nS1,Aspirin,as her twin {SUBJECT} does\n{SUBJECT},Aspirin,{SUBJECT}\n"
    )
    (source / "kits.csv").write_text(f"KIT,GIVENTO\nK1,{SUBJECT}\nK2,S1\n")
    import_study([source], workspace=workspace, person="anna", key=snapshot_key())
    done = one_subject.erase(workspace, "ABC-1", SUBJECT, reason="Asked to be", person="anna")
    assert done.mentions == {"records of others in ADCM": 1, "records of others in KITS": 1}


def test_an_erasure_that_was_killed_is_caught_up_with(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree, asked = one_subject._agree, {"reason": "Asked to be", "person": "anna"}

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(one_subject, "_agree", killed)
    with pytest.raises(KeyboardInterrupt):
        one_subject.erase(workspace, "ABC-1", SUBJECT, **asked)
    assert left_out(workspace, "ABC-1") is not None
    monkeypatch.setattr(one_subject, "_agree", agree)
    done = one_subject.erase(workspace, "ABC-1", SUBJECT, **asked)
    assert done.mark.state == "erased"
    assert _size(workspace) == 2


def test_what_was_made_before_says_so(workspace: Workspace) -> None:
    made_at = workspace.activity(limit=1)[0].at
    assert since_then(workspace.subjects.of_study("ABC-1"), made_at) == ""
    mark = one_subject.restrict(workspace, "ABC-1", SUBJECT, reason="Asked to be", person="anna")
    marks = workspace.subjects.of_study("ABC-1")
    assert "Made before subjects were restricted" in since_then(marks, made_at)
    assert since_then(marks, mark.at) == ""
    assert workspace.subjects.since("ABC-1", made_at) == (mark,)


def test_a_job_is_done_with_the_subjects_it_was_asked_for(workspace: Workspace) -> None:
    current = workspace.current_snapshot("ABC-1")
    assert current is not None
    asked = AskedJob.of(
        workspace,
        BERRY_BERRY,
        BerryBerryFit.of(AdverseEvents(), arm="Active"),
        study="ABC-1",
        snapshot=current.id,
        pooled=True,
    )
    before = asked.submit("anna")
    assert can_do(workspace, before)
    one_subject.restrict(workspace, "ABC-1", SUBJECT, reason="Asked to be", person="anna")
    assert asked.found() is None, "what was asked for before is another job"
    after = asked.submit("anna")
    assert can_do(workspace, after)
    contexts = [
        Context(workspace=workspace, job=one, progress=lambda *_: None) for one in (before, after)
    ]
    with contexts[1].store() as store:
        assert store.ask("cohort_size")["subjects"].item() == 2
    with pytest.raises(DataError, match="with the subjects it was asked for"):
        contexts[0].store().__enter__()
