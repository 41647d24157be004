"""The share that a page was opened for: its address names it, which opens nothing by itself."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from queries.workspace import Share, SharedVersion
from queries.workspace.tables import now

_NAMED = "share"


def address(share: Share, version: SharedVersion) -> str:
    """Where a new version is made: the page as it was frozen, with the share beside it."""
    from dashboard.pages import PAGES  # which knows the page that asks

    path = "" if version.page == PAGES[0].name else version.page
    return f"/{path}?view={version.view}&{_NAMED}={share.id}"


def wanted() -> Share | None:
    """The share that the address asks a new version of: an open one of the study, else None."""
    asked = st.query_params.get(_NAMED)
    if not asked or not state.may("shares"):
        return None
    at = now()
    known = state.workspace().shares.of_study(state.study().code)
    return next((one for one in known if one.id == asked and one.state(at) == "open"), None)


def done() -> None:
    """Take the share out of the address: what is shared next is a new link."""
    st.query_params.pop(_NAMED, None)
