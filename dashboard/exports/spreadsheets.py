"""Tables as Excel workbooks: typed cells, and the notes on a sheet of their own.

Numbers are numbers, dates are dates, text is text: no cell is ever a formula or a link,
whatever it begins with. The same input gives the same bytes.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from numbers import Integral, Real
from typing import Any

import pandas as pd
import xlsxwriter

from dashboard.exports.wording import cell_text, indented, is_exploratory, is_missing, printable
from dashboard.exports.wording import said as noted
from queries.errors import DataError

_ROWS, _COLUMNS, _SIGNS = 1_048_576, 16_384, 32_767  # what a sheet and a cell can hold
_EXACT = 2**53  # whole numbers above it lose digits in a spreadsheet
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_NARROWEST, _WIDEST, _MEASURED = 8, 46, 500
_BORN = datetime(2000, 1, 1)  # when a workbook says it was made: bytes must not tell the time
_FIRST_DATE = date(1900, 3, 1)  # before it, Excel and the calendar disagree


def to_xlsx(
    sheets: pd.DataFrame | Mapping[str, pd.DataFrame], *, title: str, notes: Sequence[str] = ()
) -> bytes:
    """Tables as a workbook, their title and notes on a last sheet, `Notes`.

    Parameters
    ----------
    sheets : DataFrame or mapping of name to DataFrame
        One table (its sheet is named `Table`), or several.
    title : str
    notes : sequence of str
        Population, cohort, method, data cut, and "exploratory" where it is; one a row.

    Raises
    ------
    DataError
        When a table is larger than a sheet.

    Examples
    --------
    >>> frame = pd.DataFrame({"arm": ["A", "=1+1"], "events": [29, 61]})
    >>> data = to_xlsx(frame, title="Events by arm", notes=["Safety population."])
    >>> data[:2], data == to_xlsx(frame, title="Events by arm", notes=["Safety population."])
    (b'PK', True)
    """
    tables = {"Table": sheets} if isinstance(sheets, pd.DataFrame) else dict(sheets)
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True})
    book.set_properties({"title": printable(title)[:255], "created": _BORN})
    formats = _formats(book)
    taken = {"notes"}
    for name, frame in tables.items():
        _write_table(book.add_worksheet(sheet_name(name, taken)), frame, title, formats)
    _write_notes(book.add_worksheet("Notes"), title, notes, formats)
    book.close()
    return sink.getvalue()


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that a sheet may have and none has yet; it joins `taken`.

    Examples
    --------
    >>> taken = {"notes"}
    >>> sheet_name("Arm A/B: [all]", taken), sheet_name("Arm A B: all", taken)
    ('Arm A B all', 'Arm A B all (2)')
    """
    clean = printable(_FORBIDDEN.sub(" ", name)).strip("' ")[:31].strip("' ") or "Table"
    unique, number = clean, 1
    while unique.lower() in taken or unique.lower() == "history":  # Excel keeps that for itself
        number += 1
        unique = f"{clean[: 28 - len(str(number))].rstrip()} ({number})"
    taken.add(unique.lower())
    return unique


def _formats(book: Any) -> dict[str, Any]:
    base = {"valign": "top", "font_name": "Arial", "font_size": 10}
    more: dict[str, dict[str, Any]] = {
        "text": {"text_wrap": True, "num_format": "@"},
        "number": {},
        "date": {"num_format": "yyyy-mm-dd", "align": "left"},
        "moment": {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"},
        "head": {"bold": True, "text_wrap": True, "top": 1, "bottom": 1, "bg_color": "#F4F7F8"},
        "title": {"bold": True, "font_size": 13, "text_wrap": True},
        "note": {"text_wrap": True},
        "mark": {"text_wrap": True, "bold": True, "font_color": "#A33B00"},
    }
    more |= {f"text {n}": {**more["text"], "indent": n} for n in range(1, 5)}
    return {name: book.add_format({**base, **own}) for name, own in more.items()}


def _write_table(sheet: Any, frame: pd.DataFrame, title: str, formats: dict[str, Any]) -> None:
    rows, columns = frame.shape
    if rows >= _ROWS or columns > _COLUMNS:
        raise DataError(
            f"a sheet holds at most {_ROWS - 1:,} rows and {_COLUMNS:,} columns; "
            "take this table away as CSV or Parquet",
            got=(rows, columns),
        )
    heads = [printable(name) for name in frame.columns]
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head[:_SIGNS], formats["head"])
    for row, cells in enumerate(frame.itertuples(index=False, name=None), start=1):
        for place, value in enumerate(cells):
            _write_cell(sheet, row, place, value, formats)
    for place, head in enumerate(heads):
        sheet.set_column(place, place, _column_width(head, frame.iloc[:_MEASURED, place]))
    _set_page(sheet, rows, columns, title)


def _write_cell(sheet: Any, row: int, place: int, value: Any, formats: dict[str, Any]) -> None:
    if is_missing(value):
        return
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        sheet.write_boolean(row, place, bool(value), formats["number"])
    elif _is_plain_number(value):
        sheet.write_number(row, place, value, formats["number"])
    elif isinstance(value, date) and _is_plain_date(value):
        kind = "moment" if isinstance(value, datetime) and value.time() != _BORN.time() else "date"
        sheet.write_datetime(row, place, value, formats[kind])
    else:
        text = value if isinstance(value, str) else cell_text(value)
        level, text = indented(text)
        kind = f"text {level}" if level else "text"
        text = text if len(text) <= _SIGNS else f"{text[: _SIGNS - 1]}…"
        sheet.write_string(row, place, text, formats[kind])


def _is_plain_number(value: object) -> bool:
    if isinstance(value, Integral):
        return abs(int(value)) <= _EXACT
    return isinstance(value, Real) and math.isfinite(float(value))


def _is_plain_date(value: date) -> bool:
    day = value.date() if isinstance(value, datetime) else value
    return day >= _FIRST_DATE and getattr(value, "tzinfo", None) is None


def _column_width(head: str, column: pd.Series) -> float:
    lines = [len(cell_text(value)) for value in column]
    longest_word = max((len(word) for word in head.split()), default=0)
    return min(_WIDEST, max(_NARROWEST, longest_word, len(head) / 2, *lines, 0) + 2)


def _set_page(sheet: Any, rows: int, columns: int, title: str) -> None:
    sheet.freeze_panes(1, 1 if columns > 4 else 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    if title := printable(title):
        # "&" begins a code of its own in headers and footers.
        sheet.set_header(f"&L{title[:100].replace('&', '&&')}")
    sheet.set_footer("&RPage &P of &N")
    if rows and columns:
        sheet.ignore_errors({"number_stored_as_text": _range(rows, columns)})


def _range(rows: int, columns: int) -> str:
    return f"A2:{xlsxwriter.utility.xl_rowcol_to_cell(rows, columns - 1)}"


def _write_notes(sheet: Any, title: str, notes: Sequence[str], formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 110)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, printable(title)[:_SIGNS], formats["title"])
    for row, note in enumerate(noted(notes), start=1):
        kind = "mark" if is_exploratory(note) else "note"
        sheet.write_string(row, 0, note[:_SIGNS], formats[kind])
