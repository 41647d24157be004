"""CSV that cannot trick a spreadsheet, and Parquet that keeps types."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from dashboard.exports.tables import to_csv, to_parquet

FRAME = pd.DataFrame(
    {
        "arm": ["Placebo", 'High "XR", 5 mg', None],
        "events": [29, 61, 0],
        "hazard_ratio": [-0.25, 1 / 3, np.nan],
        "cut": [date(2026, 3, 31)] * 3,
    }
)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_text_never_becomes_a_formula(start: str) -> None:
    text = f"{start}cmd|' /C calc'!A0"
    for csv in (to_csv(pd.DataFrame({"x": [text]})), to_csv(pd.DataFrame({text: [1]}))):
        assert f'"\'{text}"' in csv.decode("utf-8-sig")


def test_categories_and_mixed_columns_are_escaped_too() -> None:
    frame = pd.DataFrame(
        {"c": pd.Categorical(["=1", "b"]), "m": pd.Series([-1, "=2"], dtype=object)}
    )
    assert to_csv(frame) == b'"c","m"\n"\'=1",-1\n"b","\'=2"\n'


def test_numbers_are_left_alone() -> None:
    frame = pd.DataFrame({"float": [-0.5], "whole": [-3], "text": ["-1.5e-3"]})
    assert to_csv(frame) == b'"float","whole","text"\n-0.5,-3,"-1.5e-3"\n'


def test_table_comes_back_as_it_was() -> None:
    notes = [
        "12 of 20 subjects: sex is F, age between 65 and 80.",
        "=Exploratory; not confirmatory",
    ]
    read = pd.read_csv(io.BytesIO(to_csv(FRAME, notes)))
    assert list(read.columns) == [*FRAME.columns, "notes"]
    assert len(read) == 3
    assert read["events"].dtype == "int64"
    assert read["notes"].tolist()[0] == " ".join(notes)
    assert read["notes"].isna().tolist() == [False, True, True]
    assert read["arm"].tolist()[:2] == ["Placebo", 'High "XR", 5 mg']
    np.testing.assert_array_equal(read["hazard_ratio"], FRAME["hazard_ratio"])


def test_notes_are_one_line_and_no_formula() -> None:
    frame = pd.DataFrame({"events": [1]})
    assert to_csv(frame, ["=1+1\n=2", "a, b"]) == b'"events","notes"\n1,"\'=1+1 =2 a, b"\n'


def test_a_byte_order_mark_only_where_it_helps() -> None:
    assert not to_csv(pd.DataFrame({"x": ["a"]})).startswith(b"\xef\xbb\xbf")
    assert to_csv(pd.DataFrame({"x": ["≥ 65"]})).startswith(b"\xef\xbb\xbf")


def test_an_empty_table_keeps_its_header() -> None:
    assert to_csv(FRAME.iloc[:0]) == b'"arm","events","hazard_ratio","cut"\n'
    assert to_csv(FRAME.iloc[:0], ["Note"]) == b'"arm","events","hazard_ratio","cut","notes"\n'


def test_parquet_keeps_types_and_notes() -> None:
    table = pq.read_table(io.BytesIO(to_parquet(FRAME, ["Age ≥ 65"])))
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        "arm": "string",
        "events": "int64",
        "hazard_ratio": "double",
        "cut": "date32[day]",
    }
    assert table.schema.metadata[b"notes"].decode() == '["Age ≥ 65"]'
    assert table["hazard_ratio"].to_pylist()[0] == -0.25


def test_same_table_same_parquet() -> None:
    assert to_parquet(FRAME, ["Age ≥ 65"]) == to_parquet(FRAME.copy(), ["Age ≥ 65"])
