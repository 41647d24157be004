"""The same workspace on a PostgreSQL server: set EQUIPOISE_POSTGRESQL_URL to an empty database."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from queries.errors import DataError
from queries.workspace import open_workspace

URL = os.environ.get("EQUIPOISE_POSTGRESQL_URL")
OWNER = "local owner"

pytestmark = pytest.mark.skipif(URL is None, reason="EQUIPOISE_POSTGRESQL_URL names no server")


@pytest.fixture
def workspaces(tmp_path):
    """Two workspaces on one database, opened at the same moment as two processes would."""
    with ThreadPoolExecutor(2) as pool:
        opened = list(pool.map(lambda _: open_workspace(URL, home=tmp_path), range(2)))
    yield opened
    for workspace in opened:
        workspace.close()


def test_acts_from_two_sides_leave_one_current_snapshot(workspaces, tmp_path):
    one, other = workspaces
    code = f"EQX-{uuid4()}"
    assert one.register_study(code=code, person=OWNER).blinded
    candidates = []
    for number in range(10):
        file = tmp_path / "snapshots" / f"{code}-{number}"
        file.write_bytes(b"")
        candidates.append(
            one.add_candidate(
                study=code, file=file, content_sha256="0" * 64, report_json="{}", person=OWNER
            )
        )
    with ThreadPoolExecutor(4) as pool:
        turns = zip(candidates, [one, other] * 5, strict=True)
        list(pool.map(lambda turn: turn[1].accept(turn[0].id, OWNER), turns))
    states = sorted(snapshot.state for snapshot in other.snapshots(code))
    assert states == ["current", *["superseded"] * 9]
    accepted = [act for act in reversed(one.activity(code)) if act.act == "accept"]
    replaced = [act.detail["replaces"] for act in accepted]
    assert replaced == [None, *[act.detail["snapshot"] for act in accepted][:-1]]
    assert all(act.at.utcoffset().total_seconds() == 0 for act in accepted)


def test_a_study_registered_from_two_sides_is_one(workspaces):
    code = f"EQX-{uuid4()}"
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda n: workspaces[n % 2].register_study(code=code, person=OWNER), range(8))
        )
    assert all(study == found[0] for study in found)
    assert len(workspaces[0].activity(code)) == 1


def test_views_and_refusals_are_the_same(workspaces):
    workspace, code = workspaces[0], f"EQX-{uuid4()}"
    workspace.register_study(code=code, person=OWNER)
    view_id = workspace.save_view(
        study=code, snapshot=None, page="survival", state={"endpoint": "OS"}, person=OWNER
    )
    assert workspaces[1].view(view_id).state == {"endpoint": "OS"}
    for text in ("a\0", "'; drop table view; --"):
        with pytest.raises(DataError, match="this workspace knows"):
            workspace.view(text)
        with pytest.raises(DataError, match=r"a study is one|the code of a study"):
            workspace.study(text)
