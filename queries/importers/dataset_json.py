"""Dataset-JSON 1.1: `.json`, `.ndjson`, and `.dsjc`, which packs either.

The compressed form is zlib by the specification and gzip in the published examples;
both are read, and which of the texts is inside is seen from the text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

import pyarrow as pa

from queries.errors import DataError
from queries.importers.archive import SourceFile
from queries.importers.dataset import Column, Dataset, dataset_name
from queries.importers.json_stream import JsonStream

_BATCH = 20_000
_TYPES = {
    "string": "VARCHAR",
    "URI": "VARCHAR",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "double": "DOUBLE",
    "decimal": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIME",
    "datetime": "TIMESTAMP",
}
_CALENDAR = {"date", "time", "datetime"}
_FORMATS = {".json": "Dataset-JSON", ".ndjson": "Dataset-JSON (NDJSON)"}


def is_dataset(file: SourceFile) -> bool:
    """Whether a JSON file says that it is Dataset-JSON."""
    with JsonStream(file.open(), file.name) as text:
        if text.peek() != "{":
            return False
        for key in text.members():
            if key == "datasetJSONVersion":
                return True
            text.value()
    return False


def read_dataset_json(file: SourceFile) -> Dataset:
    """The dataset of a Dataset-JSON file.

    Dates and times are stored as such when `targetDataType` says that they were numbers;
    otherwise they are ISO text and may be partial.

    Raises
    ------
    DataError
        When the file is cut, breaks the specification, or is of another version than 1.1.
    """
    head = _metadata(file)
    columns = tuple(_column(described, file.name) for described in head["columns"])
    return Dataset(
        name=dataset_name(str(head["name"]), file.name),
        file=file.name,
        format=_FORMATS.get(file.extension, "Dataset-JSON (compressed)"),
        label=str(head.get("label") or ""),
        encoding="UTF-8",
        columns=columns,
        batches=partial(_batches, file, columns, head["records"]),
        rows=head["records"],
        notes=tuple(_notes(head["columns"])),
    )


def _metadata(file: SourceFile) -> dict[str, Any]:
    head: dict[str, Any] = {}
    with JsonStream(file.open(), file.name) as text:
        for key in text.members():
            if key != "rows":
                head[key] = text.value()
            elif "columns" in head:
                break
            else:
                for _ in text.items():
                    pass
    _check_metadata(head, file.name)
    return head


def _check_metadata(head: dict[str, Any], file: str) -> None:
    for key in ("datasetJSONVersion", "records", "name", "columns"):
        if key not in head:
            raise DataError(f"Dataset-JSON says its {key}", file=file)
    if not str(head["datasetJSONVersion"]).startswith("1.1"):
        raise DataError("Dataset-JSON is of version 1.1", got=head["datasetJSONVersion"], file=file)
    if not isinstance(head["records"], int) or head["records"] < 0:
        raise DataError("records is a whole number", got=head["records"], file=file)
    if not isinstance(head["columns"], list) or not all(
        isinstance(c, dict) for c in head["columns"]
    ):
        raise DataError("columns is a list of objects", got=head["columns"], file=file)


def _column(described: dict[str, Any], file: str) -> Column:
    name, kind = str(described.get("name", "")), described.get("dataType")
    if kind not in _TYPES:
        raise DataError(f"dataType is one of {', '.join(_TYPES)}", got=kind, file=file, column=name)
    target = described.get("targetDataType")
    numeric = kind not in _CALENDAR or target == "integer"
    return Column(
        name=name,
        type=_TYPES[kind] if numeric else "VARCHAR",
        source_type=f"{kind} as {target}" if target else kind,
        label=str(described.get("label") or ""),
        format=str(described.get("displayFormat") or ""),
    )


def _notes(columns: list[dict[str, Any]]) -> Iterator[str]:
    decimals = [column["name"] for column in columns if column.get("dataType") == "decimal"]
    if decimals:
        yield (
            f"Decimal values of {', '.join(decimals)} are stored as 64-bit numbers, "
            "exact to 15 significant digits."
        )


def _rows(stream: JsonStream) -> Iterator[Any]:
    """Rows inside the object, and after it, as NDJSON has them."""
    for key in stream.members():
        if key == "rows":
            yield from stream.items()
        else:
            stream.value()
    yield from stream.rest()


def _batches(
    file: SourceFile, columns: tuple[Column, ...], records: int
) -> Iterator[pa.RecordBatch]:
    names = [f"c{position}" for position in range(len(columns))]
    count = 0
    with JsonStream(file.open(), file.name) as text:
        rows = _rows(text)
        while batch := list(islice(rows, _BATCH)):
            _check_rows(batch, len(columns), file.name, count)
            arrays = [
                _array(values, column, file.name, count)
                for column, values in zip(columns, zip(*batch, strict=True), strict=True)
            ]
            count += len(batch)
            yield pa.RecordBatch.from_arrays(arrays, names=names)
    if count != records:
        raise DataError(
            f"the file holds the {records} rows it speaks of", got=count, file=file.name
        )


def _check_rows(batch: list[Any], width: int, file: str, before: int) -> None:
    for row, values in enumerate(batch, start=before + 1):
        if not isinstance(values, list) or len(values) != width:
            raise DataError(
                f"a row is an array of {width} values",
                got=len(values) if isinstance(values, list) else values,
                file=file,
                row=row,
            )


def _array(values: tuple[Any, ...], column: Column, file: str, before: int) -> pa.Array:
    """One column of a batch; calendar values stay text, which the snapshot reads strictly."""
    convert, arrow = _CONVERSIONS[column.type]
    if column.type == "BIGINT" and any(isinstance(v, float) and v % 1 for v in values):
        convert, arrow = _CONVERSIONS["DOUBLE"]  # published files do declare such columns integer
    try:
        return pa.array([None if v is None else convert(v) for v in values], arrow)
    except (TypeError, ValueError, OverflowError):
        row, value = _first_wrong(values, convert)
        raise DataError(
            f"every value is of the type the file says, {column.source_type}",
            got=value,
            file=file,
            column=column.name,
            row=before + row,
        ) from None


def _first_wrong(values: tuple[Any, ...], convert: Any) -> tuple[int, Any]:
    for row, value in enumerate(values, start=1):
        try:
            if value is not None:
                convert(value)
        except (TypeError, ValueError, OverflowError):
            return row, value
    return 1, values[0]


def _as_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _as_number(value: Any) -> float | None:
    """A number, or a decimal as text; blank text is absent."""
    if isinstance(value, bool) or (isinstance(value, str) and "_" in value):
        raise TypeError
    if isinstance(value, str) and not value.strip():
        return None
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _as_integer(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        if not -(2**63) <= value < 2**63:
            raise OverflowError
        return value
    number = _as_number(value) if isinstance(value, float) else None
    if number is None or number != int(number):
        raise TypeError
    return int(number)


def _as_boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


_CONVERSIONS: dict[str, tuple[Any, pa.DataType]] = {
    "VARCHAR": (_as_text, pa.string()),
    "DOUBLE": (_as_number, pa.float64()),
    "BIGINT": (_as_integer, pa.int64()),
    "BOOLEAN": (_as_boolean, pa.bool_()),
    "DATE": (_as_text, pa.string()),
    "TIME": (_as_text, pa.string()),
    "TIMESTAMP": (_as_text, pa.string()),
}
