"""What the numbers of a result are, said by the page that shows it and never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

import pandas as pd

from analytics import wire
from analytics.checks import InputError, require

Level = Literal["aggregate", "curve", "subjects"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Disclosure:
    """What each column of a result holds, and how its counts hang together.

    Columns that are not named here do not go to an external audience.

    Parameters
    ----------
    level : str
        "aggregate" (numbers about groups), "curve" (survival by time) or "subjects" (a row, a
        mark or a line a subject, which no share may hold).
    count : str
        Column that counts subjects; "" where the counts of an aggregate are not described, so
        that it goes to no external audience.
    of : str
        Column with the subjects of the arm; "" where the arm's counts add up to it.
    arm : str
        Column of arms; "" where all are counted together.
    arms : tuple of str
        Their order.
    whole : str
        What stands in the column of arms for all of them together.
    keys : tuple of str
        Columns that say what a row counts, besides the arm.
    percent : str
        Column with `count` as a share of `of`.
    derived : tuple of str
        Columns worked out from the count and its arm: they go where it goes. None that adds up
        over rows, as numbers of events do: a sum less what is shown of it is what is hidden.
    compared : tuple of str
        … from the counts of all arms of a row: they go with any of them.
    overall : tuple of str
        … from all counts of the table, such as adjusted p-values: they go with any of them.
    adds_up : tuple of str, optional
        Rows with the same values of these keys split the arm: each subject is in one of them,
        or in none.
    tree : tuple of str
        Keys from the whole to the part: a row whose last of them is empty (or `root`) holds the
        subjects of all rows that agree in those before it.
    root : str
        What stands for the whole, besides the empty text.
    period : str
        Column of days, to be counted by quarter.
    names : mapping
        Keys as they are called on screen, in their fixed order.
    population : str
        Whose subjects are counted, in which arms. The same text means the same subjects, so that
        results of one share are protected together.
    about : str
        What is counted. Results of the same population that are about the same share counts.
    cohort : str
        The rule in words, without numbers of subjects.
    table : DataFrame, optional
        The counts, where the result's numbers are of another form.

    Examples
    --------
    >>> said = Disclosure(level="aggregate", count="subjects", keys=("status",), adds_up=())
    >>> Disclosure.from_wire(said.to_wire()).keys
    ('status',)
    """

    level: Level
    count: str = ""
    of: str = ""
    arm: str = "arm"
    arms: tuple[str, ...] = ()
    whole: str = ""
    keys: tuple[str, ...] = ()
    percent: str = ""
    derived: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    overall: tuple[str, ...] = ()
    adds_up: tuple[str, ...] | None = None
    tree: tuple[str, ...] = ()
    root: str = ""
    period: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    population: str = ""
    about: str = ""
    cohort: str = ""
    table: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        require(self.level in get_args(Level), "a known level of disclosure", level=self.level)
        linked = self.of or self.adds_up is not None
        require(not self.count or bool(linked), "a count is of an arm", count=self.count)
        if self.table is not None:  # as cards write tables: rows are numbered from 0
            object.__setattr__(self, "table", self.table.reset_index(drop=True))
        parts = {*self.tree, *(self.adds_up or ())}
        require(parts <= set(self.keys), "trees and sums are by keys", keys=self.keys)

    def to_wire(self) -> Any:
        """The description as JSON values."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        return wire.encode(said, lambda _: None)

    @classmethod
    def from_wire(cls, body: Any) -> Disclosure:
        """Rebuild a description; `InputError` for what `to_wire` did not write."""
        said = wire.decode(body, _no_result)
        known = {one.name for one in fields(cls)}
        require(isinstance(said, dict) and set(said) == known, "a description has its fields")
        for name, value in said.items():
            require(_fits(name, value), "a description holds texts", field=name)
        return cls(**said)


AGGREGATE = Disclosure(level="aggregate")
"""About groups, with counts that are not described."""
SUBJECTS = Disclosure(level="subjects")
"""A row or a mark for each subject."""

_LISTS = ("arms", "keys", "derived", "compared", "overall", "adds_up", "tree")


def _fits(name: str, value: object) -> bool:
    if name == "table":
        return value is None or isinstance(value, pd.DataFrame)
    if name == "names":
        return isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values())
    if name in _LISTS:
        texts = isinstance(value, tuple) and all(isinstance(one, str) for one in value)
        return texts or (name == "adds_up" and value is None)
    return isinstance(value, str)


def _no_result(name: str, _: Any) -> object:
    raise InputError(f"`a description holds plain values` must hold, but got {name!r}.")
