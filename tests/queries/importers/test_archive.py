"""Zips, friendly and hostile; and files that are not what they are called."""

from __future__ import annotations

import gzip
import io
import lzma
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.importers import ImportRefused, Limits, import_files
from tests.queries.importers.conftest import ADSL

Run = Callable[..., Any]


def _zip(path: Path, entries: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_a_zip_of_everything(tmp_path: Path, rows: Run) -> None:
    parquet = io.BytesIO()
    pq.write_table(pa.table({"USUBJID": ["01"], "V": [1.5]}), parquet)
    path = _zip(
        tmp_path / "delivery.zip",
        {
            "adam/": "",
            "adam/adsl.csv": ADSL,
            "adam/xx.parquet": parquet.getvalue(),
            "adam/yy.csv.xz": lzma.compress(b"USUBJID\n01\n"),
            "adam/zz.csv.gz": gzip.compress(b"USUBJID\n01\n"),
            "plan.json": '{"study": "PLAN-1", "title": "A plan", "data_cut": "2024-06-30"}',
            "define.xml": "<?xml version='1.0'?>",
            "__MACOSX/adam/._adsl.csv": "rubbish",
            ".DS_Store": "rubbish",
            "notes.docx": b"PK\x03\x04",
        },
    )
    report = import_files([path], tmp_path / "store.duckdb")
    assert [d.file for d in report.datasets] == [
        f"delivery.zip/adam/{name}" for name in ("adsl.csv", "xx.parquet", "yy.csv.xz", "zz.csv.gz")
    ]
    assert (report.study, report.title, report.data_cut) == ("PLAN-1", "A plan", "2024-06-30")
    assert report.data_cut_source == "stated in the plan"
    assert report.plan == {"study": "PLAN-1", "title": "A plan", "data_cut": "2024-06-30"}
    assert [s.file for s in report.skipped] == [
        "delivery.zip/define.xml",
        "delivery.zip/notes.docx",
    ]
    assert rows("SELECT V FROM xx") == [(1.5,)]


@pytest.mark.parametrize(
    "name", ["../adsl.csv", "a/../../adsl.csv", "/etc/adsl.csv", "C:/adsl.csv", "..\\adsl.csv"]
)
def test_paths_out_of_the_zip(tmp_path: Path, name: str) -> None:
    path = _zip(tmp_path / "bad.zip", {name: ADSL})
    with pytest.raises(ImportRefused, match=r"bad\.zip: a file in a zip lies inside the zip"):
        import_files([path], tmp_path / "store.duckdb")
    assert [file.name for file in tmp_path.iterdir()] == ["bad.zip"]


def test_links(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("adsl.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ImportRefused, match="a zip holds files, not links"):
        import_files([tmp_path / "bad.zip"], tmp_path / "store.duckdb")


def test_nested_and_encrypted(tmp_path: Path) -> None:
    _zip(tmp_path / "outer.zip", {"inner.zip": b"PK\x05\x06" + bytes(18)})
    with pytest.raises(ImportRefused, match=r"outer\.zip/inner\.zip: a zip holds no further zip"):
        import_files([tmp_path / "outer.zip"], tmp_path / "store.duckdb")
    raw = bytearray(_zip(tmp_path / "secret.zip", {"adsl.csv": ADSL}).read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "secret.zip").write_bytes(raw)
    with pytest.raises(ImportRefused, match="a zip is not encrypted"):
        import_files([tmp_path / "secret.zip"], tmp_path / "store.duckdb")


def test_bombs(tmp_path: Path) -> None:
    path = _zip(tmp_path / "bomb.zip", {"adsl.csv": bytes(10 * 2**20)})
    with pytest.raises(ImportRefused, match="at most 200 times its packed size"):
        import_files([path], tmp_path / "store.duckdb")
    with pytest.raises(ImportRefused, match="a zip unpacks to at most 1000 bytes"):
        import_files([path], tmp_path / "store.duckdb", limits=Limits(unpacked_bytes=1000))
    many = _zip(tmp_path / "many.zip", {f"{i}.txt": "" for i in range(11)})
    with pytest.raises(ImportRefused, match="a zip has at most 10 entries, but got 11"):
        import_files([many], tmp_path / "store.duckdb", limits=Limits(entries=10))
    (tmp_path / "adsl.csv.xz").write_bytes(lzma.compress(b"A,B\n" + b"1,2\n" * 2**21))
    with pytest.raises(ImportRefused, match="a packed file unpacks to at most"):
        import_files([tmp_path / "adsl.csv.xz"], tmp_path / "store.duckdb")


@pytest.mark.parametrize("name", ["adsl.csv.xz", "adsl.csv.gz"])
def test_cut_packed_files(tmp_path: Path, name: str) -> None:
    pack = lzma.compress if name.endswith("xz") else gzip.compress
    (tmp_path / name).write_bytes(pack(ADSL.encode() * 50)[:-12])
    with pytest.raises(ImportRefused, match="a packed file is complete and readable"):
        import_files([tmp_path / name], tmp_path / "store.duckdb")


def test_damaged_zip(tmp_path: Path) -> None:
    path = _zip(tmp_path / "bad.zip", {"adsl.csv": ADSL})
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    with pytest.raises(ImportRefused, match="a zip is complete and readable"):
        import_files([path], tmp_path / "store.duckdb")
    flipped = bytearray(whole)
    flipped[60] ^= 0xFF
    path.write_bytes(flipped)
    with pytest.raises(ImportRefused, match="a packed file is complete and readable"):
        import_files([path], tmp_path / "store.duckdb")


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("xx.xpt", b"USUBJID,AGE\n01,5\n", "a file ending in .xpt holds SAS XPORT"),
        ("xx.csv", b"PAR1....PAR1", "a file ending in .csv holds CSV, but got 'Parquet'"),
        ("xx.csv", b"HEADER RECORD*******LIBRARY HEADER", "but got 'SAS XPORT'"),
        ("xx.csv", b"%PDF-1.7", "but got 'PDF'"),
        ("xx.parquet", b'{"a": 1}', "holds Parquet, but got 'JSON'"),
        ("xx.sas7bdat", b"PK\x03\x04", "but got 'a zip or Office file'"),
        ("xx.json", b"USUBJID,AGE\n", "holds JSON, but got 'other content'"),
        ("xx.csv", b"\x1f\x8b\x08", "but got 'gzip'"),
        ("xx.dsjc", b"", "a file is not empty"),
        ("xx.xpt", b"", "a file is not empty"),
        ("1xx.csv", b"A\n1\n", "a dataset's name is a letter followed by"),
        ("adsl (2).csv", b"A\n1\n", "a dataset's name is a letter followed by"),
    ],
)
def test_files_that_are_not_what_they_are_called(
    study: Run, name: str, content: bytes, found: str
) -> None:
    with pytest.raises(ImportRefused) as refusal:
        study({name: content})
    assert found in str(refusal.value)
    assert refusal.value.problems[0].file == name


def test_nothing_to_import(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="nowhere: a file or folder to import exists"):
        import_files([tmp_path / "nowhere"], tmp_path / "store.duckdb")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImportRefused, match="needs ADSL or DM, but got 'no dataset at all'"):
        import_files([tmp_path / "empty"], tmp_path / "store.duckdb")


@pytest.mark.parametrize("content", ["[]", "{", '{"data_cut": "2024-13-01"}', '{"data_cut": 5}'])
def test_broken_plans(study: Run, content: str) -> None:
    with pytest.raises(ImportRefused, match=r"plan\.json: a plan is a JSON object"):
        study({"plan.json": content})
