"""Datasets of a cohort, by the command and as a zip; each export is recorded."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from dashboard.command import OK, REFUSED, _run
from dashboard.commands import datasets
from dashboard.exports.datasets import ACT, DatasetExport, Taker, as_zip
from queries.cohorts import Cohort, OneOf
from queries.errors import DataError
from queries.exporters import FORMATS, ExportRefused
from queries.store import open_store
from queries.workspace import open_workspace
from tests.homes import copied_home

WOMEN = Cohort(OneOf(column="SEX", values=("F",)), name="Women / 😀 ../x")


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """A home of one's own: an export is recorded in it."""
    return copied_home(demo_home, tmp_path)


def test_the_command(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_workspace(home) as workspace:
        snapshot = workspace.current_snapshot("EQX-301")
        assert snapshot is not None
        workspace.save_cohort(
            study="EQX-301",
            name=WOMEN.name,
            cohort_json=WOMEN.to_json(),
            snapshot=snapshot.id,
            subjects=316,
            person="anna",
        )
    out = tmp_path / "out"
    asked = ["export", "datasets", "--study", "EQX-301", "--home", str(home)]
    chosen = ["--datasets", "ADSL, adae", "--format", "ndjson", "--out", str(out)]
    assert _run([*asked, "--cohort", WOMEN.name.upper(), *chosen]) == OK
    assert "ADSL: 316 rows" in capsys.readouterr().out
    assert sorted(path.name for path in out.iterdir()) == [
        "adae.ndjson", "adsl.ndjson", "dictionary.csv", "dictionary.html", "export.json",
    ]  # fmt: skip
    assert _run([*asked, *chosen]) == REFUSED
    assert "replaces no file unless" in capsys.readouterr().err
    assert _run([*asked, *chosen, "--replace"]) == OK
    assert _run([*asked, "--cohort", "nobody", *chosen]) == REFUSED
    assert "(Women / 😀 ../x), but got 'nobody'" in capsys.readouterr().err
    with open_workspace(home) as workspace:
        acts = [one for one in workspace.activity("EQX-301") if one.act == ACT]
    assert [one.detail["subjects"] for one in acts] == [720, 316]
    assert acts[1].detail["cohort"] == WOMEN.name
    assert acts[1].detail["datasets"]["adsl"] == 316
    assert acts[1].detail["to"] == "folder"


def test_a_zip_is_whole_or_refused(home: Path) -> None:
    with open_workspace(home) as workspace:
        snapshot = workspace.current_snapshot("EQX-201")
        assert snapshot is not None
        taker = Taker(workspace=workspace, snapshot=snapshot, person="anna")
        with open_store(workspace.path(snapshot), pooled=True) as store:
            asked = DatasetExport(cohort=WOMEN, datasets=("adsl",), format="parquet")
            packed = zipfile.ZipFile(io.BytesIO(as_zip(store, asked, taker)))
            assert packed.testzip() is None
            said = json.loads(packed.read("export.json"))
            data = packed.read("adsl.parquet")
            assert said["files"][0]["sha256"] == hashlib.sha256(data).hexdigest()
            assert said["files"][0]["bytes"] == len(data)
            assert "The study is blinded: whatever tells an arm is left out." in said["notes"]
            assert b"TRT01P" not in b"".join(packed.read(name) for name in packed.namelist())
            with pytest.raises(DataError, match="a dataset is one of"):
                as_zip(store, DatasetExport(datasets=("adex",), format="csv"), taker)
        [act] = [one for one in workspace.activity("EQX-201") if one.act == ACT]
        assert (act.person, act.detail["arms"], act.detail["to"]) == ("anna", "pooled", "download")


def test_the_command_knows_every_format() -> None:
    assert tuple(FORMATS) == datasets._FORMATS
    assert issubclass(ExportRefused, DataError)  # the command prints each problem on a line
