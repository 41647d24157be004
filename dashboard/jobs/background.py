"""Imports in a process of their own, watched by whoever started them.

Each has a folder in the home folder: the files that were handed in (until it ends), and
`progress.jsonl`, a line for every step and a last line for the result. The process writes
nothing else but its snapshot; when it is killed, its lease falls and the import reads as
failed.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

from dashboard.access.key import snapshot_key
from dashboard.home import open_here
from dashboard.jobs import lease
from dashboard.jobs.imports import import_folder, import_study
from dashboard.jobs.uploads import opened_uploads
from queries.errors import DataError
from queries.importers import DeidentificationPlan, ImportRefused

_STARTING_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far an import is.

    Parameters
    ----------
    state : {"running", "done", "refused", "failed"}
    share : float
        The part that is done, from 0 to 1.
    message : str
        What it does, or why it failed.
    problems : tuple of str
        Why it was refused: one sentence each.
    study, snapshot : str or None
        What came of it; the snapshot is a candidate until somebody accepts it.
    """

    state: Literal["running", "done", "refused", "failed"]
    share: float = 0.0
    message: str = ""
    problems: tuple[str, ...] = ()
    study: str | None = None
    snapshot: str | None = None


def start_import(
    paths: Sequence[Path] = (),
    *,
    home: Path,
    person: str,
    study: str | None = None,
    import_id: str | None = None,
    deidentify: DeidentificationPlan | None = None,
    keep_files: bool = False,
    only_demo: bool = False,
) -> str:
    """Start an import and come back at once.

    Parameters
    ----------
    paths : sequence of Path
        Files, folders and zips; with `import_id`, those that were handed in are read as well.
    home : Path
        The home folder of the workspace.
    person : str
        Who imports.
    study : str, optional
        The code of the study; else the plan or the data say it.
    import_id : str, optional
        From `uploads.save_uploads`; those files are deleted when the import ends.
    deidentify : DeidentificationPlan, optional
        What is done to identifiers before anything is written.
    keep_files : bool
        Keep the files of a check that went through, until `uploads_again` or `drop_uploads`.
    only_demo : bool
        As `import_study`.

    Returns
    -------
    str
        The id to ask `read_import` about. The snapshot it makes is a candidate.
    """
    import_id = import_id or secrets.token_hex(16)
    folder = import_folder(home, import_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    request = {
        "paths": [str(Path(path).absolute()) for path in paths],
        "home": str(home),
        "person": person,
        "study": study,
        "deidentify": None if deidentify is None else deidentify.to_json(),
        "keep_files": keep_files,
        "only_demo": only_demo,
    }
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
    process = subprocess.Popen(  # noqa: S603  (our own module, no shell)
        [sys.executable, "-m", "dashboard.jobs.background", str(folder)],
        cwd=Path(__file__).parents[2],  # so that the child finds these packages as we do
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # Somebody has to wait for a child, or it stays in the process table.
    threading.Thread(target=process.wait, daemon=True).start()
    return import_id


def read_import(home: Path, import_id: str) -> ImportProgress:
    """How far an import is; one whose process is gone without a result has failed.

    Raises
    ------
    DataError
        When there is no such import.
    """
    folder = import_folder(home, import_id)
    if not folder.is_dir():
        raise DataError("an import is one that was started here", got=import_id)
    alive = lease.is_held(_lease(folder)) or _is_starting(folder)  # asked before reading
    last = _last_line(folder / "progress.jsonl")
    if last.state == "running" and not alive:
        return ImportProgress(state="failed", message="The import was ended from outside.")
    return last


def cancel_import(home: Path, import_id: str) -> None:
    """End a running import; nothing of it is kept."""
    folder = import_folder(home, import_id)
    if lease.is_held(_lease(folder)):
        with suppress(OSError, ValueError):
            os.kill(int((folder / "pid").read_text()), signal.SIGTERM)


def _lease(folder: Path) -> Path:
    return folder.with_suffix(".lease")


def _is_starting(folder: Path) -> bool:
    fresh = time.time() - folder.stat().st_mtime < _STARTING_SECONDS
    return fresh and not (folder / "pid").exists()


def _last_line(file: Path) -> ImportProgress:
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    for line in reversed(lines):
        with suppress(ValueError):  # the last line may be half written
            plain = json.loads(line)
            return ImportProgress(**{**plain, "problems": tuple(plain.get("problems", ()))})
    return ImportProgress(state="running", message="Starting")


# In the process of its own -----------------------------------------------------------


def main(folder: Path) -> None:
    """Do the import that `folder` asks for, and write down how it goes."""
    asked_to_end = threading.Event()

    def end(*_: object) -> None:
        asked_to_end.set()
        sys.exit("cancelled")

    signal.signal(signal.SIGTERM, end)
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    with lease.held(_lease(folder), wait_seconds=5), (folder / "progress.jsonl").open("a") as log:
        (folder / "pid").write_text(str(os.getpid()))
        result: ImportProgress | None = None
        try:
            result = _result(request, folder, log)
        except SystemExit:
            result = ImportProgress(state="failed")
        finally:
            # A plan of de-identification is made from what the check found, on the same files.
            if not (request.get("keep_files") and result is not None and result.state == "done"):
                shutil.rmtree(folder / "files", ignore_errors=True)
        # DuckDB answers an interruption in the middle of a query with an error of its own.
        if asked_to_end.is_set() and result.state == "failed":
            result = ImportProgress(state="failed", message="The import was cancelled.")
        _write(log, result)


def _result(request: dict[str, Any], folder: Path, log: TextIO) -> ImportProgress:
    def report(share: float, message: str) -> None:
        _write(log, ImportProgress(state="running", share=share, message=message))

    try:
        with open_here(Path(request["home"])) as workspace, opened_uploads(folder) as uploaded:
            done = import_study(
                [*(Path(path) for path in request["paths"]), *uploaded],
                workspace=workspace,
                person=request["person"],
                study=request["study"],
                accept=False,
                key=snapshot_key(),
                deidentify=_asked_plan(request),
                only_demo=request["only_demo"],
                progress=report,
            )
    except ImportRefused as refusal:
        problems = tuple(str(problem) for problem in refusal.problems)
        return ImportProgress(state="refused", problems=problems)
    except DataError as error:
        return ImportProgress(state="refused", problems=(str(error),))
    except Exception as error:  # a bug or a broken machine: whoever waits must hear of it
        return ImportProgress(state="failed", message=f"{type(error).__name__}: {error}")
    return ImportProgress(state="done", share=1.0, study=done.study.code, snapshot=done.snapshot.id)


def _asked_plan(request: dict[str, Any]) -> DeidentificationPlan | None:
    text = request.get("deidentify")
    return None if text is None else DeidentificationPlan.from_json(text)


def _write(log: TextIO, progress: ImportProgress) -> None:
    log.write(json.dumps(asdict(progress)) + "\n")
    log.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
