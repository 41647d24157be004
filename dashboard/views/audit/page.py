"""The Audit trail page: who did what, when; whether all of it is as it was recorded."""

from __future__ import annotations

import streamlit as st

from dashboard import results
from dashboard.views.audit import chain_state, filters, listing


def show() -> None:
    """The Audit trail page."""
    st.title("Audit trail", anchor=False)
    st.caption(
        "Who did what, and when, in UTC. Nothing is ever changed or deleted here: every act "
        "carries a hash that binds it to all acts before it."
    )
    with results.explained():
        chain_state.show()
    with results.explained():
        wanted = filters.choose()
        if wanted is not None:
            listing.show(wanted)
