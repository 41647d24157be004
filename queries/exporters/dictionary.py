"""The data dictionary of an export: one row for each variable of each dataset."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from html import escape

from queries.cohort_records import CohortRecords
from queries.exporters.formats import Format
from queries.exporters.measured import FORMULA_STARTS, Measured, MeasuredDataset
from queries.identifiers import quoted
from queries.importers.dataset import Column

_TYPES = {
    "VARCHAR": "text",
    "DOUBLE": "number",
    "BIGINT": "whole number",
    "BOOLEAN": "true or false",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "date and time",
}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One variable.

    Parameters
    ----------
    dataset, dataset_label, position, variable, label : str or int
        Where it stands, counted from 1, and what it is called.
    type, written_as : str
        What it holds, and how the file of this export says so.
    length : int or None
        Bytes of the longest text; bytes of a number where the file has a fixed width.
    format : str
        As the source states it.
    values, missing, distinct : int
        In the exported rows; `distinct` does not count what is missing.
    origin : str
        The imported file, its format, and its word for the type.
    """

    dataset: str
    dataset_label: str
    position: int
    variable: str
    label: str
    type: str
    written_as: str
    length: int | None
    format: str
    values: int
    missing: int
    distinct: int
    origin: str


def entries(records: CohortRecords, found: MeasuredDataset, written: Format) -> list[Entry]:
    """The variables of a dataset, in the order of its columns.

    Examples
    --------
    >>> from queries.cohorts import Cohort
    >>> from queries.exporters.formats import format_of
    >>> from queries.exporters.measured import measure
    >>> records = store.records_of(Cohort())
    >>> sex = entries(records, measure(records, "adsl"), format_of("json"))[4]
    >>> sex.variable, sex.type, sex.written_as, sex.length, sex.missing, sex.distinct
    ('SEX', 'text', 'string', 1, 1, 2)
    """
    both = zip(found.dataset.columns, found.columns, strict=True)
    return [
        _entry(records, found, written, place, column, measured)
        for place, (column, measured) in enumerate(both, start=1)
    ]


def _entry(
    records: CohortRecords,
    found: MeasuredDataset,
    written: Format,
    place: int,
    column: Column,
    measured: Measured,
) -> Entry:
    dataset = found.dataset
    # One column at a time: what is distinct in many columns at once may not fit into memory.
    distinct = f"count(DISTINCT record.{quoted(column.name)})"
    if column.type == "DOUBLE":
        distinct += f" FILTER (NOT isnan(record.{quoted(column.name)}))"
    fixed = 8 if written.ending == "xpt" else None
    source = ", ".join(part for part in (dataset.file, dataset.format) if part)
    return Entry(
        dataset=dataset.name.upper(),
        dataset_label=dataset.label,
        position=place,
        variable=column.name,
        label=column.label,
        type=_TYPES[column.type],
        written_as=written.word(column, measured).strip(),
        length=measured.bytes if column.type == "VARCHAR" else fixed,
        format=column.format,
        values=measured.values,
        missing=found.rows - measured.values,
        distinct=int(str(records.aggregate(dataset.name, [distinct])[0])),
        origin=": ".join(part for part in (source, column.source_type) if part),
    )


def dictionary_csv(rows: Iterable[Entry]) -> bytes:
    """The dictionary as CSV for people: no cell is a formula to a spreadsheet.

    Examples
    --------
    >>> dictionary_csv([]).decode()[:27]
    '"dataset","dataset_label","'
    """
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(field.name for field in fields(Entry))
    for row in rows:
        writer.writerow(_harmless(cell) for cell in astuple(row))
    body = text.getvalue()
    # A spreadsheet needs the byte-order mark to read accents and signs.
    return body.encode("utf-8" if body.isascii() else "utf-8-sig")


def _harmless(cell: object) -> object:
    is_text = isinstance(cell, str) and cell.startswith(FORMULA_STARTS)
    return f"'{cell}" if is_text and not _NUMBER.fullmatch(str(cell)) else cell


_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 90rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.wide { overflow-x: auto; } p, li { max-width: 60rem; }
table { border-collapse: collapse; font-size: 0.87rem; min-width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: 0.25rem 0.6rem; text-align: left;
         vertical-align: top; }
th { white-space: nowrap; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
"""
_HEADINGS = (
    ("position", "#"),
    ("variable", "Variable"),
    ("label", "Label"),
    ("type", "Type"),
    ("written_as", "Written as"),
    ("length", "Bytes"),
    ("format", "Format"),
    ("values", "Values"),
    ("missing", "Missing"),
    ("distinct", "Distinct"),
    ("origin", "Origin"),
)


def dictionary_html(title: str, sentences: Sequence[str], rows: Sequence[Entry]) -> bytes:
    """The dictionary as one page that loads nothing and runs nothing.

    Examples
    --------
    >>> b"<h1>A &lt;study&gt;</h1>" in dictionary_html("A <study>", [], [])
    True
    """
    said = "".join(f"<li>{escape(one)}</li>" for one in sentences)
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1><ul>{said}</ul>",
    ]
    for dataset in dict.fromkeys(row.dataset for row in rows):
        parts.append(_section([row for row in rows if row.dataset == dataset]))
    return "\n".join([*parts, "</body></html>\n"]).encode()


def _section(rows: Sequence[Entry]) -> str:
    first = rows[0]
    label = f": {escape(first.dataset_label)}" if first.dataset_label else ""
    head = "".join(f'<th scope="col">{escape(shown)}</th>' for _, shown in _HEADINGS)
    body = "".join(f"<tr>{''.join(_td(row, name) for name, _ in _HEADINGS)}</tr>" for row in rows)
    return (
        f"<h2>{escape(first.dataset)}{label}</h2><p>{first.values + first.missing:,} rows, "
        f"{len(rows)} variables</p>"
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _td(row: Entry, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, int):
        return f'<td class="n">{value:,}</td>'
    return f"<td>{escape(value or '')}</td>"
