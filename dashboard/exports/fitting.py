"""How a table fits a page: upright or across, size of type, widths, and where it is parted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from dashboard.charts.lettering import text_width
from dashboard.exports.wording import cell_text, indented, printable

POINTS_PER_MM = 72 / 25.4
PAGE_MM = (210.0, 297.0)  # A4
MARGIN_MM = 20.0
_SIZES = (9.0, 8.5, 8.0, 7.5)
_PADDING = 8.0  # points, both sides of a cell together
_LEVEL = 9.0  # points that one level of a cell is indented by
_CAP = 16.0  # widths of "m" that a column may ask for before its text is wrapped
_FIRST_CAP = 22.0
_MEASURED = 400
_SAID_AGAIN = 20  # rows after which a value that goes on is repeated
_SHORT = 15  # rows of a table that is not parted by the end of a page
_BRACKET = re.compile(r"\([^()]{1,14}\)")
_NUMERIC = re.compile(r"[<>≤≥=~+\-−–]?\s*[\d.]*\d.*|NE|NR|NA|ND|[-–—.*]|")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A table as text: its heads, its rows of (level, text), which columns hold numbers."""

    heads: tuple[str, ...]
    rows: tuple[tuple[tuple[int, str], ...], ...]
    numeric: tuple[bool, ...]

    @property
    def short(self) -> bool:
        """Whether it stands on one page whole."""
        return len(self.rows) <= _SHORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Columns that stand side by side, and their widths in points."""

    columns: tuple[int, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A table on pages.

    Parameters
    ----------
    landscape : bool
        Across the page.
    size : float
        Of the type, in points.
    blocks : tuple of Block
        One for a table that fits; of a wider one, each repeats the first column.
    """

    landscape: bool
    size: float
    blocks: tuple[Block, ...]


def cells_of(frame: pd.DataFrame) -> Cells:
    """A frame as text; in its first columns, what the row before says is not said again.

    Examples
    --------
    >>> frame = pd.DataFrame({"Term": ["Any", "  Nausea"], "Placebo": ["12 (5%)", "NE"]})
    >>> cells = cells_of(frame)
    >>> cells.rows[1], cells.numeric
    (((1, 'Nausea'), (0, 'NE')), (False, True))
    """
    rows = tuple(
        tuple(indented(cell_text(value)) for value in row)
        for row in frame.itertuples(index=False, name=None)
    )
    heads = tuple(_head(name) for name in frame.columns)
    numeric = tuple(
        place > 0 and any(row[place][1] for row in rows) and _mostly_numbers(rows, place)
        for place in range(len(heads))
    )
    return Cells(heads=heads, rows=_said_once(rows, numeric), numeric=numeric)


def _head(name: object) -> str:
    """The head of a column, in which "(N = 355)" and "(95% CI)" are not broken."""
    return _BRACKET.sub(lambda found: found[0].replace(" ", "\u00a0"), printable(name))


def _said_once(
    rows: Sequence[tuple[tuple[int, str], ...]], numeric: Sequence[bool]
) -> tuple[tuple[tuple[int, str], ...], ...]:
    """Rows whose leading columns, but the last that holds text, name each group once."""
    groups = (numeric.index(True) if True in numeric else len(numeric)) - 1
    kept, run = list(rows[:1]), 1
    for before, row in pairwise(rows):
        same = 0
        while same < groups and before[same] == row[same]:
            same += 1
        run = run + 1 if same else 1
        if run > _SAID_AGAIN:
            same, run = 0, 1
        kept.append((*[(0, "")] * same, *row[same:]))
    return tuple(kept)


def _mostly_numbers(rows: Sequence[Sequence[tuple[int, str]]], place: int) -> bool:
    texts = [row[place][1] for row in rows if row[place][1]]
    return sum(_NUMERIC.fullmatch(text) is not None for text in texts) >= 0.8 * len(texts)


def fit(cells: Cells) -> Fit:
    """The page that suits a table: the largest type that needs no more than it must.

    Examples
    --------
    >>> fit(cells_of(pd.DataFrame({"Term": ["Nausea"], "Placebo": ["12 (5%)"]}))).landscape
    False
    """
    for landscape in (False, True):
        for size in _SIZES[: 4 if landscape else 2]:
            wanted = _wanted(cells, size)
            if sum(wanted) <= text_points(landscape):
                return _whole(wanted, size, landscape)
    least, room = _least(cells, _SIZES[-1]), text_points(True)
    if sum(least) <= room:
        return _whole(_between(least, _wanted(cells, _SIZES[-1]), room), _SIZES[-1], True)
    return _parted(_wanted(cells, _SIZES[2]), _SIZES[2])


def text_points(landscape: bool) -> float:
    """Width of the text on a page, in points.

    Examples
    --------
    >>> round(text_points(False)), round(text_points(True))
    (482, 729)
    """
    return (PAGE_MM[landscape] - 2 * MARGIN_MM) * POINTS_PER_MM


def _wanted(cells: Cells, size: float) -> list[float]:
    """The width of each column at which only long text is wrapped."""
    least = _least(cells, size)
    caps = [(_CAP if place else _FIRST_CAP) * size for place in range(len(cells.heads))]
    widths = []
    for place, head in enumerate(cells.heads):
        texts = [_points(cell, size) for cell in _column(cells, place)]
        # A head may stand in up to three lines.
        natural = max([text_width(head, size, bold=True) / 2.5, *texts])
        widths.append(max(least[place], min(natural, caps[place]) + _PADDING))
    return widths


def _least(cells: Cells, size: float) -> list[float]:
    """The width of each column at which no word is broken."""
    widths = []
    for place, head in enumerate(cells.heads):
        words = [text_width(word, size, bold=True) for word in head.split(" ")]
        words += [
            level * _LEVEL + text_width(word, size)
            for level, text in _column(cells, place)
            for word in text.split(" ")
        ]
        widths.append(min(max(words, default=size), _CAP * size) + _PADDING)
    return widths


def _column(cells: Cells, place: int) -> list[tuple[int, str]]:
    return [row[place] for row in cells.rows[:_MEASURED]]


def _points(cell: tuple[int, str], size: float) -> float:
    return cell[0] * _LEVEL + text_width(cell[1], size)


def _between(least: Sequence[float], wanted: Sequence[float], room: float) -> list[float]:
    spare, missing = room - sum(least), sum(wanted) - sum(least)
    return [low + spare * (high - low) / missing for low, high in zip(least, wanted, strict=True)]


def _whole(widths: Sequence[float], size: float, landscape: bool) -> Fit:
    block = Block(columns=tuple(range(len(widths))), widths=_spread(widths, text_points(landscape)))
    return Fit(landscape=landscape, size=size, blocks=(block,))


def _parted(wanted: Sequence[float], size: float) -> Fit:
    room = text_points(True)
    groups: list[list[int]] = []
    used = room
    for place in range(1, len(wanted)):
        if used + wanted[place] > room:
            groups.append([0])
            used = wanted[0]
        groups[-1].append(place)
        used += wanted[place]
    blocks = tuple(
        Block(columns=tuple(group), widths=_spread([wanted[i] for i in group], room))
        for group in groups
    )
    return Fit(landscape=True, size=size, blocks=blocks)


def _spread(widths: Sequence[float], room: float) -> tuple[float, ...]:
    """Widths that fill the page, as tables of clinical reports do."""
    if not widths:
        return ()
    factor = room / sum(widths)
    return tuple(width * factor for width in widths)
