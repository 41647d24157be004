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


def begun(name: str, first: Option) -> tuple[str, Option]:
    """The key of an input, and the value with which it began.

    The value goes to the browser with the input, whenever that is drawn. A value that is only put
    into the session reaches it with the first drawing alone; when a run is broken off by the next
    one, it never does, and the browser would show the lowest value and send it back.
    """
    full = f"design_{st.session_state.get(_TURN, 0)}_{name}"
    if full not in st.session_state:  # new, or come back to
        st.session_state[f"{full}_first"] = first
    return full, st.session_state[f"{full}_first"]


def choose(
    label: str, options: Sequence[Option], *, name: str, first: Option, **more: Any
) -> Option:
    """One of several options."""
    full, shown = begun(name, first)
    index = list(options).index(shown) if shown in options else 0
    chosen: Option = st.selectbox(label, options, index=index, key=full, **more)
    return chosen


def number(
    label: str, *, name: str, first: float, low: float, high: float, step: float, **more: Any
) -> float:
    """A number between two limits, shown to six digits."""
    full, shown = begun(name, float(first))
    return float(
        st.number_input(
            label,
            min_value=float(low),
            max_value=float(high),
            value=min(max(shown, float(low)), float(high)),
            step=float(step),
            key=full,
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
    full, shown = begun(name, int(first))
    value = min(max(shown, low), high)
    return int(
        st.number_input(label, min_value=low, max_value=high, value=value, step=1, key=full, **more)
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
    full, shown = begun(name, first)
    return str(st.text_input(label, value=shown, key=full, **more))


def switch(label: str, *, name: str, first: bool, **more: Any) -> bool:
    """On or off."""
    full, shown = begun(name, first)
    return bool(st.toggle(label, value=shown, key=full, **more))


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
