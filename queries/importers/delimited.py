"""CSV files: delimiter and encoding found out, types proven on the whole file.

Two passes over the file: the first tries every value of every column against every
type, the second stores them. What fails a type in one row is text in all.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv

from queries.errors import DataError
from queries.importers.archive import SourceFile
from queries.importers.dataset import Column, Dataset, dataset_name
from queries.importers.refusal import MOST_PROBLEMS, ImportRefused
from queries.importers.text_values import TYPES, is_text_by_name, reading

_BLOCK = 8 * 2**20
_LONGEST_HEADER = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dialect:
    encoding: str
    delimiter: str
    header: tuple[str, ...]


def read_delimited(file: SourceFile) -> Dataset:
    """The dataset of a CSV file, named like the file.

    Raises
    ------
    DataError
        For ragged rows, NUL bytes, an open quote, or text in no encoding we know.
    """
    dialect = _dialect(file)
    types = _proven_types(file, dialect)
    columns = tuple(
        Column(name=name, type=type_name, source_type="text")
        for name, type_name in zip(dialect.header, types, strict=True)
    )
    return Dataset(
        name=dataset_name(file.stem, file.name),
        file=file.name,
        format="CSV",
        encoding={"utf-8": "UTF-8", "cp1252": "Windows-1252"}[dialect.encoding],
        columns=columns,
        batches=partial(_batches, file, dialect),
        proven=True,
    )


def _dialect(file: SourceFile) -> _Dialect:
    encoding = _encoding(file)
    with file.open() as stream:
        head = stream.read(_LONGEST_HEADER).removeprefix(codecs.BOM_UTF8)
    text = head.decode(encoding, errors="ignore")
    first = _first_record(text)
    if not text[len(first) :].strip("\r\n"):
        raise DataError("a dataset has rows", file=file.name)
    counts = {mark: _outside_quotes(first).count(mark) for mark in ",;\t"}
    delimiter = max(counts, key=lambda mark: counts[mark])
    header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    return _Dialect(encoding=encoding, delimiter=delimiter, header=tuple(header))


def _encoding(file: SourceFile) -> str:
    """UTF-8 if all of it is, else Windows-1252; NUL bytes and open quotes are refused."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "cp1252")}
    quotes = lines = 0
    with file.open() as stream:
        while chunk := stream.read(_BLOCK):
            if b"\x00" in chunk:
                row = lines + chunk[: chunk.index(b"\x00")].count(b"\n")
                raise DataError("text holds no NUL bytes", file=file.name, row=row or None)
            quotes, lines = quotes + chunk.count(b'"'), lines + chunk.count(b"\n")
            decoders = {name: d for name, d in decoders.items() if _goes_on(d, chunk)}
    decoders = {name: d for name, d in decoders.items() if _goes_on(d, b"", final=True)}
    if quotes % 2:
        raise DataError("every quoted value of a CSV file is closed", file=file.name)
    if not decoders:
        raise DataError("text is UTF-8 or Windows-1252", file=file.name)
    return next(iter(decoders))


def _goes_on(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _first_record(text: str) -> str:
    inside = False
    for position, character in enumerate(text):
        inside ^= character == '"'
        if character in "\r\n" and not inside:
            return text[:position]
    return text


def _outside_quotes(text: str) -> str:
    return "".join(text.split('"')[::2])


def _batches(file: SourceFile, dialect: _Dialect) -> Iterator[pa.RecordBatch]:
    ragged: list[DataError] = []

    def note(row: Any) -> str:
        if len(ragged) < MOST_PROBLEMS:
            rule = f"a row has as many values as the header, {row.expected_columns}"
            # The header is row 0; the reader counts it as row 1.
            ragged.append(
                DataError(rule, got=row.actual_columns, file=file.name, row=row.number - 1)
            )
        return "skip"

    names = [f"c{position}" for position in range(len(dialect.header))]
    with file.open() as stream:
        try:
            yield from pacsv.open_csv(
                stream,
                read_options=pacsv.ReadOptions(
                    use_threads=False,
                    block_size=_BLOCK,
                    column_names=names,
                    skip_rows_after_names=1,
                    encoding=dialect.encoding,
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=dialect.delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=len(names) > 1,
                    invalid_row_handler=note,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types={name: pa.string() for name in names},
                    strings_can_be_null=True,
                    null_values=[""],
                ),
            )
        except pa.ArrowInvalid as error:
            raise DataError("a CSV file is readable", got=str(error), file=file.name) from error
    if ragged:
        raise ImportRefused(ragged)


def _proven_types(file: SourceFile, dialect: _Dialect) -> list[str]:
    """For each column the first type that every value has, else text."""
    columns = {f"c{position}": _Candidates(name) for position, name in enumerate(dialect.header)}
    with duckdb.connect(":memory:") as connection:
        for batch in _batches(file, dialect):
            connection.register("batch", pa.Table.from_batches([batch]))
            for name, candidates in columns.items():
                candidates.narrow(connection, name)
    return [candidates.chosen for candidates in columns.values()]


class _Candidates:
    """The types that a column may still have."""

    def __init__(self, name: str) -> None:
        self._types = [] if is_text_by_name(name) else list(TYPES)
        self._is_blank = True

    @property
    def chosen(self) -> str:
        return "VARCHAR" if self._is_blank or not self._types else self._types[0]

    def narrow(self, connection: duckdb.DuckDBPyConnection, column: str) -> None:
        if not self._types:
            return
        fits = ", ".join(f"bool_and({reading(column, t)} IS NOT NULL)" for t in self._types)
        count, *answers = connection.execute(
            f"SELECT count(*), {fits} FROM batch WHERE trim({column}) <> ''"
        ).fetchall()[0]
        if count:
            self._is_blank = False
            kept = zip(self._types, answers, strict=True)
            self._types = [type_name for type_name, fit in kept if fit]
