"""Rows in portions: none lost, none moved, whole row groups where there are enough rows."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.importers import ImportRefused, row_groups
from queries.importers.row_groups import ROW_GROUP, gathered
from queries.importers.text_values import not_blank

Run = Callable[..., Any]
SIZES = st.lists(st.tuples(st.integers(0, 45), st.booleans()), max_size=20)


def batches(sizes: list[tuple[int, bool]]) -> list[pa.RecordBatch]:
    """Batches of consecutive numbers, some as whole numbers and some as fractions."""
    made, start = [], 0
    for size, whole in sizes:
        values = pa.array(range(start, start + size), pa.int64() if whole else pa.float64())
        made.append(pa.record_batch({"N": values}))
        start += size
    return made


@given(sizes=SIZES)
def test_no_row_is_lost_or_moved(sizes: list[tuple[int, bool]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_groups, "ROW_GROUP", 10)
        tables = list(gathered(batches(sizes)))
    numbers = [value for table in tables for value in table["N"].to_pylist()]
    assert numbers == list(range(sum(size for size, _ in sizes)))
    whole = [True for size, is_whole in sizes for _ in range(size) if is_whole]
    stored = sum(table.num_rows for table in tables if pa.types.is_int64(table["N"].type))
    assert stored == len(whole)


@given(size=st.integers(1, 200), batch=st.integers(1, 60))
def test_all_groups_but_the_last_are_whole(size: int, batch: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_groups, "ROW_GROUP", 10)
        full, rest = divmod(size, batch)
        tables = list(gathered(batches([(batch, True)] * full + [(rest, True)])))
    chunks = [len(chunk) for table in tables for chunk in table["N"].chunks if len(chunk)]
    assert chunks[:-1] == [10] * (len(chunks) - 1)
    assert all(table["N"].num_chunks <= 5 for table in tables)


def test_long_rows_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "_MOST_BYTES", 800)
    tables = list(gathered(batches([(45, True)] * 10)))
    assert max(table.nbytes for table in tables) <= 2 * 800
    assert sum(table.num_rows for table in tables) == 450


def parquet(columns: dict[str, list[Any]]) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


def test_rows_keep_their_order(study: Run, rows: Run) -> None:
    count = 5 * ROW_GROUP + 1234
    study({"xx.parquet": parquet({"N": list(range(count))})})
    assert rows("SELECT count(*), count_if(N <> rowid) FROM xx") == [(count, 0)]


def test_a_problem_is_found_in_its_row(study: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_groups, "ROW_GROUP", 10)
    texts = ["x"] * 95 + ["\0"]
    with pytest.raises(ImportRefused, match=r"column V, row 96: text holds no NUL bytes"):
        study({"xx.parquet": parquet({"V": texts})})


@given(text=st.text(alphabet=st.sampled_from(" \t\n\u00a0\u2003\u200b!~\x7f\x1faé日"), max_size=4))
def test_blank_is_what_trim_leaves_nothing_of(text: str) -> None:
    sql = f"SELECT {not_blank('t')}, trim(t) <> '' FROM (SELECT $text AS t)"
    fast, plain = duckdb.execute(sql, {"text": text}).fetchall()[0]
    assert fast == plain
