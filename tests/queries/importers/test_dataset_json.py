"""Dataset-JSON: its three containers, its types, and what breaks it."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest

from queries.importers import ImportRefused, json_stream

COLUMNS = [
    {"itemOID": "1", "name": "USUBJID", "label": "Subject", "dataType": "string"},
    {"itemOID": "2", "name": "N", "label": "Count", "dataType": "integer"},
    {"itemOID": "3", "name": "X", "label": "", "dataType": "decimal", "targetDataType": "decimal"},
    {"itemOID": "4", "name": "F", "label": "", "dataType": "double", "displayFormat": "8.3"},
    {"itemOID": "5", "name": "B", "label": "", "dataType": "boolean"},
    {"itemOID": "6", "name": "D", "label": "", "dataType": "date", "targetDataType": "integer"},
    {
        "itemOID": "7",
        "name": "DT",
        "label": "",
        "dataType": "datetime",
        "targetDataType": "integer",
    },
    {"itemOID": "8", "name": "T", "label": "", "dataType": "time", "targetDataType": "integer"},
    {"itemOID": "9", "name": "DTC", "label": "", "dataType": "date"},
]
ROWS: list[list[Any]] = [
    ["01", 3, "0.1", 2, True, "2024-02-29", "2024-02-29T12:30:01", "23:59", "2024-02"],
    ["02", None, None, None, None, None, None, None, None],
    ["03", 2**53 + 1, "1e3", -0.5, False, "1960-01-01", "1959-12-31T00:00:00", "00:00:01", ""],
]


def _head(**changes: Any) -> dict[str, Any]:
    head = {
        "datasetJSONCreationDateTime": "2024-11-11T15:09:13",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.X",
        "records": len(ROWS),
        "name": "XX",
        "label": "Example",
        "columns": COLUMNS,
    }
    return {**head, **changes}


def _json(rows: list[Any] = ROWS, **changes: Any) -> str:
    return json.dumps({**_head(**changes), "rows": rows}, ensure_ascii=False)


def _ndjson() -> str:
    return "\n".join(json.dumps(part) for part in (_head(), *ROWS)) + "\n"


Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("xx.json", _json().encode()),
        ("xx.json", json.dumps({"rows": ROWS, **_head()}, indent=1).encode()),
        ("xx.json", b"\xef\xbb\xbf" + _json().encode()),
        ("xx.ndjson", _ndjson().encode()),
        ("xx.dsjc", gzip.compress(_json().encode())),
        ("xx.dsjc", zlib.compress(_ndjson().encode())),
    ],
)
def test_types_nulls_and_order(
    study: Run, rows: Run, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    monkeypatch.setattr(json_stream, "_BLOCK", 7)  # every value lies across a window's edge
    report = study({name: content})
    assert rows("FROM xx") == [
        ("01", 3, 0.1, 2.0, True, date(2024, 2, 29), datetime(2024, 2, 29, 12, 30, 1),
         time(23, 59), "2024-02"),
        ("02", *[None] * 8),
        ("03", 2**53 + 1, 1000.0, -0.5, False, date(1960, 1, 1), datetime(1959, 12, 31),
         time(0, 0, 1), None),
    ]  # fmt: skip
    assert rows("SELECT label, format, type FROM provenance.variables WHERE name = 'F'") == [
        ("", "8.3", "DOUBLE")
    ]
    assert any("Decimal values of X" in sentence for sentence in report.derivations)


def _changed(column: int, value: Any) -> str:
    rows = [list(row) for row in ROWS]
    rows[2][column] = value
    return _json(rows)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (_json()[:-30], "complete and well formed"),
        (_json()[:200], "complete and well formed"),
        (_json(records=4), "the 4 rows it speaks of, but got 3"),
        (_json([*ROWS, ROWS[0][:3]], records=4), "row 4: a row is an array of 9 values, but got 3"),
        (_json(datasetJSONVersion="1.0.0"), "of version 1.1"),
        (_json(columns=[{**COLUMNS[0], "dataType": "text"}]), "column USUBJID: dataType is one of"),
        (_changed(1, "many"), "column N, row 3: every value is of the type the file says, integer"),
        (_changed(1, True), "column N, row 3"),
        (_changed(2, "1_000"), "column X, row 3"),
        (_changed(2, "inf"), "column X, row 3"),
        (_changed(4, "true"), "column B, row 3"),
        (_changed(0, 3), "column USUBJID, row 3"),
        (_changed(5, "2024-02"), "column D, row 3: every value is a complete ISO date"),
        (_changed(5, "2024-02-30"), "column D, row 3"),
        (_changed(7, "25:00"), "column T, row 3: every value is a time of day"),
        (_changed(0, "a\x00b"), "column USUBJID, row 3: text holds no NUL bytes"),
        (_json().replace("-0.5", "NaN"), "complete and well formed"),
        (_json([], records=0), "a dataset has rows"),
    ],
)
def test_broken_files_are_refused(study: Run, content: str, rule: str) -> None:
    with pytest.raises(ImportRefused, match=rule):
        study({"xx.json": content})


def test_fractions_in_a_column_declared_integer(study: Run, rows: Run) -> None:
    report = study({"xx.json": _changed(1, 0.5)})
    assert rows("SELECT N FROM xx") == [(3.0,), (None,), (0.5,)]
    assert (
        "xx.json: N holds fractions, although the file declares whole numbers."
        in report.derivations
    )


def test_other_json_is_skipped(study: Run) -> None:
    report = study({"fhir.json": '{"resourceType": "Bundle"}', "p.ndjson": '{"a": 1}\n{"a": 2}\n'})
    assert [(s.file, s.reason) for s in report.skipped] == [
        ("fhir.json", "JSON, but not Dataset-JSON"),
        ("p.ndjson", "JSON, but not Dataset-JSON"),
    ]
