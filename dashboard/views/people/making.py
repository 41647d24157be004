"""Making accounts: the first administrator, and everybody after."""

from __future__ import annotations

import streamlit as st

from dashboard import results, state
from dashboard.access.passwords import check_password, hash_password, make_password
from dashboard.access.sign_in import make_first
from dashboard.text import plain
from queries.errors import DataError
from queries.workspace import ROLES

SHOWN_ONCE = "people_password_once"


def first() -> None:
    """The form that ends the time without accounts."""
    st.info(
        "Nobody signs in: there are demo studies only, and only this machine is answered. Before "
        "data of your own are imported, or others are let in, an administrator is needed.",
        icon=":material/lock_open:",
    )
    with st.form("first_administrator", width=460):
        st.subheader("First administrator", anchor=False)
        name = st.text_input("Name", max_chars=64)
        password = st.text_input(
            "Password", type="password", max_chars=200, help="12 characters or more."
        )
        again = st.text_input("Once more", type="password", max_chars=200)
        st.caption("From then on everybody signs in, you too. This cannot be undone.")
        if st.form_submit_button("Make the account", type="primary"):
            with results.explained():
                state.acting("people")
                if password != again:
                    raise DataError("the two passwords must be the same")
                hashed = hash_password(check_password(password, name=name))
                make_first(state.workspace(), name=name, password_hash=hashed)
                st.rerun()


def show() -> None:
    """A form for one more person, with a password that is shown once."""
    _say_password()
    with (
        st.expander("Add a person", icon=":material/person_add:"),
        st.form("add_person", border=False, clear_on_submit=True),
    ):
        left, right = st.columns(2)
        name = left.text_input("Name", max_chars=64)
        email = right.text_input(
            "E-mail",
            max_chars=320,
            help="For single sign-on only. Without one, a password is made and shown once.",
        )
        roles = left.multiselect("Roles", ROLES, default=["viewer"])
        studies = right.multiselect("Studies", [s.code for s in state.workspace().studies()])
        arms = st.checkbox("May see and unblind the arms of these studies while ongoing")
        if st.form_submit_button("Add", type="primary", icon=":material/person_add:"):
            with results.explained():
                _add(name, email.strip() or None, roles, dict.fromkeys(studies, arms))


def _add(name: str, email: str | None, roles: list[str], studies: dict[str, bool]) -> None:
    password = None if email else make_password()
    made = state.workspace().people.add(
        name=name,
        roles=roles,
        email=email,
        studies=studies,
        password_hash=None if password is None else hash_password(password),
        person=state.acting("people"),
    )
    if password is not None:
        st.session_state[SHOWN_ONCE] = (made.name, password)
    st.rerun()


def _say_password() -> None:
    if (held := st.session_state.pop(SHOWN_ONCE, None)) is not None:
        name, password = held
        st.success(
            f"The password of {plain(name)}, shown this once. They can change it after signing in.",
            icon=":material/key:",
        )
        st.code(password, language=None)
