"""Parquet: Arrow types as they are stored, and nested ones refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.importers import ImportRefused

Run = Callable[..., Any]


def _file(columns: dict[str, pa.Array]) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("array", "type_name", "first"),
    [
        (pa.array([1, None], pa.int8()), "BIGINT", 1),
        (pa.array([1.5, float("nan")], pa.float32()), "DOUBLE", 1.5),
        (pa.array([Decimal("1.25"), None]), "DOUBLE", 1.25),
        (pa.array([True, None]), "BOOLEAN", True),
        (pa.array(["a", " "]), "VARCHAR", "a"),
        (pa.array(["a", None]).dictionary_encode(), "VARCHAR", "a"),
        (pa.array([date(2024, 2, 29), None]), "DATE", date(2024, 2, 29)),
        (pa.array([time(1, 2, 3), None]), "TIME", time(1, 2, 3)),
        (
            pa.array([10**9 + 1, None], pa.timestamp("ns")),
            "TIMESTAMP",
            datetime(1970, 1, 1, 0, 0, 1),
        ),
        (
            pa.array([datetime(2024, 1, 1, tzinfo=UTC), None], pa.timestamp("us", "Europe/Berlin")),
            "TIMESTAMP",
            datetime(2024, 1, 1),
        ),
    ],
)
def test_types(study: Run, rows: Run, array: pa.Array, type_name: str, first: Any) -> None:
    study({"xx.parquet": _file({"USUBJID": pa.array(["01", "02"]), "V": array})})
    assert rows("SELECT typeof(V) FROM xx LIMIT 1") == [(type_name,)]
    assert rows("SELECT V FROM xx") == [(first,), (None,)]


def test_numbered_subjects_become_text(study: Run, rows: Run) -> None:
    study({"xx.parquet": _file({"USUBJID": pa.array([101.0, 102.0]), "SITEID": pa.array([7, 8])})})
    assert rows("FROM xx") == [("101", "7"), ("102", "8")]


def test_nested_types_are_refused(study: Run) -> None:
    with pytest.raises(
        ImportRefused, match=r"column V: a column holds plain values, but got 'list"
    ):
        study({"xx.parquet": _file({"V": pa.array([[1], [2]])})})


def test_truncated(study: Run) -> None:
    with pytest.raises(ImportRefused, match="a Parquet file is complete and readable"):
        study({"xx.parquet": _file({"V": pa.array([1, 2])})[:-10]})
