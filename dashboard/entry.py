"""Numbers that are entered, and whose value is kept in the session under their key."""

from __future__ import annotations

from typing import Any

import streamlit as st


def number_input(label: str, *, key: str, value: Any = "min", **more: Any) -> Any:
    """A number input that shows what the session holds under its key.

    Streamlit sends such a value with the first drawing only. When that run is broken off by the
    next one, the browser would show the lowest value instead, and send it back as if it had been
    entered. Here the value goes with every drawing; `value` is for a key that is new.
    """
    shown = st.session_state.get(key, value)
    limits = [more.get(name) for name in ("min_value", "max_value", "step")]
    if isinstance(shown, int) and any(isinstance(one, float) for one in limits):
        shown = float(shown)  # Streamlit wants all of one type
    return st.number_input(label, value=shown, key=key, **more)
