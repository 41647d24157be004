"""The way in: files are read, checked as a whole, and become one snapshot file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from queries.errors import DataError
from queries.identifiers import quoted
from queries.importers.archive import LIMITS, Limits, SourceFile, find_files
from queries.importers.checks import check_datasets
from queries.importers.content import check_content, expected_format
from queries.importers.dataset import Dataset, check_columns
from queries.importers.dataset_json import is_dataset, read_dataset_json
from queries.importers.delimited import read_delimited
from queries.importers.duplicates import same_content
from queries.importers.examination import examine, named_study
from queries.importers.identifiers import DeidentificationPlan, Deidentified, deidentify
from queries.importers.loaded import Loaded
from queries.importers.parquet import read_parquet
from queries.importers.provenance import write_deidentification, write_provenance
from queries.importers.refusal import ImportRefused, Problems
from queries.importers.report import CheckReport, Skipped
from queries.importers.sas import read_sas
from queries.importers.snapshot import SnapshotDraft, written_snapshot
from queries.importers.xport import read_xport
from queries.prepared import prepare_snapshot

Progress = Callable[[float, str], None]

_READERS: dict[str, Callable[[SourceFile], Dataset]] = {
    "SAS XPORT": read_xport,
    "SAS": read_sas,
    "JSON": read_dataset_json,
    "CSV": read_delimited,
    "Parquet": read_parquet,
}


def import_files(
    paths: Sequence[Path],
    snapshot_path: Path,
    *,
    study: str | None = None,
    key: str | None = None,
    deidentify: DeidentificationPlan | None = None,
    secret: str | None = None,
    progress: Progress | None = None,
    limits: Limits = LIMITS,
) -> CheckReport:
    """Import files, folders and zips as one snapshot file.

    Parameters
    ----------
    paths : sequence of Path
        Files, folders and zips. A `plan.json` among them is the study's plan.
    snapshot_path : Path
        The file to write. It appears when the import is complete, or not at all.
    study : str, optional
        The study's code; else the plan's, else STUDYID.
    key : str, optional
        Encrypts the file.
    deidentify : DeidentificationPlan, optional
        What is done to identifiers before anything is written; it takes `secret`.
    secret : str, optional
        The key of the codes and shifts of a de-identification. The same key gives the next data
        cut the same ones.
    progress : callable, optional
        Called with a fraction from 0 to 1 and a sentence.
    limits : Limits
        How far archives may unpack.

    Raises
    ------
    ImportRefused
        With everything that stands against the import; nothing is left of it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     source = Path(folder) / "adsl.csv"
    ...     _ = source.write_text("STUDYID,USUBJID,TRT01P\\nEQX-1,0101,Control\\n")
    ...     report = import_files([source], Path(folder) / "snapshot.duckdb")
    >>> report.study, report.subjects, report.arms
    ('EQX-1', 1, ('Control',))
    """
    try:
        if deidentify is not None and secret is None:
            raise DataError("a de-identification has a key for its codes and shifts")
        change = None if deidentify is None else (deidentify, secret or "")
        return _Intake(snapshot_path, study, progress or _silent, change).run(paths, key, limits)
    except ImportRefused:
        raise
    except DataError as problem:
        raise ImportRefused([problem]) from problem


def _silent(fraction: float, sentence: str) -> None:
    """Progress that nobody asked for."""


class _Intake:
    """One import on its way: what was loaded and what was skipped."""

    def __init__(
        self,
        path: Path,
        study: str | None,
        progress: Progress,
        change: tuple[DeidentificationPlan, str] | None,
    ) -> None:
        self.path, self.study, self.progress, self.change = path, study, progress, change
        self.done: Deidentified | None = None
        self.problems = Problems()
        self.loaded: list[Loaded] = []
        self.skipped: list[Skipped] = []
        self.plan: dict[str, Any] | None = None
        self._plan_file: SourceFile | None = None

    def run(self, paths: Sequence[Path], key: str | None, limits: Limits) -> CheckReport:
        self.progress(0.0, "Looking for files.")
        files = find_files(paths, limits)
        with written_snapshot(self.path, key, staged=self.change is not None) as draft:
            self._load_all(files, draft)
            self._deidentify(draft)
            self.progress(0.85, "Checking the data.")
            check_datasets(draft.connection, self.loaded, self.problems)
            self.problems.refuse()
            report = examine(
                draft.connection,
                self.loaded,
                study=self.study or self.path.stem,
                is_stated=self.study is not None,
                plan=self.plan,
                skipped=self.skipped,
                deidentified=self.done.done if self.done else None,
                quasi_identifiers=self.change[0].quasi_identifiers if self.change else (),
            )
            self.progress(0.95, "Writing the snapshot.")
            write_provenance(draft.connection, report, self.loaded)
            if self.change and self.done:
                write_deidentification(draft.connection, self.change[0].to_json(), self.done.done)
            prepare_snapshot(draft.connection, self.path.name)
        self.progress(1.0, "The snapshot is complete.")
        return report

    def _deidentify(self, draft: SnapshotDraft) -> None:
        if self.change is None:
            return
        self.progress(0.8, "Taking identifiers out.")
        plan, secret = self.change
        study = self.study or (self.plan or {}).get("study")
        study = study or named_study(draft.connection, self.loaded)
        if not study:
            raise DataError("a study that is de-identified has a code: STUDYID, or one given")
        done = deidentify(
            draft.connection,
            self.loaded,
            plan,
            secret=secret,
            study=str(study),
            study_plan=self.plan,
        )
        self.done, self.loaded, self.plan = done, list(done.loaded), done.plan

    # Reading -----------------------------------------------------------------

    def _load_all(self, files: Sequence[SourceFile], draft: SnapshotDraft) -> None:
        total, done = sum(file.bytes for file in files) or 1, 0
        for file in files:
            self.progress(0.85 * done / total, f"Reading {file.name}.")
            with self.problems.collected():
                self._take(file, draft)
            done += file.bytes
        self.problems.refuse()

    def _take(self, file: SourceFile, draft: SnapshotDraft) -> None:
        if Path(file.name).name.lower() == "plan.json":
            self._read_plan(file)
            return
        if expected_format(file) is None:
            self._skip(file, _reason(file))
            return
        kind = check_content(file)
        if kind == "JSON" and not is_dataset(file):
            self._skip(file, "JSON, but not Dataset-JSON")
            return
        dataset = _READERS[kind](file)
        check_columns(dataset)
        self._load(dataset, file, draft)

    def _skip(self, file: SourceFile, reason: str) -> None:
        self.skipped.append(Skipped(file=file.name, reason=reason))

    def _read_plan(self, file: SourceFile) -> None:
        with file.open() as stream:
            text = stream.read()
        try:
            plan = json.loads(text)
            if not isinstance(plan, dict):
                raise ValueError("no object")
            if plan.get("data_cut") is not None:
                date.fromisoformat(plan["data_cut"])
        except (ValueError, TypeError) as error:
            rule = "a plan is a JSON object, with an ISO date as data_cut if it has one"
            raise DataError(rule, got=str(error), file=file.name) from error
        if self._plan_file is not None and self.plan != plan:
            raise DataError("an import has one plan", got=self._plan_file.name, file=file.name)
        self.plan, self._plan_file = plan, file

    def _load(self, dataset: Dataset, file: SourceFile, draft: SnapshotDraft) -> None:
        sha256 = file.sha256()
        first = next((one for one in self.loaded if one.name == dataset.name), None)
        if first is not None:
            self._compare(first, dataset, sha256, draft)
            return
        stored = draft.load(dataset, f"{draft.place}.{quoted(dataset.name)}")
        one = Loaded(dataset=stored, source=file, sha256=sha256, place=draft.place)
        self.loaded.append(one)

    def _compare(self, first: Loaded, dataset: Dataset, sha256: str, draft: SnapshotDraft) -> None:
        """A second file of a dataset: left out when it says the same, else refused."""
        if sha256 != first.sha256 and not same_content(first, dataset, draft):
            raise DataError(
                f"a dataset comes from one file, or from files that say the same; "
                f"{dataset.name} in {first.dataset.file} is different",
                file=dataset.file,
            )
        self.skipped.append(
            Skipped(file=dataset.file, reason=f"the same content as {first.dataset.file}")
        )


def _reason(file: SourceFile) -> str:
    if Path(file.name).name.lower() == "define.xml":
        return "Define-XML is not read; labels and formats come from the data files"
    return "no format that is imported"
