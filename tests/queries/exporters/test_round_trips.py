"""Whatever a snapshot may hold comes back from every format, or is refused in a sentence."""

from __future__ import annotations

import csv
import json
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pyreadstat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from queries.exporters.dataset_json import Origin
from queries.exporters.formats import FORMATS
from queries.exporters.ibm_floats import to_ibm
from queries.exporters.measured import measure
from queries.importers.dataset import Column, Dataset
from queries.importers.ibm_floats import from_ibm
from tests.queries.exporters.written import CREATED, read_back

COLUMNS = {
    "USUBJID": "VARCHAR", "T": "VARCHAR", "X": "DOUBLE", "N": "BIGINT", "B": "BOOLEAN",
    "D": "DATE", "DT": "TIMESTAMP", "TM": "TIME",
}  # fmt: skip
IBM = st.floats(min_value=16.0**-65, max_value=7.2e75)
NUMBERS = st.one_of(st.just(0.0), IBM, IBM.map(lambda x: -x), st.integers(-999, 999).map(float))
# As a snapshot stores text: none of it blank, and without the blanks that SAS cannot keep.
TEXTS = st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=30
).filter(lambda text: text.strip() and not text.endswith(" "))
DAYS = st.dates(date(1582, 10, 15), date(9999, 12, 31))
MOMENTS = st.datetimes(datetime(1689, 1, 1), datetime(2230, 12, 31))
ROW = st.tuples(
    *(
        st.none() | values
        for values in (
            TEXTS, NUMBERS, st.integers(-(2**53), 2**53), st.booleans(), DAYS, MOMENTS, st.times()
        )
    )
)  # fmt: skip
_BEFORE_1960 = (date(1959, 12, 31), datetime(1959, 12, 31, 23, 59, 59), time(0))
_AT_1960 = (date(1960, 1, 1), datetime(1960, 1, 1), time(23, 59, 59))
_LEAP = (date(2024, 2, 29), datetime(2016, 12, 31, 23, 59, 59, 999999), time(12, 0, 0, 5))
_LATE = (date(9999, 12, 31), datetime(2229, 6, 1, 1, 2, 3, 456789), None)
EDGES = [
    ("=1+1", -0.1, -(2**53), True, *_BEFORE_1960),
    ('a "b",\n\r\tc', 1 / 3, 2**53, False, *_AT_1960),
    ("Ünïcödé ≥ 3 😀", 1e-70, 0, None, *_LEAP),
    (" leading", -7e75, None, True, *_LATE),
    (None, None, None, None, None, None, None),
    ("0101", 123456789012345.678, -1, False, None, None, None),
]


class Rows:
    """Rows as the records of an export, without a snapshot: hundreds of examples are quick."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._connection = duckdb.connect(":memory:")
        declared = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
        self._connection.execute(f"CREATE TABLE adsl ({declared})")
        marks = ", ".join("?" * len(COLUMNS))
        self._connection.executemany(f"INSERT INTO adsl VALUES ({marks})", rows)
        self._count = len(rows)

    def dataset(self, name: str) -> Dataset:
        values = ", ".join(f'"{column}" AS c{place}' for place, column in enumerate(COLUMNS))
        return Dataset(
            name=name,
            file="",
            format="",
            columns=tuple(Column(name=n, type=k, source_type="") for n, k in COLUMNS.items()),
            batches=lambda: iter(
                self._connection.execute(f"SELECT {values} FROM adsl").to_arrow_table().to_batches()
            ),
            rows=self._count,
        )

    def aggregate(self, name: str, wanted: list[str]) -> tuple[Any, ...]:
        asked = f"SELECT {', '.join(wanted)} FROM adsl AS record"
        return self._connection.execute(asked).fetchone() or ()

    def rows_in_snapshot(self, name: str) -> int:
        return self._count


@contextmanager
def _written(rows: list[tuple[Any, ...]], *keys: str) -> Iterator[list[Path]]:
    """Rows, written in formats; the files."""
    found = measure(Rows(rows), "adsl")  # type: ignore[arg-type]
    origin = Origin(study="T-1", system_version="1", created=CREATED)
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for key in keys:
            written = FORMATS[key]
            assert written.problems(found) == []
            (Path(folder) / key).mkdir()
            paths.append(Path(folder) / key / f"adsl.{written.ending}")
            with paths[-1].open("wb") as stream:
                written.write(found, stream, origin)
        yield paths


def _as_xport(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What SAS has no type for is a number."""
    return [
        tuple(float(v) if isinstance(v, int) and v is not None else v for v in row) for row in rows
    ]


