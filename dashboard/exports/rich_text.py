"""Tables as RTF, the way clinical reports print them: titles, ruled heads, footnotes, pages."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dashboard.charts.lettering import text_width
from dashboard.exports.fitting import (
    MARGIN_MM,
    PAGE_MM,
    Block,
    Cells,
    Fit,
    cells_of,
    fit,
    text_points,
)
from dashboard.exports.wording import is_exploratory, printable
from dashboard.exports.wording import said as noted

_TWIPS_PER_MM = 1440 / 25.4
_NOTE_SIZE = 8.0
_NOTES_ON_EVERY_PAGE = 1500  # signs; longer notes stand once, after the table
_LINE = 1.25  # of the size of type
_RULE = r"\brdrs\brdrw10\brdrcf1"
_START = (
    r"{\rtf1\ansi\ansicpg1252\uc1\deff0\deflang2057"
    r"{\fonttbl{\f0\fswiss\fcharset0 Arial;}}"
    r"{\colortbl;\red11\green22\blue28;\red163\green59\blue0;}"
)


def to_rtf(frame: pd.DataFrame, *, title: str, notes: Sequence[str] = ()) -> bytes:
    r"""A table as RTF for A4: upright where it fits, else across, else in parts.

    The title stands on every page, and so do the notes of a table of several pages.

    Parameters
    ----------
    frame : DataFrame
        The table as it is shown; a cell's leading space indents it.
    title : str
    notes : sequence of str
        Population, cohort, method, data cut, and "exploratory" where it is.

    Examples
    --------
    >>> text = to_rtf(pd.DataFrame({"Term": [r"{Nausea} \par"]}), title="Events").decode()
    >>> r"\{Nausea\} \\par\cell" in text
    True
    """
    cells = cells_of(frame)
    page = fit(cells)
    every_page = _pages_are_many(cells, page) and sum(map(len, notes)) <= _NOTES_ON_EVERY_PAGE
    parts = [
        _START,
        rf"{{\info{{\title {escaped(printable(title))}}}}}",
        _page(page.landscape),
        _header(title),
        _footer(notes if every_page else (), page.landscape),
        *(_block(cells, block, page.size) for block in page.blocks),
        "" if every_page else "\n".join(_notes(notes)),
        "}",
    ]
    return "\n".join(part for part in parts if part).encode("ascii")


def escaped(text: str) -> str:
    r"""Text that an RTF reader takes for nothing else.

    Examples
    --------
    >>> print(escaped("a{b}\\c ≥ 😀"))
    a\{b\}\\c \u8805? \u-10179?\u-8704?
    """
    return "".join(map(_sign, text))


def _sign(sign: str) -> str:
    if sign in "\\{}":
        return f"\\{sign}"
    if " " <= sign <= "~":
        return sign
    units = sign.encode("utf-16-le", "replace")
    codes = [int.from_bytes(units[i : i + 2], "little", signed=True) for i in (0, 2)]
    return "".join(rf"\u{code}?" for code in codes[: len(units) // 2])


def _page(landscape: bool) -> str:
    short, long = (round(side * _TWIPS_PER_MM) for side in PAGE_MM)
    wide, high = (long, short) if landscape else (short, long)
    margin = round(MARGIN_MM * _TWIPS_PER_MM)
    across = r"\landscape\lndscpsxn" if landscape else ""
    return (
        rf"\paperw{wide}\paperh{high}\margl{margin}\margr{margin}\margt{margin}\margb{margin}"
        rf"\headery700\footery600{across}\sectd"
        + (rf"\lndscpsxn\pgwsxn{wide}\pghsxn{high}" if landscape else "")
    )


def _header(title: str) -> str:
    return rf"{{\header\pard\ql\sa120\f0\fs22\b {escaped(printable(title))}\b0\par}}"


def _footer(notes: Sequence[str], landscape: bool) -> str:
    width = round(text_points(landscape) * 20)
    number = (
        rf"\pard\qr\tqr\tx{width}\f0\fs16 Page {{\field{{\*\fldinst PAGE}}{{\fldrslt 1}}}} of "
        r"{\field{\*\fldinst NUMPAGES}{\fldrslt 1}}\par"
    )
    return rf"{{\footer{''.join(_notes(notes))}{number}}}"


def _notes(notes: Sequence[str]) -> list[str]:
    said = []
    for place, note in enumerate(noted(notes)):
        before = r"\sb80" if place == 0 else r"\sb0"
        text = escaped(note)
        marked = rf"\cf2\b {text}\b0\cf1 " if is_exploratory(note) else rf"\cf1 {text}"
        said.append(rf"\pard\plain\ql{before}\sa20\f0\fs{round(2 * _NOTE_SIZE)}{marked}\par")
    return said


def _block(cells: Cells, block: Block, size: float) -> str:
    heads = [(0, cells.heads[place]) for place in block.columns]
    last = len(cells.rows) - 1
    lines = [_row(cells, block, heads, size, rules="tb", head=True)]
    for place, row in enumerate(cells.rows):
        chosen = [row[column] for column in block.columns]
        lines.append(_row(cells, block, chosen, size, rules="b" if place == last else ""))
    return "\n".join(lines) + r"\pard\plain\sa60\fs8\par"


def _row(
    cells: Cells,
    block: Block,
    texts: Sequence[tuple[int, str]],
    size: float,
    *,
    rules: str,
    head: bool = False,
) -> str:
    borders = "".join(rf"\clbrdr{side}{_RULE}" for side in rules)
    align = r"\clvertalb" if head else r"\clvertalt"
    ends = [round(20 * sum(block.widths[: n + 1])) for n in range(len(block.widths))]
    shape = "".join(rf"{borders}{align}\cellx{end}" for end in ends)
    start = r"\trowd\trgaph80\trleft0\trkeep" + (r"\trhdr" if head else "")
    body = "".join(
        _cell(text, level, cells.numeric[column], size, head)
        for column, (level, text) in zip(block.columns, texts, strict=True)
    )
    return f"{start}{shape}{body}\\row"


def _cell(text: str, level: int, numeric: bool, size: float, head: bool) -> str:
    side = r"\qr" if numeric else r"\ql"
    space = r"\sb50\sa50" if head else r"\sb20\sa20"
    text = rf"\b {escaped(text)}\b0" if head else escaped(text)
    type_ = rf"\f0\fs{round(2 * size)}\cf1"
    return rf"\pard\plain\intbl{side}\li{180 * level}{space}{type_} {text}\cell"


def _pages_are_many(cells: Cells, page: Fit) -> bool:
    high = PAGE_MM[not page.landscape] / 25.4 * 72 - 120
    lines = sum(_lines(row, page) for row in cells.rows)
    return len(page.blocks) > 1 or lines * page.size * _LINE > high


def _lines(row: Sequence[tuple[int, str]], page: Fit) -> int:
    block = page.blocks[0]
    needed = [
        text_width(row[column][1], page.size) // max(width - 8, 1) + 1
        for column, width in zip(block.columns, block.widths, strict=True)
    ]
    return int(max(needed, default=1))
