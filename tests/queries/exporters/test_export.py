"""Rules that are asked before writing, files that are whole, and readers who are blinded."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from queries.cohorts import EVERYONE, Cohort, OneOf
from queries.errors import DataError
from queries.exporters import FORMATS, ExportRefused, examine, into, staged, write_export
from queries.exporters.dictionary import Entry, dictionary_csv, dictionary_html
from queries.store import Store, open_store
from tests.queries.exporters.written import ABOUT, exported, read_back, write_snapshot
from tests.tiny_snapshot import write_tiny_snapshot

WOMEN = Cohort(OneOf(column="SEX", values=("F",)), name="Women / 😀")


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Store]:
    with open_store(write_tiny_snapshot(tmp_path / "tiny.duckdb")) as store:
        yield store


def _problems(tmp_path: Path, key: str, kind: str, *values: Any, **said: str) -> list[str]:
    """What stands against exporting one column of these values; with its name, label, format."""
    column = said.get("name", "X")
    rows = [(f"S{place}", value) for place, value in enumerate(values)]
    path = write_snapshot(
        tmp_path / "rule.duckdb",
        {"adsl": ({"USUBJID": "VARCHAR", column: kind}, rows)},
        {column: said.get("label", "")},
        {column: said.get("format", "")},
    )
    with open_store(path) as store:
        found = examine(store.records_of(EVERYONE), ["adsl"], key)
    return [str(problem) for problem in found.problems]


LONG_NAME = {"name": "ANALYSISVALUE"}
CASES = [
    ("xpt5", "VARCHAR", "é" * 100, {}, None),
    ("xpt5", "VARCHAR", "é" * 100 + "x", {}, r"text has at most 200 bytes in XPT version 5 "
     r"\(version 8 takes 32,767\), but got '201 bytes in the longest'"),
    ("xpt8", "VARCHAR", "é" * 100 + "x", {}, None),
    ("xpt8", "VARCHAR", "x" * 32_768, {}, r"at most 32,767 bytes in XPT version 8 \(choose Data"),
    ("json", "VARCHAR", "x" * 32_768, {}, None),
    ("xpt5", "DOUBLE", 1.0, {"label": "é" * 20}, None),
    ("xpt5", "DOUBLE", 1.0, {"label": "é" * 20 + "x"}, r"column X: a label has at most 40 bytes in "
     r"XPT version 5 \(version 8 takes 256\), but got '41 bytes: é"),
    ("xpt8", "DOUBLE", 1.0, {"label": "x" * 257}, r"a label has at most 256 bytes"),
    ("xpt5", "DOUBLE", 1.0, LONG_NAME, r"column ANALYSISVALUE: a variable's name has at most 8 "
     r"bytes in XPT version 5 \(version 8 takes 32\), but got '13 bytes: ANALYSISVALUE'"),
    ("xpt8", "DOUBLE", 1.0, LONG_NAME, None),
    ("xpt8", "DOUBLE", 1.0, {"name": "größe"}, r"a variable's name is a letter or underscore"),
    ("json", "DOUBLE", 1.0, {"name": "größe"}, None),
    ("xpt5", "DOUBLE", 1.0, {"format": "LONGFORMAT9."}, r"a format's name has at most 8 bytes"),
    ("xpt8", "DOUBLE", 1.0, {"format": "LONGFORMAT9."}, None),
    ("xpt5", "DOUBLE", 7.3e75, {}, r"a number is 0 or between 5.4e-79 and 7.2e75.*7.3e\+75"),
    ("xpt8", "DOUBLE", -1e-79, {}, r"a number is 0 or between.*but got 1e-79"),
    ("xpt8", "DOUBLE", float("inf"), {}, r"a value is finite"),
    ("json", "DOUBLE", float("-inf"), {}, r"adsl\.json, column X: a value is finite"),
    ("csv", "DOUBLE", float("inf"), {}, r"a value is finite"),
    ("parquet", "DOUBLE", float("inf"), {}, None),
    ("xpt8", "DOUBLE", float("nan"), {}, None),
    ("xpt8", "BIGINT", 2**53 + 2, {}, r"at most 53 bits in an XPT file \(Dataset-JSON holds 64\)"),
    ("json", "BIGINT", 2**53 + 2, {}, None),
    ("xpt5", "DATE", date(1581, 12, 31), {}, r"between the years 1582 and 19999 in SAS"),
    ("json", "DATE", date(1581, 12, 31), {}, None),
    ("ndjson", "DATE", "10000-01-01", {}, r"between the years 1 and 9999 of ISO 8601"),
    ("xpt8", "TIMESTAMP", datetime(2231, 1, 1, 0, 0, 0, 1), {},
     r"exact between the years 1689 and 2230"),
    ("xpt8", "TIMESTAMP", datetime(1688, 1, 1, 0, 0, 0, 1), {}, r"exact between the years 1689"),
    ("xpt8", "TIMESTAMP", datetime(2231, 1, 1), {}, None),
    ("xpt8", "VARCHAR", "a\x00b", {}, r"text holds no NUL bytes"),
    ("csv", "VARCHAR", "a\x00b", {}, r"text holds no NUL bytes"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "kind", "value", "said", "rule"), CASES)
def test_rules(
    tmp_path: Path, key: str, kind: str, value: Any, said: dict[str, str], rule: str | None
) -> None:
    problems = _problems(tmp_path, key, kind, value, None, **said)
    if rule is None:
        assert problems == []
    else:
        [problem] = problems
        with pytest.raises(DataError, match=rule):
            raise DataError(problem)


def test_a_refusal_names_every_problem_and_leaves_nothing(tiny: Store, tmp_path: Path) -> None:
    records, out = tiny.records_of(EVERYONE), tmp_path / "new" / "out"
    found = examine(records, ["adsl"], "xpt5")
    with pytest.raises(ExportRefused, match="refused for 1 problem"), staged(out) as draft:
        write_export(records, found, into(draft), ABOUT)
    assert not (tmp_path / "new").exists()


def test_long_names_labels_and_formats_of_version_8(tmp_path: Path) -> None:
    path = write_snapshot(
        tmp_path / "s.duckdb",
        {"adsl": ({"USUBJID": "VARCHAR", "AnalysisValue": "DOUBLE"}, [("S1", 1.5)])},
        {"USUBJID": "é" * 128, "AnalysisValue": "short"},
        {"AnalysisValue": "LONGFORMAT9.2"},
    )
    with open_store(path) as store:
        file = exported(store, ["adsl"], "xpt8", tmp_path / "out")["adsl.xpt"]
    dataset, rows = read_back(file)
    assert [(c.name, c.label, c.format) for c in dataset.columns] == [
        ("USUBJID", "é" * 128, ""),
        ("AnalysisValue", "short", "LONGFORMAT9.2"),
    ]
    assert rows == [("S1", 1.5)]


def test_what_sas_cannot_keep_is_said(tmp_path: Path) -> None:
    columns = {"USUBJID": "VARCHAR", "T": "VARCHAR", "B": "BOOLEAN", "SITEID": "VARCHAR"}
    rows = [("S1", "ends ", True, "01"), ("S2", "  ", False, "02"), ("S3", "é", None, "03")]
    path = write_snapshot(tmp_path / "s.duckdb", {"adsl": (columns, rows)}, {}, {"SITEID": "8."})
    with open_store(path) as store:
        notes = examine(store.records_of(EVERYONE), ["adsl"], "xpt5").notes
        assert examine(store.records_of(EVERYONE), ["adsl"], "json").notes == notes[:1]
    assert [note.split(" ADSL.")[0] for note in notes[1:]] == [
        "Blanks at the end of 1 texts of", "1 blank texts of", "1 texts of",
        "True and false of", "The format 8. of",
    ]  # fmt: skip


def test_a_last_row_of_blanks(tmp_path: Path) -> None:
    tables = {
        "adsl": ({"USUBJID": "VARCHAR"}, [("S1",)]),
        "ts": ({"TSVAL": "VARCHAR"}, [("a",), (None,)]),
    }
    with open_store(write_snapshot(tmp_path / "s.duckdb", tables)) as store:
        found = examine(store.records_of(EVERYONE), ["ts"], "xpt5")
        assert "last row of a short XPT file" in str(found.problems[0])
        for key, file in (("xpt8", "ts.xpt"), ("csv", "ts.csv"), ("json", "ts.json")):
            assert read_back(exported(store, ["ts"], key, tmp_path / key)[file])[1] == [
                ("a",), (None,)
            ]  # fmt: skip


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Two thousand subjects with text that no compression makes short."""
    path = tmp_path_factory.mktemp("large") / "s.duckdb"
    write_snapshot(path, {"adsl": ({"USUBJID": "VARCHAR", "T": "VARCHAR"}, [])})
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "INSERT INTO adsl SELECT 'S' || range, sha256(range::VARCHAR) || sha256('x' || range) "
            "FROM range(2000)"
        )
    with open_store(path) as store:
        yield store


