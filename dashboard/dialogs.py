"""Dialogs that stay open until they are done with: which one is asked for is session state.

A page calls its dialog while `is_asked` says so; a click asks for it, and what ends it closes it.
"""

from __future__ import annotations

import streamlit as st

_ASKED = "dialog_asked"


def ask(name: str) -> None:
    """Open a dialog at the next run; for a button's `on_click`."""
    st.session_state[_ASKED] = name


def is_asked(name: str) -> bool:
    """Whether this dialog is to be shown."""
    return bool(st.session_state.get(_ASKED) == name)


def close() -> None:
    """Show no dialog any more; also what a dismissed dialog calls."""
    st.session_state[_ASKED] = None
