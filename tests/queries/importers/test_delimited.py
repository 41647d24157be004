"""CSV: types proven on the whole file, encodings, delimiters, and ragged rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from queries.importers import ImportRefused, delimited

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("values", "type_name"),
    [
        (["1", "-20", ""], "BIGINT"),
        (["1", "2.5"], "DOUBLE"),
        (["1.", ".5", "-1e-3"], "DOUBLE"),
        (["0101", "0102"], "VARCHAR"),
        (["0.5", "00.5"], "VARCHAR"),
        (["12345678901234567890"], "VARCHAR"),
        (["2024-02-29", ""], "DATE"),
        (["2024-02-29", "2024-02-30"], "VARCHAR"),
        (["2024-02-29", "2024-02"], "VARCHAR"),
        (["2024-02-29", "unknown"], "VARCHAR"),
        (["2024-02-29T10:00", "2024-02-29 10:00:01.5"], "TIMESTAMP"),
        (["10:00", "23:59:59"], "TIME"),
        (["10:00", "25:00"], "VARCHAR"),
        (["TRUE", "false"], "BOOLEAN"),
        (["1", "NA"], "VARCHAR"),
        (["inf", "nan"], "VARCHAR"),
        (["1,5", "2,5"], "VARCHAR"),
        (["", " "], "VARCHAR"),
    ],
)
def test_types(study: Run, rows: Run, values: list[str], type_name: str) -> None:
    lines = "".join(f'{i},"{value}"\n' for i, value in enumerate(values))
    study({"xx.csv": "USUBJID,V\n" + lines})
    assert rows("SELECT DISTINCT typeof(V) FROM xx") == [(type_name,)]
    assert rows("SELECT count(*) FROM xx") == [(len(values),)]


def test_a_late_row_decides(study: Run, rows: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 1000)
    numbers = "".join(f"{i},{i}\n" for i in range(2000))
    study({"xx.csv": "USUBJID,V\n" + numbers + "2000,end\n"})
    assert rows("SELECT typeof(V), V FROM xx WHERE USUBJID = '2000'") == [("VARCHAR", "end")]


@pytest.mark.parametrize("name", ["USUBJID", "SITEID", "AESTDTC"])
def test_identifiers_and_collected_dates_stay_text(study: Run, rows: Run, name: str) -> None:
    value = "2024-02-29" if name == "AESTDTC" else "101"
    study({"xx.csv": f"{name},V\n{value},1\n"})
    assert rows(f"SELECT {name} FROM xx") == [(value,)]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_encodings_and_line_ends(
    study: Run, rows: Run, mark: str, encoding: str, end: str
) -> None:
    lines = [["USUBJID", '"a, ""b""; c"'], ["01", "Verüm’s"], ["02", f'"x{mark}y{end}z"']]
    text = end.join(mark.join(line) for line in lines) + end
    study({"xx.csv": text.encode(encoding)})
    assert rows('SELECT "a, ""b""; c" FROM xx') == [("Verüm’s",), (f"x{mark}y{end}z",)]
    said = "Windows-1252" if encoding == "cp1252" else "UTF-8"
    assert rows("SELECT encoding FROM provenance.files WHERE dataset = 'xx'") == [(said,)]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("A,B\n1,2\n3\n4,5,6\n", r"row 2: a row has as many values as the header, 2, but got 1"),
        ("A,B\n1,2\n3\n4,5,6\n", r"row 3: a row has as many values as the header, 2, but got 3"),
        ('A,B\n1,"2\n3,4\n', "every quoted value of a CSV file is closed"),
        (b"A,B\n1,2\n3,\x00\n", "row 2: text holds no NUL bytes"),
        (b"A,B\n1,\x81\xe9\n", "text is UTF-8 or Windows-1252"),
        ("A,a\n1,2\n", "column a: columns have different names"),
        ("A,,B\n1,2,3\n", "column 2: a column has a name"),
        ("A,B\n", "a dataset has rows"),
        ("A,B", "a dataset has rows"),
        ("", "a file is not empty"),
        (" \n\n", "a file is not empty"),
    ],
)
def test_broken_files_are_refused(study: Run, content: str | bytes, rule: str) -> None:
    with pytest.raises(ImportRefused, match=rule):
        study({"xx.csv": content})


def test_hostile_names_and_long_values(study: Run, rows: Run) -> None:
    hostile = '"; drop table adsl; --'
    quoted = hostile.replace('"', '""')
    text = "ü" * 150
    study({"xx.csv": f'USUBJID,"{quoted}",T\n01,5,{text}\n'})
    assert rows(f'SELECT "{quoted}", T FROM xx') == [(5, text)]
    assert rows("SELECT name FROM provenance.variables WHERE dataset = 'xx'")[1] == (hostile,)
    assert rows("SELECT count(*) FROM adsl") == [(3,)]


def test_a_single_column_keeps_its_empty_rows(study: Run, rows: Run) -> None:
    study({"xx.csv": "V\n1\n\n3\n"})
    assert rows("SELECT V FROM xx") == [(1,), (None,), (3,)]
