"""People: who may sign in, what each may do, and who is signed in now."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.access.rights import RIGHTS, TABLE
from dashboard.views.people import changing, making, signed_in
from queries.workspace import ROLES, Person


def show() -> None:
    """The People page."""
    st.title("People", anchor=False)
    with results.explained():
        state.acting("people")
        if state.person().is_owner:
            making.first()
            return
        st.caption(
            "Members see their studies; administrators see all of them, pooled. A change of what "
            "somebody may do ends their sessions; they sign in again."
        )
        known = state.workspace().people.every()
        chosen = _list(known)
        if chosen is not None:
            changing.show(chosen)
        making.show()
        st.header("Signed in now", anchor=False)
        signed_in.show()
        _roles()


def _list(known: tuple[Person, ...]) -> Person | None:
    """Everybody; the one that is selected."""
    counted = [one.person.id for one in state.workspace().people.sessions()]
    event = st.dataframe(
        pd.DataFrame([_row(one, counted.count(one.id)) for one in known]),
        key=f"people {[one.id for one in known]}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        alt="People with their roles, studies and sessions",
        column_config={
            "Name": st.column_config.TextColumn(width=190),
            "Roles": st.column_config.TextColumn(width=180),
            "Studies": st.column_config.TextColumn(width=225),
            "Sessions": st.column_config.NumberColumn(width=80),
            "Since": st.column_config.DatetimeColumn(format="D MMM YYYY"),
        },
    )
    rows = event["selection"]["rows"]
    if not rows or rows[0] >= len(known):
        st.caption("Select a person to change roles, studies or password, or to close the account.")
        return None
    return known[rows[0]]


def _row(one: Person, sessions: int) -> dict[str, object]:
    studies = [f"{m.study} (arms)" if m.sees_arms else m.study for m in one.memberships]
    return {
        "Name": one.name,
        "Roles": ", ".join(one.roles),
        "Studies": ", ".join(studies) or "none",
        "Sessions": sessions,
        "State": "Closed" if one.retired_at else "In use",
        "Signs in with": _means(one),
        "Since": one.made_at.replace(tzinfo=None),
        "Made by": one.made_by,
    }


def _means(one: Person) -> str:
    means = ["password"] * one.has_password + ["single sign-on"] * (one.email is not None)
    return ", ".join(means) or "nothing"


def _roles() -> None:
    with st.expander("What each role may do", icon=":material/table:"):
        rows = [
            {
                "": what[:1].upper() + what[1:],
                **{role.capitalize(): "yes" if right in TABLE[role] else "" for role in ROLES},
            }
            for right, what in RIGHTS.items()
        ]
        st.table(pd.DataFrame(rows), border="horizontal", hide_index=True)
