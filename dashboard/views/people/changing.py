"""Changing one person: roles, studies, password, sessions, and closing the account."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboard import dialogs, results, state
from dashboard.access.passwords import hash_password, make_password
from dashboard.text import plain
from dashboard.views.people.making import SHOWN_ONCE
from queries.workspace import ROLES, Person

_UNCHANGED = "Nothing is changed yet."


def show(one: Person) -> None:
    """What can be changed of a person."""
    with st.container(border=True):
        st.subheader(plain(one.name), anchor=False)
        if one.retired_at is not None:
            st.caption(
                "This account is closed. Its name stays taken, so that the audit trail is clear."
            )
            return
        left, right = st.columns([1, 2], gap="large")
        with left:
            _roles(one)
        with right:
            _studies(one)
        with st.container(horizontal=True, gap="small"):
            _button("New password", ":material/key:", "reset", lambda: _reset(one))
            _button("Sign out everywhere", ":material/logout:", "out", lambda: _sign_out(one))
            st.button(
                "Close the account",
                key="person_retire",
                icon=":material/person_off:",
                on_click=dialogs.ask,
                args=("retire person",),
            )
        if dialogs.is_asked("retire person"):
            _retire(one.name)


def _button(label: str, icon: str, key: str, act: Callable[[], None]) -> None:
    def click() -> None:
        with results.explained():
            act()

    st.button(label, key=f"person_{key}", icon=icon, on_click=click)


def _roles(one: Person) -> None:
    roles = st.multiselect(
        "Roles", ROLES, default=list(one.roles), key=f"roles {one.id} {one.roles}"
    )
    same = set(roles) == set(one.roles)
    if st.button("Save roles", key="save_roles", disabled=same, help=_UNCHANGED if same else None):
        with results.explained():
            by = state.acting("people")
            state.workspace().people.set_roles(one.name, roles, person=by)
            st.rerun()


def _studies(one: Person) -> None:
    held = {m.study: m.sees_arms for m in one.memberships}
    codes = [study.code for study in state.workspace().studies()]
    table = pd.DataFrame(
        {
            "Study": codes,
            "Member": [code in held for code in codes],
            "Sees arms while ongoing": [held.get(code, False) for code in codes],
        }
    )
    edited = st.data_editor(
        table,
        key=f"studies {one.id} {one.memberships}",
        hide_index=True,
        disabled=["Study"],
    )
    same = bool(edited.equals(table))
    if st.button(
        "Save studies", key="save_studies", disabled=same, help=_UNCHANGED if same else None
    ):
        with results.explained():
            _save_studies(one, edited, held)
            st.rerun()


def _save_studies(one: Person, edited: pd.DataFrame, held: dict[str, bool]) -> None:
    room, by = state.workspace().people, state.acting("people")
    for code, member, arms in edited.itertuples(index=False):
        if member or arms:
            room.set_membership(one.name, code, sees_arms=bool(arms), person=by)
        elif code in held:
            room.drop_membership(one.name, code, person=by)


def _reset(one: Person) -> None:
    password, by = make_password(), state.acting("people")
    state.workspace().people.set_password(one.name, hash_password(password), person=by)
    st.session_state[SHOWN_ONCE] = (one.name, password)


def _sign_out(one: Person) -> None:
    state.workspace().people.sign_out_everywhere(one.name, person=state.acting("people"))


@st.dialog("Close an account", on_dismiss=dialogs.close)
def _retire(name: str) -> None:
    st.write(f"{plain(name)} can never sign in again. What they did stays in the audit trail.")
    if st.button("Close the account", key="retire_person_now", type="primary"):
        with results.explained():
            state.workspace().people.retire(name, person=state.acting("people"))
            dialogs.close()
            st.rerun()
