"""The marks of a figure or rows of a table, of which one at a time shows who is behind it.

A click on a figure and the list beneath it choose the same: what a mouse can do, a keyboard can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard import state
from dashboard.views.safety import behind
from queries.cohorts import Cohort, Rule
from queries.exposure_questions import treated_among
from queries.store import Store

NONE = "Nobody yet: click a mark, or choose here"


def clicked(names: Sequence[str], key: str) -> Callable[[Sequence[object]], None]:
    """What a click does: the mark at the place it names is chosen, if anybody is behind it."""

    def choose(custom: Sequence[object]) -> None:
        place = int(str(custom[0]))
        if 0 <= place < len(names) and names[place]:
            st.session_state[key] = names[place]

    return choose


def show(
    marks: Mapping[str, Sequence[str]],
    *,
    key: str,
    among: Callable[[Store, Sequence[str]], Rule] = treated_among,
) -> None:
    """Let a mark be chosen, and show the subjects behind it.

    Parameters
    ----------
    marks : mapping
        The subjects behind each mark, by its name; marks without any are left out.
    key : str
    among : callable
        The rule that names some of the subjects and says what makes them late ones: they were
        treated, or measured.
    """
    names = ["", *(name for name, subjects in marks.items() if len(subjects))]
    if len(names) == 1:
        return
    chosen = st.selectbox(
        "Subjects behind",
        names,
        key=state.choice(key, names, ""),
        persist_state="session",
        format_func=lambda name: name or NONE,
    )
    if chosen:
        rule = among(state.store(), marks[chosen])
        behind.show(Cohort(rule), chosen, key=key)
