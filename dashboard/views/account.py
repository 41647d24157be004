"""Who is signed in, at the foot of the sidebar; without accounts, that nobody is asked."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.text import plain


def show() -> None:
    """The name, and the ways out; or the banner of an open demo."""
    reader = state.person()
    with st.sidebar:
        if reader.is_owner:
            st.caption(
                ":material/lock_open: Open: demo data only, this machine only. Nobody signs in."
            )
            return
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.markdown(f":material/account_circle: **{plain(reader.name)}**", width="content")
            st.caption(", ".join(reader.roles), width="content")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.button(
                "Sign out",
                key="sign_out",
                type="tertiary",
                icon=":material/logout:",
                on_click=_sign_out,
            )
            st.html(
                '<a href="/password" target="_self" style="color: inherit; font-size: 0.875rem; '
                'text-decoration: none">'
                "Change password</a>",
                width="content",
            )


def _sign_out() -> None:
    """End the session; the server then sends the browser to the sign-in page."""
    here = state.session_here()
    if here is not None:
        state.workspace().people.sign_out(here, person=state.acting("look"))
