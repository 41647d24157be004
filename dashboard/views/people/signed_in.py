"""Who is signed in now, and the way to end a session."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import results, state
from queries.workspace import SignedIn


def show() -> None:
    """The sessions; those that are selected can be ended."""
    found, mine = state.workspace().people.sessions(), state.session_here()
    event = st.dataframe(
        pd.DataFrame([_row(one, mine) for one in found]),
        key=f"sessions {len(found)}",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        alt="Sessions with the person, since when and from where",
        column_config={"Name": st.column_config.TextColumn(width=160)}
        | {
            name: st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", help="In UTC")
            for name in ("Since", "Last used", "Ends")
        },
    )
    picked = [found[row] for row in event["selection"]["rows"] if row < len(found)]
    st.button(
        "End the selected sessions",
        key="end_sessions",
        icon=":material/logout:",
        disabled=not picked,
        help=None if picked else "Select the sessions above.",
        on_click=_end,
        args=([one.session.token_sha256 for one in picked],),
    )


def _row(one: SignedIn, mine: str | None) -> dict[str, object]:
    session = one.session
    return {
        "Name": one.person.name,
        "Since": session.made_at.replace(tzinfo=None),
        "Last used": session.used_at.replace(tzinfo=None),
        "Ends": session.expires_at.replace(tzinfo=None),
        "From": session.address,
        "Signed in with": session.how,
        "Which": "this one" if session.token_sha256 == mine else "",
    }


def _end(tokens: Sequence[str]) -> None:
    with results.explained():
        by = state.acting("people")
        for token in tokens:
            state.workspace().people.sign_out(token, person=by)
