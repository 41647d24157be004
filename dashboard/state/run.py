"""What is looked up once in a run of a page, and forgotten when the next one begins."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

import streamlit as st

Found = TypeVar("Found")
LOOKED_UP = "_looked_up"
# A page asks a thousand times. Each script thread belongs to one session, and what its run looked
# up is also at hand here: asking Streamlit for it takes thirty times as long.
_OF_THIS_RUN: ContextVar[dict[object, Any] | None] = ContextVar("looked_up", default=None)


def begin_run() -> None:
    """Forget what the former run looked up: rights and snapshots are asked anew, once a run."""
    looked_up: dict[object, Any] = {}
    st.session_state[LOOKED_UP] = looked_up
    _OF_THIS_RUN.set(looked_up)


def once_a_run(name: object, look_up: Callable[[], Found]) -> Found:
    """What is looked up, or begun, once in a run of the page.

    What runs before a run begins, or without one (a click, a fragment), sees what the former
    run of its session looked up.
    """
    looked_up = _OF_THIS_RUN.get()
    if looked_up is None:
        looked_up = st.session_state.setdefault(LOOKED_UP, {})
    if name not in looked_up:
        looked_up[name] = look_up()
    found: Found = looked_up[name]
    return found
