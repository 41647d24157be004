"""The view on screen behind an opaque id in the address, and the way back to it."""

from __future__ import annotations

import datetime
import json
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import state
from queries.cohorts import Cohort
from queries.errors import DataError


def open_link() -> None:
    """Bring back the view that the URL names: at first, and when the reader goes back to one."""
    view_id, opened = st.query_params.get("view"), st.session_state.get("opened_view")
    if not view_id or view_id == opened or not (opened is None or _goes_back()):
        return
    view = state.workspace().view(view_id)
    if view.study not in {study.code for study in state.studies()}:
        raise DataError("a link is one that this workspace knows", got=view_id)
    st.session_state["opened_view"] = view_id
    st.session_state["study"] = view.study
    st.session_state["snapshot"] = view.snapshot
    if "cohort" in view.state:
        state.set_cohort(Cohort.from_json(json.dumps(view.state["cohort"])))
    st.session_state[state.ORIGIN] = view.state.get("origin")
    for key, value in view.state.get("inputs", {}).items():
        st.session_state[key] = _from_wire(value)
        st.session_state.setdefault(state.REMEMBERED, set()).add(key)


def _goes_back() -> bool:
    """Whether the reader pressed Back or Forward.

    A run may also carry an address that the browser has not yet changed for the view that was
    saved last; it is no wish to go there.
    """
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _on_screen() -> list[Any]:
    """What defines the view on screen, as JSON would give it back."""
    inputs = {
        key: _to_wire(st.session_state[key])
        for key in sorted(st.session_state.get(state.REMEMBERED, ()))
        if key in st.session_state
    }
    view_state = {
        "inputs": inputs,
        "cohort": json.loads(state.current_cohort().to_json()),
        "origin": st.session_state.get(state.ORIGIN),
    }
    shown: list[Any] = json.loads(json.dumps([state.study().code, state.snapshot().id, view_state]))
    return shown


def save_link(page: str) -> None:
    """Put the view on screen behind an opaque id in the URL."""
    code, shown, view_state = _on_screen()
    signature = json.dumps([page, code, shown, view_state], sort_keys=True)
    if st.session_state.get("saved_view") != signature:
        st.session_state["saved_view"] = signature
        st.session_state["opened_view"] = state.workspace().save_view(
            study=code, snapshot=shown, page=page, state=view_state, person=state.acting("look")
        )
    st.query_params["view"] = st.session_state["opened_view"]


def _to_wire(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    if isinstance(value, tuple):
        return {"range": [_to_wire(v) for v in value]}
    return [_to_wire(v) for v in value] if isinstance(value, list) else value


def _from_wire(value: Any) -> Any:
    if isinstance(value, dict) and "date" in value:
        return datetime.date.fromisoformat(value["date"])
    if isinstance(value, dict) and "range" in value:
        return tuple(_from_wire(v) for v in value["range"])
    return [_from_wire(v) for v in value] if isinstance(value, list) else value
