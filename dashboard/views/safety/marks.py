"""Marks of the Safety page: what was clicked, kept with the view so that a link brings it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import results, state
from dashboard.disclosure import Disclosure
from dashboard.scripts import Made
from queries.events import EventSelection, Kind


def figure(
    drawn: Made[go.Figure],
    *,
    mark: str,
    name: str,
    notes: Sequence[str],
    data: Made[pd.DataFrame],
    disclosure: Disclosure | None = None,
) -> None:
    """A figure whose points say, in their `customdata`, what a click on them means.

    Parameters
    ----------
    mark : str
        What the choice is kept by; `chosen(mark)` gives it back.
    """

    def take(custom: Sequence[object]) -> None:
        st.session_state[_key(mark)] = [str(part) for part in custom]

    results.figure(drawn, name=name, notes=notes, data=data, clicked=take, disclosure=disclosure)


def chosen(mark: str) -> list[str] | None:
    """The parts of the mark that was clicked; None when none was."""
    found: list[str] | None = st.session_state[state.remember(_key(mark), None)]
    return found


def choose(mark: str, parts: Sequence[str] | None) -> None:
    """Make a mark the chosen one, as a click does."""
    st.session_state[_key(mark)] = None if parts is None else list(parts)


def _key(mark: str) -> str:
    return f"safety_mark_{mark}"


def of_kind(selection: EventSelection, kind: str) -> EventSelection:
    """The events of a kind of the overview among those selected."""
    if kind == "any":
        return selection
    if kind == "severe":
        return replace(selection, least_grade=max(selection.least_grade, 3))
    more = tuple(one for one in get_args(Kind) if one == kind and one not in selection.kinds)
    return replace(selection, kinds=(*selection.kinds, *more))
