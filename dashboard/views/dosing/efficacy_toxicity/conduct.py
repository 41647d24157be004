"""The Conduct tab of BOIN12: outcomes of both endpoints, the recommendation, what may follow."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.dosing.efficacy_toxicity import Boin12Conduct
from dashboard import results, state
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.efficacy_toxicity.conduct import (
    LETTERS,
    Boin12ConductRequest,
    following_table,
    joint_cohort_table,
)
from dashboard.analyses.dosing.protocol import summary_sentence
from dashboard.charts.dosing.efficacy_toxicity import draw_joint_conduct, draw_joint_posterior
from dashboard.scripts import Made, result_of
from dashboard.text import interval, percent, plain
from dashboard.views.dosing.efficacy_toxicity.entering import (
    choose_joint_outcomes,
    choose_next_joint,
)
from dashboard.views.dosing.naming import named
from dashboard.views.dosing.recommended import offer_record, say_recommendation


def show(proposal: DosingProposal) -> None:
    """Outcomes first, then what the design says."""
    outcomes = choose_joint_outcomes(proposal)
    asked = Boin12ConductRequest(proposal=proposal.without_data(), outcomes=outcomes)
    made = result_of(asked, state.computed(asked, asked.run), name="found")
    found = made.value
    choose_next_joint(proposal, outcomes, found.recommendation)
    _recommended(proposal, found)
    left, right = st.columns(2, gap="large")
    with left:
        _history(proposal, made)
    with right:
        _posterior(proposal, made)
    _doses(proposal, made)
    _following(proposal, made)


def sentence(proposal: DosingProposal, found: Boin12Conduct) -> str:
    """The recommendation in a line."""
    own = found.recommendation
    if own.dose is None:
        return "The trial stops; no dose is selected."
    dose = f"dose {own.dose} ({proposal.dose_name(own.dose)})"
    if own.stop:
        return f"The trial stops; {dose} is selected."
    many = "1 patient" if own.patients == 1 else f"{own.patients} patients"
    return f"Next: {dose} for {many}."


def _recommended(proposal: DosingProposal, found: Boin12Conduct) -> None:
    say_recommendation(sentence(proposal, found), found.recommendation.reasons)
    for said in found.deviations:
        st.warning(plain(said), icon=":material/alt_route:")


def _history(proposal: DosingProposal, found: Made[Boin12Conduct]) -> None:
    outcomes = found.part("recommendation").part("outcomes")
    results.figure(
        outcomes.then(draw_joint_conduct, names=proposal.names, deviating=found.part("deviating")),
        name=named("patients in their order"),
        notes=[
            "Dotted lines: cohorts; within one the order of the patients is not recorded.",
            "Shaded: the dose was not the one recommended.",
            summary_sentence(proposal),
        ],
        data=outcomes.then(joint_cohort_table),
    )


def _posterior(proposal: DosingProposal, made: Made[Boin12Conduct]) -> None:
    own, found = proposal.joint, made.value
    table = made.part("posterior").named("posterior")
    results.figure(
        table.then(
            draw_joint_posterior,
            names=proposal.names,
            limits=(own.toxicity_limit, own.least_efficacy),
            level=made.part("level"),
        ),
        name=named("toxicity and efficacy by dose"),
        notes=[
            f"Posterior mean and {percent(found.level)} interval of each dose alone, under a "
            "uniform prior, as the design uses them.",
            "Dashed: the limits. Hollow: no patient yet.",
            summary_sentence(proposal),
        ],
        data=table,
    )


def _doses(proposal: DosingProposal, made: Made[Boin12Conduct]) -> None:
    found = made.value
    level = percent(found.level)
    columns = [
        "Dose",
        "Toxicities",
        "Efficacies",
        "Desirability",
        "Mean utility",
        "Left out",
        f"Toxicity, % ({level} interval)",
        f"Efficacy, % ({level} interval)",
        "Too toxic",
        "Not effective enough",
    ]
    rows = [
        (
            proposal.dose_name(one.dose),
            f"{one.toxicities} of {one.patients}",
            f"{one.efficacies} of {one.patients}",
            f"{one.desirability:.3f}",
            f"{one.utility:.1f}",
            "no" if one.admissible else "yes",
            interval(*(100 * x for x in (one.toxicity, one.toxicity_lower, one.toxicity_upper))),
            interval(*(100 * x for x in (one.efficacy, one.efficacy_lower, one.efficacy_upper))),
            percent(one.too_toxic),
            percent(one.futile),
        )
        for one in found.to_frame().itertuples()
    ]
    benchmark = proposal.boin12().benchmark
    note = (
        f"Desirability: probability that the mean utility is above {benchmark:g}; the card of the "
        "Decision table tab ranks it. Too toxic, not effective enough: probability of being beyond "
        "the limit."
    )
    results.table(
        pd.DataFrame(rows, columns=columns),
        name=named("table of the doses"),
        notes=[*found.recommendation.reasons, note, summary_sentence(proposal)],
        raw=made.call("to_frame"),
    )
    st.caption(plain(note))
    offer_record(
        found,
        about="Outcomes, recommendation, reasons, and every cohort that was given another dose.",
    )


def _following(proposal: DosingProposal, made: Made[Boin12Conduct]) -> None:
    found = made.value
    st.subheader("What follows the next cohort", anchor=False)
    if found.following.empty:
        st.caption("The trial has ended: no cohort follows.")
        return
    st.caption(LETTERS)
    results.table(
        following_table(found, proposal.names),
        name=named("what follows the next cohort"),
        notes=[LETTERS, summary_sentence(proposal)],
        raw=made.part("following"),
    )
