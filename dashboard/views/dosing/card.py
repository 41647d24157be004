"""The Decision table tab: a card for the clinic, or why there is none."""

from __future__ import annotations

import streamlit as st

from analytics.checks import NotEstimableError
from analytics.dosing.escalation import Outcomes
from dashboard import recording, results, state
from dashboard.analyses.dosing import ConductRequest, DosingProposal
from dashboard.analyses.dosing.card import (
    card_html,
    card_notes,
    card_rows,
    decision_limits,
    whole_cohorts,
)
from dashboard.analyses.dosing.conduct import PATHS, paths_table
from dashboard.analyses.dosing.protocol import summary_sentence
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import given
from dashboard.text import file_stem, plain
from dashboard.views.dosing.answers import conduct_answer
from dashboard.views.dosing.naming import named


def show(proposal: DosingProposal) -> None:
    """The card; for designs without one, the next dose by outcome."""
    made = given(proposal.without_data(), name="proposal")
    try:
        limits = made.then(decision_limits)
    except NotEstimableError as error:
        st.info(plain(error), icon=":material/table_chart:")
        _first_cohorts(proposal)
        return
    study = state.study().code
    notes = card_notes(proposal)
    results.download(
        "Card to print",
        data=recording.taken(card_html(proposal, study), what="decision card", ending="html"),
        file_name=f"{file_stem(f'{study} decision card')}.html",
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
    kept = limits if every else limits.then(whole_cohorts, proposal.cohort_size)
    results.table(
        card_rows(kept.value),
        name=named("decision table"),
        notes=notes,
        raw=kept,
        disclosure=AGGREGATE,
    )
    for note in notes:
        st.caption(plain(note))


def _first_cohorts(proposal: DosingProposal) -> None:
    """What the design does after each outcome of the first two cohorts."""
    st.subheader("Next dose by outcome of the first two cohorts", anchor=False)
    before = Outcomes(doses=proposal.doses)
    answer = conduct_answer(ConductRequest(proposal=proposal.without_data(), outcomes=before))
    if answer is not None and answer.value.paths is not None:
        results.table(
            paths_table(answer.value.paths, proposal.names),
            name=named("what follows the first two cohorts"),
            notes=[PATHS, summary_sentence(proposal)],
            raw=answer.part("paths").call("to_frame"),
            disclosure=AGGREGATE,
        )
        st.caption(plain(PATHS))
        st.caption("After later cohorts see the Conduct tab.")
