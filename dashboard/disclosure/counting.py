"""The counts of all results of a share in one system, so that none gives away another's."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analytics.disclosure import LinkedCounts, Relation, Suppression, suppress
from dashboard.disclosure.describing import Disclosure

_PART, _ARM, _ALL = 1.0, 1e3, 1e6  # what hiding costs: an arm's size is dearer than a part of it


@dataclass(slots=True, eq=False)
class Ledger:
    """Counts by what they count, and the relations between them.

    Two results that count the same name it the same, and so share the entry.
    """

    values: list[int] = field(default_factory=list)
    printed: list[bool] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    places: dict[Hashable, int] = field(default_factory=dict)
    sizes: dict[Hashable, list[int]] = field(default_factory=dict)

    def enter(self, name: Hashable, value: int, *, printed: bool, cost: float = _PART) -> int:
        """The place of a count; a second value for the same name is an entry of its own."""
        name = name if self.places.get(name) is None or self._is(name, value) else (name, value)
        if name not in self.places:
            self.places[name] = len(self.values)
            self.values.append(value)
            self.printed.append(printed)
            self.cost.append(cost)
        place = self.places[name]
        self.printed[place] |= printed
        return place

    def _is(self, name: Hashable, value: int) -> bool:
        return self.values[self.places[name]] == value

    def enter_size(self, name: Hashable, value: int, cost: float = _ARM) -> int:
        """The place of an arm's size. One of another size, such as an analysis set, is part of it.

        Whoever reads both sizes knows how many are in one alone: that is a count as well.
        """
        place = self.enter(name, value, printed=True, cost=cost)
        known = self.sizes.setdefault(name, [])
        if place not in known:
            for other in known:
                less, more = sorted((place, other), key=self.values.__getitem__)
                left = self.values[more] - self.values[less]
                between = self.enter(("between", less, more), left, printed=False)
                self.equal(more, [less, between])
            known.append(place)
        return place

    def equal(self, whole: int, parts: Sequence[int]) -> None:
        """The whole is the sum of its parts."""
        self.relations.append(Relation(((whole, -1), *((one, 1) for one in parts)), True))

    def at_most(self, less: int, more: Sequence[int]) -> None:
        """A count that is no more than the sum of others."""
        self.relations.append(Relation(((less, 1), *((one, -1) for one in more)), False))

    def suppress(self, threshold: int) -> Suppression:
        """What may be shown."""
        counts = LinkedCounts(
            values=np.array(self.values, dtype=np.int64),
            relations=tuple(self.relations),
            printed=np.array(self.printed, dtype=bool),
            cost=np.array(self.cost),
        )
        return suppress(counts, threshold=threshold)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entered:
    """A table with the places of its counts in the ledger.

    Parameters
    ----------
    said : Disclosure
    table : DataFrame
        Its numbers, with quarters in place of days.
    counts, sizes : array of int
        The place of each row's count, and of its arm's size.
    """

    said: Disclosure
    table: pd.DataFrame
    counts: np.ndarray
    sizes: np.ndarray


def enter(ledger: Ledger, said: Disclosure, table: pd.DataFrame) -> Entered:
    """Put the counts of a table, and what is implied by them, into the ledger."""
    table = _in_order(_by_quarter(table, said), said)
    arms = table[said.arm].astype(str) if said.arm else pd.Series([""] * len(table))
    own = _enter_arms(ledger, said, table, arms)
    keys = _names(table, said)
    counts = np.zeros(len(table), dtype=int)
    for at, (key, arm, value) in enumerate(zip(keys, arms, table[said.count], strict=True)):
        name = ("count", said.population, said.about, key, arm)
        counts[at] = ledger.enter(name, int(value), printed=True)
        left = ledger.values[own[at]] - int(value)
        rest = ledger.enter(("without", int(counts[at]), int(own[at])), left, printed=False)
        ledger.equal(int(own[at]), [int(counts[at]), rest])
    if said.adds_up is not None:
        _enter_sums(ledger, said, table, arms, counts, own)
    if said.tree:
        _enter_tree(ledger, said, table, arms, counts)
    if said.whole:
        _enter_whole(ledger, said, keys, arms, (counts, own))
    return Entered(said=said, table=table, counts=counts, sizes=own)


def _names(table: pd.DataFrame, said: Disclosure) -> list[tuple[str, ...]]:
    """What each row counts: in a tree the way to it, so that the whole is one in all trees."""
    rows = _rows(table, said.tree or said.keys)
    if not said.tree:
        return rows
    return [tuple(one for one in row if one not in ("", said.root)) for row in rows]


def _by_quarter(table: pd.DataFrame, said: Disclosure) -> pd.DataFrame:
    if not said.period:
        return table.reset_index(drop=True)
    day = pd.to_datetime(table[said.period])
    quarter = day.dt.year.astype(str) + " Q" + day.dt.quarter.astype(str)
    by = [*([said.arm] if said.arm else []), *said.keys]
    summed = table.assign(**{said.period: quarter}).groupby(by, sort=False, dropna=False)
    return summed[said.count].sum().reset_index()


def _in_order(table: pd.DataFrame, said: Disclosure) -> pd.DataFrame:
    """Rows by their names and not by their counts, which an order would tell."""
    if not said.keys:
        return table
    known = {name: at for at, name in enumerate(said.names)}

    def place(column: pd.Series) -> pd.Series:
        if pd.api.types.is_numeric_dtype(column):
            return column
        return column.map(lambda one: f"{known.get(_text(one), len(known)):06} {_text(one)}")

    by = [key for key in said.keys if key != "level"] if said.tree else list(said.keys)
    return table.sort_values(by, key=place, kind="stable").reset_index(drop=True)


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)


def _enter_arms(
    ledger: Ledger, said: Disclosure, table: pd.DataFrame, arms: pd.Series
) -> np.ndarray:
    """The size of each row's arm; the sum of them is what a reader knows from elsewhere."""
    own, whole = np.zeros(len(table), dtype=int), []
    names = list(dict.fromkeys(arms))
    for arm in names:
        rows = np.flatnonzero(arms == arm)
        name = ("arm", said.population, arm)
        stated = table[said.of].iloc[rows] if said.of else _sums(table.iloc[rows], said)
        size = int(stated.max())
        if not said.of and name in ledger.places:
            size = max(size, ledger.values[ledger.places[name]])
        whole.append(ledger.enter_size(name, size))
        for row, value in zip(rows, stated, strict=True):
            own[row] = ledger.enter_size(name, int(value) if said.of else size)
    _enter_all(
        ledger, said, [one for one, arm in zip(whole, names, strict=True) if arm != said.whole]
    )
    return own


