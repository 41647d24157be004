"""What a design recommends, said alike for every family, and the record of the conduct."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analytics.results import Result
from dashboard import recording, results, state
from dashboard.analyses.dosing.card import SUPPORTS
from dashboard.text import file_stem, plain


def say_recommendation(sentence: str, reasons: Sequence[str]) -> None:
    """The recommendation in a line, and why."""
    with st.container(border=True):
        st.markdown(f"**{plain(sentence)}**")
        for reason in reasons:
            st.markdown(f"- {plain(reason)}")
        st.caption(f"{SUPPORTS} Doses are counted from 1.")


def offer_record(found: Result, *, about: str) -> None:
    """What was seen and recommended, as a file for those who keep the record of the trial."""
    results.download(
        "Record of the conduct as JSON",
        data=recording.taken(found.to_json(), what="record of the conduct", ending="json"),
        file_name=f"{file_stem(f'{state.study().code} conduct')}.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        help=about,
    )
