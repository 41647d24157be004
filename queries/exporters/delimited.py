"""CSV for machines: every value as it is.

UTF-8 without a byte-order mark, a comma between cells, text in quotes, numbers without, what is
missing empty. Numbers that may have fractions have a point or an exponent, and as many digits as
bring back the same double. Unlike a table that a page hands out, no apostrophe is put before text
that a spreadsheet would take for a formula, for then the file would hold other values than the
snapshot; an export names the columns in which such text stands.
"""

from __future__ import annotations

from typing import BinaryIO

from queries.exporters.measured import MeasuredDataset
from queries.exporters.refusal import ExportRefused
from queries.exporters.row_text import RowText, iso_values
from queries.exporters.text_rules import text_problems


def write_csv(found: MeasuredDataset, stream: BinaryIO) -> None:
    """Write a dataset as CSV; see the top of this file for the form.

    Raises
    ------
    ExportRefused
        For infinite numbers, NUL bytes, or dates that ISO 8601 cannot say.
    """
    problems = text_problems(found, "csv")
    if problems:
        raise ExportRefused(problems)
    columns = found.dataset.columns
    names = ",".join('"' + column.name.replace('"', '""') + '"' for column in columns)
    stream.write(f"{names}\n".encode())
    # A line without anything would be skipped by readers, and a row lost.
    missing = '""' if len(columns) == 1 else ""
    cells = [
        f"coalesce({_cell(value, column.type)}, '{missing}')"
        for value, column in zip(iso_values(columns), columns, strict=True)
    ]
    with RowText(" || ',' || ".join(cells)) as text:
        for lines in text.lines(found.dataset.batches()):
            stream.write("".join(f"{line}\n" for line in lines).encode())


def _cell(value: str, kind: str) -> str:
    return (
        f"'\"' || replace({value}, '\"', '\"\"') || '\"'"
        if kind == "VARCHAR"
        else (f"{value}::VARCHAR")
    )
