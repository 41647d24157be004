"""Small studies to import, and the folder of real ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from queries.importers import CheckReport, import_files

ADSL = """STUDYID,USUBJID,SITEID,TRT01P,TRT01A,AGE,SEX,TRTSDT,TRTEDT
T-1,01,0101,Control,Control,61,F,2024-01-03,2024-03-01
T-1,02,0102,Active,Active,70,M,2024-01-09,2024-02-01
T-1,03,0102,Active,Active,55,F,2024-02-02,2024-04-30
"""


@pytest.fixture
def trial_data() -> Path:
    """The folder of public trial data, where there is one."""
    beside = Path(__file__).resolve().parents[3].parent / "shared" / "data"
    folder = Path(os.environ.get("EQUIPOISE_TRIAL_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no trial data in {folder} (EQUIPOISE_TRIAL_DATA)")
    return folder


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., CheckReport]:
    """Import files given by name and content, beside an ADSL; the snapshot is `store.duckdb`."""

    def run(files: dict[str, str | bytes], **options: Any) -> CheckReport:
        folder = tmp_path / "delivery"
        folder.mkdir(exist_ok=True)
        for name, content in {"adsl.csv": ADSL, **files}.items():
            raw = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(raw)
        return import_files([folder], tmp_path / "store.duckdb", **options)

    return run


@pytest.fixture
def rows(tmp_path: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """Ask the imported snapshot."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(tmp_path / "store.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return ask
