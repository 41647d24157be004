"""The right-hand side of a regression: numbers, factors, and their interactions.

Nothing is parsed: a column called `log(age)` or `a:b` is a column of that name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from analytics.checks import InputError, require
from analytics.results import Result, registered
from analytics.survival.regression.columns import Columns, Flags, Floats

MOST_LEVELS = 500


class Label(NamedTuple):
    """What one coefficient is about.

    Parameters
    ----------
    covariate : str
        Its name: "age", "sex=F", "arm=B × age".
    term : str
        The term it belongs to: "age", "sex", "arm × age".
    level, reference : str
        Levels of a factor that it compares; "" for a number.
    """

    covariate: str
    term: str
    level: str
    reference: str


@registered
@dataclass(frozen=True, slots=True)
class Numeric(Result):
    """A column taken as it is: its coefficient is per unit.

    Examples
    --------
    >>> import pandas as pd
    >>> Numeric("age").coded(Columns(frame=pd.DataFrame({"age": [50, 61]}))).tolist()
    [[50.0], [61.0]]
    """

    column: str

    @property
    def name(self) -> str:
        """The term's name."""
        return self.column

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (self.column,)

    def resolved(self, columns: Columns) -> Numeric:
        """The same, once the column is known to hold numbers."""
        columns.numbers(self.column)
        return self

    def missing(self, columns: Columns) -> dict[str, Flags]:
        """Which rows lack a value, by column."""
        return {self.column: np.isnan(columns.numbers(self.column))}

    def labels(self) -> tuple[Label, ...]:
        """One label per coefficient."""
        return (Label(self.column, self.column, "", ""),)

    def coded(self, columns: Columns) -> Floats:
        """Rows x coefficients."""
        return columns.numbers(self.column)[:, None]


@registered
@dataclass(frozen=True, slots=True)
class Factor(Result):
    """A column of labels: one coefficient for each level but the reference.

    Parameters
    ----------
    column : str
        Its name; text, numbers, booleans or categories.
    reference : str, optional
        The level the others are compared with; the first unless given.
    levels : tuple of str, optional
        The order of the levels; by category, number or alphabet unless given. A level without a
        row is left out.

    Examples
    --------
    >>> import pandas as pd
    >>> columns = Columns(frame=pd.DataFrame({"sex": ["M", "F", "M"]}))
    >>> sex = Factor("sex", reference="M").resolved(columns)
    >>> sex
    Factor(column='sex', reference='M', levels=('F', 'M'))
    >>> sex.labels()[0].covariate
    'sex=F'
    """

    column: str
    reference: str | None = None
    levels: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """The term's name."""
        return self.column

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (self.column,)

    def resolved(self, columns: Columns) -> Factor:
        """With its levels and reference filled in from the rows."""
        found = columns.labels(self.column)[1]
        require(bool(found), f"factor {self.column!r} has a level", rows=len(columns))
        order = found if self.levels is None else self.levels
        require(len(set(order)) == len(order), "each level is named once", levels=order)
        self._require_known(found, order)
        levels = tuple(level for level in order if level in found)
        require(len(levels) <= MOST_LEVELS, _TOO_MANY, column=self.column, levels=len(levels))
        reference = levels[0] if self.reference is None else self.reference
        rule = f"the reference of {self.column!r} is one of its levels {levels}"
        require(reference in levels, rule, reference=reference)
        return replace(self, reference=reference, levels=levels)

    def missing(self, columns: Columns) -> dict[str, Flags]:
        """Which rows lack a value, by column."""
        return {self.column: columns.labels(self.column)[0] < 0}

    def labels(self) -> tuple[Label, ...]:
        """One label per coefficient; of a resolved factor."""
        reference = self.reference or ""
        return tuple(
            Label(f"{self.column}={level}", self.column, level, reference)
            for level in self.levels or ()
            if level != self.reference
        )

    def coded(self, columns: Columns) -> Floats:
        """Rows x coefficients of 0 and 1; of a resolved factor."""
        codes, found = columns.labels(self.column)
        self._require_known(found, self.levels or ())
        place = {label.level: position for position, label in enumerate(self.labels())}
        position = np.array([*(place.get(one, -1) for one in found), -1])[codes]
        is_level: Flags = position[:, None] == np.arange(len(place))
        return is_level.astype(np.float64)

    def _require_known(self, found: tuple[str, ...], levels: tuple[str, ...]) -> None:
        unknown = tuple(one for one in found if one not in levels)
        require(not unknown, f"the levels of {self.column!r} are {levels}", unknown=unknown[:3])


@registered
@dataclass(frozen=True, slots=True)
class Interaction(Result):
    """How the effect of one term changes with another: the products of their columns.

    The two terms themselves are named beside it; an interaction alone means something else in
    every program.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = Columns(frame=pd.DataFrame({"arm": ["A", "B", "B"], "age": [50, 60, 70]}))
    >>> term = Interaction(Factor("arm"), Numeric("age")).resolved(rows)
    >>> term.coded(rows).ravel().tolist(), term.labels()[0].covariate
    ([0.0, 60.0, 70.0], 'arm=B × age')
    """

    left: Numeric | Factor
    right: Numeric | Factor

    @property
    def name(self) -> str:
        """The term's name."""
        return f"{self.left.name} × {self.right.name}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (*self.left.columns, *self.right.columns)

    def resolved(self, columns: Columns) -> Interaction:
        """With levels and references filled in."""
        return Interaction(self.left.resolved(columns), self.right.resolved(columns))

    def missing(self, columns: Columns) -> dict[str, Flags]:
        """Which rows lack a value, by column."""
        return self.left.missing(columns) | self.right.missing(columns)

    def labels(self) -> tuple[Label, ...]:
        """One label per coefficient; the right-hand side turns slowest."""
        pairs = [(a, b) for b in self.right.labels() for a in self.left.labels()]
        return tuple(
            Label(
                f"{a.covariate} × {b.covariate}",
                self.name,
                " × ".join(filter(None, (a.level, b.level))),
                " × ".join(filter(None, (a.reference, b.reference))),
            )
            for a, b in pairs
        )

    def coded(self, columns: Columns) -> Floats:
        """Rows x coefficients."""
        left, right = self.left.coded(columns), self.right.coded(columns)
        products: Floats = right[:, :, None] * left[:, None, :]
        return products.reshape(len(columns), -1)


Term = Numeric | Factor | Interaction

_TOO_MANY = f"a factor has at most {MOST_LEVELS} levels; a stratum may have more"


def require_terms(terms: tuple[object, ...]) -> None:
    """Raise `InputError` unless these are terms, each given once, interactions with their parts.

    Examples
    --------
    >>> require_terms((Numeric("age"), Factor("arm"), Interaction(Factor("arm"), Numeric("age"))))
    """
    wrong = [one for one in terms if not isinstance(one, Term)]
    if wrong:
        kinds = "Numeric, Factor or Interaction"
        raise InputError(f"`each term is a {kinds}` must hold, but got {wrong[0]!r}.")
    names = [one.name for one in terms if isinstance(one, Term)]
    twice = sorted({name for name in names if names.count(name) > 1})
    require(not twice, "each term is given once", twice=tuple(twice))
    for term in terms:
        if isinstance(term, Interaction):
            lacking = [part.name for part in (term.left, term.right) if part not in terms]
            rule = f"the terms of the interaction {term.name!r} are given beside it"
            require(not lacking, rule, lacking=tuple(lacking))
