"""Reports: put together on the page and on the command line, taken away, made again."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import command, unattended
from dashboard.bundles import open_bundle
from dashboard.jobs import one_subject
from dashboard.reports.filling import TemplateFilling
from dashboard.reports.templates import TEMPLATES, template_of
from queries.errors import DataError
from queries.store import open_store
from queries.workspace import open_workspace
from tests.dashboard.views.drawn import run_script

PERSON = "local owner"


def opened(page: str, **inputs: object) -> AppTest:
    script = unattended._SCRIPT.format(name=page, pooled=False)
    app = run_script(script, {"study": "EQX-301", **inputs})
    assert not app.exception
    return app


def test_results_are_added_ordered_and_commented(home: Path) -> None:
    empty = opened("report")
    assert "Nothing is in a report yet" in empty.info[0].value
    page = opened("overview")
    page.button("add to report EQX-301 disposition").click().run()
    page.button("add to report EQX-301 baseline").click().run()
    app = opened("report")
    assert [one.value for one in app.text_input if one.label == "Title"] == ["Report of EQX-301"]
    with open_workspace(home) as workspace:
        report = workspace.reports.of_study("EQX-301")[0]
        first, second = workspace.reports.cards(report.id)
        assert (first.name, second.name) == ("EQX-301 disposition", "EQX-301 baseline")
    app.text_area(f"comment {first.id}").set_value("Seen by all.").run()
    app.button(f"Move up {second.id}").click().run()
    app.text_input(f"report_title_{report.id}").set_value("Review / <b>1</b>").run()
    with open_workspace(home) as workspace:
        moved = workspace.reports.cards(report.id)
        assert [one.id for one in moved] == [second.id, first.id]
        assert moved[1].comment == "Seen by all."
        assert workspace.reports.one(report.id).title == "Review / <b>1</b>"
    app.button(f"remove {second.id}").click().run()
    assert not app.exception
    with open_workspace(home) as workspace:
        assert [one.id for one in workspace.reports.cards(report.id)] == [first.id]


def test_what_another_has_written_meanwhile_is_shown_and_kept(home: Path) -> None:
    opened("overview").button("add to report EQX-301 disposition").click().run()
    app = opened("report")
    with open_workspace(home) as workspace:
        [card] = workspace.reports.cards(workspace.reports.of_study("EQX-301")[0].id)
        workspace.reports.comment(card.id, "Mine.", person="anna")
        app.text_input(f"section {card.id}").set_value("Baseline").run()
        [written] = workspace.reports.cards(card.report)
    assert (written.section, written.comment) == ("Baseline", "Mine.")
    assert app.text_area(f"comment {card.id}").value == "Mine."


def test_a_card_says_that_a_subject_was_left_out_since(home: Path) -> None:
    opened("overview").button("add to report EQX-301 disposition").click().run()
    with open_workspace(home) as workspace:
        current = workspace.current_snapshot("EQX-301")
        assert current is not None
        with open_store(workspace.path(current)) as store:
            who = store.ask("subjects")["subject"][0]
        one_subject.restrict(workspace, "EQX-301", who, reason="Asked to be", person=PERSON)
    app = opened("report")
    assert "Other subjects" in " ".join(one.value for one in app.markdown)
    assert "719" in " ".join(str(one.value) for one in opened("overview").metric)
    out = home / "with data.zip"
    asked = ["report", "--template", "interim-report", "--study", "EQX-301", "--out", str(out)]
    assert command._run([*asked, "--with-data", str(home / "key")]) == command.REFUSED


def test_a_pooled_reader_does_not_see_what_was_added_by_arm(home: Path) -> None:
    opened("overview").button("add to report EQX-301 disposition").click().run()
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", PERSON, "test")
    app = opened("report")
    assert "is not shown while arms are pooled" in app.warning[0].value


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("template", [one.name for one in TEMPLATES])
def test_a_template_finds_results_for_every_section(template: str) -> None:
    filled = TemplateFilling(template=template, study="EQX-301").run(lambda *_: None)
    assert filled.missing == ()
    assert set(filled.headings) == {one.heading for one in template_of(template).sections}


def test_a_bundle_from_the_command_line_is_made_again(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "interim.zip"
    asked = ["report", "--template", "interim-report", "--study", "EQX-301", "--out", str(out)]
    assert command._run(asked) == command.OK
    assert command._run(["reproduce", str(out)]) == command.OK
    said = capsys.readouterr().out
    assert said.rstrip().endswith("identical")
    assert "differs" not in said
    manifest = open_bundle(out.read_bytes()).manifest
    assert all(one["has_script"] for one in manifest["results"])
    assert os.listdir(tmp_path) in (["home", "interim.zip"], ["interim.zip", "home"])


def test_data_go_along_encrypted_and_only_when_asked_for(home: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("a key of sixteen letters or more")
    key.chmod(0o600)
    out = tmp_path / "design.zip"
    asked = ["report", "--template", "design-report", "--study", "EQX-301", "--out", str(out)]
    assert command._run([*asked, "--with-data", str(key)]) == command.OK
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as archive:
        held = archive.read("snapshot.duckdb")
    assert len(held) > 100_000
    assert b"EQX-301-101-001" not in held
    assert b"Lumarestat" not in held


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--template", "no-such", "--out", "a.zip"), "a template is one of safety-review"),
        (("--template", "safety-review", "--out", "a.txt"), "a report is written as html"),
        (("--template", "safety-review", "--out", "a.pdf", "--cohort", "x"), "a saved cohort is"),
        (
            ("--template", "safety-review", "--out", "a.pdf", "--with-data", "key"),
            r"the data go into a bundle \(.zip\) only",
        ),
    ],
)
def test_bad_input_is_a_sentence_and_no_file(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=said):
        command.equipoise.main(["report", "--study", "EQX-301", *arguments], standalone_mode=False)
    assert not list(tmp_path.glob("a.*"))


def test_results_of_a_page_are_exported(home: Path, tmp_path: Path) -> None:
    asked = ["export", "results", "--study", "EQX-301", "--page", "overview"]
    formats = ["--format", "csv", "--format", "xlsx", "--format", "json"]
    named = ["--result", "EQX-301 disposition", "--result", "EQX-301 baseline"]
    assert command._run([*asked, *formats, *named, "--out", str(tmp_path / "out")]) == command.OK
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "EQX-301_baseline.csv",
        "EQX-301_baseline.xlsx",
        "EQX-301_disposition.csv",
        "EQX-301_disposition.json",
        "EQX-301_disposition.xlsx",
    ]
    with open_workspace(home) as workspace:
        told = workspace.activity(limit=1)[0]
    assert told.act == "export results"
    assert told.detail["results"] == ["EQX-301 disposition", "EQX-301 baseline"]
    assert (told.detail["formats"], told.detail["pooled"]) == (["csv", "xlsx", "json"], False)
    assert command._run([*asked, "--result", "none", "--out", str(tmp_path)]) == command.REFUSED
