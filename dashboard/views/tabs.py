"""Tabs that stay open while the reader is on another page.

Streamlit forgets an input when its page is left. Which tab was open is therefore kept beside it,
as the other inputs of a view are, so that whoever went from a mark to a profile comes back to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.elements.lib.mutable_tab_container import TabContainer

from dashboard import state


def choose_tab(names: Sequence[str], *, key: str) -> Sequence[TabContainer]:
    """The tabs; the one that was open when the page was left, or that a link names, is open.

    Parameters
    ----------
    names : sequence of str
    key : str
        What the choice is remembered by.
    """
    kept = state.choice(key, names, names[0])
    shown = f"{key}s"
    state.show(shown, st.session_state[kept])

    def take() -> None:
        st.session_state[kept] = st.session_state[shown]

    return st.tabs(names, key=shown, on_change=take)
