"""The formats a dataset is written in: their rules, their words, and their writers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO

from queries.errors import DataError
from queries.exporters.dataset_json import Origin, data_type, write_dataset_json
from queries.exporters.delimited import write_csv
from queries.exporters.measured import Measured, MeasuredDataset
from queries.exporters.parquet import arrow_type, write_parquet
from queries.exporters.sas_formats import written_format
from queries.exporters.text_rules import csv_remarks, text_problems
from queries.exporters.xport import write_xport
from queries.exporters.xport_rules import xport_problems, xport_remarks
from queries.importers.dataset import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One way to write a dataset.

    Parameters
    ----------
    key, label, ending : str
        How the command line, a page, and a file's name call it.
    problems, remarks : callable
        Rules that a dataset breaks; what a reader of the file has to know.
    write : callable
        Writes a dataset to a stream.
    word : callable
        How the file says the type of a column.
    """

    key: str
    label: str
    ending: str
    problems: Callable[[MeasuredDataset], list[DataError]]
    remarks: Callable[[MeasuredDataset], list[str]]
    write: Callable[[MeasuredDataset, BinaryIO, Origin], None]
    word: Callable[[Column, Measured], str]


def _nothing(_: MeasuredDataset) -> list[str]:
    return []


def _xport_word(column: Column, measured: Measured) -> str:
    return f"{'character' if column.type == 'VARCHAR' else 'numeric'} " + written_format(
        column, measured
    )


def _xport(version: int) -> Format:
    return Format(
        key=f"xpt{version}",
        label=f"SAS XPORT, version {version}",
        ending="xpt",
        problems=lambda found: xport_problems(found, version),
        remarks=xport_remarks,
        write=lambda found, stream, origin: write_xport(
            found, stream, version=version, created=origin.created
        ),
        word=_xport_word,
    )


def _dataset_json(key: str, label: str, *, lines: bool) -> Format:
    return Format(
        key=key,
        label=label,
        ending=key,
        problems=lambda found: text_problems(found, key),
        remarks=_nothing,
        write=lambda found, stream, origin: write_dataset_json(
            found, stream, origin=origin, lines=lines
        ),
        word=lambda column, _: data_type(column),
    )


_ALL = (
    Format(
        key="parquet",
        label="Parquet",
        ending="parquet",
        problems=lambda _: [],
        remarks=_nothing,
        write=lambda found, stream, origin: write_parquet(
            found, stream, about={"study": origin.study}
        ),
        word=lambda column, _: str(arrow_type(column)),
    ),
    Format(
        key="csv",
        label="CSV",
        ending="csv",
        problems=lambda found: text_problems(found, "csv"),
        remarks=csv_remarks,
        write=lambda found, stream, _: write_csv(found, stream),
        word=lambda column, _: "quoted text" if column.type == "VARCHAR" else "plain",
    ),
    _dataset_json("json", "Dataset-JSON 1.1", lines=False),
    _dataset_json("ndjson", "Dataset-JSON 1.1, line by line (NDJSON)", lines=True),
    _xport(5),
    _xport(8),
)
FORMATS: Mapping[str, Format] = MappingProxyType({one.key: one for one in _ALL})


def format_of(key: str) -> Format:
    """The format of that key.

    Raises
    ------
    DataError
        When there is none.

    Examples
    --------
    >>> format_of("xpt5").label
    'SAS XPORT, version 5'
    """
    if key not in FORMATS:
        raise DataError(f"a format is one of {', '.join(FORMATS)}", got=key)
    return FORMATS[key]
