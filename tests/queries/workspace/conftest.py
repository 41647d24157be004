"""A workspace with a study whose cohorts are saved."""

from __future__ import annotations

import pytest

from queries.cohorts import Cohort, OneOf
from queries.workspace import open_workspace

OWNER = "local owner"
WOMEN = Cohort(OneOf(column="SEX", values=("F",)))


@pytest.fixture
def workspace(tmp_path):
    with open_workspace(tmp_path / "home") as opened:
        opened.register_study(code="EQX-301", person=OWNER)
        yield opened


@pytest.fixture
def accept_snapshot(workspace):
    """Make a new snapshot the current one of a study; its id comes back."""

    def accept_snapshot(name: str, study: str = "EQX-301") -> str:
        (workspace.home / "snapshots" / name).write_bytes(b"")
        candidate = workspace.add_candidate(
            study=study,
            file=f"snapshots/{name}",
            content_sha256="0" * 64,
            report_json="{}",
            person=OWNER,
        )
        return workspace.accept(candidate.id, OWNER).id

    return accept_snapshot


@pytest.fixture
def snapshot(accept_snapshot):
    return accept_snapshot("a")


@pytest.fixture
def everything(workspace):
    """All that a refused act must leave as it was."""

    def everything() -> tuple[object, ...]:
        saved = workspace.cohorts("EQX-301")
        return saved, [workspace.cohort_history(one.id) for one in saved], workspace.activity()

    return everything


@pytest.fixture
def save(workspace, snapshot):
    """Save a cohort of EQX-301; what is not given is of no importance to the test."""

    def save(name: str = "Women", cohort: Cohort = WOMEN, **more: object):
        facts = {"study": "EQX-301", "snapshot": snapshot, "subjects": 360, "person": "anna"}
        facts["cohort_json"] = cohort.to_json()
        return workspace.save_cohort(name=name, **{**facts, **more})

    return save


@pytest.fixture
def save_version(workspace, snapshot):
    """Save a version of a cohort; what is not given is of no importance to the test."""

    def save_version(saved, cohort: Cohort = WOMEN, **more: object):
        facts = {"based_on": saved.version, "snapshot": snapshot, "subjects": 1, "person": "ben"}
        facts["cohort_json"] = cohort.to_json()
        return workspace.save_cohort_version(saved.id, **{**facts, **more})

    return save_version


@pytest.fixture
def other(workspace, accept_snapshot):
    """A cohort and a snapshot of another study."""
    workspace.register_study(code="EQX-201", person=OWNER)
    snapshot = accept_snapshot("b", study="EQX-201")
    return workspace.save_cohort(
        study="EQX-201",
        name="Women",
        cohort_json=WOMEN.to_json(),
        snapshot=snapshot,
        subjects=10,
        person=OWNER,
    )
