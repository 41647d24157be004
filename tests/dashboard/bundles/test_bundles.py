"""A bundle is made again by its scripts, and no byte of it can change unseen."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from dashboard.bundles import Bundle, BundledResult, open_bundle, reproduce, write_bundle
from dashboard.bundles.reading import EditedError
from dashboard.bundles.script_form import require_our_form
from dashboard.bundles.writing import SUMS, sums, zipped
from dashboard.cards import Card
from dashboard.charts.sites import draw_sites
from dashboard.scripts import answer_to, write_script
from queries.errors import DataError
from queries.store import open_store
from tests.tiny_snapshot import write_tiny_snapshot

AT = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_snapshot(tmp_path_factory.mktemp("tiny") / "tiny.duckdb")


@pytest.fixture(scope="module")
def data(snapshot: Path) -> bytes:
    with open_store(snapshot) as store:
        sha256 = store.ask("snapshot_facts").set_index("item")["value"]["content_sha256"]
        asked = answer_to(store.ask("subjects_by_arm"), "subjects_by_arm")
        sites = answer_to(store.ask("enrolment_by_site"), "enrolment_by_site")
    table = Card(
        name="Subjects / by arm",
        notes=("All subjects.",),
        shown=asked.value,
        script=write_script({"table": asked}, snapshot=sha256, pooled=False),
    )
    drawn = sites.then(draw_sites)
    figure = Card(
        name="Sites",
        notes=("All subjects.",),
        figure=drawn.value,
        data=sites.value,
        script=write_script({"figure": drawn, "table": sites}, snapshot=sha256, pooled=False),
    )
    results = [BundledResult(card=one, snapshot=sha256) for one in (table, figure)]
    return write_bundle(
        Bundle(title="Two results", study="TINY", results=results, made_at=AT, made_by="anna")
    )


def test_a_bundle_is_made_again_in_a_fresh_process(data: bytes, snapshot: Path) -> None:
    found = reproduce(data, snapshot=snapshot)
    assert [(one.name, one.difference) for one in found] == [
        ("Subjects / by arm", ""),
        ("Sites", ""),
    ]


def test_one_byte_anywhere_is_an_edit(data: bytes) -> None:
    places = random.Random(1).sample(range(len(data)), 300)
    for place in places:
        edited = bytearray(data)
        edited[place] ^= 1
        with pytest.raises(EditedError):
            open_bundle(bytes(edited))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("results/01-Subjects_by_arm/table.csv", b",4", b",5", "table: row 1, column subjects"),
        ("results/02-Sites/figure.json", b'"bar"', b'"baz"', "figure: data[0].type"),
        ("results/02-Sites/table.csv", b'"subjects"', b'"Subjects"', "table: its columns were"),
    ],
)
def test_an_edit_with_new_hashes_still_differs(
    data: bytes, snapshot: Path, file: str, old: bytes, new: bytes, said: str
) -> None:
    found = reproduce(rewritten(data, file, old, new), snapshot=snapshot)
    assert any(said in one.difference for one in found), found


def test_a_script_that_does_more_is_not_run(data: bytes, snapshot: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    script = "results/01-Subjects_by_arm/script.py"
    own = f"open({str(mark)!r}, 'w')\nfrom dashboard".encode()
    found = reproduce(rewritten(data, script, b"from dashboard", own), snapshot=snapshot)
    assert "does nothing else" in found[0].difference
    assert not mark.exists()


@pytest.mark.parametrize(
    "script",
    [
        "import os",
        "from os import system",
        "from dashboard.jobs.starting import ensure_worker",
        "from queries.store import open_store",
        "from dashboard.home import open_here",
        "x = (1).__class__",
        "x = lambda: 1",
        "x = [one for one in (1,)]",
        "print(open('/etc/passwd'))",
        "print(eval('1'))",
        "from dashboard.text import _MARKDOWN",
        "from dashboard.text import *",
        "from dashboard.text import re as number\nnumber.sys.exit()",
        "from pandas import Timestamp\nx = Timestamp(0)\nx.to_pickle('x')",
        "from dashboard.home import open_snapshot\n"
        "with open_snapshot('a', pooled=False) as store:\n    store.execute('SELECT 1', {})",
        "def f(): pass",
        "not Python",
    ],
)
def test_only_scripts_of_our_form_are_run(script: str) -> None:
    with pytest.raises(DataError, match=r"a script"):
        require_our_form(script)


@pytest.mark.parametrize(
    "found", [b"", b"no zip", zipped({}), zipped({"a.txt": b"a", SUMS: sums({"a.txt": b"a"})})]
)
def test_what_is_no_bundle_is_refused(found: bytes) -> None:
    with pytest.raises(DataError, match="a bundle"):
        open_bundle(found)


def test_another_snapshot_is_told(data: bytes, tmp_path: Path) -> None:
    other = write_tiny_snapshot(tmp_path / "other.duckdb")
    with duckdb.connect(other) as changed:
        changed.execute(
            "UPDATE provenance.snapshot SET value = repeat('2', 64) WHERE item = 'content_sha256'"
        )
    found = reproduce(data, snapshot=other)
    assert "has the content that is asked for" in found[0].difference


def rewritten(data: bytes, file: str, old: bytes, new: bytes) -> bytes:
    """The bundle with one file edited, and all hashes and the manifest made to fit."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert old in files[file], sorted(files)
    files[file] = files[file].replace(old, new, 1)
    del files[SUMS]
    return zipped({**files, SUMS: sums(files)})
