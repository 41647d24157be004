"""The Decision table tab: a card for the clinic, or why there is none."""

from __future__ import annotations

import streamlit as st

from analytics.checks import NotEstimableError
from analytics.dosing.escalation import Outcomes
from dashboard import results, state
from dashboard.analyses.dosing import ConductRequest, DosingProposal
from dashboard.analyses.dosing.card import card_html, card_notes, card_rows, decision_limits
from dashboard.analyses.dosing.conduct import paths_table
from dashboard.text import plain
from dashboard.views.dosing.answers import conduct_answer


def show(proposal: DosingProposal) -> None:
    """The card; for designs without one, the next dose by outcome."""
    try:
        limits = decision_limits(proposal)
    except NotEstimableError as error:
        st.info(plain(error), icon=":material/table_chart:")
        _first_cohorts(proposal)
        return
    study = state.study().code
    notes = card_notes(proposal)
    results.download(
        "Card to print",
        data=card_html(proposal, study),
        file_name=f"{results.file_stem(f'{study} decision card')}.html",
        mime="text/html",
        icon=":material/print:",
        on_click="ignore",
        help="A page of its own: open it and print it.",
    )
    every = st.toggle(
        "Every number of patients",
        key=state.remember("dosing_card_every", False),
        persist_state="session",
        help="Otherwise only whole cohorts.",
    )
    whole = limits["patients"] % proposal.cohort_size == 0
    kept = limits if every else limits[whole]
    results.table(
        card_rows(kept),
        name=f"{study} decision table",
        notes=notes,
        raw=kept.reset_index(drop=True),
    )
    for note in notes:
        st.caption(plain(note))


def _first_cohorts(proposal: DosingProposal) -> None:
    """What the design does after each outcome of the first two cohorts."""
    st.subheader("Next dose by outcome of the first two cohorts", anchor=False)
    before = Outcomes(doses=proposal.doses)
    answer = conduct_answer(ConductRequest(proposal=proposal, outcomes=before))
    if answer is not None and answer.paths is not None:
        results.table(
            paths_table(answer.paths, proposal.names),
            name=f"{state.study().code} first cohorts",
            notes=["N: without toxicity, T: with; before them the number of the dose."],
            raw=answer.paths.to_frame(),
        )
        st.caption(plain("N: without toxicity, T: with; before them the number of the dose."))
        st.caption("After later cohorts see the Conduct tab.")
