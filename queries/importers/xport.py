"""SAS XPORT files, version 5 and 8, read in chunks of rows.

Read here and not through pyreadstat, which gives half of a truncated file without a
word and stops at the first text that is not UTF-8. A first pass measures the file
(its length against the length of a row, the encoding of its text); a second reads it.

What cannot be seen: version 5 does not say how many rows there are, so a file cut
exactly between two rows that is also a whole number of records looks complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.errors import DataError
from queries.importers.archive import SourceFile
from queries.importers.dataset import Column, Dataset, dataset_name
from queries.importers.dates import from_sas, type_of_format, within_a_day
from queries.importers.ibm_floats import from_ibm
from queries.importers.xport_header import RECORD, Field, Header, read_header

_CHUNK_BYTES = 16 * 2**20
_GENERIC_NAMES = {"", "DATASET", "DATA", "SASDATA"}
_Bytes = npt.NDArray[np.uint8]


@dataclass(slots=True)
class _Survey:
    """What the first pass finds out."""

    rows: int = 0
    encoding: str = "ASCII"
    durations: frozenset[str] = frozenset()


def read_xport(file: SourceFile) -> Dataset:
    """The one dataset of an XPT file.

    Raises
    ------
    DataError
        When the file is truncated or damaged, or holds more than one dataset.
    """
    with file.open() as stream:
        header = read_header(stream, file.name)
    survey = _surveyed(file, header)
    types = {field.name: _type(field, survey) for field in header.fields}
    name = header.dataset if header.dataset.upper() not in _GENERIC_NAMES else file.stem
    return Dataset(
        name=dataset_name(name, file.name),
        file=file.name,
        format=f"SAS XPORT {header.version}",
        label=header.label,
        encoding={"ASCII": "ASCII", "utf-8": "UTF-8", "cp1252": "Windows-1252"}[survey.encoding],
        columns=tuple(
            Column(
                name=field.name,
                type=types[field.name],
                source_type="numeric" if field.numeric else "character",
                label=field.label,
                format=field.format,
            )
            for field in header.fields
        ),
        batches=partial(_batches, file, header, survey, tuple(types.values())),
        rows=survey.rows,
        proven=True,
    )


def _type(field: Field, survey: _Survey) -> str:
    if not field.numeric:
        return "VARCHAR"
    return "DOUBLE" if field.name in survey.durations else type_of_format(field.format)


def _chunks(file: SourceFile, header: Header) -> Iterator[bytes]:
    """The bytes after the header, in whole rows but for the last chunk."""
    size = max(_CHUNK_BYTES // header.row_length, 1) * header.row_length
    with file.open() as stream:
        read_header(stream, file.name)
        while chunk := stream.read(size):
            yield chunk


def _rows_of(chunk: bytes, header: Header) -> _Bytes:
    length = header.row_length
    whole = len(chunk) // length * length
    return np.frombuffer(chunk[:whole], dtype=np.uint8).reshape(-1, length)


def _surveyed(file: SourceFile, header: Header) -> _Survey:
    survey, size, tail = _Survey(), 0, b""
    keep = 2 * RECORD + header.row_length
    for chunk in _chunks(file, header):
        if b"HEADER RECORD*******MEMB" in tail[-RECORD:] + chunk:
            raise DataError("an XPT file holds one dataset", got="several", file=file.name)
        rows = _rows_of(chunk, header)
        survey.encoding = _encoding(survey.encoding, rows, header)
        survey.durations |= _durations(rows, header)
        size += len(chunk)
        tail = (tail + chunk)[-keep:]
    survey.rows = _count_rows(size, tail, header, file.name)
    return survey


def _count_rows(size: int, tail: bytes, header: Header, file: str) -> int:
    """The number of rows by arithmetic; a truncated file is refused."""
    length = header.row_length
    rows = header.rows if header.rows is not None else size // length
    rest = size - rows * length
    # Short rows: blanks that fill up the last record look like rows.
    while (
        header.rows is None and rows and rest + length < RECORD and _is_blank(tail, rest + length)
    ):
        rows, rest = rows - 1, rest + length
    if size % RECORD or not 0 <= rest < RECORD or not _is_blank(tail, rest):
        raise DataError(
            f"an XPT file is complete: whole rows of {length} bytes, filled up to whole records "
            f"of {RECORD} bytes",
            got=f"{size} bytes of data after {rows} rows",
            file=file,
            row=max(min(rows, size // length), 0) + 1,
        )
    return rows


def _is_blank(tail: bytes, length: int) -> bool:
    return not tail[len(tail) - length :].strip(b" ") if length else True


def _encoding(known: str, rows: _Bytes, header: Header) -> str:
    """The encoding that fits this chunk too: ASCII, then UTF-8, then Windows-1252."""
    for field in header.fields:
        if field.numeric or known == "cp1252":
            continue
        raw = rows[:, field.start : field.start + field.length]
        marked = raw[(raw & 0x80).any(axis=1)]
        if len(marked):
            known = "utf-8" if _decodes(marked, "utf-8") else "cp1252"
    return known


def _decodes(rows: _Bytes, encoding: str) -> bool:
    try:
        for row in rows:
            row.tobytes().decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _durations(rows: _Bytes, header: Header) -> set[str]:
    """Variables with a time format whose values are no times of day."""
    return {
        field.name
        for field in header.fields
        if field.numeric
        and type_of_format(field.format) == "TIME"
        and not within_a_day(from_ibm(rows[:, field.start : field.start + field.length]))
    }


def _batches(
    file: SourceFile, header: Header, survey: _Survey, types: tuple[str, ...]
) -> Iterator[pa.RecordBatch]:
    left = survey.rows
    names = [f"c{position}" for position in range(len(types))]
    for chunk in _chunks(file, header):
        rows = _rows_of(chunk, header)[:left]
        first, left = survey.rows - left + 1, left - len(rows)
        arrays = [
            _array(rows, field, type_name, survey.encoding, (file.name, first))
            for field, type_name in zip(header.fields, types, strict=True)
        ]
        if len(rows):
            yield pa.RecordBatch.from_arrays(arrays, names=names)


def _array(
    rows: _Bytes, field: Field, type_name: str, encoding: str, place: tuple[str, int]
) -> pa.Array:
    raw = np.ascontiguousarray(rows[:, field.start : field.start + field.length])
    if field.numeric:
        return from_sas(from_ibm(raw), type_name)
    fixed = pa.Array.from_buffers(
        pa.binary(field.length), len(raw), [None, pa.py_buffer(raw.tobytes())]
    )
    if encoding == "cp1252" and (raw & 0x80).any():
        return _decoded(fixed, field, place)
    text = fixed.cast(pa.binary()).cast(pa.string())
    return pc.ascii_rtrim(text, characters=" \x00")


def _decoded(fixed: pa.Array, field: Field, place: tuple[str, int]) -> pa.Array:
    """Windows-1252 text; five of its 256 bytes mean nothing and are refused."""
    file, first = place
    texts = []
    for row, value in enumerate(fixed.to_pylist(), start=first):
        try:
            texts.append(value.rstrip(b" \x00").decode("cp1252"))
        except UnicodeDecodeError:
            raise DataError(
                "text is UTF-8 or Windows-1252", got=value, file=file, column=field.name, row=row
            ) from None
    return pa.array(texts, pa.string())
