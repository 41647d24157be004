"""The import of a study's data files: checked, written as a snapshot, registered.

`import_study` does it here and now. `dashboard.jobs.background` does it in a process of
its own for the browser.
"""

from __future__ import annotations

import re
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dashboard.access.key import snapshot_key
from dashboard.access.pseudonym_key import pseudonym_key
from dashboard.access.standing import DEMO_STUDIES, MAKE_ONE
from dashboard.jobs import lease
from queries.errors import DataError
from queries.importers import CheckReport, DeidentificationPlan, import_files
from queries.store import open_store
from queries.workspace import Plan, Snapshot, Study, Workspace

Progress = Callable[[float, str], None]
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """An import that went through: the study, its new snapshot, and what the checks found."""

    study: Study
    snapshot: Snapshot
    report: CheckReport


def import_study(
    paths: Sequence[Path],
    *,
    workspace: Workspace,
    person: str,
    study: str | None = None,
    status: str | None = None,
    accept: bool = True,
    key: str | None = None,
    deidentify: DeidentificationPlan | None = None,
    only_demo: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Import files as a new snapshot of a study.

    Parameters
    ----------
    paths : sequence of Path
        Files, folders and zips.
    workspace : Workspace
        Where the study is registered; its home folder gets the snapshot file.
    person : str
        Who imports.
    study : str, optional
        The code of the study; else the plan or the data say it.
    status : {"ongoing", "complete"}, optional
        Else the plan says it, else what is known already stays, else it is complete when every
        subject has ended the study.
    accept : bool
        Make the snapshot the current one; else it waits as a candidate.
    key : str, optional
        Encrypt the snapshot file with this key.
    deidentify : DeidentificationPlan, optional
        What is done to identifiers before anything is written, with the home's own key.
    only_demo : bool
        Refuse studies other than those of the demo while there is no administrator.
    progress : callable, optional
        Called with the share done and a sentence.

    Raises
    ------
    ImportRefused
        With every problem found; nothing was imported.
    DataError
        When the workspace refuses the study, for instance for a plan of another study.
    """
    home = workspace.home
    import_id = secrets.token_hex(16)
    file = home / "snapshots" / f"{import_id}.duckdb"
    with lease.held(import_lease(home, import_id)), _kept_only_if_registered(file):
        report = import_files(
            paths,
            file,
            study=study,
            key=key,
            deidentify=deidentify,
            secret=pseudonym_key(home) if deidentify is not None else None,
            progress=progress,
        )
        if only_demo and _is_own(workspace, report.study):
            raise DataError(f"before data of your own are imported here, {MAKE_ONE}")
        _register(workspace, report, file, person=person, status=status, take_plan=accept, key=key)
        snapshot = workspace.add_candidate(
            study=report.study,
            file=file,
            content_sha256=report.sha256,
            report_json=report.to_json(),
            person=person,
        )
        if accept:
            snapshot = workspace.accept(snapshot.id, person)
    import_lease(home, import_id).unlink(missing_ok=True)
    return Imported(study=workspace.study(report.study), snapshot=snapshot, report=report)


def _is_own(workspace: Workspace, study: str) -> bool:
    """Whether this is a study of one's own, without anybody to answer for it yet."""
    return study not in DEMO_STUDIES and not workspace.people.has_administrator()


def check_files(
    paths: Sequence[Path], *, study: str | None = None, progress: Progress | None = None
) -> CheckReport:
    """What an import of these files would find; nothing is kept.

    Where there is a key for snapshots, what lies on the disk meanwhile is encrypted with it.

    Raises
    ------
    ImportRefused
        With every problem found.
    """
    with tempfile.TemporaryDirectory(prefix="equipoise-check-") as folder:
        file = Path(folder) / "checked.duckdb"
        return import_files(paths, file, study=study, key=snapshot_key(), progress=progress)


def accept_candidate(workspace: Workspace, snapshot_id: str, person: str) -> Snapshot:
    """Make a candidate the current snapshot, and the plan that came with it the study's plan."""
    candidate = workspace.snapshot(snapshot_id)
    report = CheckReport.from_json(candidate.report_json)
    accepted = workspace.accept(snapshot_id, person)
    file = workspace.path(accepted)
    _register(workspace, report, file, person=person, status=None, take_plan=True)
    return accepted


def reject_candidate(workspace: Workspace, snapshot_id: str, person: str) -> Snapshot:
    """Turn a candidate down, and delete its file."""
    rejected = workspace.reject(snapshot_id, person)
    workspace.path(rejected).unlink(missing_ok=True)
    return rejected


def forget_content(workspace: Workspace, rejected: Snapshot) -> None:
    """Keep of the check report of a rejected import no identifier, date or hash of what it held."""
    report = CheckReport.from_json(rejected.report_json)
    nothing = secrets.token_hex(32)
    kept = replace(
        report,
        sha256=nothing,
        data_cut=None,
        data_cut_source=None,
        plan=None,
        derivations=(),
        findings=tuple(replace(one, example=None) for one in report.findings),
    )
    workspace.subjects.replace_content(
        rejected.id, content_sha256=nothing, report_json=kept.to_json()
    )
    workspace.subjects.forget_overwritten()


def import_folder(home: Path, import_id: str) -> Path:
    """Where an import in a process of its own keeps what it was handed, and how it goes.

    Raises
    ------
    DataError
        When that is no id of an import.
    """
    if not _ID.fullmatch(import_id):
        raise DataError("the id of an import is 32 digits 0-9 and a-f", got=import_id)
    return home / "imports" / import_id


def import_lease(home: Path, import_id: str) -> Path:
    """The lease that a running import holds, so that nobody sweeps its file away."""
    return home / "imports" / f"{import_id}.lease"


@contextmanager
def _kept_only_if_registered(file: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _status_in(file: Path, key: str | None) -> str:
    """Complete when the data give every subject an end of study; else, with care, ongoing."""
    with open_store(file, key=key) as store:
        status = store.ask("disposition")["status"]
    ended = status.notna() & (status != "ONGOING")
    return "complete" if len(status) and ended.all() else "ongoing"


def _register(
    workspace: Workspace,
    report: CheckReport,
    file: Path,
    *,
    person: str,
    status: str | None,
    take_plan: bool,
    key: str | None = None,
) -> None:
    """Register the study if it is new; bring its plan up to date if that is wanted."""
    known = report.study in {study.code for study in workspace.studies()}
    plan = Plan.from_plain(report.plan) if report.plan else None
    if known and not take_plan:
        return
    if not known and plan is None and status is None:
        status = _status_in(file, key)
    workspace.register_study(code=report.study, status=status, plan=plan, person=person)
