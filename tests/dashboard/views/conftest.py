"""The demo studies, as the home folder of a page under test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st


@pytest.fixture
def home(demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the demo store, as the home folder of the app under test."""
    folder = Path(shutil.copytree(demo_home, tmp_path / "home"))
    monkeypatch.setenv("EQUIPOISE_HOME", str(folder))
    st.cache_resource.clear()
    st.cache_data.clear()
    yield folder
    st.cache_resource.clear()
    st.cache_data.clear()
