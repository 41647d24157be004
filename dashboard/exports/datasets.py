"""Datasets of a cohort to take away: as a zip from a page, as files from the command line."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from dashboard import __version__
from queries.cohorts import EVERYONE, Cohort
from queries.exporters import (
    About,
    Examined,
    ExportRefused,
    examine,
    into,
    refuse_replacing,
    staged,
    write_export,
)
from queries.store import Store
from queries.workspace import Snapshot, Workspace

ACT = "export datasets"
MOST_CELLS = 5_000_000
"""Rows times columns that a page hands out; the command line has no such limit."""

_LONGEST_SENTENCE = 2000
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetExport:
    """Which datasets of which cohort are taken away, and in which format.

    Parameters
    ----------
    cohort : Cohort
    datasets : tuple of str
    format : str
        One of `FORMATS`.

    Examples
    --------
    >>> DatasetExport(datasets=("adsl",), format="json").run(store).cells
    136
    """

    cohort: Cohort = EVERYONE
    datasets: tuple[str, ...]
    format: str

    def run(self, store: Store) -> Examined:
        """Look at every value, before anything is written."""
        return examine(store.records_of(self.cohort), self.datasets, self.format)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSizes:
    """How large the datasets of a cohort are, counted without looking at their values.

    Examples
    --------
    >>> DatasetSizes(cohort=EVERYONE).run(store)["adae"]
    (7, 7)
    """

    cohort: Cohort

    def run(self, store: Store) -> dict[str, tuple[int, int]]:
        """Rows and columns that this reader may take, by dataset."""
        records = store.records_of(self.cohort)
        described = {name: records.dataset(name) for name in records.names}
        return {name: (one.rows or 0, len(one.columns)) for name, one in described.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Who takes it away, of which snapshot, and where that is recorded."""

    workspace: Workspace
    snapshot: Snapshot
    person: str


def as_zip(store: Store, asked: DatasetExport, taker: Taker) -> bytes:
    """The export as a zip archive; it is recorded before anybody has it.

    No file is written on the way: a snapshot that is encrypted leaves no plain text behind.
    """
    about, examined, packed = _about(store, asked, taker), asked.run(store), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        write_export(store.records_of(asked.cohort), examined, _into_zip(archive, about), about)
    _record(taker, asked, examined, about, pooled=store.pooled, to="download")
    return packed.getvalue()


def to_folder(
    store: Store,
    asked: DatasetExport,
    taker: Taker,
    folder: Path,
    *,
    replace: bool = False,
    progress: Progress | None = None,
) -> Examined:
    """The export as files in a folder: all of them, and the record of it, or none.

    Raises
    ------
    ExportRefused
        When a rule of the format is broken.
    DataError
        When files of these names are there and may not be replaced.
    """
    records = store.records_of(asked.cohort)
    if progress is not None:
        progress(0, "looking at every value")
    about, examined = _about(store, asked, taker), asked.run(store)
    if examined.problems:
        raise ExportRefused(examined.problems)
    if not replace:  # before the record: what is refused was never taken away
        refuse_replacing(folder, examined.files)
    with staged(folder, replace=replace) as draft:
        write_export(records, examined, into(draft), about, progress=progress)
        _record(taker, asked, examined, about, pooled=store.pooled, to="folder")
    return examined


def _into_zip(
    archive: zipfile.ZipFile, about: About
) -> Callable[[str], AbstractContextManager[BinaryIO]]:
    @contextmanager
    def opened(name: str) -> Iterator[BinaryIO]:
        content = io.BytesIO()
        yield content
        entry = zipfile.ZipInfo(name, about.created.timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, content.getvalue())

    return opened


def _about(store: Store, asked: DatasetExport, taker: Taker) -> About:
    facts = store.ask("snapshot_facts")
    known = dict(zip(facts["item"], facts["value"], strict=True))
    return About(
        study=taker.snapshot.study,
        cohort=asked.cohort.name,
        sentence=asked.cohort.sentence(),
        snapshot=taker.snapshot.content_sha256,
        data_cut=known.get("data_cut", ""),
        system_version=__version__,
        created=datetime.now(UTC),
    )


def _record(
    taker: Taker, asked: DatasetExport, examined: Examined, about: About, *, pooled: bool, to: str
) -> None:
    taker.workspace.record(
        act=ACT,
        person=taker.person,
        study=taker.snapshot.study,
        detail={
            "snapshot": taker.snapshot.id,
            "cohort": asked.cohort.name,
            "rule": about.sentence[:_LONGEST_SENTENCE],
            "subjects": examined.subjects,
            "datasets": {one.dataset.name: one.rows for one in examined.datasets},
            "format": asked.format,
            "arms": "pooled" if pooled else "shown",
            "to": to,
        },
    )
