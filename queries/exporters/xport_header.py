"""The header of a SAS XPORT file, version 5 or 8, as technical notes TS-140 lay it out."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from queries.exporters.sas_formats import parts_of_format

RECORD = 80
_NAMESTR = struct.Struct(">4h8s40s8s3h2x8s2hi32sh18x")
_SHORT_LABEL = 40
_NAMES = {
    5: ("LIBRARY", "MEMBER", "DSCRPTR", "NAMESTR", "OBS"),
    8: ("LIBV8", "MEMBV8", "DSCPTV8", "NAMSTV8", "OBSV8"),
}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One variable: how SAS describes it, and the bytes it takes in a row."""

    name: str
    label: str
    format: str
    numeric: bool
    length: int


def header(
    name: str, label: str, fields: Sequence[Field], *, version: int, rows: int, created: datetime
) -> bytes:
    """Everything before the first row.

    Examples
    --------
    >>> age = Field(name="AGE", label="Age", format="", numeric=True, length=8)
    >>> len(header("ADSL", "", [age], version=5, rows=0, created=datetime(2026, 1, 1))) % 80
    0
    """
    library, member, descriptor, namestr, observations = _NAMES[version]
    # English month names, whatever the machine speaks.
    at = f"{created:%d}{_MONTHS[created.month - 1]}{created:%y:%H:%M:%S}"
    width = 32 if version == 8 else 8
    system = f"{'9.4':<8}{'':<8}"
    described = f"{'SAS':<8}{name:<{width}}{'SASDATA':<8}{system}"
    zeros = "0" * 30
    parts = [
        _named(library, zeros),
        _filled(f"{'SAS':<8}{'SAS':<8}{'SASLIB':<8}{system}".ljust(64) + at),
        _filled(at),
        _named(member, "0" * 17 + "1600000000140"),
        _named(descriptor, zeros),
        _filled(described.ljust(64) + at),
        _filled(at.ljust(32), _padded(label, 40)),
        _named(namestr, f"{'0' * 6}{len(fields):04}{'0' * 20}"),
        _blocks(_described(fields, version)),
    ]
    if version == 8:
        parts.append(_long_labels(fields))
    parts.append(_named(observations, f"{rows:15}".ljust(30) if version == 8 else zeros))
    return b"".join(parts)


def _named(name: str, rest: str) -> bytes:
    return _filled(f"HEADER RECORD*******{name:<8}HEADER RECORD!!!!!!!{rest}")


def _filled(text: str, more: bytes = b"") -> bytes:
    return (text.encode("ascii") + more).ljust(RECORD)


def _blocks(block: bytes) -> bytes:
    return block + b" " * (-len(block) % RECORD)


def _padded(text: str, length: int) -> bytes:
    """The text in that many bytes; no character is cut in two."""
    return text.encode()[:length].decode(errors="ignore").encode().ljust(length)


def _described(fields: Sequence[Field], version: int) -> bytes:
    block, start = b"", 0
    for number, field in enumerate(fields, start=1):
        form, width, decimals = parts_of_format(field.format) or ("", 0, 0)
        long_name = _padded(field.name, 32) if version == 8 else b""
        block += _NAMESTR.pack(
            1 if field.numeric else 2,
            0,
            field.length,
            number,
            _padded(field.name, 8),
            _padded(field.label, _SHORT_LABEL),
            _padded(form, 8),
            width,
            decimals,
            0,
            _padded("", 8),
            0,
            0,
            start,
            long_name,
            len(field.label.encode()) if version == 8 else 0,
        )
        start += field.length
    return block


def _long_labels(fields: Sequence[Field]) -> bytes:
    """Labels of more than 40 bytes and formats of more than 8, where there are any."""
    forms = {field.name: (parts_of_format(field.format) or ("",))[0] for field in fields}
    long = [
        (number, field)
        for number, field in enumerate(fields, start=1)
        if len(field.label.encode()) > _SHORT_LABEL or len(forms[field.name]) > 8
    ]
    if not long:
        return b""
    with_formats = any(len(forms[field.name]) > 8 for _, field in long)
    block = b""
    for number, field in long:
        texts = [field.name.encode(), field.label.encode()]
        if with_formats:
            texts += [field.format.encode(), b""]
        block += struct.pack(f">{1 + len(texts)}h", number, *map(len, texts)) + b"".join(texts)
    return _named("LABELV9" if with_formats else "LABELV8", f"{len(long):<30}") + _blocks(block)
