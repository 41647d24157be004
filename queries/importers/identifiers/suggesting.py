"""From what was found to a plan that can be edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from queries.importers.identifiers.detection import IdentifierFound
from queries.importers.identifiers.plan import ACTIONS, ColumnAction, DeidentificationPlan

UNSEEN = (
    "Signs are names, labels and patterns in values. A name, place or event told within a sentence "
    "has no sign: free text has to be read or left out. Removing what was found is not a "
    "determination of de-identification under HIPAA, and shifted dates are not Safe Harbor."
)
# Of several signs in a column, the one whose action removes most decides.
_STRONGEST = ("drop", "hash", "zip3", "age_bands", "age", "year", "shift", "keep")


def suggested_actions(found: Sequence[IdentifierFound]) -> Mapping[str, str]:
    """An action for each column with a sign, by the column's name in upper case.

    A column has one action in all datasets, so that a code stays the same wherever it stands.

    Examples
    --------
    >>> signs = [IdentifierFound(dataset="adsl", column="PHONE", label="", kind="names",
    ...                          sign="name", records=3, suggestion="drop")]
    >>> dict(suggested_actions(signs))
    {'PHONE': 'drop'}
    """
    assert set(_STRONGEST) == set(ACTIONS)
    actions: dict[str, str] = {}
    for one in found:
        both = {actions.get(one.column.upper(), one.suggestion), one.suggestion}
        actions[one.column.upper()] = min(both, key=_STRONGEST.index)
    return actions


def suggested_plan(
    found: Sequence[IdentifierFound], *, dates: str = "study"
) -> DeidentificationPlan:
    """The plan that does what is suggested; dates that can be shifted are, named or not.

    Examples
    --------
    >>> suggested_plan([]).dates
    'study'
    """
    actions = tuple(
        ColumnAction(column=column, action=action)
        for column, action in suggested_actions(found).items()
        if action not in ("keep", "shift")
    )
    return DeidentificationPlan(actions=actions, dates=dates)
