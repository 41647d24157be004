"""sas7bdat files, read through pyreadstat in chunks of rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat

from queries.errors import DataError
from queries.importers.archive import SourceFile
from queries.importers.dataset import Column, Dataset, dataset_name
from queries.importers.dates import from_sas, type_of_format, within_a_day
from queries.memory_files import memory_file

_CHUNK_ROWS = 50_000


def read_sas(file: SourceFile) -> Dataset:
    """The dataset of a sas7bdat file.

    Raises
    ------
    DataError
        When the file is damaged, or holds fewer rows than its header says.
    """
    with _by_name(file) as path:
        frame, found = _call(partial(pyreadstat.read_sas7bdat, metadataonly=True), path, file.name)
        columns = _columns(list(frame.columns), found, path, file.name)
    return Dataset(
        name=dataset_name(found.table_name or file.stem, file.name),
        file=file.name,
        format="SAS",
        label=found.file_label or "",
        encoding=found.file_encoding or "",
        columns=columns,
        batches=partial(_batches, file, columns, found.number_rows),
        rows=found.number_rows,
        proven=True,
    )


@contextmanager
def _by_name(file: SourceFile) -> Iterator[Path]:
    """pyreadstat opens files by name: what is packed is unpacked into memory, with a name."""
    if file.member is None and not file.packing:
        yield file.path
        return
    with memory_file("unpacked.sas7bdat") as (unpacked, path):
        with file.open() as packed:
            shutil.copyfileobj(packed, unpacked)
        unpacked.flush()
        yield path


def _call(read: Any, path: Path, file: str) -> Any:
    try:
        return read(str(path), disable_datetime_conversion=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
        raise DataError("a sas7bdat file is complete and readable", file=file) from error


def _columns(names: list[str], found: Any, path: Path, file: str) -> tuple[Column, ...]:
    columns = [_column(name, found) for name in names]
    times = [column.name for column in columns if column.type == "TIME"]
    if not times:
        return tuple(columns)
    frame, _ = _call(partial(pyreadstat.read_sas7bdat, usecols=times), path, file)
    durations = {name for name in times if not within_a_day(_numbers(frame[name]))}
    return tuple(_column(c.name, found, c.name in durations) for c in columns)


def _column(name: str, found: Any, is_duration: bool = False) -> Column:
    numeric = found.readstat_variable_types[name] != "string"
    sas_format = found.original_variable_types.get(name) or ""
    type_name = type_of_format(sas_format) if numeric else "VARCHAR"
    return Column(
        name=name,
        type="DOUBLE" if is_duration else type_name,
        source_type="numeric" if numeric else "character",
        label=found.column_names_to_labels.get(name) or "",
        format=sas_format,
    )


def _batches(
    file: SourceFile, columns: tuple[Column, ...], expected: int
) -> Iterator[pa.RecordBatch]:
    names = [f"c{position}" for position in range(len(columns))]
    count = 0
    with _by_name(file) as path:
        while count < expected:
            read = partial(pyreadstat.read_sas7bdat, row_offset=count, row_limit=_CHUNK_ROWS)
            frame, _ = _call(read, path, file.name)
            if frame.empty:
                break
            arrays = [_array(frame[column.name], column) for column in columns]
            yield pa.RecordBatch.from_arrays(arrays, names=names)
            count += len(frame)
    if count != expected:
        raise DataError(
            f"a sas7bdat file holds the {expected} rows its header speaks of",
            got=count,
            file=file.name,
        )


def _numbers(values: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.asarray(pd.to_numeric(values), dtype=np.float64)


def _array(values: pd.Series[Any], column: Column) -> pa.Array:
    if column.type == "VARCHAR":
        return pa.array(values.tolist(), pa.string(), from_pandas=True)
    return from_sas(_numbers(values), column.type)
