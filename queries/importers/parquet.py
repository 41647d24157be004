"""Parquet files, read batch by batch."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.errors import DataError
from queries.importers.archive import SourceFile
from queries.importers.dataset import Column, Dataset, dataset_name
from queries.importers.row_groups import ROW_GROUP

_ARROW = {
    "VARCHAR": pa.string(),
    "DOUBLE": pa.float64(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIME": pa.time64("us"),
    "TIMESTAMP": pa.timestamp("us"),
}


def read_parquet(file: SourceFile) -> Dataset:
    """The dataset of a Parquet file, named like the file.

    Decimals become 64-bit numbers, zoned timestamps become UTC, fractions of a
    microsecond are cut off, categories become text.

    Raises
    ------
    DataError
        When the file is damaged, or a column is nested.
    """
    with file.open() as stream:
        source = _opened(stream, file)
        schema, rows = source.schema_arrow, source.metadata.num_rows
    columns = tuple(_column(field, file.name) for field in schema)
    return Dataset(
        name=dataset_name(file.stem, file.name),
        file=file.name,
        format="Parquet",
        encoding="UTF-8",
        columns=columns,
        batches=partial(_batches, file, columns),
        rows=rows,
        proven=True,
        notes=tuple(_notes(schema)),
    )


def _opened(stream: BinaryIO, file: SourceFile) -> pq.ParquetFile:
    # The footer is at the end; what cannot be sought in is read into memory.
    seekable = stream if stream.seekable() else io.BytesIO(stream.read())
    try:
        return pq.ParquetFile(seekable)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError("a Parquet file is complete and readable", file=file.name) from error


def _column(field: pa.Field, file: str) -> Column:
    type_name = _stored(field.type)
    if type_name is None:
        raise DataError(
            "a column holds plain values", got=str(field.type), file=file, column=field.name
        )
    label = (field.metadata or {}).get(b"label", b"").decode(errors="replace")
    return Column(name=field.name, type=type_name, source_type=str(field.type), label=label)


def _stored(kind: pa.DataType) -> str | None:
    if pa.types.is_dictionary(kind):
        return _stored(kind.value_type)
    kinds = {
        "VARCHAR": (pa.types.is_string, pa.types.is_large_string, pa.types.is_null),
        "BIGINT": (pa.types.is_integer,),
        "DOUBLE": (pa.types.is_floating, pa.types.is_decimal),
        "BOOLEAN": (pa.types.is_boolean,),
        "DATE": (pa.types.is_date,),
        "TIME": (pa.types.is_time,),
        "TIMESTAMP": (pa.types.is_timestamp,),
    }
    return next((name for name, tests in kinds.items() if any(t(kind) for t in tests)), None)


def _notes(schema: pa.Schema) -> Iterator[str]:
    decimals = [field.name for field in schema if pa.types.is_decimal(field.type)]
    if decimals:
        yield f"Decimal values of {', '.join(decimals)} are stored as 64-bit numbers."
    zoned = [f.name for f in schema if pa.types.is_timestamp(f.type) and f.type.tz]
    if zoned:
        yield f"Times of {', '.join(zoned)} are stored in UTC."


def _batches(file: SourceFile, columns: tuple[Column, ...]) -> Iterator[pa.RecordBatch]:
    names = [f"c{position}" for position in range(len(columns))]
    with file.open() as stream:
        for batch in _opened(stream, file).iter_batches(batch_size=ROW_GROUP):
            arrays = [
                _converted(array, column, file.name)
                for array, column in zip(batch.columns, columns, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, names=names)


def _converted(array: pa.Array, column: Column, file: str) -> pa.Array:
    plain = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    target = _ARROW[column.type]
    if pa.types.is_float16(plain.type):
        plain = plain.cast(pa.float32())
    try:
        exact = pa.types.is_integer(plain.type)
        values = plain if plain.type == target else plain.cast(target, safe=exact)
    except pa.ArrowInvalid as error:
        raise DataError(
            "whole numbers fit into 64 bits", got=str(error), file=file, column=column.name
        ) from error
    # pandas writes what is missing as NaN; a number that is none is not collected.
    if column.type == "DOUBLE":
        return pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)
    return values
