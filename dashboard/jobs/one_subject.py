"""One subject of a study: found, handed out, restricted, released, erased."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from dashboard.access.key import snapshot_keys
from dashboard.access.pseudonym_key import pseudonym_key
from dashboard.exports.tables import to_csv
from dashboard.jobs import rewriting
from queries.encryption import key_of
from queries.errors import DataError
from queries.importers import CheckReport
from queries.one_subject import erase as erase_from
from queries.one_subject import named_by_others, records_of
from queries.pseudonyms import subject_hash
from queries.store import open_store
from queries.workspace import Snapshot, SubjectMark, Workspace

_UNKNOWN = "a subject is in a snapshot of the study, by USUBJID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A subject in one snapshot: how many records of which dataset."""

    snapshot: Snapshot
    records: Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure came to.

    Parameters
    ----------
    snapshots : int
        Snapshot files that were written anew.
    mentions : mapping of str to int
        Where the identifier still stands, and in how many records: what people wrote or saved
        in the workspace, and records of others in a snapshot, which are theirs to look at.
    """

    mark: SubjectMark
    snapshots: int
    mentions: Mapping[str, int]


def find(workspace: Workspace, study: str, subject: str) -> tuple[Found, ...]:
    """The snapshots that know a subject, newest first.

    Raises
    ------
    DataError
        When the study is not there.
    """
    workspace.study(study)
    found = [
        Found(snapshot=one, records=records_of(path, subject, key=snapshot_keys()))
        for one, path in rewriting.files(workspace, study)
    ]
    return tuple(one for one in found if one.records)


def hashed(workspace: Workspace, study: str, subject: str) -> str:
    """The keyed hash that stands for a subject."""
    return subject_hash(pseudonym_key(workspace.home), workspace.study(study).code, subject)


def marks_of(workspace: Workspace, study: str, subject: str) -> tuple[SubjectMark, ...]:
    """What was decided about a subject, newest first."""
    who = hashed(workspace, study, subject)
    return tuple(one for one in workspace.subjects.of_study(study) if one.subject_hash == who)


def export(workspace: Workspace, study: str, subject: str, *, reason: str, person: str) -> bytes:
    """A zip of everything about a subject: each snapshot's records as CSV, and all of it as JSON.

    Raises
    ------
    DataError
        When no snapshot knows the subject.
    """
    found = _known(workspace, study, subject)
    content = {
        "study": study,
        "subject": subject,
        "snapshots": [
            {
                "snapshot": one.snapshot.id,
                "state": one.snapshot.state,
                "imported_at": str(one.snapshot.added_at),
                "content_sha256": one.snapshot.content_sha256,
                "records": {name: _plain(rows) for name, rows in one.records.items()},
            }
            for one in found
        ],
        "decisions": [
            {**asdict(one), "at": str(one.at)} for one in marks_of(workspace, study, subject)
        ],
        "also_named_in": workspace.subjects.mentions(subject),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("subject.json", json.dumps(content, ensure_ascii=False, indent=2))
        for number, one in enumerate(found, start=1):
            for name, rows in one.records.items():
                archive.writestr(f"{number} {one.snapshot.state}/{name}.csv", to_csv(rows, []))
    detail = {"subject_hash": hashed(workspace, study, subject), "reason": reason}
    workspace.record(act="subject export", person=person, study=study, detail=detail)
    return target.getvalue()


def _plain(rows: pd.DataFrame) -> list[dict[str, object]]:
    text = rows.to_json(orient="records", date_format="iso", force_ascii=False)
    plain: list[dict[str, object]] = json.loads(text)
    return plain


def restrict(
    workspace: Workspace, study: str, subject: str, *, reason: str, person: str
) -> SubjectMark:
    """Leave a subject out of every new view and result; snapshots stay as they are."""
    _known(workspace, study, subject)
    return _mark(workspace, study, subject, "restricted", reason, person)


def release(
    workspace: Workspace, study: str, subject: str, *, reason: str, person: str
) -> SubjectMark:
    """Take a restriction back."""
    return _mark(workspace, study, subject, "released", reason, person)


def erase(workspace: Workspace, study: str, subject: str, *, reason: str, person: str) -> Erased:
    """Take a subject out of every snapshot file of a study.

    Each file is written anew, compared with the original and switched; what is interrupted goes
    on when it is asked for again. Until the last one is done, the subject is restricted.

    Raises
    ------
    DataError
        When no snapshot knows the subject, or an import is running.
    """
    if not reason.strip():
        raise DataError("an erasure has a reason")
    with rewriting.alone(workspace.home):
        if rewriting.imports_run(workspace.home):
            raise DataError("no import runs while a subject is erased")
        found = find(workspace, study, subject)
        if not found and not marks_of(workspace, study, subject):
            raise DataError(_UNKNOWN)
        _mark(workspace, study, subject, "restricted", reason, person)
        for one in found:
            _erase_from(workspace, one.snapshot, study, subject)
        for snapshot, path in rewriting.files(workspace, study):
            _agree(workspace, snapshot, path, subject)
        mark = _mark(workspace, study, subject, "erased", reason, person, {"snapshots": len(found)})
    named = {**_named_by_others(workspace, study, subject), **workspace.subjects.mentions(subject)}
    if not workspace.subjects.forget_overwritten():
        named["the log of the database, until it is stopped"] = 1
    return Erased(mark=mark, snapshots=len(found), mentions=named)


def _named_by_others(workspace: Workspace, study: str, subject: str) -> dict[str, int]:
    """Records of others that hold the identifier, in the snapshot that has most of each dataset."""
    found: dict[str, int] = {}
    for _, path in rewriting.files(workspace, study):
        for name, number in named_by_others(path, subject, key=snapshot_keys()).items():
            place = f"records of others in {name.upper()}"
            found[place] = max(number, found.get(place, 0))
    return found


def _erase_from(workspace: Workspace, snapshot: Snapshot, study: str, subject: str) -> None:
    path = workspace.path(snapshot)
    key = key_of(path, snapshot_keys())
    tombstone = hashed(workspace, study, subject)
    with rewriting.replaced(workspace.home, path) as target:
        erase_from(path, target, subject, key=key, tombstone=tombstone)


def _agree(workspace: Workspace, snapshot: Snapshot, path: Path, subject: str) -> None:
    """Let the workspace say of a snapshot what its file says now: who is left, and its hash.

    An erasure that was killed in between is caught up with.
    """
    with open_store(path, key=snapshot_keys()) as store:
        facts = store.ask("snapshot_facts").set_index("item")["value"]
        subjects = int(store.ask("cohort_size")["subjects"].item())
    content = str(facts["content_sha256"])
    if content == snapshot.content_sha256:
        return
    report = CheckReport.from_json(snapshot.report_json)
    findings = tuple(
        replace(one, example=None) if one.example == subject else one for one in report.findings
    )
    told = replace(report, sha256=content, subjects=subjects, findings=findings).to_json()
    workspace.subjects.replace_content(snapshot.id, content_sha256=content, report_json=told)


def _known(workspace: Workspace, study: str, subject: str) -> tuple[Found, ...]:
    found = find(workspace, study, subject)
    if not found:
        raise DataError(_UNKNOWN)
    return found


def _mark(
    workspace: Workspace,
    study: str,
    subject: str,
    state: str,
    reason: str,
    person: str,
    detail: Mapping[str, object] | None = None,
) -> SubjectMark:
    return workspace.subjects.mark(
        study=workspace.study(study).code,
        subject_hash=hashed(workspace, study, subject),
        state=state,
        reason=reason,
        person=person,
        detail=detail,
    )
