"""Dataset-JSON 1.1, as one object (`.json`) or line by line (`.ndjson`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from queries.exporters.measured import Measured, MeasuredDataset
from queries.exporters.refusal import ExportRefused
from queries.exporters.row_text import RowText, iso_values
from queries.exporters.text_rules import text_problems
from queries.importers.dataset import Column

_TYPES = {
    "VARCHAR": "string",
    "DOUBLE": "double",
    "BIGINT": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "datetime",
}
_CALENDAR = {"date", "time", "datetime"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the data come from, as Dataset-JSON says it.

    Parameters
    ----------
    study : str
        Code of the study.
    system_version : str
        Of Equipoise.
    created : datetime
        UTC.
    """

    study: str
    system_version: str
    created: datetime


def write_dataset_json(
    found: MeasuredDataset, stream: BinaryIO, *, origin: Origin, lines: bool
) -> None:
    """Write a dataset as Dataset-JSON 1.1.

    Dates and times are ISO 8601 text whose `targetDataType` is integer, for the snapshot holds
    them as dates and times; partial dates are text and stay text. Numbers have as many digits as
    bring back the same double. What is missing is null.

    Parameters
    ----------
    lines : bool
        Whether the first line describes and each further one is a row (NDJSON), or all is one
        object.

    Raises
    ------
    ExportRefused
        For infinite numbers, NUL bytes, or dates that ISO 8601 cannot say.
    """
    problems = text_problems(found, "ndjson" if lines else "json")
    if problems:
        raise ExportRefused(problems)
    head = json.dumps(described(found, origin), ensure_ascii=False, allow_nan=False)
    values = ", ".join(iso_values(found.dataset.columns))
    stream.write(head.encode() if lines else f'{head[:-1]}, "rows": ['.encode())
    written = False
    with RowText(f"json_array({values})::VARCHAR") as text:
        for rows in text.lines(found.dataset.batches()):
            before = "\n" if lines or not written else ",\n"
            stream.write((before + ("\n" if lines else ",\n").join(rows)).encode())
            written = True
    stream.write(b"\n" if lines else b"\n]}\n")


def described(found: MeasuredDataset, origin: Origin) -> dict[str, object]:
    """The metadata of a dataset, with every attribute that the standard requires.

    Examples
    --------
    >>> from datetime import UTC
    >>> from queries.cohorts import Cohort
    >>> from queries.exporters.measured import measure
    >>> origin = Origin(study="T-1", system_version="1", created=datetime(2026, 1, 1, tzinfo=UTC))
    >>> found = described(measure(store.records_of(Cohort()), "adae"), origin)
    >>> found["itemGroupOID"], found["records"], found["columns"][5]["dataType"]
    ('IG.ADAE', 7, 'date')
    """
    name = found.dataset.name.upper()
    return {
        "datasetJSONCreationDateTime": origin.created.isoformat(timespec="seconds"),
        "datasetJSONVersion": "1.1.0",
        "fileOID": f"equipoise/{origin.study}/{name}",
        "originator": "Equipoise",
        "sourceSystem": {"name": "Equipoise", "version": origin.system_version},
        "studyOID": origin.study,
        "itemGroupOID": f"IG.{name}",
        "records": found.rows,
        "name": name,
        "label": found.dataset.label,
        "columns": [
            _column(name, column, measured)
            for column, measured in zip(found.dataset.columns, found.columns, strict=True)
        ],
    }


def data_type(column: Column) -> str:
    """The word of Dataset-JSON for a column's type.

    Examples
    --------
    >>> data_type(Column(name="ADTM", type="TIMESTAMP", source_type=""))
    'datetime'
    """
    return _TYPES[column.type]


def _column(dataset: str, column: Column, measured: Measured) -> dict[str, object]:
    kind = data_type(column)
    said: dict[str, object] = {
        "itemOID": f"IT.{dataset}.{column.name}",
        "name": column.name,
        "label": column.label,
        "dataType": kind,
    }
    if kind in _CALENDAR:
        said["targetDataType"] = "integer"
    if kind == "string":
        said["length"] = max(1, measured.characters)
    if column.format:
        said["displayFormat"] = column.format
    return said
