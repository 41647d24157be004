"""The Import page: identifiers are shown, and taken out before a snapshot is accepted."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.home import open_here
from dashboard.jobs.background import read_import, start_import
from dashboard.jobs.uploads import has_uploads, save_uploads
from tests.dashboard.test_command import ADSL

_PAGE = """
from dashboard import state
from dashboard.views import import_data

state.begin_run()
import_data.show()
"""


class _Upload(io.BytesIO):
    name = "adsl.csv"


def _done(home: Path, import_id: str) -> str:
    for _ in range(600):
        progress = read_import(home, import_id)
        if progress.state != "running":
            assert progress.snapshot is not None, progress
            return progress.snapshot
        time.sleep(0.1)
    raise AssertionError("the import did not end")


def test_identifiers_are_taken_out_before_accepting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("EQUIPOISE_HOME", str(home))
    st.cache_resource.clear()
    text = ADSL.format(status="COMPLETED").replace("SEX", "SEX,PATNAME", 1)
    text = text.replace(",F,", ",F,Hildegard,").replace(",M,", ",M,Bert,")
    with open_here(home):
        pass
    import_id = save_uploads(home, [_Upload(text.encode())])
    start_import(home=home, person="anna", import_id=import_id, keep_files=True)
    first = _done(home, import_id)
    app = AppTest.from_string(_PAGE, default_timeout=120)
    app.session_state["candidate"], app.session_state["import_files"] = first, import_id
    app.run()
    assert not app.exception
    assert "Identifiers" in [one.value for one in app.header]
    [button] = [one for one in app.button if one.label == "De-identify and check again"]
    button.click().run()
    assert not app.exception
    again = app.session_state["import_files"]
    assert again != import_id
    second = _done(home, again)
    app.run()
    assert "De-identified as chosen" in app.success[0].value
    with open_here(home) as workspace:
        rejected, candidate = workspace.snapshot(first), workspace.snapshot(second)
        assert (rejected.state, candidate.state) == ("rejected", "candidate")
        assert not workspace.path(rejected).exists()
        assert has_uploads(home, again)
        next(one for one in app.button if one.label == "Accept").click().run()
        assert not app.exception
        assert not has_uploads(home, again)
        assert workspace.current_snapshot("ABC-1").id == second  # type: ignore[union-attr]
    for file in (one for one in home.rglob("*") if one.is_file()):
        assert b"Hildegard" not in file.read_bytes(), file
    st.cache_resource.clear()


def test_without_accounts_it_says_first_that_an_administrator_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EQUIPOISE_HOME", str(tmp_path / "home"))
    st.cache_resource.clear()
    app = AppTest.from_string(_PAGE, default_timeout=120).run()
    assert not app.exception
    assert "make an administrator first" in app.info[0].value
