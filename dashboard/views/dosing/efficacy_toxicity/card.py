"""The Decision table tab of BOIN12: limits, and the scores by which doses are compared."""

from __future__ import annotations

import streamlit as st

from analytics.checks import NotEstimableError
from dashboard import recording, results, state
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
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import given
from dashboard.text import file_stem, plain
from dashboard.views.dosing.naming import named


def show(proposal: DosingProposal) -> None:
    """The card: limits by patients at the dose, then scores."""
    study, notes = state.study().code, joint_notes(proposal)
    printed = st.empty()
    own = given(proposal.without_data(), name="proposal")
    limits = own.then(joint_limits)
    results.table(
        limit_rows(limits.value),
        name=named("decision limits"),
        notes=notes,
        raw=limits,
        disclosure=AGGREGATE,
    )
    for note in notes:
        st.caption(plain(note))
    st.subheader("Desirability scores", anchor=False)
    try:
        made = own.then(scores)
    except NotEstimableError as error:
        st.info(plain(error), icon=":material/table_chart:")
        return
    with printed:
        results.download(
            "Card to print",
            data=recording.taken(
                joint_card_html(proposal, study), what="decision card", ending="html"
            ),
            file_name=f"{file_stem(f'{study} decision card')}.html",
            mime="text/html",
            icon=":material/print:",
            on_click="ignore",
            help="A page of its own with all scores: open it and print it.",
        )
    found, sizes = made.value, card_sizes(proposal)[1:]
    shown = st.segmented_control(
        "Patients at the dose",
        sizes,
        key=state.choice("dosing_joint_card_size", sizes, sizes[0]),
        persist_state="session",
        required=True,
    )
    results.table(
        score_grid(found, shown or sizes[0]),
        name=named(f"desirability scores, {shown or sizes[0]} patients"),
        notes=notes,
        raw=made,
        disclosure=AGGREGATE,
    )
    untried = score_grid(found, 0).iloc[0, 1]
    st.caption(
        f"A row by toxicities, a column by efficacies. A dose without patients: {untried}. "
        f"For other numbers, and above {MOST} patients, see the Conduct tab."
    )
