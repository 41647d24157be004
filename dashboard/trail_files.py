"""The audit trail taken away, by the page and by the command: read, written, and recorded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime

from dashboard.exports import acts
from queries.workspace import ActFilter, Workspace

ACT = "export audit trail"


def taken_trail(
    workspace: Workspace, wanted: ActFilter, format_: str, *, blinded: Collection[str] = ()
) -> tuple[bytes, int]:
    """The acts that a filter lets through as a file, "csv" or "json", and how many there are.

    Parameters
    ----------
    blinded : collection of str
        Codes of the studies whose arms its reader is not shown, besides those that are blinded
        for everybody.
    """
    room = workspace.audit
    found = room.acts(wanted)
    blinded = {*blinded, *(study.code for study in workspace.studies() if study.blinded)}
    if format_ == "csv":
        return acts.to_csv(found, blinded=blinded), len(found)
    now = datetime.now(UTC)
    data = acts.to_json(found, beginning=room.beginning(), written_at=now, blinded=blinded)
    return data, len(found)


def record_taking(
    workspace: Workspace,
    *,
    person: str,
    format_: str,
    acts: int,
    wanted: ActFilter | None = None,
) -> None:
    """Record that the trail was taken away; this act is not in the file."""
    asked = {} if wanted is None else asdict(wanted)
    said = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asked.items()
        if value
    }
    detail = {"format": format_, "acts": acts, "filter": said}
    workspace.record(act=ACT, person=person, detail=detail)
