"""The audit trail as a file: JSON that anybody can verify, or CSV to read."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from dashboard.exports import tables
from queries.workspace import Activity, ChainedAct

_HOW = (
    "hash = SHA-256 of: previous, a line break, and the JSON object of act, at, detail, number, "
    "person and study, in this order, without blanks, characters beyond ASCII escaped. "
    "The first act follows `beginning`; every other one the act before it. An act without detail "
    "was made by arm in a study that is blinded: its detail is withheld."
)


def to_json(
    acts: Sequence[ChainedAct],
    *,
    beginning: str,
    written_at: datetime,
    blinded: Collection[str] = (),
) -> bytes:
    """Acts with all that it takes to compute their hashes anew.

    Parameters
    ----------
    acts : sequence of ChainedAct
    beginning : str
        What the first act of the workspace follows.
    blinded : collection of str
        Codes of the studies that show no arms; see `is_withheld`.

    Examples
    --------
    >>> from datetime import UTC
    >>> said = json.loads(to_json((), beginning="0" * 64, written_at=datetime(2026, 3, 31,
    ...                                                                       tzinfo=UTC)))
    >>> said["written_at"], said["acts"]
    ('2026-03-31T00:00:00.000000+00:00', [])
    """
    told: dict[str, Any] = {
        "what": "Audit trail of an Equipoise workspace",
        "how_to_verify": _HOW,
        "written_at": _moment(written_at),
        "beginning": beginning,
        "acts": [_as_object(one, blinded) for one in acts],
    }
    return (json.dumps(told, indent=1) + "\n").encode()


def to_csv(acts: Sequence[ChainedAct], *, blinded: Collection[str] = ()) -> bytes:
    """Acts as a table: one row each, old and new values and the reason in columns of their own.

    Text that a spreadsheet would take for a formula is prefixed with an apostrophe, so hashes are
    computed anew from the JSON, not from this.

    Examples
    --------
    >>> to_csv(()).decode().split(",")[:3]
    ['"number"', '"at"', '"person"']
    """
    rows = [_as_row(one, blinded) for one in acts]
    return tables.to_csv(pd.DataFrame(rows, columns=list(_COLUMNS)))


_COLUMNS = (
    *("number", "at", "person", "act", "study", "reason", "old", "new", "detail"),
    *("previous", "hash"),
)


def detail_of(act: Activity) -> dict[str, Any]:
    """The details of an act; none where somebody wrote something else into the database."""
    try:
        return act.detail
    except (ValueError, TypeError, RecursionError):
        return {}


def is_withheld(act: Activity, blinded: Collection[str]) -> bool:
    """Whether the detail of an act is for those who see arms, and its study shows none.

    A result that was made by arm may tell by its name what it showed.

    Examples
    --------
    >>> from datetime import UTC
    >>> act = Activity(number=1, at=datetime(2026, 3, 31, tzinfo=UTC), person="anna",
    ...                act="export results", study="EQX-301", detail_json='{"pooled": false}')
    >>> is_withheld(act, {"EQX-301"}), is_withheld(act, ())
    (True, False)
    """
    return act.study in blinded and detail_of(act).get("pooled") is False


def _as_object(one: ChainedAct, blinded: Collection[str]) -> dict[str, Any]:
    act = one.activity
    return {
        "number": act.number,
        "at": _moment(act.at),
        "person": act.person,
        "act": act.act,
        "study": act.study,
        "detail": None if is_withheld(act, blinded) else act.detail_json,
        "previous": one.previous,
        "hash": one.hash,
    }


def _as_row(one: ChainedAct, blinded: Collection[str]) -> dict[str, Any]:
    readable = bool(detail_of(one.activity)) and not is_withheld(one.activity, blinded)
    changes = one.activity.changes if readable else {}
    old = {name: before for name, (before, _) in changes.items()}
    new = {name: after for name, (_, after) in changes.items()}
    return {
        **_as_object(one, blinded),
        "reason": one.activity.reason if readable else "",
        "old": json.dumps(old) if old else None,
        "new": json.dumps(new) if new else None,
    }


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
