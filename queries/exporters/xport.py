"""SAS XPORT files, version 5 and 8, written row by row.

Written here and not through pyreadstat, which writes 250-byte text into version 5, cuts a long
label without a word, and takes the whole dataset into memory at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.exporters.ibm_floats import to_ibm
from queries.exporters.measured import Measured, MeasuredDataset
from queries.exporters.refusal import ExportRefused
from queries.exporters.sas_formats import written_format
from queries.exporters.xport_header import RECORD, Field, header
from queries.exporters.xport_rules import xport_problems
from queries.importers.dataset import Column

_CHUNK_BYTES = 16 * 2**20
# Days and microseconds between the SAS epoch (1960-01-01) and that of Arrow (1970-01-01).
_EPOCH_DAYS = 3653
_EPOCH_MICROSECONDS = _EPOCH_DAYS * 86_400_000_000


def write_xport(
    found: MeasuredDataset, stream: BinaryIO, *, version: int, created: datetime
) -> None:
    """Write a dataset as an XPT file.

    Text is as wide as its longest value, in bytes; numbers take 8 bytes. Dates count days,
    times and datetimes seconds, from 1960, with a format that says so.

    Raises
    ------
    ExportRefused
        When a rule of that version is broken; then nothing is written.
    """
    problems = xport_problems(found, version)
    if problems:
        raise ExportRefused(problems)
    dataset = found.dataset
    fields = [_field(c, m) for c, m in zip(dataset.columns, found.columns, strict=True)]
    name = dataset.name.upper()
    stream.write(
        header(name, dataset.label, fields, version=version, rows=found.rows, created=created)
    )
    length = sum(field.length for field in fields)
    for batch in dataset.batches():
        for rows in _rows(batch, fields, length):
            stream.write(rows)
    stream.write(b" " * (-length * found.rows % RECORD))


def _field(column: Column, measured: Measured) -> Field:
    numeric = column.type != "VARCHAR"
    return Field(
        name=column.name,
        label=column.label,
        format=written_format(column, measured),
        numeric=numeric,
        length=8 if numeric else max(1, measured.bytes),
    )


def _rows(batch: pa.RecordBatch, fields: list[Field], length: int) -> Iterator[bytes]:
    at_once = max(1, _CHUNK_BYTES // length)
    for first in range(0, batch.num_rows, at_once):
        part = batch.slice(first, at_once)
        rows = np.empty((part.num_rows, length), dtype=np.uint8)
        start = 0
        for array, field in zip(part.columns, fields, strict=True):
            raw = to_ibm(_numbers(array)) if field.numeric else _texts(array, field.length)
            rows[:, start : start + field.length] = raw
            start += field.length
        yield rows.tobytes()


def _texts(array: pa.Array, length: int) -> npt.NDArray[np.uint8]:
    filled = pc.fill_null(array.cast(pa.string()), "").cast(pa.binary())
    fixed = np.array(filled.to_pylist(), dtype=f"S{length}")
    raw = fixed.view(np.uint8).reshape(-1, length)
    return np.where(raw == 0, np.uint8(0x20), raw)


def _numbers(array: pa.Array) -> npt.NDArray[np.float64]:
    """Values as SAS counts them; NaN where they are missing."""
    kind = array.type
    if pa.types.is_date(kind):
        counted = _doubles(array.cast(pa.int32())) + _EPOCH_DAYS
    elif pa.types.is_timestamp(kind):
        # Whole microseconds are added before they become doubles, which hold fewer of them.
        moved = pc.add(array.cast(pa.timestamp("us")).cast(pa.int64()), _EPOCH_MICROSECONDS)
        counted = _doubles(moved) / 1e6
    elif pa.types.is_time(kind):
        counted = _doubles(array.cast(pa.time64("us")).cast(pa.int64())) / 1e6
    elif pa.types.is_boolean(kind):
        counted = _doubles(array.cast(pa.int8()))
    else:
        counted = _doubles(array)
    return counted


def _doubles(array: pa.Array) -> npt.NDArray[np.float64]:
    # Not checked: whole numbers of more than 53 bits are refused, and microseconds are rounded.
    plain = array.cast(pa.float64(), safe=False)
    values: npt.NDArray[np.float64] = plain.to_numpy(zero_copy_only=False).astype(np.float64)
    return values
