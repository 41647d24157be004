"""What was seen in a trial as a text of words that grows: entered, added to, taken back."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.analyses.dosing import DosingProposal


def enter_outcomes(key: str, *, placeholder: str, about: str) -> str:
    """A word for each cohort in a line, with the buttons that take words back."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        text = st.text_input(
            "Outcomes",
            key=state.remember(key, ""),
            persist_state="session",
            placeholder=placeholder,
            help=about,
        )
        offer_to_take_back(key, text)
    return text


def offer_to_take_back(key: str, text: str, *, day_key: str | None = None) -> None:
    """Buttons for the last word and for all of them.

    Parameters
    ----------
    key : str
        Of the text.
    text : str
        As it is.
    day_key : str, optional
        Of the day of the trial, which begins anew with the text.
    """
    st.button(
        "Undo", icon=":material/undo:", on_click=_undo, args=(key,), disabled=not text.split()
    )
    st.button(
        "Begin anew",
        icon=":material/restart_alt:",
        on_click=_clear,
        args=(key, day_key),
        disabled=not text,
    )


def choose_dose(proposal: DosingProposal, whose: str, first: int, *, key: str) -> None:
    """The dose of who comes next; at first the one given, and it may be another."""
    st.selectbox(
        f"Dose of the next {whose}",
        range(1, proposal.doses + 1),
        index=first - 1,
        key=key,
        format_func=lambda one: f"{one}: {proposal.dose_name(one)}",
        width=200,
    )


def add_word(key: str, word: object) -> None:
    """Put a word behind those of a text, before the page runs again."""
    st.session_state[key] = f"{st.session_state[key]} {word}".strip()


def _undo(key: str) -> None:
    st.session_state[key] = " ".join(st.session_state[key].split()[:-1])


def _clear(key: str, day_key: str | None) -> None:
    st.session_state[key] = ""
    if day_key is not None:
        st.session_state[day_key] = 0
