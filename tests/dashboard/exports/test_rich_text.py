"""RTF that balances, shows hostile text as text, and repeats what every page needs."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from dashboard.exports.fitting import cells_of, fit, text_points
from dashboard.exports.rich_text import escaped, to_rtf
from dashboard.exports.wording import printable
from tests.dashboard.exports.hostile import HOSTILE

NOTES = ["Exploratory, not confirmatory.", "Safety population.", "EQX-301, data cut 2026-03-31."]
FEW = pd.DataFrame({"Term": ["Any", "\u2003Nausea"], "Placebo": ["12 (5.0%)", "NE"]})
MANY = pd.DataFrame({"Term": [f"Term {n}" for n in range(80)], "n": range(80)})
WIDE = pd.DataFrame({f"A column with number {n}": [f"{n}.25 (1.00 to 9.99)"] for n in range(30)})

_TOKEN = re.compile(r"\\u(-?\d+)\?|\\([a-z]+)(-?\d+)? ?|\\([\\{}*])|([{}])|([^\\{}]+)", re.DOTALL)


def said(rtf: bytes) -> str:
    """The text of an RTF file by a reader of its own; fails where its groups do not balance."""
    depth, units, skipped = 0, [], 0
    for code, word, _, sign, brace, text in _TOKEN.findall(rtf.decode("ascii")):
        if brace:
            depth += 1 if brace == "{" else -1
            skipped = 0 if depth < skipped else skipped
        elif word in ("fonttbl", "colortbl", "info", "fldinst"):
            skipped = skipped or depth
        elif skipped:
            continue
        elif code:
            units.append(int(code) % 65_536)
        elif word in ("cell", "par", "row"):
            units.append(ord("\n"))
        else:
            units += map(ord, sign or text.replace("\n", ""))
        assert depth >= 0
    assert depth == 0
    data = b"".join(unit.to_bytes(2, "little") for unit in units)
    return data.decode("utf-16-le")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text: str) -> None:
    rtf = to_rtf(pd.DataFrame({text: [text]}), title=text, notes=[text])
    assert rtf.startswith(b"{\\rtf1")
    assert said(rtf).count(printable(text)) >= 4
    assert b"INCLUDETEXT" not in rtf or b"\\fldinst INCLUDETEXT" not in rtf.replace(b"\\\\", b"")


def test_titles_heads_notes_and_page_numbers_are_there() -> None:
    rtf = to_rtf(FEW, title="Adverse events", notes=NOTES)
    text = said(rtf)
    assert text.index("Adverse events") < text.index("Placebo") < text.index("12 (5.0%)")
    assert [note in text for note in NOTES] == [True] * 3
    assert re.search(rb"fldinst PAGE\}.* of .*fldinst NUMPAGES\}", rtf)
    assert rtf.count(rb"\trhdr") == 1
    assert rb"\li180" in rtf, "a term is indented under its class"


def test_notes_stand_on_every_page_of_a_long_table() -> None:
    few, many = (to_rtf(frame, title="T", notes=NOTES) for frame in (FEW, MANY))
    note = b"Safety population."
    assert few.index(rb"{\footer") < few.index(rb"\cell") < few.index(note)
    assert many.index(rb"{\footer") < many.index(note) < many.index(rb"\cell")


def test_a_wide_table_lies_across_and_then_comes_in_parts() -> None:
    assert rb"\landscape" not in to_rtf(FEW, title="T")
    rtf = to_rtf(WIDE, title="T")
    assert rb"\landscape" in rtf
    assert rtf.count(rb"\trhdr") == len(fit(cells_of(WIDE)).blocks) > 1
    assert said(rtf).count("A column with number 0") == rtf.count(rb"\trhdr")


@pytest.mark.parametrize("frame", [FEW, MANY, WIDE, WIDE.iloc[:, :9]])
def test_columns_fill_their_page_and_none_is_lost(frame: pd.DataFrame) -> None:
    page = fit(cells_of(frame))
    for block in page.blocks:
        assert sum(block.widths) == pytest.approx(text_points(page.landscape))
    shown = {place for block in page.blocks for place in block.columns}
    assert shown == set(range(frame.shape[1]))


def test_groups_are_named_once_and_again_after_a_while() -> None:
    frame = pd.DataFrame({"Class": ["A"] * 25 + ["B"], "Term": list("x" * 26), "n": range(26)})
    names = [row[0][1] for row in cells_of(frame).rows]
    assert names == ["A", *[""] * 19, "A", *[""] * 4, "B"]
    assert {row[1][1] for row in cells_of(frame).rows} == {"x"}


def test_empty_tables_and_same_bytes() -> None:
    assert "Term" in said(to_rtf(FEW.iloc[:0], title="None"))
    assert "None" in said(to_rtf(pd.DataFrame(), title="None"))
    assert to_rtf(MANY, title="T", notes=NOTES) == to_rtf(MANY, title="T", notes=NOTES)


def test_signs_beyond_ascii_are_numbers() -> None:
    assert escaped("≥😀\\") == "\\u8805?\\u-10179?\\u-8704?\\\\"
