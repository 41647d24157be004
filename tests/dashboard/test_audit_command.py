"""`equipoise audit`: verifying, anchoring and writing the trail."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dashboard import command
from queries.workspace import open_workspace

HOSTILE = '=HYPERLINK("http://x")'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    with open_workspace(home) as workspace:
        workspace.register_study(code="EQX-301", person="anna")
        workspace.unblind("EQX-301", HOSTILE, "to see")
        workspace.record(act="download", person="ben", detail={"file": HOSTILE, "é": "ü"})
    return home


def equipoise(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        command.main([str(argument) for argument in arguments])
    code = ended.value.code
    assert isinstance(code, int)
    return code


def _tamper(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / "workspace.db")) as database, database:
        for statement in statements:
            database.execute(statement)


def test_a_trail_is_anchored_and_verified(home, tmp_path, capsys):
    kept = tmp_path / "anchors.txt"
    assert equipoise("audit", "anchor", "--home", home) == 0
    line = capsys.readouterr().out.strip()
    for _ in range(2):
        assert equipoise("audit", "anchor", "--out", kept, "--home", home) == 0
    assert len(kept.read_text().splitlines()) == 2
    capsys.readouterr()
    assert equipoise("audit", "verify", "--anchor", line, "--anchor", kept, "--home", home) == 0
    assert capsys.readouterr().out == (
        "Verified: 3 acts, none changed, removed, added or moved.\nIt agrees with 3 anchors.\n"
    )
    assert equipoise("audit", "verify", "--home", home) == 0
    assert "Note: Without an anchor it does not show" in capsys.readouterr().out


def test_what_was_tampered_with_ends_with_exit_code_1(home, tmp_path, capsys):
    equipoise("audit", "anchor", "--home", home)
    line = capsys.readouterr().out.strip()
    _tamper(
        home, "DELETE FROM activity_link WHERE number = 3", "DELETE FROM activity WHERE number = 3"
    )
    assert equipoise("audit", "verify", "--home", home) == 0
    assert equipoise("audit", "verify", "--anchor", line, "--home", home) == command.REFUSED
    assert "The trail was cut: its anchor was made at act 3, which is gone." in (
        capsys.readouterr().out
    )
    _tamper(home, "UPDATE activity SET person = 'eve' WHERE number = 2")
    assert equipoise("audit", "verify", "--home", home) == command.REFUSED
    assert "Act 2 is not as it was recorded." in capsys.readouterr().out
    assert equipoise("audit", "anchor", "--home", home) == 0
    assert "Not as it was recorded" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["12", "no/such/file", "1 now " + "0" * 64, "\0"])
def test_what_is_no_anchor_is_refused(home, capsys, given):
    assert equipoise("audit", "verify", "--anchor", given, "--home", home) == command.REFUSED
    assert "anchor" in capsys.readouterr().err


def test_the_json_is_verified_without_us(home, tmp_path):
    out = tmp_path / "trail.json"
    assert equipoise("audit", "export", "--format", "json", "--out", out, "--home", home) == 0
    told = json.loads(out.read_text())
    previous = told["beginning"]
    for act in told["acts"]:
        content = {name: act[name] for name in ("act", "at", "detail", "number", "person", "study")}
        said = json.dumps(content, separators=(",", ":"))
        assert act["hash"] == hashlib.sha256(f"{previous}\n{said}".encode()).hexdigest()
        previous = act["hash"]
    assert len(told["acts"]) == 3
    with open_workspace(home) as workspace:
        last = workspace.activity(limit=1)[0]
    assert (last.act, last.detail["acts"]) == ("export audit trail", 3)


def test_no_spreadsheet_is_tricked_by_the_csv(home, tmp_path):
    out = tmp_path / "trail.csv"
    assert equipoise("audit", "export", "--format", "csv", "--out", out, "--home", home) == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert [row["act"] for row in rows] == ["register", "unblind", "download"]
    unblinded = rows[1]
    assert unblinded["person"] == f"'{HOSTILE}"
    assert (unblinded["old"], unblinded["new"]) == ('{"blinded": true}', '{"blinded": false}')
    assert unblinded["reason"] == "to see"
