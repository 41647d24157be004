"""What a SAS XPORT file may hold: every rule in bytes, asked before a byte is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from queries.errors import DataError
from queries.exporters.measured import Measured, MeasuredDataset
from queries.exporters.sas_formats import parts_of_format, written_format
from queries.importers.dataset import Column

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SMALLEST, _LARGEST = 16.0**-65, 16.0**63
_EXACT = 2.0**53
_FIRST_YEAR, _LAST_YEAR = 1582, 19_999
# A double tells microseconds apart within 2**33 seconds, 272 years, of 1960.
_FIRST_EXACT_YEAR, _LAST_EXACT_YEAR = 1689, 2230


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most bytes that a version takes."""

    version: int
    name: int
    label: int
    text: int
    format: int

    def hint(self, what: str, needed: int) -> str:
        """What to do instead, as the end of a rule."""
        wider = getattr(LIMITS[8], what)
        if self.version == 5 and needed <= wider:
            return f" (version 8 takes {wider:,})"
        return " (choose Dataset-JSON or Parquet, which take more)"


LIMITS = {
    5: Limits(version=5, name=8, label=40, text=200, format=8),
    8: Limits(version=8, name=32, label=256, text=32_767, format=32),
}
_DATASET_LABEL = 40


def xport_problems(found: MeasuredDataset, version: int) -> list[DataError]:
    """Every rule of an XPORT version that a dataset breaks; empty when it can be written."""
    limits, file = LIMITS[version], f"{found.dataset.name}.xpt"
    problems = list(_of_dataset(found, limits, file))
    for column, measured in zip(found.dataset.columns, found.columns, strict=True):
        problems += _of_column(column, limits, file)
        problems += _of_values(column, measured, limits, file)
    return problems


def _of_dataset(found: MeasuredDataset, limits: Limits, file: str) -> Iterator[DataError]:
    dataset = found.dataset
    yield from _of_name(dataset.name, "a dataset's name", limits, file, None)
    if _size(dataset.label) > _DATASET_LABEL:
        yield DataError(
            f"a dataset's label has at most {_DATASET_LABEL} bytes in an XPT file "
            "(Dataset-JSON and Parquet take more)",
            got=f"{_size(dataset.label)} bytes: {dataset.label}",
            file=file,
        )
    length = sum(max(1, one.bytes) for one in found.columns)
    if limits.version == 5 and found.blank_last and length < 80:
        yield DataError(
            "the last row of a short XPT file of version 5 is not blank, for it cannot be told "
            "from what fills up the file (version 8 counts its rows)",
            file=file,
            row=found.rows,
        )


def _of_name(
    name: str, what: str, limits: Limits, file: str, column: str | None
) -> Iterator[DataError]:
    if not _NAME.fullmatch(name):
        rule = f"{what} is a letter or underscore, then letters, digits and underscores"
        yield DataError(f"{rule}, in an XPT file", got=name, file=file, column=column)
    elif _size(name) > limits.name:
        hint = limits.hint("name", _size(name))
        rule = f"{what} has at most {limits.name} bytes in XPT version {limits.version}{hint}"
        yield DataError(rule, got=f"{_size(name)} bytes: {name}", file=file, column=column)


def _of_column(column: Column, limits: Limits, file: str) -> Iterator[DataError]:
    yield from _of_name(column.name, "a variable's name", limits, file, column.name)
    label = _size(column.label)
    if label > limits.label:
        hint = limits.hint("label", label)
        yield DataError(
            f"a label has at most {limits.label} bytes in XPT version {limits.version}{hint}",
            got=f"{label} bytes: {column.label}",
            file=file,
            column=column.name,
        )
    if "\x00" in column.label:
        rule = "a label holds no NUL bytes"
        yield DataError(rule, got=column.label, file=file, column=column.name)
    stated = written_format(column, Measured(values=0))
    name = (parts_of_format(stated) or ("", 0, 0))[0]
    if len(name) > limits.format:
        hint = limits.hint("format", len(name))
        yield DataError(
            f"a format's name has at most {limits.format} bytes in XPT version "
            f"{limits.version}{hint}",
            got=column.format,
            file=file,
            column=column.name,
        )


def _of_values(
    column: Column, measured: Measured, limits: Limits, file: str
) -> Iterator[DataError]:
    version = limits.version
    if measured.bytes > limits.text:
        hint = limits.hint("text", measured.bytes)
        yield DataError(
            f"text has at most {limits.text:,} bytes in XPT version {version}{hint}",
            got=f"{measured.bytes:,} bytes in the longest",
            file=file,
            column=column.name,
        )
    for broken, rule, got in _broken(column, measured):
        if broken:
            yield DataError(rule, got=got, file=file, column=column.name)


def _broken(column: Column, measured: Measured) -> Iterator[tuple[bool, str, object]]:
    years = (measured.first, measured.last)
    yield measured.nul > 0, "text holds no NUL bytes", f"{measured.nul} texts that do"
    yield measured.infinite > 0, "a value is finite", f"{measured.infinite} that are not"
    if column.type == "DOUBLE":
        inside = measured.smallest >= _SMALLEST and measured.largest < _LARGEST
        rule = "a number is 0 or between 5.4e-79 and 7.2e75, as SAS transport files hold numbers"
        least = measured.smallest < _SMALLEST
        yield not inside, rule, measured.smallest if least else measured.largest
    if column.type == "BIGINT":
        rule = "a whole number has at most 53 bits in an XPT file (Dataset-JSON holds 64)"
        yield measured.largest > _EXACT, rule, int(measured.largest)
    if measured.first is not None and measured.last is not None:
        rule = f"a date lies between the years {_FIRST_YEAR} and {_LAST_YEAR} in SAS"
        outside = measured.first < _FIRST_YEAR or measured.last > _LAST_YEAR
        yield outside, rule, f"years {years[0]} to {years[1]}"
        if column.type == "TIMESTAMP":
            rule = (
                "fractions of a second are exact between the years "
                f"{_FIRST_EXACT_YEAR} and {_LAST_EXACT_YEAR} in SAS"
            )
            near = measured.first >= _FIRST_EXACT_YEAR and measured.last <= _LAST_EXACT_YEAR
            yield measured.fractions > 0 and not near, rule, f"years {years[0]} to {years[1]}"


def xport_remarks(found: MeasuredDataset) -> list[str]:
    """What a transport file says otherwise than the snapshot, as sentences."""
    remarks = []
    for column, measured in zip(found.dataset.columns, found.columns, strict=True):
        name = f"{found.dataset.name.upper()}.{column.name}"
        if measured.blank_ends:
            remarks.append(
                f"Blanks at the end of {measured.blank_ends:,} texts of {name} are not kept: "
                "SAS fills text up with blanks."
            )
        if measured.blank:
            remarks.append(
                f"{measured.blank:,} blank texts of {name} are missing: SAS does not tell the two "
                "apart."
            )
        if measured.not_ascii:
            remarks.append(
                f"{measured.not_ascii:,} texts of {name} are not ASCII; they are written in UTF-8, "
                "which a SAS session has to be told."
            )
        if column.type == "BOOLEAN":
            remarks.append(f"True and false of {name} are written as 1 and 0.")
        if column.format and written_format(column, measured) != column.format.strip():
            remarks.append(
                f"The format {column.format} of {name} is not written: it is none for this type."
            )
    return remarks


def _size(text: str) -> int:
    return len(text.encode())
