"""Exporting datasets of a cohort: looked at first, then written as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from queries.cohort_records import CohortRecords
from queries.errors import DataError
from queries.exporters.dataset_json import Origin
from queries.exporters.dictionary import Entry, dictionary_csv, dictionary_html, entries
from queries.exporters.formats import Format, format_of
from queries.exporters.hashed import Hashed
from queries.exporters.measured import MeasuredDataset, measure
from queries.exporters.refusal import ExportRefused

DICTIONARY, PAGE, MANIFEST = "dictionary.csv", "dictionary.html", "export.json"

Progress = Callable[[float, str], None]
Sink = Callable[[str], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an export says of itself.

    Parameters
    ----------
    study, cohort, sentence : str
        Code of the study; name of the cohort, and its rule in English.
    snapshot, data_cut, system_version : str
        Hash of the snapshot's content; its data cut; version of Equipoise.
    created : datetime
        UTC.
    """

    study: str
    cohort: str
    sentence: str
    snapshot: str
    data_cut: str
    system_version: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """Datasets that were looked at, and what stands against writing them.

    Parameters
    ----------
    format : str
        One of `FORMATS`.
    datasets : tuple of MeasuredDataset
    subjects : int
        Of the cohort.
    problems : tuple of DataError
        Rules of the format that are broken; none may be, to write.
    notes : tuple of str
        What a reader of the files has to know.
    """

    format: str
    datasets: tuple[MeasuredDataset, ...]
    subjects: int
    problems: tuple[DataError, ...]
    notes: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files that an export writes."""
        ending = format_of(self.format).ending
        data = (f"{found.dataset.name}.{ending}" for found in self.datasets)
        return (*data, DICTIONARY, PAGE, MANIFEST)

    @property
    def cells(self) -> int:
        """Values to be written, what is missing among them."""
        return sum(found.cells for found in self.datasets)


def examine(records: CohortRecords, names: Sequence[str], format_key: str) -> Examined:
    """Look at every value of the datasets, before anything is written.

    Parameters
    ----------
    names : sequence of str
        Datasets, whatever their case; one at least.
    format_key : str
        One of `FORMATS`.

    Raises
    ------
    DataError
        For no dataset, one that this reader does not see, or an unknown format.

    Examples
    --------
    >>> from queries.cohorts import Cohort
    >>> found = examine(store.records_of(Cohort()), ["ADSL"], "xpt5")
    >>> found.subjects, found.problems[0].rule[:43]
    (8, "a variable's name is a letter or underscore")
    """
    written = format_of(format_key)
    chosen = tuple(dict.fromkeys(name.lower() for name in names))
    if not chosen:
        raise DataError("an export has at least one dataset")
    found = tuple(measure(records, name) for name in chosen)
    return Examined(
        format=format_key,
        datasets=found,
        subjects=records.subjects,
        problems=tuple(problem for one in found for problem in written.problems(one)),
        notes=tuple(_notes(records, found, written)),
    )


def _notes(records: CohortRecords, found: Sequence[MeasuredDataset], written: Format) -> list[str]:
    notes = [records.order]
    if records.pooled:
        notes.append("The study is blinded: whatever tells an arm is left out.")
    for one in found:
        name = one.dataset.name.upper()
        if records.source(one.dataset.name).subject is None:
            notes.append(f"{name} is of no subject and stands as a whole.")
        elif one.rows < one.rows_in_snapshot:
            notes.append(
                f"{name} holds {one.rows:,} of {one.rows_in_snapshot:,} rows: those of the "
                f"{records.subjects:,} subjects of the cohort."
            )
        notes += written.remarks(one)
    return notes


def into(folder: Path) -> Sink:
    """A sink that makes new files in a folder, which `staged` gave.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with into(Path(folder))("adsl.csv") as stream:
    ...         stream.write(b"whole")
    5
    """
    return lambda name: (folder / name).open("xb")


def write_export(
    records: CohortRecords,
    examined: Examined,
    sink: Sink,
    about: About,
    *,
    progress: Progress | None = None,
) -> None:
    """Write the datasets, their dictionary and what the export says of itself.

    Parameters
    ----------
    sink : callable
        Opens a file of that name; `into` a folder, or into an archive.

    Raises
    ------
    ExportRefused
        When a rule of the format is broken; then nothing is written.
    """
    if examined.problems:
        raise ExportRefused(examined.problems)
    written = format_of(examined.format)
    origin = Origin(study=about.study, system_version=about.system_version, created=about.created)
    files: list[dict[str, object]] = []
    rows: list[Entry] = []
    for place, (found, name) in enumerate(zip(examined.datasets, examined.files, strict=False)):
        if progress is not None:
            progress(place / len(examined.datasets), f"writing {name}")
        with sink(name) as stream:
            hashed = Hashed(stream)
            written.write(found, hashed, origin)
        said = {"file": name, "rows": found.rows, "columns": len(found.columns)}
        files.append({**said, "bytes": hashed.size, "sha256": hashed.sha256})
        rows += entries(records, found, written)
    title = f"{about.study}: data dictionary"
    sentences = [*_sentences(about, examined), *examined.notes]
    for name, content in (
        (DICTIONARY, dictionary_csv(rows)),
        (PAGE, dictionary_html(title, sentences, rows)),
        (MANIFEST, _manifest(about, examined, files)),
    ):
        with sink(name) as stream:
            stream.write(content)


def _sentences(about: About, examined: Examined) -> list[str]:
    return [
        f"Cohort {about.cohort}, {examined.subjects:,} subjects: {about.sentence}.",
        f"Data cut {about.data_cut or 'not stated'}, snapshot {about.snapshot[:12]}.",
        f"Written as {format_of(examined.format).label} by Equipoise {about.system_version} on "
        f"{about.created:%Y-%m-%d %H:%M} UTC.",
    ]


def _manifest(about: About, examined: Examined, files: Sequence[dict[str, object]]) -> bytes:
    said = {
        "study": about.study,
        "cohort": {
            "name": about.cohort,
            "rule": about.sentence,
            "subjects": examined.subjects,
        },
        "snapshot_sha256": about.snapshot,
        "data_cut": about.data_cut or None,
        "equipoise_version": about.system_version,
        "created": about.created.isoformat(timespec="seconds"),
        "format": format_of(examined.format).label,
        "files": files,
        "notes": list(examined.notes),
    }
    return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()
