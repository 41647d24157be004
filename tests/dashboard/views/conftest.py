"""The demo studies, as the home folder of a page under test."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import streamlit as st

_WORKSPACE = "workspace.db"


@pytest.fixture
def home(demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the demo store, as the home folder of the app under test."""
    folder = tmp_path / "home"
    shutil.copytree(demo_home, folder, ignore=shutil.ignore_patterns(f"{_WORKSPACE}*"))
    # Another test process may have the workspace open: its files change while they are copied.
    with (
        closing(sqlite3.connect(demo_home / _WORKSPACE)) as source,
        closing(sqlite3.connect(folder / _WORKSPACE)) as target,
    ):
        source.backup(target)
    monkeypatch.setenv("EQUIPOISE_HOME", str(folder))
    st.cache_resource.clear()
    st.cache_data.clear()
    yield folder
    st.cache_resource.clear()
    st.cache_data.clear()
