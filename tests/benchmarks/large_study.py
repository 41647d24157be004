"""EQX-LARGE for benchmarks: made and imported once, then kept until its makers change."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow

from dashboard.jobs import lease
from queries.importers import import_files
from sample_data.large import SUBJECTS, write_large

HOME = "EQUIPOISE_BENCH_HOME"
"""The environment variable that names the folder where it is kept; by default a temporary one."""

SIZE = "EQUIPOISE_BENCH_SUBJECTS"
"""The environment variable for another number of subjects than a million."""

EVENTS_A_SUBJECT = 20
_REPOSITORY = Path(__file__).parents[2]
_GENERATOR = ("sample_data/large", "sample_data/hazards.py", "sample_data/parquet.py")
_IMPORTER = ("queries/importers", "queries/prepared.py", "queries/layout.py")
_WAIT_SECONDS = 3600


def subjects() -> int:
    """How many subjects the study has: a million, or what EQUIPOISE_BENCH_SUBJECTS says."""
    return int(os.environ.get(SIZE, SUBJECTS))


def home() -> Path:
    """The folder where the study is kept; made when absent."""
    folder = Path(os.environ.get(HOME) or Path(tempfile.gettempdir()) / "equipoise-bench")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def large_files() -> Path:
    """The folder with the study's Parquet files."""

    def make(folder: Path) -> None:
        count = subjects()
        write_large(folder, subjects=count, adverse_events=EVENTS_A_SUBJECT * count)

    return _kept(f"files-{subjects()}-{_state(_GENERATOR)}", make)


def large_snapshot() -> Path:
    """The study as a snapshot file, to be opened with `queries.store.open_store`."""
    files = large_files()

    def make(file: Path) -> None:
        import_files([files], file)

    return _kept(f"snapshot-{subjects()}-{_state((*_GENERATOR, *_IMPORTER))}.duckdb", make)


def _kept(name: str, make: Callable[[Path], None]) -> Path:
    """What `make` makes at a path, unless it is there; it appears when it is complete."""
    place = home() / name
    with lease.held(home() / f"{name}.lease", wait_seconds=_WAIT_SECONDS):
        if not place.exists():
            print(f"Making {place} (once)", file=sys.stderr)
            unfinished = place.with_name(f"unfinished-{name}")
            _remove(unfinished)
            make(unfinished)
            os.replace(unfinished, place)
    return place


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _state(places: Iterable[str]) -> str:
    """A short hash of source files, so that what older ones made is not taken for new."""
    digest = hashlib.sha256(pyarrow.__version__.encode())
    for place in places:
        path = _REPOSITORY / place
        sources = sorted(path.rglob("*.py")) + sorted(path.rglob("*.sql"))
        for source in sources if path.is_dir() else [path]:
            digest.update(source.read_bytes())
    return digest.hexdigest()[:10]
