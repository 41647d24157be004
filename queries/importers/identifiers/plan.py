"""What is done to identifiers on the way in: a plan, as a value that is written as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from queries.errors import DataError

ACTIONS: Mapping[str, str] = {
    "keep": "Keep",
    "drop": "Leave out",
    "shift": "Shift dates",
    "year": "Year only",
    "age": "Ages over 89 as 90",
    "age_bands": "Ten-year age bands",
    "zip3": "First three digits of the ZIP code",
    "hash": "Replace by a code",
}
DATES = ("keep", "study", "subject")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnAction:
    """What is done to a column.

    Parameters
    ----------
    column : str
        Its name; letter case does not matter.
    action : str
        One of `ACTIONS`.
    dataset : str
        Only in this dataset; "" in every one that has the column.
    """

    column: str
    action: str
    dataset: str = ""

    def __post_init__(self) -> None:
        for name in ("column", "action", "dataset"):
            if not isinstance(getattr(self, name), str):
                raise DataError(f"`{name}` of an action is text", got=getattr(self, name))
        if not self.column or "\x00" in self.column:
            raise DataError("an action names its column", got=self.column)
        if self.action not in ACTIONS:
            raise DataError(f"an action is one of {', '.join(ACTIONS)}", got=self.action)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeidentificationPlan:
    """What is done to identifiers before a snapshot is written.

    Parameters
    ----------
    actions : tuple of ColumnAction
    dates : {"keep", "study", "subject"}
        By what the dates are shifted that no action of their own is for: nothing; one secret
        offset for the study, which keeps the calendar's order between subjects; or one for each
        subject, after which no forecast in calendar time means anything. Intervals within a
        subject are kept by both.
    quasi_identifiers : tuple of str
        Columns of the subjects that k-anonymity is counted for; () for the usual ones.

    Examples
    --------
    >>> plan = DeidentificationPlan(dates="study",
    ...                             actions=(ColumnAction(column="USUBJID", action="hash"),))
    >>> DeidentificationPlan.from_json(plan.to_json()) == plan
    True
    >>> plan.action_of("adsl", "USUBJID"), plan.action_of("adsl", "SEX")
    ('hash', None)
    """

    actions: tuple[ColumnAction, ...] = ()
    dates: str = "keep"
    quasi_identifiers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.dates not in DATES:
            raise DataError(f"`dates` is one of {', '.join(DATES)}", got=self.dates)
        places = [(one.dataset.lower(), one.column.upper()) for one in self.actions]
        repeated = [place for place in places if places.count(place) > 1]
        if repeated:
            raise DataError("a column has one action", got=repeated[0][1])
        for one in self.actions:
            if one.action == "shift" and self.dates == "keep":
                raise DataError("a plan that shifts says by what: `dates`", column=one.column)

    def action_of(self, dataset: str, column: str) -> str | None:
        """The action for a column; that for its dataset before that for all; None without one."""
        wanted = {
            one.dataset.lower(): one.action
            for one in self.actions
            if one.column.upper() == column.upper()
        }
        return wanted.get(dataset.lower(), wanted.get(""))

    def to_json(self) -> str:
        """The plan as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> DeidentificationPlan:
        """The plan that `to_json` wrote; a DataError for anything else."""
        try:
            plain = json.loads(text)
            return _built(plain)
        except (ValueError, TypeError, RecursionError, KeyError) as error:
            if isinstance(error, DataError):
                raise
            rule = "a plan of de-identification is JSON with actions, dates and quasi_identifiers"
            raise DataError(rule, got=f"{type(error).__name__}: {error}") from None


def _built(plain: Any) -> DeidentificationPlan:
    known = {"actions", "dates", "quasi_identifiers"}
    if not isinstance(plain, dict) or not set(plain) <= known:
        raise TypeError("no object with these names")
    quasi = plain.get("quasi_identifiers", [])
    if not all(isinstance(name, str) for name in quasi):
        raise TypeError("a column is text")
    return DeidentificationPlan(
        actions=tuple(ColumnAction(**one) for one in plain.get("actions", [])),
        dates=plain.get("dates", "keep"),
        quasi_identifiers=tuple(quasi),
    )
