"""The demo studies, as the home folder of a page under test."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import streamlit as st

from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.analyses.prediction.question import PredictionQuestion
from dashboard.analyses.safety.subjects import SafetySubjects
from queries.events import EventSelection
from queries.store import open_store
from queries.workspace import open_workspace

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


@pytest.fixture(scope="session")
def report(demo_home: Path) -> PredictionReport:
    """A quick fit to EQX-301, as a job would give it."""
    question = PredictionQuestion(
        subjects=SafetySubjects(analysis_set="SAFFL"),
        selection=EventSelection(least_grade=3, days_after=0),
        columns=("AGE", "EGFRBL"),
    )
    quick = PredictionFit(
        question=question, families=("discrete",), folds=2, repeats=2, trials=2, bootstraps=20
    )
    with open_workspace(demo_home) as workspace:
        current = workspace.current_snapshot("EQX-301")
        assert current is not None
        with open_store(workspace.path(current)) as store:
            return quick.run(store)
