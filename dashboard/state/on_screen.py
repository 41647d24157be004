"""What is on screen: the study, its snapshot, and the store of it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.access.restrictions import left_out
from dashboard.state.open_files import open_content, workspace
from dashboard.state.reader import person
from dashboard.state.run import once_a_run
from queries.errors import DataError
from queries.store import Store
from queries.workspace import Snapshot, Study


def studies() -> tuple[Study, ...]:
    """The studies of the reader's membership that have something to show, ongoing ones first.

    Each as this reader is to see it: one whose arms they must not see is blinded for them,
    whoever else has unblinded it.
    """
    return once_a_run("studies", _studies)


def _studies() -> tuple[Study, ...]:
    here, reader = workspace(), person()
    shown = [
        replace(s, blinded=reader.is_blinded(s))
        for s in here.studies()
        if reader.reads(s.code) and here.current_snapshot(s.code)
    ]
    return tuple(sorted(shown, key=lambda s: (s.status != "ongoing", s.code)))


def study() -> Study:
    """The study on screen, as the workspace knows it now."""
    known = studies()
    codes = [s.code for s in known]
    if not codes:
        raise DataError("the workspace holds a study; import one first")
    chosen = st.session_state.get("study")
    return known[codes.index(chosen)] if chosen in codes else known[0]


def snapshot() -> Snapshot:
    """The snapshot on screen: the one that a link names, else the study's current one."""
    return _snapshot_of(study())


def _snapshot_of(shown: Study) -> Snapshot:
    named = st.session_state.get("snapshot")
    return once_a_run((shown.code, named), lambda: _named_or_current(shown.code, named))


def _named_or_current(study_code: str, named: str | None) -> Snapshot:
    here = workspace()
    if named:
        linked = here.snapshot(named)
        if linked.study == study_code and linked.state in ("current", "superseded"):
            return linked
    current = here.current_snapshot(study_code)
    if current is None:
        raise DataError("a study on screen has a snapshot", got=study_code)
    return current


def content() -> tuple[str, bool]:
    """What answers are kept by: the file on screen less who is left out, and whether it is pooled.

    `dashboard.state.open_files.open_content` opens it.
    """
    about = study()
    shown = _snapshot_of(about)
    return once_a_run(("content", shown.id), lambda: _less_who_is_left_out(shown)), about.blinded


def _less_who_is_left_out(shown: Snapshot) -> str:
    path, digest = workspace().path(shown), without()
    if not digest:
        return str(path)
    # An erasure leaves the same out of other content.
    return f"{path}\n{shown.study}\n{digest} {shown.content_sha256}"


def without() -> str:
    """What tells those who are left out of the study now from others; "" when nobody is."""
    code = study().code
    found = once_a_run(("left out", code), lambda: left_out(workspace(), code))
    return "" if found is None else found.digest


def store() -> Store:
    """The store of the snapshot on screen, pooled while the study is blinded."""
    named, pooled = content()
    return once_a_run(("store", named, pooled), lambda: open_content(named, pooled))


def fresh_body() -> DeltaGenerator:
    """Where a page draws; emptied first when it is about something else than before.

    Streamlit keeps what stood on a page until the script has drawn over it. Results of
    another study, or by arm, must not stand for a moment under a heading that says otherwise.
    """
    about = (study().code, snapshot().id, study().blinded)
    changed = st.session_state.get("body_about", about) != about
    st.session_state["body_about"] = about
    return st.empty().container() if changed else st.container()
