"""The demo studies, and a very large one, made here and imported like any other data."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import sample_data
from dashboard import __version__
from dashboard.jobs import lease
from dashboard.jobs.imports import Imported, Progress, import_study
from queries.importers import CheckReport
from queries.workspace import Workspace
from sample_data import large

PERSON = "demo builder"
UNBLINDED = ("EQX-301",)
REASON = "demonstration data: shown by arm so that the first screen shows arms"
_WAIT_SECONDS = 600
_MAKING = 0.35  # share of the making in making and importing the large study


def demo_version() -> str:
    """What the demo studies depend on; they are built again when it changes."""
    return f"{__version__}/{sample_data.VERSION}"


def demo_is_built(home: Path) -> bool:
    """Whether this home folder has the demo studies of this version.

    Examples
    --------
    >>> demo_is_built(Path("no-such-home"))
    False
    """
    try:
        built = json.loads(_mark(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(built == {"version": demo_version()})


def build_demo(
    workspace: Workspace, *, rebuild: bool = False, progress: Progress | None = None
) -> tuple[str, ...]:
    """Build the demo studies, unless they are there.

    Parameters
    ----------
    workspace : Workspace
        Where they go.
    rebuild : bool
        Build them again in any case.
    progress : callable, optional
        Called with the share done and a sentence.

    Returns
    -------
    tuple of str
        The codes of the studies that were built.
    """
    home = workspace.home
    with lease.held(home / "demo.lease", wait_seconds=_WAIT_SECONDS):
        if demo_is_built(home) and not rebuild:
            return ()
        studies = sample_data.STUDIES
        for position, (code, write) in enumerate(studies.items()):
            part = _part(progress, position / len(studies), 1 / len(studies), code)
            _build(workspace, code, write, part)
        _mark(home).write_text(json.dumps({"version": demo_version()}), encoding="utf-8")
        return tuple(studies)


def build_large(
    workspace: Workspace,
    *,
    subjects: int = large.SUBJECTS,
    adverse_events: int = large.ADVERSE_EVENTS,
    progress: Progress | None = None,
) -> Imported:
    """Make EQX-LARGE, an invented study to measure with, and import it as its new snapshot.

    Parameters
    ----------
    workspace : Workspace
        Where it goes.
    subjects, adverse_events : int
        Its size, within the limits of `sample_data.large.check_sizes`.
    progress : callable, optional
        Called with the share done and a sentence.
    """
    with (
        lease.held(workspace.home / "large.lease"),
        tempfile.TemporaryDirectory(prefix="equipoise-large-") as folder,
    ):
        large.write_large(
            Path(folder),
            subjects=subjects,
            adverse_events=adverse_events,
            progress=_part(progress, 0.0, _MAKING, large.STUDY),
        )
        return import_study(
            [Path(folder)],
            workspace=workspace,
            person=PERSON,
            study=large.STUDY,
            progress=_part(progress, _MAKING, 1 - _MAKING, large.STUDY),
        )


def large_is_built(workspace: Workspace, *, subjects: int, adverse_events: int) -> bool:
    """Whether the current snapshot of EQX-LARGE has this size."""
    if large.STUDY not in {study.code for study in workspace.studies()}:
        return False
    current = workspace.current_snapshot(large.STUDY)
    report = CheckReport.from_json(current.report_json) if current else None
    rows = {dataset.name: dataset.rows for dataset in report.datasets} if report else {}
    return (rows.get("adsl"), rows.get("adae")) == (subjects, adverse_events)


def _build(
    workspace: Workspace, code: str, write: Callable[[Path], object], progress: Progress
) -> None:
    progress(0.0, "Making the data files.")
    with tempfile.TemporaryDirectory(prefix="equipoise-demo-") as folder:
        write(Path(folder))
        imported = import_study(
            [Path(folder)], workspace=workspace, person=PERSON, study=code, progress=progress
        )
    # Only at the first time: whoever blinded it again meant it.
    is_first = len(workspace.snapshots(code)) == 1
    if code in UNBLINDED and imported.study.blinded and is_first:
        workspace.unblind(code, PERSON, REASON)


def _part(progress: Progress | None, start: float, share: float, code: str) -> Progress:
    def report(done: float, message: str) -> None:
        if progress is not None:
            progress(start + share * done, f"{code}: {message}")

    return report


def _mark(home: Path) -> Path:
    return home / "demo.json"
