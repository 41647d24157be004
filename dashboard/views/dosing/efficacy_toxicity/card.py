"""The Decision table tab of BOIN12: limits, and the scores by which doses are compared."""

from __future__ import annotations

import streamlit as st

from analytics.checks import NotEstimableError
from dashboard import results, state
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.efficacy_toxicity.card import (
    MOST,
    card_sizes,
    joint_card_html,
    joint_limits,
    joint_notes,
    limit_rows,
    score_grid,
    scores,
)
from dashboard.text import plain


def show(proposal: DosingProposal) -> None:
    """The card: limits by patients at the dose, then scores."""
    study, notes = state.study().code, joint_notes(proposal)
    printed = st.empty()
    limits = joint_limits(proposal)
    results.table(limit_rows(limits), name=f"{study} decision limits", notes=notes, raw=limits)
    for note in notes:
        st.caption(plain(note))
    st.subheader("Desirability scores", anchor=False)
    try:
        found = scores(proposal)
    except NotEstimableError as error:
        st.info(plain(error), icon=":material/table_chart:")
        return
    with printed:
        results.download(
            "Card to print",
            data=joint_card_html(proposal, study),
            file_name=f"{results.file_stem(f'{study} decision card')}.html",
            mime="text/html",
            icon=":material/print:",
            on_click="ignore",
            help="A page of its own with all scores: open it and print it.",
        )
    sizes = card_sizes(proposal)[1:]
    shown = st.segmented_control(
        "Patients at the dose",
        sizes,
        key=state.choice("dosing_joint_card_size", sizes, sizes[0]),
        persist_state="session",
        required=True,
    )
    results.table(
        score_grid(found, shown or sizes[0]),
        name=f"{study} desirability scores {shown}",
        notes=notes,
        raw=found,
    )
    untried = score_grid(found, 0).iloc[0, 1]
    st.caption(
        f"A row by toxicities, a column by efficacies. A dose without patients: {untried}. "
        f"For other numbers, and above {MOST} patients, see the Conduct tab."
    )
