"""Parquet: typed, with the labels and formats of the source in the metadata of each column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from queries.exporters.measured import MeasuredDataset
from queries.importers.dataset import Column

_ARROW = {
    "VARCHAR": pa.string(),
    "DOUBLE": pa.float64(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIME": pa.time64("us"),
    "TIMESTAMP": pa.timestamp("us"),
}


def write_parquet(found: MeasuredDataset, stream: BinaryIO, *, about: Mapping[str, str]) -> None:
    """Write a dataset as Parquet.

    Parameters
    ----------
    about : mapping of str to str
        What the file's metadata say beside the dataset's label.
    """
    dataset = found.dataset
    said = {"label": dataset.label, **about}
    schema = pa.schema([_field(column) for column in dataset.columns], metadata=_filled(said))
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for batch in dataset.batches():
            arrays = [
                array.cast(field.type) for array, field in zip(batch.columns, schema, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type of a column.

    Examples
    --------
    >>> arrow_type(Column(name="ADT", type="DATE", source_type=""))
    DataType(date32[day])
    """
    return _ARROW[column.type]


def _field(column: Column) -> pa.Field:
    said = {"label": column.label, "format": column.format}
    return pa.field(column.name, arrow_type(column), metadata=_filled(said))


def _filled(said: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in said.items() if value}
