"""A reader of a frozen share who tries to work out the hidden counts.

It has the JSON of the cards and what everybody knows: which rows are parts of which, that the
levels of a variable split an arm, that counts are whole and not negative, and how many subjects
the study has. It shares no code with what it attacks: the linear programmes are SciPy's `linprog`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog

from dashboard.cards import Card

HIDDEN = "–"


@dataclass
class Attacker:
    """Unknown counts by name, what is known of them, and sums between them."""

    known: dict[Hashable, int] = field(default_factory=dict)
    names: dict[Hashable, int] = field(default_factory=dict)
    equal: list[dict[Hashable, int]] = field(default_factory=list)
    at_most: list[dict[Hashable, int]] = field(default_factory=list)
    _linked: list[dict[Hashable, int]] = field(default_factory=list)
    _of: dict[Hashable, list[dict[Hashable, int]]] = field(default_factory=dict)

    def see(self, name: Hashable, value: object) -> None:
        """Take down a count that is printed; an empty one is there and unknown."""
        self.names.setdefault(name, len(self.names))
        if value is not None and value == value and value != HIDDEN:
            assert self.known.setdefault(name, int(value)) == int(value), name

    def is_sum(self, whole: Hashable, parts: list[Hashable]) -> None:
        self._note(self.equal, {whole: -1, **dict.fromkeys(parts, 1)})

    def is_part(self, part: Hashable, wholes: list[Hashable]) -> None:
        self._note(self.at_most, {part: 1, **dict.fromkeys(wholes, -1)})

    def _note(self, where: list[dict[Hashable, int]], terms: dict[Hashable, int]) -> None:
        for name in terms:
            self.names.setdefault(name, len(self.names))
        where.append(terms)

    def range_of(self, goal: dict[Hashable, int]) -> tuple[float, float]:
        """The whole numbers between which a sum of counts must lie."""
        if all(name in self.known for name in goal):
            value = float(sum(factor * self.known[name] for name, factor in goal.items()))
            return value, value
        near = self._near(goal)
        return self._extreme(goal, 1, near), self._extreme(goal, -1, near)

    def _near(self, goal: dict[Hashable, int]) -> list[Hashable]:
        """The unknowns that have anything to do with the goal."""
        if len(self._linked) != len(self.equal) + len(self.at_most):
            self._linked = [*self.equal, *self.at_most]
            self._of = {}
            for terms in self._linked:
                for name in terms:
                    self._of.setdefault(name, []).append(terms)
        todo = [name for name in goal if name not in self.known]
        found = set(todo)
        while todo:
            for terms in self._of.get(todo.pop(), []):
                new = {name for name in terms if name not in self.known} - found
                found |= new
                todo += new
        return sorted(found, key=str)

    def _extreme(self, goal: dict[Hashable, int], sign: int, near: list[Hashable]) -> float:
        place = {name: at for at, name in enumerate(near)}
        cost = np.zeros(len(near))
        rest = sum(factor * self.known.get(name, 0) for name, factor in goal.items())
        for name, factor in goal.items():
            if name in place:
                cost[place[name]] = sign * factor
        sums, limits = (self._rows(rows, place) for rows in (self.equal, self.at_most))
        found = linprog(cost, *limits, *sums, bounds=(0, None), method="highs", integrality=1)
        if found.status != 0:
            return -sign * math.inf
        return sign * round(found.fun) + rest

    def _rows(
        self, rows: list[dict[Hashable, int]], place: dict[Hashable, int]
    ) -> tuple[np.ndarray | None, np.ndarray | None]:
        touched = [terms for terms in rows if terms.keys() & place.keys()]
        if not touched:
            return None, None
        matrix, right = np.zeros((len(touched), len(place))), np.zeros(len(touched))
        for at, terms in enumerate(touched):
            for name, factor in terms.items():
                if name in place:
                    matrix[at, place[name]] += factor
                else:
                    right[at] -= factor * self.known[name]
        return matrix, right


def read_counts(attacker: Attacker, card: Card, count: str, of: str, keys: list[str]) -> None:
    """Take down the numbers of a card, those as text too, and what percentages give away."""
    table = card.data
    assert table is not None
    for row in table.to_dict("records"):
        arm = row.get("arm", "")
        name = (*(str(row[key]) for key in keys), arm)
        attacker.see(name, row[count])
        if of:
            attacker.see(("N", arm), row[of])
            attacker.is_part(name, [("N", arm)])
        size = attacker.known.get(("N", arm))
        shares = [row[one] for one in ("proportion", "share") if one in row]
        for share in [one for one in shares if one == one]:
            assert size is not None, "a share without its arm"
            attacker.see(name, round(share * size))


def texts_and_numbers(card: Card) -> Iterator[str]:
    """Everything that a card's JSON holds, keys left out."""

    def walk(body: object) -> Iterator[str]:
        if isinstance(body, dict):
            for one in body.values():
                yield from walk(one)
        elif isinstance(body, list):
            for one in body:
                yield from walk(one)
        elif body is not None:
            yield str(body)

    yield from walk(json.loads(card.to_json()))


def number_in(card: Card, number: int) -> list[str]:
    """Where a whole number stands, alone or within a text."""
    digits = re.compile(rf"(?<![\d.]){number}(?![\d])|(?<![\d.,]){number:,}(?![\d,])")
    return [text for text in texts_and_numbers(card) if digits.search(text)]
