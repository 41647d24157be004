"""The header of a SAS XPORT file, version 5 or 8: what its rows look like.

The layout is that of SAS technical notes TS-140 (version 5) and TS-140-2 (version 8).
Everything comes in records of 80 bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import BinaryIO

from queries.errors import DataError
from queries.importers.dates import sas_format

RECORD = 80
_NAMESTR = struct.Struct(">4h8s40s8s3h2x8s2hi32sh18x")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One variable: where it stands in a row, and how SAS describes it."""

    name: str
    label: str
    format: str
    numeric: bool
    start: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands before the rows."""

    version: int
    dataset: str
    label: str
    fields: tuple[Field, ...]
    rows: int | None  # said by version 8 only
    size: int  # bytes before the first row

    @property
    def row_length(self) -> int:
        """Bytes of one row."""
        return max(field.start + field.length for field in self.fields)


class _Records:
    """The stream, record by record."""

    def __init__(self, stream: BinaryIO, file: str) -> None:
        self._stream, self._file = stream, file
        self.size = 0

    def read(self, length: int) -> bytes:
        """That many bytes, and the rest of the last record skipped."""
        padded = -(-length // RECORD) * RECORD
        block = self._stream.read(padded)
        self.size += padded
        if len(block) < padded:
            raise DataError("an XPT file is complete; this one ends in its header", file=self._file)
        return block[:length]

    def expect(self, *names: str) -> tuple[str, bytes]:
        """The next record, which must be a header record of one of these names."""
        record = self.read(RECORD)
        for name in names:
            if record.startswith(f"HEADER RECORD*******{name:<8}HEADER RECORD!!!!!!!".encode()):
                return name, record[48:]
        raise DataError(
            f"an XPT file has a {names[0]} header record here", got=record[:32], file=self._file
        )


def read_header(stream: BinaryIO, file: str) -> Header:
    """Read the header and leave the stream at the first row.

    Raises
    ------
    DataError
        When the header is damaged or ends early.
    """
    records = _Records(stream, file)
    library, _ = records.expect("LIBRARY", "LIBV8")
    version = 5 if library == "LIBRARY" else 8
    records.read(2 * RECORD)
    _, member = records.expect("MEMBER", "MEMBV8")
    records.expect("DSCRPTR", "DSCPTV8")
    first, second = records.read(RECORD), records.read(RECORD)
    _, count = records.expect("NAMESTR", "NAMSTV8")
    size = _number(member[25:30], file)
    block = records.read(_number(count[5:10], file) * size)
    fields = [_field(block[at : at + size], version) for at in range(0, len(block), size)]
    fields, observations = _long_labels(records, fields, file)
    header = Header(
        version=version,
        dataset=_text(first[8:40] if version == 8 else first[8:16]),
        label=_text(second[32:72]),
        fields=tuple(fields),
        rows=int(observations[:15])
        if version == 8 and observations[:15].strip().isdigit()
        else None,
        size=records.size,
    )
    _check_fields(header, file)
    return header


def _check_fields(header: Header, file: str) -> None:
    if not header.fields:
        raise DataError("a dataset has at least one column", file=file)
    for field in header.fields:
        longest = 8 if field.numeric else 32767
        if not 1 <= field.length <= longest or field.start < 0:
            raise DataError(
                f"a variable is 1 to {longest} bytes long",
                got=field.length,
                file=file,
                column=field.name,
            )


def _field(block: bytes, version: int) -> Field:
    parts = _NAMESTR.unpack(block.ljust(140, b"\x00")[:140])
    kind, _, length, _, short, label, name, width, decimals, _, _, _, _, start, long, _ = parts
    return Field(
        name=(_text(long) if version == 8 else "") or _text(short),
        label=_text(label),
        format=sas_format(_text(name), width, decimals),
        numeric=kind == 1,
        start=start,
        length=length,
    )


def _long_labels(records: _Records, fields: list[Field], file: str) -> tuple[list[Field], bytes]:
    """Labels above 40 bytes and long formats (version 8), up to the OBS header."""
    kind, rest = records.expect("OBS", "OBSV8", "LABELV8", "LABELV9")
    if kind.startswith("OBS"):
        return fields, rest
    parts = 3 if kind == "LABELV8" else 5
    renamed = list(fields)
    block, count = _Cursor(records), _number(rest[:5], file)
    for _ in range(count):
        position, *lengths = struct.unpack(f">{parts}h", block.take(2 * parts))
        _, *texts = [_text(block.take(length)) for length in lengths]
        if not 1 <= position <= len(fields):
            raise DataError("a long label belongs to a variable", got=position, file=file)
        old = renamed[position - 1]
        renamed[position - 1] = replace(
            old, label=texts[0], format=texts[1] if len(texts) > 1 and texts[1] else old.format
        )
    return renamed, records.expect("OBSV8", "OBS")[1]


class _Cursor:
    """Bytes that run on across records."""

    def __init__(self, records: _Records) -> None:
        self._records, self._waiting = records, b""

    def take(self, length: int) -> bytes:
        while len(self._waiting) < length:
            self._waiting += self._records.read(RECORD)
        taken, self._waiting = self._waiting[:length], self._waiting[length:]
        return taken


def _number(text: bytes, file: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise DataError("a header record counts in digits", got=text, file=file) from None


def _text(raw: bytes) -> str:
    trimmed = raw.rstrip(b" \x00")
    try:
        return trimmed.decode()
    except UnicodeDecodeError:
        return trimmed.decode("cp1252", errors="replace")
