"""Inputs that show a value and are read back into one.

The proposal on screen is one JSON text, which links carry. Inputs get their first value from it
and are read back into it. When the text changes by another hand (a link, a saved design, a cohort
taken over), the inputs are made anew: each turn has keys of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from analytics.checks import InputError

Option = TypeVar("Option")

_TURN, _KNOWN = "design_turn", "design_known"


def begin(text: str) -> None:
    """Start the inputs of a page run, for the proposal that is on screen."""
    known = st.session_state.get(_KNOWN)
    if known != text:
        st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
        st.session_state[_KNOWN] = text


def read_back(text: str) -> None:
    """The inputs themselves have become this proposal: they stay as they are."""
    st.session_state[_KNOWN] = text


def key(name: str, first: object) -> str:
    """The key of an input, which shows `first` when it is new.

    Each input says `persist_state`: then Streamlit sends its value again when the run that drew it
    first was broken off. Without, the browser would show the lowest value and send it back.
    """
    full = f"design_{st.session_state.get(_TURN, 0)}_{name}"
    st.session_state.setdefault(full, first)
    return full


def choose(
    label: str, options: Sequence[Option], *, name: str, first: Option, **more: Any
) -> Option:
    """One of several options."""
    shown = first if first in options else options[0]
    chosen: Option = st.selectbox(
        label, options, key=key(name, shown), persist_state="session", **more
    )
    return chosen


def number(
    label: str, *, name: str, first: float, low: float, high: float, step: float, **more: Any
) -> float:
    """A number between two limits, shown to six digits."""
    shown = min(max(float(first), low), high)
    return float(
        st.number_input(
            label,
            min_value=float(low),
            max_value=float(high),
            step=float(step),
            key=key(name, shown),
            persist_state="session",
            **{"format": "%.6g", **more},
        )
    )


def percentage(label: str, *, name: str, first: float, high: float = 100.0) -> float:
    """A share, entered in percent."""
    shown = round(100 * first, 8)
    entered = number(label, name=name, first=shown, low=0, high=high, step=5)
    return round(entered / 100, 10)


def whole(label: str, *, name: str, first: int, low: int, high: int, **more: Any) -> int:
    """A whole number between two limits."""
    shown = min(max(int(first), low), high)
    return int(
        st.number_input(
            label,
            min_value=low,
            max_value=high,
            step=1,
            key=key(name, shown),
            persist_state="session",
            **more,
        )
    )


def numbers(label: str, *, name: str, first: Sequence[float], **more: Any) -> tuple[float, ...]:
    """Numbers, separated by commas or blanks.

    Raises
    ------
    InputError
        For a text that holds something else.
    """
    return parsed(text(label, name=name, first=listed(first), **more), label)


def text(label: str, *, name: str, first: str, **more: Any) -> str:
    """A line of text."""
    return str(st.text_input(label, key=key(name, first), persist_state="session", **more))


def switch(label: str, *, name: str, first: bool, **more: Any) -> bool:
    """On or off."""
    return bool(st.toggle(label, key=key(name, first), persist_state="session", **more))


def listed(values: Sequence[float]) -> str:
    """Numbers as one types them.

    Examples
    --------
    >>> listed([0.5, 0.75, 1.0])
    '0.5, 0.75, 1'
    """
    return ", ".join(f"{value:.10g}" for value in values)


def parsed(text: str, label: str) -> tuple[float, ...]:
    """The numbers of a text.

    Examples
    --------
    >>> parsed("0.5; 0.75  1", "Looks")
    (0.5, 0.75, 1.0)
    >>> parsed("half", "Looks")
    Traceback (most recent call last):
        ...
    analytics.checks.InputError: `Looks: numbers, separated by commas` must hold, but got 'half'.
    """
    parts = text.replace(";", " ").replace(",", " ").split()
    try:
        return tuple(float(part) for part in parts)
    except ValueError:
        rule = f"`{label}: numbers, separated by commas` must hold"
        raise InputError(f"{rule}, but got {text!r}.") from None


def table(name: str, first: pd.DataFrame, **more: Any) -> pd.DataFrame:
    """A table that is edited; rows that are not complete are left out."""
    own = f"design_{st.session_state.get(_TURN, 0)}_{name}"
    shown = st.session_state.setdefault(f"{own}_first", first)
    edited: pd.DataFrame = st.data_editor(
        shown, key=own, num_rows="dynamic", hide_index=True, **more
    )
    return edited.dropna()
