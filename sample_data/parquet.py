"""Parquet files with the columns, types and labels of a dictionary, written piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sample_data.dictionary import Dataset

_TYPES = {"char": pa.string(), "num": pa.float64(), "date": pa.date32()}


class ParquetDraft:
    """A file being written; each frame becomes a row group of its own."""

    def __init__(self, dataset: Dataset, writer: pq.ParquetWriter) -> None:
        self._schema, self._writer = schema(dataset), writer

    def write(self, frame: pd.DataFrame) -> None:
        """Add the rows of a frame, which may hold further columns."""
        arrays = [_array(frame[field.name], field.type) for field in self._schema]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))


@contextmanager
def written_parquet(folder: Path, dataset: Dataset) -> Iterator[ParquetDraft]:
    """Write `<dataset>.parquet`; the same frames give the same bytes.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from sample_data.dictionary import read_dataset
    >>> folder = Path(mkdtemp())
    >>> ages = read_dataset("ADSL", "Subjects", "subject", "AGE | num | Age | years")
    >>> with written_parquet(folder, ages) as draft:
    ...     draft.write(pd.DataFrame({"AGE": [61.0]}))
    >>> pq.read_table(folder / "adsl.parquet").to_pylist()
    [{'AGE': 61.0}]
    """
    path = folder / f"{dataset.name.lower()}.parquet"
    with pq.ParquetWriter(path, schema(dataset), compression="zstd") as writer:
        yield ParquetDraft(dataset, writer)


def schema(dataset: Dataset) -> pa.Schema:
    """The columns of a dataset: text, 64-bit numbers and dates, each with its label.

    Examples
    --------
    >>> from sample_data.dictionary import read_dataset
    >>> schema(read_dataset("ADSL", "Subjects", "subject", "AGE | num | Age | years")).types
    [DataType(double)]
    """
    return pa.schema(
        [pa.field(v.name, _TYPES[v.kind], metadata={"label": v.label}) for v in dataset.variables]
    )


def _array(column: pd.Series, kind: pa.DataType) -> pa.Array:
    array = pa.array(column, from_pandas=True)
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array.cast(kind)