def _numbered(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(f"S{place}", *row) for place, row in enumerate(rows)]


@given(st.lists(ROW, min_size=1, max_size=5))
@example(EDGES)
def test_values_and_types_come_back(rows: list[tuple[Any, ...]]) -> None:
    meant, keys = _numbered(rows), ("json", "ndjson", "parquet", "xpt5", "xpt8")
    with _written(meant, *keys) as paths:
        for key, path in zip(keys, paths, strict=True):
            dataset, read = read_back(path)
            xport = key.startswith("xpt")
            assert read == (_as_xport(meant) if xport else meant)
            assert {c.name: c.type for c in dataset.columns} == {
                name: "DOUBLE" if xport and kind in ("BIGINT", "BOOLEAN") else kind
                for name, kind in COLUMNS.items()
            }


@given(st.lists(ROW, min_size=1, max_size=5))
@example(EDGES)
def test_csv_values_come_back(rows: list[tuple[Any, ...]]) -> None:
    """By the standard library: texts as they were, numbers to the last bit, dates as ISO."""
    meant = _numbered(rows)
    with _written(meant, "csv") as [path]:
        assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(newline="", encoding="utf-8") as stream:
            header, *read = csv.reader(stream)
        assert header == list(COLUMNS)
        for said, row in zip(read, meant, strict=True):
            assert said[1] == (row[1] or "")
            assert (float(said[2]) if said[2] else None) == row[2]
            assert said[3] == ("" if row[3] is None else str(row[3]))
            assert said[4] == ("" if row[4] is None else str(row[4]).lower())
            assert (date.fromisoformat(said[5]) if said[5] else None) == row[5]
            assert (datetime.fromisoformat(said[6]) if said[6] else None) == row[6]
            assert (time.fromisoformat(said[7]) if said[7] else None) == row[7]


def test_csv_can_be_imported() -> None:
    meant = _numbered(EDGES)
    with _written(meant, "csv") as [path]:
        assert [row[:3] for row in read_back(path)[1]] == [row[:3] for row in meant]


def test_others_read_the_same_edges() -> None:
    """By json, pyarrow and pyreadstat, which know nothing of our readers."""
    meant = _numbered(EDGES)
    with _written(meant, "json", "parquet", "xpt5", "xpt8") as [plain, parquet, *transport]:
        head = json.loads(plain.read_text(encoding="utf-8"))
        assert [row[:5] for row in head["rows"]] == [list(row[:5]) for row in meant]
        assert [row[5] for row in head["rows"]] == [row[5] and row[5].isoformat() for row in meant]
        assert head["rows"][0][6] == "1959-12-31T23:59:59"
        assert head["rows"][2][6:] == ["2016-12-31T23:59:59.999999", "12:00:00.000005"]
        table = pq.read_table(parquet)
        assert list(zip(*(c.to_pylist() for c in table.columns), strict=True)) == meant
        assert str(table.schema.field("DT").type) == "timestamp[us]"
        for path in transport:
            frame, said = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
            assert frame["T"].tolist() == [row[1] or "" for row in meant]
            # pyreadstat loses the last bit of some numbers; ours are compared exactly above.
            assert frame["X"].tolist() == pytest.approx(
                [math.nan if row[2] is None else row[2] for row in meant], rel=1e-15, nan_ok=True
            )
            assert frame["D"].tolist()[:2] == [-1.0, 0.0]
            assert frame["DT"].tolist()[:2] == [-1.0, 0.0]
            assert said.original_variable_types["D"] == "DATE9"


@given(st.lists(NUMBERS, min_size=1))
def test_ibm_numbers_are_exact(values: list[float]) -> None:
    assert from_ibm(to_ibm(np.array(values))).tolist() == values


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        (1.0, "4110000000000000"),
        (-118.625, "c276a00000000000"),
        (0.1, "401999999999999a"),
        (0.0, "0000000000000000"),
        (math.nan, "2e00000000000000"),
    ],
)
def test_ibm_numbers_of_the_literature(value: float, raw: str) -> None:
    """-118.625 is the worked example of IBM's Principles of Operation; `.` is that of TS-140."""
    assert to_ibm(np.array([value])).tobytes().hex() == raw


def test_whole_numbers_of_64_bits() -> None:
    meant = _numbered([(None, None, 2**63 - 1, None, None, None, None)])
    with _written(meant, "json") as [path]:
        assert read_back(path)[1] == meant
