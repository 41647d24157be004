"""What a view remembers: its inputs, by the keys that they have in the session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

REMEMBERED = "_remembered_inputs"


def remember(key: str, default: Any) -> str:
    """Name an input that belongs to the view, and give it its first value."""
    st.session_state.setdefault(key, default)
    st.session_state.setdefault(REMEMBERED, set()).add(key)
    return key


def show(key: str, value: Any) -> str:
    """Name an input that is to show a value, whatever it showed before.

    A value that it shows already is left alone. One that is set goes to the browser, and undoes
    there what the reader may have chosen since.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return key


def choice(key: str, options: Sequence[Any], default: Any) -> str:
    """Like `remember`, for one of several options; a value that is none of them is forgotten."""
    if st.session_state.get(key, default) not in options:
        st.session_state[key] = default if default in options else next(iter(options), None)
    return remember(key, default)


def choices(key: str, options: Sequence[Any], default: Sequence[Any]) -> str:
    """Like `choice`, for any number of options."""
    chosen = st.session_state.get(key, list(default))
    kept = [option for option in chosen if option in options]
    if kept != list(chosen):
        st.session_state[key] = kept or [option for option in default if option in options]
    return remember(key, list(default))


def forget(prefix: str) -> None:
    """Drop every remembered input whose key starts with `prefix`."""
    for key in [k for k in st.session_state if str(k).startswith(prefix)]:
        del st.session_state[key]
    st.session_state.get(REMEMBERED, set()).difference_update(
        {k for k in st.session_state.get(REMEMBERED, set()) if k.startswith(prefix)}
    )
