"""Every column of the CDISC pilot's ADSL, ADAE and ADTTE, out and back in again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyreadstat
import pytest

from queries.importers import import_files
from queries.store import open_store
from tests.queries.exporters.written import exported, read_back

NAMES = ("adsl", "adae", "adtte")
SIZES = {"adsl": (254, 49), "adae": (1191, 55), "adtte": (254, 26)}


def _table(snapshot: Path, name: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        return connection.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall()


def _described(snapshot: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        return connection.execute(
            "SELECT dataset, position, name, label, format, type FROM provenance.variables "
            "ORDER BY dataset, position"
        ).fetchall()


@pytest.mark.parametrize("key", ["xpt5", "xpt8", "json", "ndjson", "parquet"])
def test_every_column_comes_back(
    trial_snapshot: Callable[[str], Path], tmp_path: Path, key: str
) -> None:
    """Imported again, the export is the same snapshot: values, order, types, labels, formats."""
    snapshot = trial_snapshot("xpt")
    with open_store(snapshot) as store:
        files = exported(store, NAMES, key, tmp_path / "out")
    ending = key[:3] if key.startswith("xpt") else key
    again = tmp_path / "again.duckdb"
    import_files([files[f"{name}.{ending}"] for name in NAMES], again)
    for name in NAMES:
        assert _table(again, name) == _table(snapshot, name)
        assert (len(_table(again, name)), len(_table(again, name)[0])) == SIZES[name]
    described = _described(snapshot)
    # The Parquet reader knows labels and no formats.
    kept = (lambda row: (*row[:4], row[5])) if key == "parquet" else (lambda row: row)
    assert [kept(row) for row in _described(again)] == [kept(row) for row in described]


@pytest.mark.parametrize("key", ["xpt5", "xpt8"])
@pytest.mark.parametrize("name", NAMES)
def test_pyreadstat_reads_what_it_reads_from_the_original(
    trial_snapshot: Callable[[str], Path], trial_data: Path, tmp_path: Path, key: str, name: str
) -> None:
    with open_store(trial_snapshot("xpt")) as store:
        path = exported(store, [name], key, tmp_path / "out")[f"{name}.xpt"]
    original, meta = pyreadstat.read_xport(str(trial_data / "cdisc-pilot/adam" / f"{name}.xpt"))
    written, said = pyreadstat.read_xport(str(path))
    pd.testing.assert_frame_equal(written, original, check_exact=True)
    assert said.column_names_to_labels == meta.column_names_to_labels
    assert (said.table_name, said.file_label) == (meta.table_name, meta.file_label)
    formats = {
        n: f
        for n, f in meta.original_variable_types.items()
        if meta.readstat_variable_types[n] == "double"
    }
    assert {n: said.original_variable_types[n] for n in formats} == formats


@pytest.mark.parametrize("name", ["adae", "adtte"])  # in ADSL, SAS left room in a text field
def test_rows_are_the_bytes_that_sas_wrote(
    trial_snapshot: Callable[[str], Path], trial_data: Path, tmp_path: Path, name: str
) -> None:
    with open_store(trial_snapshot("xpt")) as store:
        written = exported(store, [name], "xpt5", tmp_path / "out")[f"{name}.xpt"].read_bytes()
    original = (trial_data / "cdisc-pilot/adam" / f"{name}.xpt").read_bytes()
    mark = b"HEADER RECORD*******OBS"
    ours, theirs = (raw[raw.index(mark) + 80 :] for raw in (written, original))
    assert ours == theirs


@pytest.mark.parametrize("key", ["json", "ndjson"])
@pytest.mark.parametrize("name", NAMES)
def test_dataset_json_says_what_the_published_files_say(
    trial_snapshot: Callable[[str], Path], trial_data: Path, tmp_path: Path, key: str, name: str
) -> None:
    published = json.loads((trial_data / "dataset-json" / f"{name}.json").read_text())
    with open_store(trial_snapshot("json")) as store:
        text = exported(store, [name], key, tmp_path / "out")[f"{name}.{key}"].read_text()
    if key == "json":
        head = json.loads(text)
        rows = head["rows"]
    else:
        head, *rows = [json.loads(line) for line in text.splitlines()]
    for key_ in ("datasetJSONVersion", "itemGroupOID", "records", "name", "label"):
        assert head[key_] == published[key_]
    for ours, theirs in zip(head["columns"], published["columns"], strict=True):
        for attribute in ("itemOID", "name", "label", "displayFormat", "targetDataType"):
            assert ours.get(attribute) == theirs.get(attribute)
    blank_is_missing = [[None if v == "" else v for v in row] for row in published["rows"]]
    assert rows == blank_is_missing


def test_csv_holds_every_value(trial_snapshot: Callable[[str], Path], tmp_path: Path) -> None:
    """CSV has no types; its values are those of the snapshot."""
    snapshot = trial_snapshot("xpt")
    with open_store(snapshot) as store:
        files = exported(store, NAMES, "csv", tmp_path / "out")
    for name in NAMES:
        _, rows = read_back(files[f"{name}.csv"])
        said = [tuple(None if v is None else str(v) for v in row) for row in rows]
        meant = [
            tuple(None if v is None else str(v) for v in row) for row in _table(snapshot, name)
        ]
        assert _as_numbers(said) == _as_numbers(meant)


def _as_numbers(rows: list[tuple[str | None, ...]]) -> list[list[object]]:
    return [[_number(value) for value in row] for row in rows]


def _number(value: str | None) -> object:
    try:
        return float(value or "")
    except ValueError:
        return value
