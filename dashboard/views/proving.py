"""Whoever signs gives their password once more: an open page alone signs nothing."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.access.proving import proven
from dashboard.access.rights import NotAllowedError


def ask_password() -> str:
    """A field for the password of who is signed in; nothing where they have none."""
    if not _has_password():
        return ""
    return st.text_input(
        "Your password",
        type="password",
        autocomplete="current-password",
        max_chars=200,
        help="Asked once more, so that nobody signs on a page that you left open.",
    )


def prove(password: str) -> str:
    """How it is known who signs: by their password, their session alone, or not at all.

    Raises
    ------
    NotAllowedError
        When it is not the password of who is signed in.
    TooManyAttemptsError
        After too many wrong ones, as at sign-in.
    """
    if state.person().is_owner:
        return "no accounts"
    if not _has_password():
        return "session"
    name, address = state.person().name, st.context.ip_address or "unknown"
    if proven(state.workspace(), name=name, password=password, address=address) is None:
        raise NotAllowedError("whoever signs gives their own password")
    return "password"


def _has_password() -> bool:
    reader = state.person()
    return not reader.is_owner and state.workspace().people.password_of(reader.name) is not None