def _enter_all(ledger: Ledger, said: Disclosure, arms: Sequence[int]) -> None:
    """The size of the cohort, which a reader knows from elsewhere; that of a part of it is not."""
    total, name = sum(ledger.values[one] for one in arms), ("all", said.population)
    known = ledger.places.get(name)
    if arms and (known is None or ledger.values[known] == total):
        ledger.equal(ledger.enter(name, total, printed=True, cost=_ALL), arms)


def _enter_whole(
    ledger: Ledger,
    said: Disclosure,
    keys: Sequence[tuple[str, ...]],
    arms: pd.Series,
    places: tuple[np.ndarray, np.ndarray],
) -> None:
    """All arms together are their sum, and who is in none of them."""
    for key in dict.fromkeys(keys):
        rows = [at for at, one in enumerate(keys) if one == key]
        totals = [at for at in rows if arms[at] == said.whole]
        for of in places if totals else ():
            parts = [int(of[at]) for at in rows if arms[at] != said.whole]
            left = ledger.values[of[totals[0]]] - sum(ledger.values[one] for one in parts)
            if left > 0:
                name = ("in no arm", int(of[totals[0]]), *parts)
                parts.append(ledger.enter(name, left, printed=False))
            ledger.equal(int(of[totals[0]]), parts)


def _sums(table: pd.DataFrame, said: Disclosure) -> pd.Series:
    """For each row the sum of those that split the arm with it."""
    if not said.adds_up:
        return pd.Series(table[said.count].sum(), index=table.index)
    by = [table[key].map(_text) for key in said.adds_up]
    return table[said.count].groupby(by).transform("sum")


def _enter_sums(
    ledger: Ledger,
    said: Disclosure,
    table: pd.DataFrame,
    arms: pd.Series,
    counts: np.ndarray,
    sizes: np.ndarray,
) -> None:
    """The rows that split an arm; who is in none of them is a count of its own."""
    keys = [(arm, *row) for arm, row in zip(arms, _rows(table, said.adds_up or ()), strict=True)]
    for group in dict.fromkeys(keys):
        rows = [at for at, key in enumerate(keys) if key == group]
        size, parts = int(sizes[rows[0]]), [int(counts[at]) for at in rows]
        left = ledger.values[size] - sum(ledger.values[one] for one in parts)
        if left > 0:
            name = ("in none", said.population, said.about, group)
            parts.append(ledger.enter(name, left, printed=False))
        ledger.equal(size, parts)


def _rows(table: pd.DataFrame, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """The texts of some columns, or of none."""
    if not columns:
        return [()] * len(table)
    return [tuple(map(_text, row)) for row in table[list(columns)].itertuples(index=False)]


def _enter_tree(
    ledger: Ledger, said: Disclosure, table: pd.DataFrame, arms: pd.Series, counts: np.ndarray
) -> None:
    """A part has no more subjects than the whole; the whole no more than its parts together."""
    named = zip(arms, _names(table, said), strict=True)
    paths = {(arm, *steps): int(counts[at]) for at, (arm, steps) in enumerate(named)}
    children: dict[int, list[int]] = {}
    for path, place in paths.items():
        if len(path) > 1 and path[:-1] in paths:
            ledger.at_most(place, [paths[path[:-1]]])
            children.setdefault(paths[path[:-1]], []).append(place)
    for whole, parts in children.items():
        # Where rows were left out of the table the parts need not reach the whole.
        if ledger.values[whole] <= sum(ledger.values[one] for one in parts):
            ledger.at_most(whole, parts)
