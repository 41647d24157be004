"""What every reader hands over: one dataset, described, and its rows in batches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from queries.errors import DataError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One variable of a dataset: as the source describes it, and as it is stored.

    `type` is the DuckDB type it is stored as; `source_type` is the word of the source.
    """

    name: str
    type: str
    source_type: str
    label: str = ""
    format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One dataset in one file.

    `batches` may be called more than once; each call reads the file from its start.
    A batch may hold text where a column is stored as another type; the snapshot then
    reads the text strictly. `proven` says that a reader has already tried every value.
    """

    name: str
    file: str
    format: str
    columns: tuple[Column, ...]
    batches: Callable[[], Iterator[pa.RecordBatch]]
    label: str = ""
    encoding: str = ""
    rows: int | None = None
    proven: bool = False
    notes: tuple[str, ...] = ()


def dataset_name(name: str, file: str) -> str:
    """The table name of a dataset.

    Raises
    ------
    DataError
        When the name is not a letter followed by at most 31 letters, digits or underscores.

    Examples
    --------
    >>> dataset_name("ADSL", "adsl.xpt")
    'adsl'
    """
    lowered = name.strip().lower()
    if not _NAME.fullmatch(lowered):
        raise DataError(
            "a dataset's name is a letter followed by at most 31 letters, digits or underscores",
            got=name,
            file=file,
        )
    return lowered


def check_columns(dataset: Dataset) -> None:
    """Refuse a dataset without columns, with a nameless one, or with two of the same name.

    Examples
    --------
    >>> age = Column(name="AGE", type="DOUBLE", source_type="numeric")
    >>> twice = Dataset(
    ...     name="adsl", file="adsl.csv", format="CSV", columns=(age, age), batches=iter
    ... )
    >>> check_columns(twice)
    Traceback (most recent call last):
        ...
    queries.errors.DataError: adsl.csv, column AGE: columns have different names, ignoring case.
    """
    if not dataset.columns:
        raise DataError("a dataset has at least one column", file=dataset.file)
    seen: set[str] = set()
    for position, column in enumerate(dataset.columns, start=1):
        if not column.name or "\x00" in column.name:
            raise DataError(
                "a column has a name without NUL bytes", file=dataset.file, column=str(position)
            )
        if column.name.upper() in seen:
            raise DataError(
                "columns have different names, ignoring case",
                file=dataset.file,
                column=column.name,
            )
        seen.add(column.name.upper())
