"""Rows on their way into the store, in the portions that DuckDB stores them in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

ROW_GROUP = 122_880
"""Rows that DuckDB stores together."""

_GROUPS_AT_ONCE = 4
_MOST_BYTES = 256 * 2**20


def gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The rows of many batches, put together to a few whole row groups at a time.

    Given whole row groups, DuckDB fills several at once and writes each to the disk once;
    what is no whole one goes through its log and is put together again later. Rows of
    different types stay apart. No more is held than about 256 MB.

    Examples
    --------
    >>> one, two = (pa.record_batch({"AGE": [61 + n]}) for n in range(2))
    >>> [table.num_rows for table in gathered([one, two])]
    [2]
    """
    groups: list[pa.RecordBatch] = []
    size = 0
    for group in _row_groups(batches):
        full = len(groups) == _GROUPS_AT_ONCE or size + group.nbytes > _MOST_BYTES
        if groups and (full or group.schema != groups[0].schema):
            yield pa.Table.from_batches(groups)
            groups, size = [], 0
        groups.append(group)
        size += group.nbytes
    if groups:
        yield pa.Table.from_batches(groups)


def _row_groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows by the row group; fewer at the end, at a change of types, and if long."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if held and batch.schema != held[0].schema:
            yield _joined(held)
            held, rows, size = [], 0, 0
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= ROW_GROUP or size > _MOST_BYTES:
            joined = _joined(held)
            whole = rows - rows % ROW_GROUP or rows
            yield from (joined.slice(at, ROW_GROUP) for at in range(0, whole, ROW_GROUP))
            rest = joined.slice(whole)
            held, rows, size = [rest] if rest.num_rows else [], rest.num_rows, rest.nbytes
    if held:
        yield _joined(held)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)
