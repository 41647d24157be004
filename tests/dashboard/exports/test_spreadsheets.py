"""Excel workbooks, read back by another library than wrote them."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest

from dashboard.exports.spreadsheets import sheet_name, to_xlsx
from dashboard.exports.wording import printable
from queries.errors import DataError
from tests.dashboard.exports.hostile import HOSTILE

NOTES = ["Exploratory, not confirmatory.", "720 of 720 subjects: All subjects.", "Cut 2026-03-31."]
FRAME = pd.DataFrame(
    {
        "arm": ["Placebo", None, "\u2003Nausea"],
        "events": [29, 61, 0],
        "rate": [0.1 + 0.2, np.nan, -np.inf],
        "cut": [date(2026, 3, 31), date(1850, 1, 1), None],
        "at": [pd.Timestamp("2026-03-31 10:30"), pd.NaT, pd.Timestamp("2026-04-01")],
        "seen": [True, False, True],
        "id": [2**53 + 1, 7, 2**60],
        "zoned": [datetime(2026, 3, 31, tzinfo=UTC)] * 3,
    }
)


def read(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_cells_keep_their_types() -> None:
    sheet = read(to_xlsx(FRAME, title="Events", notes=NOTES))["Table"]
    first, second, third = sheet.iter_rows(min_row=2, values_only=True)
    assert first[:2] == ("Placebo", 29)
    assert first[2] == pytest.approx(0.1 + 0.2, rel=1e-15)  # a spreadsheet keeps 16 digits
    assert first[3] == datetime(2026, 3, 31)
    assert first[4:6] == (datetime(2026, 3, 31, 10, 30), True)
    assert first[6] == str(2**53 + 1), "digits of a long identifier are not rounded away"
    assert first[7] == "2026-03-31 00:00:00+00:00"
    assert second[0] is second[2] is second[4] is None
    assert second[3] == "1850-01-01"
    assert second[6] == 7
    assert third[:3] == ("Nausea", 0, "-inf")
    assert sheet.cell(4, 1).alignment.indent == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_never_a_formula_or_a_link(text: str) -> None:
    book = read(to_xlsx(pd.DataFrame({text: [text]}), title=text, notes=[text, "Last."]))
    for sheet in book:
        assert not sheet._hyperlinks
        for row in sheet.iter_rows():
            assert {cell.data_type for cell in row if cell.value is not None} <= {"s"}
    assert (book["Table"].cell(2, 1).value or "") == printable(text)
    assert book["Notes"].cell(1, 1).value == printable(text)


def test_title_and_notes_have_a_sheet_and_tables_theirs() -> None:
    book = read(to_xlsx({"Table": FRAME, "Numbers": FRAME}, title="Harm", notes=NOTES))
    assert book.sheetnames == ["Table", "Numbers", "Notes"]
    assert [cell.value for cell in book["Notes"]["A"]] == ["Harm", *NOTES]
    assert book["Notes"]["A2"].font.bold, "the exploratory mark stands out"
    assert book["Table"].freeze_panes == "B2"
    assert book["Table"].print_title_rows == "$1:$1"
    assert book["Table"]["A1"].font.bold


def test_same_input_same_bytes() -> None:
    assert to_xlsx(FRAME, title="Harm", notes=NOTES) == to_xlsx(FRAME, title="Harm", notes=NOTES)


def test_empty_tables_keep_their_head() -> None:
    assert read(to_xlsx(FRAME.iloc[:0], title="None"))["Table"].max_row == 1
    assert read(to_xlsx(pd.DataFrame(), title="None")).sheetnames == ["Table", "Notes"]


@pytest.mark.parametrize("name", ["Notes", "history", "a/b:c*[d]?", "'quoted'", "", "n" * 60])
def test_names_of_sheets_are_what_excel_takes(name: str) -> None:
    frames = {name: FRAME, f"{name} ": FRAME}
    names = read(to_xlsx(frames, title="Names")).sheetnames
    assert len({one.lower() for one in names}) == 3
    assert all(0 < len(one) <= 31 and not set(one) & set("[]:*?/\\") for one in names)


def test_a_table_larger_than_a_sheet_is_refused() -> None:
    with pytest.raises(DataError, match="at most 1,048,575 rows and 16,384 columns"):
        to_xlsx(pd.DataFrame({"x": np.zeros(1_048_576)}), title="Long")


def test_names_already_taken_get_a_number() -> None:
    taken = {"notes"}
    names = [sheet_name("n" * 40, taken) for _ in range(3)]
    assert [len(name) for name in names] == [31, 31, 31]
    assert len(set(names)) == 3
