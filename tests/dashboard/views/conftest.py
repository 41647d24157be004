"""The demo studies, as the home folder of a page under test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.analyses.prediction.question import PredictionQuestion
from dashboard.analyses.safety.subjects import SafetySubjects
from queries.events import EventSelection
from queries.store import open_store
from queries.workspace import open_workspace
from tests.homes import copied_home


@pytest.fixture
def home(demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the demo store, as the home folder of the app under test."""
    folder = copied_home(demo_home, tmp_path)
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
