"""What text files hold: rules that Dataset-JSON and CSV share, and what a reader is told."""

from __future__ import annotations

from queries.errors import DataError
from queries.exporters.measured import MeasuredDataset

_FIRST_YEAR, _LAST_YEAR = 1, 9999


def text_problems(found: MeasuredDataset, ending: str) -> list[DataError]:
    """Values that neither JSON numbers nor ISO 8601 dates can say."""
    file, problems = f"{found.dataset.name}.{ending}", []
    for column, measured in zip(found.dataset.columns, found.columns, strict=True):
        if measured.infinite:
            got = f"{measured.infinite} that are not"
            problems.append(DataError("a value is finite", got=got, file=file, column=column.name))
        if measured.nul:
            got = f"{measured.nul} texts that do"
            rule = "text holds no NUL bytes"
            problems.append(DataError(rule, got=got, file=file, column=column.name))
        if measured.first is None or measured.last is None:
            continue
        if measured.first < _FIRST_YEAR or measured.last > _LAST_YEAR:
            rule = f"a date lies between the years {_FIRST_YEAR} and {_LAST_YEAR} of ISO 8601"
            got = f"years {measured.first} to {measured.last}"
            problems.append(DataError(rule, got=got, file=file, column=column.name))
    return problems


def csv_remarks(found: MeasuredDataset) -> list[str]:
    """What a reader of a CSV file has to know, as sentences."""
    remarks = []
    for column, measured in zip(found.dataset.columns, found.columns, strict=True):
        if measured.formulas:
            remarks.append(
                f"{measured.formulas:,} texts of {found.dataset.name.upper()}.{column.name} begin "
                "with a sign that a spreadsheet takes for a formula; they are written as they "
                "are. Import the column as text."
            )
    return remarks
