"""The Decision table tab of TITE-CRM: why there is none, and what to use instead."""

from __future__ import annotations

import streamlit as st

from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.families import FACTS
from dashboard.text import plain
from dashboard.views.dosing.late_toxicity.conduct import conducted, sentence, show_following
from dashboard.views.dosing.late_toxicity.entering import course_on_screen


def show(proposal: DosingProposal) -> None:
    """The reason, then the dose from each day on for the patients entered."""
    st.info(
        f"TITE-CRM has no table by patients at the dose. {FACTS['TITE-CRM'].table_reason} Instead, "
        "enter the patients on the Conduct tab whenever one comes: it gives the dose of that day. "
        "Below is the dose from each day on, as long as there is no news.",
        icon=":material/table_chart:",
    )
    made = conducted(proposal, course_on_screen(proposal))
    found = made.value
    many = len(found.course.patients)
    entered = "1 patient" if many == 1 else f"{many} patients"
    st.markdown(f"**{plain(sentence(proposal, found))}**")
    st.caption(f"With {entered} entered on the Conduct tab.")
    show_following(proposal, made)
