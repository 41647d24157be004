"""The pilot study as snapshots, imported once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from queries.importers import import_files


@pytest.fixture(scope="session")
def trial_snapshot(
    trial_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """The pilot study as a snapshot, from its XPT or its Dataset-JSON files. Do not write."""
    folders = {"xpt": trial_data / "cdisc-pilot" / "adam", "json": trial_data / "dataset-json"}
    home = tmp_path_factory.mktemp("pilot")

    @cache
    def imported(kind: str) -> Path:
        files = [folders[kind] / f"{name}.{kind}" for name in ("adsl", "adae", "adtte")]
        import_files(files, home / f"{kind}.duckdb")
        return home / f"{kind}.duckdb"

    return imported
