"""What tests of every room may ask for."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

# Machines are shared: how long an example takes says nothing about the code. The same examples
# each time, so that a change is judged by what it changed; `make test-all` tries more and new ones.
settings.register_profile("shared", deadline=None, derandomize=True, max_examples=40)
settings.register_profile("searching", deadline=None)
settings.load_profile("shared")

REPOSITORY = Path(__file__).parents[1]


def pytest_collection_finish() -> None:
    """What was imported stays: it need not be looked at each time garbage is collected."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def trial_data() -> Path:
    """The folder of development data; it is not part of the repository."""
    named = os.environ.get("EQUIPOISE_TRIAL_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if not (folder / "cdisc-pilot").is_dir():
        pytest.skip(f"no development data in {folder} (set EQUIPOISE_TRIAL_DATA)")
    return folder


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the demo studies, built once for all test processes. Do not write."""
    from dashboard.jobs.demo import build_demo
    from queries.workspace import open_workspace

    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with open_workspace(shared / "demo-home") as workspace:
        build_demo(workspace)  # waits while another process builds it
        return workspace.home
