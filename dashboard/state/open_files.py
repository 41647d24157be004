"""The files that this server holds open for all of its sessions: the workspace, and stores."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.access.key import snapshot_keys
from dashboard.access.restrictions import left_out
from dashboard.home import open_here
from queries.store import Store, open_store
from queries.workspace import Workspace


@st.cache_resource(show_spinner=False)
def workspace() -> Workspace:
    """The workspace of this server."""
    return open_here()


@st.cache_resource(show_spinner=False, max_entries=16)
def open_content(content: str, pooled: bool) -> Store:
    """The store of what `dashboard.state.on_screen.content` names."""
    file, _, without = content.partition("\n")
    study_code = without.partition("\n")[0]
    found = left_out(workspace(), study_code) if study_code else None
    return open_store(Path(file), pooled=pooled, key=snapshot_keys(), left_out=found)
