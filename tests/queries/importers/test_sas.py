"""sas7bdat: a file of three subjects, written with the ReadStat library."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from queries.importers import ImportRefused, import_files

SAMPLE = Path(__file__).with_name("adsl.sas7bdat")
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.mark.parametrize("packed", [False, True])
def test_values_labels_and_formats(tmp_path: Path, rows: Ask, packed: bool) -> None:
    source = SAMPLE
    if packed:
        source = tmp_path / "adsl.sas7bdat.gz"
        source.write_bytes(gzip.compress(SAMPLE.read_bytes()))
    report = import_files([source], tmp_path / "store.duckdb")
    assert report.datasets[0].label == "Subject-level analysis"
    assert rows("FROM adsl") == [
        ("01-001", "Placebo", 61.5, date(2020, 1, 1), datetime(2020, 1, 1, 1, 0, 0, 500000),
         time(12, 34, 56), 90000.0),
        ("01-002", "Verüm", 62.5, date(2020, 1, 2), datetime(2020, 1, 1, 1, 0, 0, 500000),
         time(12, 34, 57), 90000.0),
        ("01-003", "Placebo", None, None, None, None, None),
    ]  # fmt: skip
    assert rows(
        "SELECT name, label, format, type FROM provenance.variables WHERE position IN (1, 4, 7)"
    ) == [
        ("USUBJID", "Unique Subject Identifier", "", "VARCHAR"),
        ("TRTSDT", "", "DATE9", "DATE"),
        ("FASTED", "", "TIME8", "DOUBLE"),
    ]


@pytest.mark.parametrize("size", [100, 1024, 5000, 8191])
def test_truncated(tmp_path: Path, size: int) -> None:
    path = tmp_path / "adsl.sas7bdat"
    path.write_bytes(SAMPLE.read_bytes()[:size])
    with pytest.raises(ImportRefused, match="a sas7bdat file is complete and readable"):
        import_files([path], tmp_path / "store.duckdb")
