"""What a new version of a share shows that the one before did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from dashboard.cards import Card, figure_content
from dashboard.exports.wording import cell_text

Kind = Literal["new", "changed", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A result that is new, gone or changed; the first difference in words.

    Examples
    --------
    >>> Change(name="Survival", kind="new", said="").kind
    'new'
    """

    name: str
    kind: Kind
    said: str


def changes(before: Mapping[str, Card], after: Mapping[str, Card]) -> tuple[Change, ...]:
    """The results that differ, in the order of the new version, then those that are gone.

    Parameters
    ----------
    before, after : mapping of name to Card

    Examples
    --------
    >>> old = Card(name="Deaths", notes=(), shown=pd.DataFrame({"Arm": ["A"], "n": ["3"]}))
    >>> new = Card(name="Deaths", notes=(), shown=pd.DataFrame({"Arm": ["A"], "n": ["4"]}))
    >>> changes({"Deaths": old}, {"Deaths": new})[0].said
    'Row “A”, column “n”: 3 before, 4 now.'
    """
    found = []
    for name, card in after.items():
        if name not in before:
            found.append(Change(name=name, kind="new", said=""))
        elif said := next(_differences(before[name], card), None):
            found.append(Change(name=name, kind="changed", said=said))
    gone = [Change(name=name, kind="gone", said="") for name in before if name not in after]
    return (*found, *gone)


def _differences(before: Card, after: Card) -> Iterator[str]:
    for old, new in ((before.shown, after.shown), (before.data, after.data)):
        yield from _of_tables(old, new)
    if _drawn(before) != _drawn(after):
        yield "Its figure."
    if before.notes != after.notes:
        said = next((note for note in after.notes if note not in before.notes), "")
        yield f"Its notes: {said}" if said else "Its notes."


def _drawn(card: Card) -> object:
    return None if card.figure is None else figure_content(card.figure)


def _of_tables(old: pd.DataFrame | None, new: pd.DataFrame | None) -> Iterator[str]:
    if old is None or new is None:
        if old is not new:
            yield "Its table."
        return
    heads = list(map(str, new.columns))
    if list(map(str, old.columns)) != heads:
        yield "The columns of its table."
        return
    for was, now in zip(_rows(old), _rows(new), strict=False):
        for place, (one, other) in enumerate(zip(was, now, strict=True)):
            if one != other:
                row = f"Row “{now[0].strip()}”, column" if place else "Column"
                yield f"{row} “{heads[place]}”: {one.strip()} before, {other.strip()} now."
    if len(old) != len(new):
        yield f"{len(old):,} rows before, {len(new):,} now."


def _rows(table: pd.DataFrame) -> Iterator[list[str]]:
    for row in table.itertuples(index=False, name=None):
        yield [cell_text(value) for value in row]
