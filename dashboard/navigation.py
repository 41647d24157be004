"""Going from one page to another and back, from a click inside a page.

A click's callback only asks; the entry script goes there before it draws anything. Whoever was
sent somewhere finds a way back, until another page is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

_WANTED, _CAME_FROM, _HERE = "page_wanted", "page_came_from", "page_here"


def go(page: str, *, back: bool = False) -> None:
    """Ask for another page, by its path; for a callback.

    Parameters
    ----------
    page : str
        As in the address, such as "subjects".
    back : bool
        Whether this is the way back: then no further one is kept.
    """
    st.session_state[_WANTED] = page
    st.session_state[_CAME_FROM] = None if back else st.session_state.get(_HERE)


def follow(pages: Mapping[str, Any], here: str) -> None:
    """Go where a click asked to go; else note that the reader is here."""
    wanted = st.session_state.pop(_WANTED, None)
    if wanted is not None and wanted != here:
        st.session_state[_HERE] = wanted
        st.switch_page(pages[wanted])
    if st.session_state.get(_HERE, here) != here:  # chosen in the menu
        st.session_state[_CAME_FROM] = None
    st.session_state[_HERE] = here


def here() -> str | None:
    """The page that the reader is on, by its path; None outside the app."""
    page: str | None = st.session_state.get(_HERE)
    return page


def came_from() -> str | None:
    """The page that sent the reader here; None when they came by themselves."""
    page: str | None = st.session_state.get(_CAME_FROM)
    return page
