"""SAS XPORT: against pyreadstat where that is right, and on our own where it is not."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from queries.errors import DataError
from queries.importers.archive import SourceFile
from queries.importers.ibm_floats import from_ibm
from queries.importers.xport import read_xport


def _read(path: Path) -> tuple[Any, dict[str, list[Any]]]:
    dataset = read_xport(SourceFile(name=path.name, path=path))
    batches = list(dataset.batches())
    columns = (
        pa.Table.from_batches(batches).columns if batches else [pa.array([])] * len(dataset.columns)
    )
    names = [column.name for column in dataset.columns]
    return dataset, dict(zip(names, (c.to_pylist() for c in columns), strict=True))


def _write(path: Path, frame: pd.DataFrame, version: int = 5, **options: Any) -> Path:
    options.setdefault("table_name", "ADSL")
    pyreadstat.write_xport(frame, str(path), file_format_version=version, **options)
    return path


NUMBERS = [0.0, 1.0, -1.5, 0.1, 1 / 3, 123456789.123, 1e-20, -7.5e60, None]


@pytest.mark.parametrize("version", [5, 8])
def test_numbers_text_and_labels(tmp_path: Path, version: int) -> None:
    frame = pd.DataFrame({"X": NUMBERS, "T": [*"abcdefgh", ""]})
    path = _write(tmp_path / "a.xpt", frame, version, column_labels=["a number", "a text"],
                  file_label="Subjects")  # fmt: skip
    dataset, values = _read(path)
    assert (dataset.format, dataset.label, dataset.rows) == (f"SAS XPORT {version}", "Subjects", 9)
    assert [c.label for c in dataset.columns] == ["a number", "a text"]
    assert values["X"][:-1] == pytest.approx(NUMBERS[:-1], rel=1e-15)
    assert values["X"][-1] is None
    assert values["T"] == [*"abcdefgh", ""]


def test_version_8_long_names_and_labels(tmp_path: Path) -> None:
    frame = pd.DataFrame({"AnalysisValueOfTheParameter": [1.0, 2.0], "B": ["x", "y"]})
    path = _write(tmp_path / "a.xpt", frame, 8, table_name="ADSL_LONGER_NAME",
                  column_labels=["L" * 120, "short"])  # fmt: skip
    dataset, values = _read(path)
    assert dataset.name == "adsl_longer_name"
    assert [(c.name, c.label) for c in dataset.columns] == [
        ("AnalysisValueOfTheParameter", "L" * 120),
        ("B", "short"),
    ]
    assert values["AnalysisValueOfTheParameter"] == [1.0, 2.0]


def test_dates_times_and_durations(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "D": [date(1959, 12, 31), None, date(2024, 2, 29)],
            "DT": [datetime(1959, 12, 31, 23, 59, 58), None, datetime(2024, 2, 29, 12, 0, 1)],
            "T": [45296.0, None, 0.0],
            "H": [90000.0, None, 1.0],
        }
    )
    formats = {"T": "TIME8", "H": "TIME8"}
    dataset, values = _read(_write(tmp_path / "a.xpt", frame, variable_format=formats))
    assert [c.type for c in dataset.columns] == ["DATE", "TIMESTAMP", "TIME", "DOUBLE"]
    assert values["D"] == [date(1959, 12, 31), None, date(2024, 2, 29)]
    assert values["DT"][0] == datetime(1959, 12, 31, 23, 59, 58)
    assert values["T"] == [time(12, 34, 56), None, time(0, 0)]
    assert values["H"] == [90000.0, None, 1.0]


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("Alzheimer’s", "cp1252", "Windows-1252"),
        ("Verüm ≥ 3", "utf-8", "UTF-8"),
        ("x", "ascii", "ASCII"),
    ],
)
def test_encodings(tmp_path: Path, text: str, encoding: str, said: str) -> None:
    raw = text.encode(encoding)
    frame = pd.DataFrame({"T": ["#" * len(raw), "plain"]})
    path = _write(tmp_path / "a.xpt", frame)
    path.write_bytes(path.read_bytes().replace(b"#" * len(raw), raw))
    dataset, values = _read(path)
    assert dataset.encoding == said
    assert values["T"] == [text, "plain"]


def test_bytes_without_meaning_are_refused(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.xpt", pd.DataFrame({"T": ["ok", "####"]}))
    path.write_bytes(path.read_bytes().replace(b"####", b"\x81\xe9  "))
    with pytest.raises(DataError, match=r"a\.xpt, column T, row 2: text is UTF-8 or Windows-1252"):
        _read(path)


def test_every_truncation_that_can_be_seen_is_refused(tmp_path: Path) -> None:
    """pyreadstat gives the first rows of such files without a word."""
    frame = pd.DataFrame({"USUBJID": [f"01-{i:08}" for i in range(40)], "X": np.arange(40.0)})
    frame["T"] = "t" * 100  # a row of 119 bytes
    whole = _write(tmp_path / "a.xpt", frame).read_bytes()
    cut = tmp_path / "cut.xpt"
    header = whole.index(b"OBS     HEADER RECORD") + 60
    for size in range(80, len(whole), 80):
        cut.write_bytes(whole[:size])
        if size == header:
            assert _read(cut)[0].rows == 0
            continue
        with pytest.raises(DataError, match=r"cut\.xpt.*(complete|header record)"):
            _read(cut)
    for size in (len(whole) - 1, len(whole) // 2 + 3, 1000):
        cut.write_bytes(whole[:size])
        with pytest.raises(DataError, match=r"cut\.xpt.*complete"):
            _read(cut)


def test_version_8_counts_its_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame({"T": ["t" * 80 for _ in range(5)]})
    whole = _write(tmp_path / "a.xpt", frame, 8).read_bytes()
    (tmp_path / "cut.xpt").write_bytes(whole[:-80])
    with pytest.raises(DataError, match=r"row 5: an XPT file is complete"):
        _read(tmp_path / "cut.xpt")


@pytest.mark.parametrize("count", [1, 2, 9, 10, 11, 39, 40, 41])
@pytest.mark.parametrize("version", [5, 8])
def test_short_rows_are_counted_without_the_filling(
    tmp_path: Path, count: int, version: int
) -> None:
    frame = pd.DataFrame({"X": np.arange(float(count))})
    assert len(_read(_write(tmp_path / "a.xpt", frame, version))[1]["X"]) == count


def test_several_datasets_in_one_file(tmp_path: Path) -> None:
    one = _write(tmp_path / "a.xpt", pd.DataFrame({"X": [1.0]})).read_bytes()
    (tmp_path / "two.xpt").write_bytes(one + one[240:])
    with pytest.raises(DataError, match="an XPT file holds one dataset"):
        _read(tmp_path / "two.xpt")


def test_generic_member_names_give_way_to_the_file_name(tmp_path: Path) -> None:
    path = _write(tmp_path / "adtte.xpt", pd.DataFrame({"X": [1.0]}), table_name="DATASET")
    assert _read(path)[0].name == "adtte"


def test_all_missing_values_of_sas() -> None:
    codes = [0x2E, 0x5F, *range(0x41, 0x5B)]
    raw = np.zeros((len(codes), 8), dtype=np.uint8)
    raw[:, 0] = codes
    assert np.isnan(from_ibm(raw)).all()


def test_numbers_of_fewer_bytes() -> None:
    full = np.array([[0xC2, 0x76, 0xA0, 0, 0, 0, 0, 0]], dtype=np.uint8)
    assert from_ibm(full) == from_ibm(full[:, :3]) == -118.625
