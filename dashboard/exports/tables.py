"""Tables as files: CSV that no spreadsheet can be tricked by, and typed Parquet.

The CSV: UTF-8 (with a byte-order mark only where a spreadsheet needs one to read
accents and signs), `,` between cells, text in quotes, numbers without, what is missing
empty. The notes (cohort, method, data cut, "exploratory") stand in a last column, `notes`,
in its first row: every reader of CSV gets the table as it is, and the notes stay with it.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from numbers import Integral, Real

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def to_csv(frame: pd.DataFrame, notes: Sequence[str] = ()) -> bytes:
    """A table as CSV, with its notes in a last column; see the top of this file for the form.

    Text that a spreadsheet would take for a formula is prefixed with an apostrophe;
    numbers are left alone.

    Examples
    --------
    >>> frame = pd.DataFrame({"arm": ["A", "=1+1"], "difference": [-0.5, None]})
    >>> print(to_csv(frame, ["Safety population."]).decode())
    "arm","difference","notes"
    "A",-0.5,"Safety population."
    "'=1+1",,
    <BLANKLINE>
    """
    noted = frame.assign(notes=_in_first_row(notes, len(frame))) if notes else frame
    rows = [noted.columns, *noted.itertuples(index=False, name=None)]
    body = "".join(",".join(_cell(value) for value in row) + "\n" for row in rows)
    return body.encode("utf-8" if body.isascii() else "utf-8-sig")


def _in_first_row(notes: Sequence[str], rows: int) -> list[str | None]:
    joined = " ".join(" ".join(note.split()) for note in notes)
    return [joined, *[None] * (rows - 1)][:rows]


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> harmless("@SUM(A1)"), harmless("-1.5"), harmless("Placebo")
    ("'@SUM(A1)", '-1.5', 'Placebo')
    """
    is_formula = text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def to_parquet(frame: pd.DataFrame, notes: Sequence[str] = ()) -> bytes:
    """A table as typed Parquet; the notes are JSON in the file's metadata, key `notes`.

    Examples
    --------
    >>> data = to_parquet(pd.DataFrame({"events": [3]}), ["Safety population"])
    >>> pq.read_schema(io.BytesIO(data)).metadata[b"notes"]
    b'["Safety population"]'
    """
    table = pa.Table.from_pandas(_of_one_type_each(frame), preserve_index=False)
    notes_json = json.dumps(list(notes), ensure_ascii=False).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), b"notes": notes_json})
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _of_one_type_each(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with every column that mixes types written as text: Parquet knows no mixture."""
    mixed = {
        name: column.map(lambda value: None if value is None or value != value else str(value))
        for name, column in frame.items()
        if column.dtype == object and len({type(v) for v in column if v is not None}) > 1
    }
    return frame.assign(**mixed) if mixed else frame


def _cell(value: object) -> str:
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    if isinstance(value, Integral | Real) and not isinstance(value, bool):
        return str(int(value)) if isinstance(value, Integral) else repr(float(value))
    text = harmless(str(value))
    return '"' + text.replace('"', '""') + '"'
