"""Thresholds that a reader adds to the usual ones; they go along with the link of the view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import streamlit as st

from analytics.checks import InputError
from analytics.safety.measurements.thresholds import Direction, Kind, Threshold
from dashboard import state
from dashboard.analyses.measurements.vital_tests import VitalTest
from dashboard.text import plain

_KINDS: Mapping[Kind, str] = {
    "value": "Value",
    "change": "Change from baseline",
    "percent change": "Percent change from baseline",
}
_DIRECTIONS: Mapping[Direction, str] = {
    "above": "above (>)",
    "at least": "at least (≥)",
    "below": "below (<)",
    "at most": "at most (≤)",
}
_PREFIX = "measurements_own"


def own_thresholds(tests: Mapping[str, VitalTest]) -> tuple[Threshold, ...]:
    """The reader's thresholds of the tests of this study, each once."""
    kept = st.session_state[state.remember(_key(), [])]
    found: dict[str, Threshold] = {}
    for parts in kept:
        try:
            one = _threshold(parts, tests)
        except (InputError, TypeError, ValueError):
            continue  # a link may be of another version
        if one is not None:
            found.setdefault(one.name, one)
    return tuple(found.values())


def choose(tests: Mapping[str, VitalTest], known: set[str]) -> None:
    """Inputs of a further threshold, and the ones added so far.

    Parameters
    ----------
    tests : mapping
        Those of this study.
    known : set of str
        Names of the thresholds that are there already.
    """
    codes = list(tests)
    with st.popover("Add a threshold", icon=":material/add:"):
        test = st.selectbox(
            "Measurement",
            codes,
            key=state.choice(f"{_PREFIX}_test", codes, codes[0]),
            persist_state="session",
            format_func=lambda code: tests[code].label,
        )
        kind = st.selectbox(
            "What is held against it",
            get_args(Kind),
            key=state.choice(f"{_PREFIX}_kind", get_args(Kind), "value"),
            persist_state="session",
            format_func=_KINDS.__getitem__,
        )
        direction = st.selectbox(
            "Counts when",
            get_args(Direction),
            key=state.choice(f"{_PREFIX}_direction", get_args(Direction), "at least"),
            persist_state="session",
            format_func=_DIRECTIONS.__getitem__,
        )
        cut = st.number_input(
            "Cut, %" if kind == "percent change" else _cut_label(tests[test]),
            value=None,
            key=state.remember(f"{_PREFIX}_cut", None),
            persist_state="session",
            help="A decrease is a change below 0: at most −20 is a decrease of at least 20.",
        )
        _add(tests, known, None if cut is None else [test, kind, direction, float(cut)])
    _added(tests)


def _add(tests: Mapping[str, VitalTest], known: set[str], parts: list[Any] | None) -> None:
    one = None if parts is None else _threshold(parts, tests)
    there = one is not None and one.name in known
    if there:
        st.caption("This threshold is there already.")
    st.button(
        "Add",
        key=f"{_PREFIX}_add",
        type="primary",
        disabled=one is None or there,
        on_click=_keep,
        args=(parts,),
    )


def _keep(parts: list[Any]) -> None:
    st.session_state[_key()] = [*st.session_state.get(_key(), []), parts]


def _added(tests: Mapping[str, VitalTest]) -> None:
    own = own_thresholds(tests)
    if not own:
        return
    with st.container(horizontal=True, gap="small"):
        for one in own:
            st.button(
                plain(one.name),
                key=f"{_PREFIX}_remove {one.name}",
                icon=":material/close:",
                help="Take this threshold away.",
                on_click=_take_away,
                args=(one.name, dict(tests)),
            )


def _take_away(name: str, tests: Mapping[str, VitalTest]) -> None:
    kept = st.session_state.get(_key(), [])
    st.session_state[_key()] = [
        parts for parts in kept if (one := _threshold(parts, tests)) is None or one.name != name
    ]


def _threshold(parts: Sequence[Any], tests: Mapping[str, VitalTest]) -> Threshold | None:
    """The threshold that was kept; None when the study has no such test."""
    test, kind, direction, cut = parts
    if test not in tests:
        return None
    return Threshold(
        test=test, kind=kind, direction=direction, cut=float(cut), unit=tests[test].unit
    )


def _cut_label(test: VitalTest) -> str:
    return f"Cut, {plain(test.unit)}" if test.unit else "Cut"


def _key() -> str:
    return f"{_PREFIX}_{state.study().code}"
