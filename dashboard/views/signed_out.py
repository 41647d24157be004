"""What a page shows once its session has ended: nothing but the way back in."""

from __future__ import annotations

import streamlit as st


def show() -> None:
    """An empty page with a link to the sign-in page."""
    st.title("Signed out", anchor=False)
    st.write("Your session has ended. What stood here is gone.")
    st.html('<a href="/sign-in?ended=1" target="_self">Sign in again</a>')