@pytest.mark.parametrize("key", FORMATS)
def test_a_full_disk_leaves_nothing(large: Store, tmp_path: Path, key: str) -> None:
    with _largest_file(50_000), pytest.raises(OSError, match="too large"):
        exported(large, ["adsl"], key, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@contextmanager
def _largest_file(size: int) -> Iterator[None]:
    """The system refuses to let a file grow further, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_files_of_others_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "adsl.csv").write_text("mine")
    with pytest.raises(DataError, match="replaces no file unless it is told to"), staged(out) as d:
        (d / "adsl.csv").write_text("new")
    with suppress(RuntimeError), staged(out, replace=True) as draft:
        (draft / "adsl.csv").write_text("half")
        raise RuntimeError
    assert [path.read_text() for path in out.iterdir()] == ["mine"]
    with staged(out, replace=True) as draft:
        (draft / "adsl.csv").write_text("new")
    assert [path.read_text() for path in out.iterdir()] == ["new"]
    with pytest.raises(DataError, match="goes into a folder"), staged(out / "adsl.csv"):
        pass


def test_the_cohort_chooses_subjects_and_their_records(tiny: Store, tmp_path: Path) -> None:
    files = exported(tiny, ["ADSL", "adae", "adlb"], "json", tmp_path / "out", WOMEN)
    subjects = {name: [row[0] for row in read_back(files[name])[1]] for name in files
                if name.startswith("ad")}  # fmt: skip
    assert subjects == {
        "adsl.json": ["S1", "S3", "S5", "S8"],
        "adae.json": ["S1", "S1", "S1", "S3", "S5"],
        "adlb.json": ["S1", "S1", "S3"],
    }
    said = json.loads(files["export.json"].read_text())
    assert said["files"][1]["rows"] == 5
    assert said["files"][1]["sha256"] == hashlib.sha256(files["adae.json"].read_bytes()).hexdigest()
    assert "ADAE holds 5 of 8 rows: those of the 4 subjects of the cohort." in said["notes"]
    dictionary = list(csv.DictReader(io.StringIO(files["dictionary.csv"].read_text())))
    [grade] = [row for row in dictionary if row["variable"] == "AETOXGR"]
    assert (grade["dataset"], grade["length"], grade["missing"], grade["distinct"]) == (
        "ADAE", "1", "0", "3",
    )  # fmt: skip


def test_an_empty_cohort_has_files_without_rows(tiny: Store, tmp_path: Path) -> None:
    nobody = Cohort(OneOf(column="SEX", values=("X",)))
    for key in FORMATS:
        ending = FORMATS[key].ending
        path = exported(tiny, ["adae"], key, tmp_path / key, nobody)[f"adae.{ending}"]
        if key != "csv":  # our reader refuses a CSV without rows
            assert read_back(path)[1] == []


def test_unknown_datasets_and_formats(tiny: Store) -> None:
    records = tiny.records_of(EVERYONE)
    with pytest.raises(
        DataError, match="a dataset is one of ADSL, ADAE, ADLB, ADTTE, but got 'dm'"
    ):
        examine(records, ["DM"], "csv")
    with pytest.raises(DataError, match="a format is one of parquet, csv, json"):
        examine(records, ["ADSL"], "xls")
    with pytest.raises(DataError, match="at least one dataset"):
        examine(records, [], "csv")


def test_a_blinded_reader_cannot_tell_arms(tmp_path: Path) -> None:
    """No arm, nothing that stands for one, no exposure; and rows that are not sorted by arm."""
    subjects = {"USUBJID": "VARCHAR", "TRT01P": "VARCHAR", "CODE": "VARCHAR", "AGE": "DOUBLE"}
    people = [(f"S{n % 2}{n}", "AB"[n % 2], "xy"[n % 2], 50.0 + n // 2) for n in (1, 3, 5, 0, 2, 4)]
    events = {"USUBJID": "VARCHAR", "AEDECOD": "VARCHAR", "TRTA": "VARCHAR"}
    tables = {
        "adsl": (subjects, people),
        "adae": (events, [(p[0], term, p[1]) for p in people for term in ("Itch", "Ache")]),
        "adex": ({"USUBJID": "VARCHAR", "AVAL": "DOUBLE"}, [("S00", 1.0)]),
        "ta": ({"ARMCD": "VARCHAR"}, [("A",)]),
    }
    path = write_snapshot(tmp_path / "s.duckdb", tables)
    with open_store(path, pooled=True) as store:
        records = store.records_of(EVERYONE)
        assert records.names == ("adsl", "adae")
        with pytest.raises(DataError, match="a dataset is one of ADSL, ADAE"):
            examine(records, ["adex"], "json")
        files = exported(store, records.names, "json", tmp_path / "out")
        with pytest.raises(DataError, match="TRT01P"):
            store.records_of(Cohort(OneOf(column="TRT01P", values=("A",))))
    dataset, rows = read_back(files["adsl.json"])
    assert [column.name for column in dataset.columns] == ["USUBJID", "AGE"]
    assert [row[0] for row in rows] == sorted(row[0] for row in people)
    assert read_back(files["adae.json"])[1][:2] == [("S00", "Itch"), ("S00", "Ache")]
    for file in files.values():
        assert not any(word in file.read_text() for word in ("TRT", "CODE", "adex", "ARMCD"))
    with open_store(path) as store:
        assert store.records_of(EVERYONE).names == ("adsl", "adae", "adex", "ta")


def test_a_column_called_rowid_keeps_the_order(tmp_path: Path) -> None:
    columns = {"USUBJID": "VARCHAR", "rowid": "DOUBLE", "place of the row": "DOUBLE"}
    rows = [("S2", 9.0, 1.0), ("S1", 3.0, 1.0), ("S3", 5.0, 1.0)]
    with open_store(write_snapshot(tmp_path / "s.duckdb", {"adsl": (columns, rows)})) as store:
        assert read_back(exported(store, ["adsl"], "json", tmp_path / "o")["adsl.json"])[1] == rows


def test_portions_are_joined_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queries.cohort_records.ROW_GROUP", 2)
    monkeypatch.setattr("queries.exporters.row_text._AT_ONCE", 1)
    monkeypatch.setattr("queries.exporters.xport._CHUNK_BYTES", 1)
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with open_store(path) as store, open_store(path, pooled=True) as blinded:
        for key in FORMATS:
            ending = FORMATS[key].ending
            file = exported(store, ["adae"], key, tmp_path / key)[f"adae.{ending}"]
            terms = [row[2] for row in read_back(file)[1]]
            assert terms == [
                "Nausea-like", "Nausea-like", "Cramp", "Itch", "Itch", "Cramp", "Rash-like"
            ]  # fmt: skip
        file = exported(blinded, ["adae"], "json", tmp_path / "blind")["adae.json"]
        assert [row[0] for row in read_back(file)[1]] == ["S1", "S1", "S1", "S2", "S3", "S5", "S6"]


def test_the_dictionary_is_harmless() -> None:
    row = Entry(
        dataset="ADSL", dataset_label="<script>", position=1, variable="X", label="=cmd|'/c'!A1",
        type="text", written_as="string", length=3, format="-1.5", values=1, missing=0, distinct=1,
        origin="a<b>.csv",
    )  # fmt: skip
    [_, said] = csv.reader(io.StringIO(dictionary_csv([row]).decode()))
    assert said[4] == "'=cmd|'/c'!A1"
    assert said[8] == "-1.5"
    page = dictionary_html("T & <U>", ["a <i>"], [row]).decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "src=" not in page
    assert "href=" not in page
